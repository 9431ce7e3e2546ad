/** Keys that somebody chose so that they run into each other: they do not. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteWriter } from '../../base/bytes.ts'
import { SLOTS, slotOf } from '../../base/hash.ts'
import { vectorOf } from '../columns/builder.ts'
import { allRows } from '../columns/records.ts'
import type { Scalar, TextVector } from '../columns/vector.ts'
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  BYTES,
  DOUBLE,
  decimal,
  INTEGER,
  JSON_TYPE,
  TEXT,
  type Type,
} from '../schema/type.ts'
import { compareKeys } from '../store/entry.ts'
import { anyType, scalarOf } from '../testing/arbitrary.ts'
import { keyOf, keyParts, writeBytes, writeKey } from './group-key.ts'
import { KeyTable, NO_ID } from './key-table.ts'

/** The bytes that the encoding itself uses, and their neighbours. */
const hostileByte = fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0xfe, 0xff)
const hostileBytes = fc.array(hostileByte, { maxLength: 5 }).map(list => Uint8Array.from(list))
const hostileText = fc.array(fc.constantFrom('\0', '\x01', 'a', 'ÿ', '￿', '𐀀'), { maxLength: 4 })
const hostileWhole = fc.oneof(
  fc.integer({ min: -300, max: 300 }),
  fc
    .tuple(fc.constantFrom(8, 16, 24, 32, 48, 53), fc.integer({ min: -1, max: 1 }), fc.boolean())
    .map(([bits, more, isNegative]) => (isNegative ? -1 : 1) * (2 ** bits + more)),
)

const hostile = (type: Type, values: fc.Arbitrary<Scalar>) =>
  fc.tuple(fc.constant(type), fc.option(values) as fc.Arbitrary<Scalar>)

const anyColumn: fc.Arbitrary<[Type, Scalar]> = fc.oneof(
  hostile(BYTES, hostileBytes),
  hostile(
    TEXT,
    hostileText.map(parts => parts.join('')),
  ),
  hostile(BIGINT, hostileWhole.filter(Number.isSafeInteger)),
  hostile(arrayOf(BYTES), fc.array(fc.option(hostileBytes), { maxLength: 3 })),
  hostile(arrayOf(arrayOf(BOOLEAN)), fc.array(fc.option(fc.array(fc.boolean(), { maxLength: 2 })))),
)

/** Two keys of the same columns: often alike. */
const anyPair = fc.array(anyColumn, { minLength: 1, maxLength: 3 }).chain(columns => {
  const types = columns.map(([type]) => type)
  const values = columns.map(([, value]) => value)
  const others = types.map((type, place) =>
    fc.oneof(fc.constant(values[place] as Scalar), scalarOf(type), fc.constant(null)),
  )
  return fc.tuple(fc.constant(types), fc.constant(values), fc.tuple(...others))
})

const shown = (value: Scalar | readonly Scalar[]): string =>
  JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? `${one}n` : one))

describe('the key of a hostile record', () => {
  test('is equal to that of another only if the records are equal', () => {
    fc.assert(
      fc.property(anyPair, ([types, one, other]) => {
        const areEqual = compareKeys(keyOf(types, one), keyOf(types, other)) === 0
        expect(areEqual).toBe(shown(one) === shown(other))
      }),
      { numRuns: 500 },
    )
  })

  test('gives its columns back', () => {
    fc.assert(
      fc.property(anyPair, ([types, one]) => {
        expect(keyParts(types, keyOf(types, one))).toEqual(one)
      }),
      { numRuns: 300 },
    )
  })

  const isBeginning = (one: Uint8Array, other: Uint8Array) =>
    one.length < other.length && one.every((byte, at) => byte === other[at])

  test('is the beginning of another only if that goes on with 255', () => {
    let count = 0
    const texts = fc.tuple(hostileBytes, hostileBytes).map(([one, more]) => {
      return [[BYTES], [one], [Uint8Array.of(...one, ...more)]] as const
    })
    fc.assert(
      fc.property(fc.oneof(texts, anyPair), ([types, a, b]) => {
        const [one, other] = [keyOf(types, a), keyOf(types, b)].sort(compareKeys)
        if (one === undefined || other === undefined || !isBeginning(one, other)) return
        count++
        expect(other[one.length]).toBe(255)
      }),
      { numRuns: 500 },
    )
    expect(count).toBeGreaterThan(0)
  })

  test.each(['raw bytes', 'elements of an array'])('sorts by them: %s', what => {
    const wrap = (bytes: Uint8Array): Scalar => (what === 'raw bytes' ? bytes : [...bytes])
    const type = what === 'raw bytes' ? BYTES : arrayOf(INTEGER)
    fc.assert(
      fc.property(hostileBytes, hostileBytes, (one, other) => {
        const order = compareKeys(keyOf([type], [wrap(one)]), keyOf([type], [wrap(other)]))
        expect(Math.sign(order)).toBe(Math.sign(compareKeys(one, other)))
      }),
      { numRuns: 300 },
    )
  })

  test('sorts by its first column, then by its second, whatever the first ends with', () => {
    const rows: [string | null, string | null][] = [
      [null, 'z'],
      ['', null],
      ['', '\0'],
      ['\0', ''],
      ['a', '￿'],
      ['a\0', null],
      ['a\0', ''],
      ['a\0\0', 'a'],
      ['a\x01', ''],
    ]
    const keys = rows.map(row => keyOf([TEXT, TEXT], row))
    expect([...keys].reverse().sort(compareKeys)).toEqual(keys)
  })

  test.each<[Type, Scalar]>([
    [decimal(38, 0), 10n ** 38n - 1n],
    [decimal(38, 0), -(10n ** 38n - 1n)],
    [BIGINT, 2n ** 63n - 1n],
    [BIGINT, -(2n ** 63n)],
    [BIGINT, Number.MAX_SAFE_INTEGER],
    [BIGINT, Number.MIN_SAFE_INTEGER],
    [INTEGER, -(2 ** 31)],
    [DOUBLE, Number.MIN_VALUE],
    [DOUBLE, -Number.MAX_VALUE],
    [TEXT, '\ufeff with a mark'],
    [TEXT, '__proto__'],
    [JSON_TYPE, '{"__proto__":1}'],
    [BYTES, new Uint8Array(1000)],
    [arrayOf(TEXT), Array.from({ length: 1000 }, () => null)],
  ])('goes to the end of what a %j can be', (type, value) => {
    expect(keyParts([type], keyOf([type], [value]))).toEqual([value])
  })

  test('has one zero and one NaN', () => {
    const key = (value: number) => [...keyOf([DOUBLE], [value])]
    expect(key(-0)).toEqual(key(0))
    const odd = new Float64Array(new BigUint64Array([0xfff8_0000_0000_0123n]).buffer)
    expect(key(odd[0] as number)).toEqual(key(Number.NaN))
  })

  test('a number and a wide number that are equal are one key', () => {
    expect(keyOf([BIGINT], [5n])).toEqual(keyOf([BIGINT], [5]))
    expect(keyParts([BIGINT], keyOf([BIGINT], [5n]))).toEqual([5])
  })

  test('has all columns, and bytes for no more', () => {
    expect(() => keyOf([TEXT, TEXT], ['a'])).toThrow('a-key-has-its-columns')
    const key = Uint8Array.of(...keyOf([TEXT], ['a']), 1)
    expect(() => keyParts([TEXT], key)).toThrow()
    expect(() => keyParts([TEXT], keyOf([TEXT], ['a']).slice(0, -1))).toThrow()
  })

  test('has no value of a type that nobody knows', () => {
    const odd = { kind: 'uuid' } as unknown as Type
    expect(() => keyOf([odd], ['a'])).toThrow('unreachable')
    expect(() => keyParts([odd], Uint8Array.of(1))).toThrow('unreachable')
  })

  test('of no columns is no bytes', () => {
    expect([...keyOf([], [])]).toEqual([])
    expect(keyParts([], new Uint8Array())).toEqual([])
  })

  test('escapes its zeros, and ends with one', () => {
    const out = new ByteWriter()
    writeBytes(out, Uint8Array.of(7, 0, 255, 0))
    expect([...out.finish()]).toEqual([7, 0, 255, 255, 0, 255, 0])
  })

  test('of a row is that of its values, in any vectors', () => {
    const rows = fc.array(anyType, { minLength: 1, maxLength: 3 }).chain(types => {
      return fc.tuple(fc.constant(types), fc.tuple(...types.map(scalarOf)))
    })
    fc.assert(
      fc.property(rows, ([types, values]) => {
        const vectors = types.map((type, place) => vectorOf(type, [null, values[place] as Scalar]))
        const out = new ByteWriter()
        writeKey(out, types, vectors, 1)
        expect(out.finish()).toEqual(keyOf(types, values))
      }),
    )
  })
})

/** Texts as a decoder leaves them: parts of one source, some rows null. */
function lying(texts: readonly (string | null)[]): TextVector {
  const parts = texts.map(text => new TextEncoder().encode(text ?? 'void'))
  const source = Uint8Array.from(parts.flatMap(part => [...part]))
  const ends = Int32Array.from(parts)
  let at = 0
  const starts = Int32Array.from(parts, ({ length }, row) => {
    const start = at
    at += length
    ends[row] = at
    return start
  })
  const nulls = Uint8Array.from(texts, text => (text === null ? 1 : 0))
  return { store: 'text', nulls, source, starts, ends, strings: [] }
}

describe('a table of hostile keys', () => {
  const anyTexts = fc.array(fc.option(hostileText.map(parts => parts.join(''))), { maxLength: 30 })

  test('knows texts by their bytes as by their characters, and nulls from what lies there', () => {
    fc.assert(
      fc.property(anyTexts, texts => {
        const table = new KeyTable([TEXT])
        const [one, other] = [new Int32Array(texts.length), new Int32Array(texts.length)]
        table.idsOf([lying(texts)], texts.length, one)
        const { size } = table
        table.idsOf([vectorOf(TEXT, texts)], texts.length, other)
        expect(other).toEqual(one)
        expect([table.size, new Set(texts).size]).toEqual([size, size])
        expect(Array.from(one, id => table.partsOf(id)[0])).toEqual(texts)
      }),
      { numRuns: 200 },
    )
  })

  test('keeps none that is too long, however long it is, zeros and all', () => {
    const table = new KeyTable([TEXT])
    const ids = new Int32Array(5)
    const longest = '\0'.repeat(449)
    const texts = ['\0'.repeat(40_000), 'b', `${longest}\0`, longest, '\0'.repeat(40_000)]
    table.idsOf([lying(texts)], 5, ids)
    expect([...ids]).toEqual([NO_ID, 0, NO_ID, 1, NO_ID])
    expect([table.refused, table.size, table.slotOf(NO_ID)]).toEqual([3, 2, 0])
    expect(table.partsOf(0)).toEqual(['b'])
    expect(table.partsOf(1)).toEqual([longest])
    expect(table.keyOf(1)).toHaveLength(900)
  })

  test('tells keys apart whose hashes are the same, as some of so many are', () => {
    const table = new KeyTable([BYTES])
    const key = new Uint8Array(8)
    const view = new DataView(key.buffer)
    const count = 300_000
    let firstWrong = -1
    for (let round = 0; round < 2; round++) {
      for (let at = 0; at < count && firstWrong < 0; at++) {
        view.setUint32(0, Math.imul(at, 0x9e3779b1) >>> 0)
        view.setUint32(4, Math.imul(at ^ 0x5bd1e995, 0x85ebca6b) >>> 0)
        if (table.idOf(key) !== at) firstWrong = at
      }
    }
    expect(firstWrong).toBe(-1)
    expect(table.size).toBe(count)
  })

  test('takes the key that stands last, and the same again, without growing', () => {
    const table = new KeyTable([TEXT])
    for (let round = 0; round < 5000; round++) table.idOf(keyOf([TEXT], [`k${round % 3}`]))
    expect(table.size).toBe(3)
  })

  test('of no columns has one key for all rows', () => {
    const table = new KeyTable([])
    const ids = new Int32Array(3).fill(9)
    table.idsOf([], 3, ids)
    expect([...ids]).toEqual([0, 0, 0])
    expect([table.size, table.keyOf(0).length, table.slotOf(0)]).toEqual([
      1,
      0,
      slotOf(new Uint8Array()),
    ])
    expect(table.partsOf(0)).toEqual([])
  })

  test('of several columns tells apart what only together is the same', () => {
    const table = new KeyTable([TEXT, TEXT])
    const rows = [
      ['a', 'bc'],
      ['ab', 'c'],
      ['a', null],
      [null, 'a'],
      ['a', 'bc'],
      ['a\0', 'bc'],
    ]
    const vectors = [0, 1].map(place =>
      vectorOf(
        TEXT,
        rows.map(row => row[place] as Scalar),
      ),
    )
    const ids = new Int32Array(rows.length)
    table.idsOf(vectors, rows.length, ids)
    expect([...ids]).toEqual([0, 1, 2, 3, 0, 4])
  })

  test('writes a key as it is, behind what is written already', () => {
    const table = new KeyTable([TEXT])
    table.idOf(keyOf([TEXT], ['first']))
    const id = table.idOf(keyOf([TEXT], ['a\0']))
    const out = new ByteWriter().uint8(42)
    table.writeKey(out, id)
    expect([...out.finish()]).toEqual([42, ...table.keyOf(id)])
  })

  test('is right again after it was cleared, however large it had grown', () => {
    const table = new KeyTable([BIGINT])
    const keys = Array.from({ length: 3000 }, (_, at) => keyOf([BIGINT], [at]))
    for (const round of [keys, [...keys].reverse()]) {
      expect(round.map(key => table.idOf(key))).toEqual([...allRows(keys.length)])
      const wanted = [...round].sort((a, b) => slotOf(a) - slotOf(b) || compareKeys(a, b))
      const sorted = table.sorted([...allRows(keys.length)])
      expect(sorted.map(id => keyParts([BIGINT], table.keyOf(id)))).toEqual(
        wanted.map(key => keyParts([BIGINT], key)),
      )
      table.clear()
      expect(table.sorted([])).toEqual([])
    }
  })

  test('spreads keys over slots, all of them within bounds', () => {
    const table = new KeyTable([BIGINT])
    const slots = new Set<number>()
    for (let at = 0; at < 5000; at++) slots.add(table.slotOf(table.idOf(keyOf([BIGINT], [at]))))
    expect(Math.max(...slots)).toBeLessThan(SLOTS)
    expect(slots.size).toBeGreaterThan(0.9 * SLOTS)
  })
})
