/** Keys in bytes: equal for equal columns, and ordered like them. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SLOTS, slotOf } from '../../base/hash.ts'
import { vectorOf } from '../columns/builder.ts'
import { allRows } from '../columns/records.ts'
import { type Scalar, scalarAt, storeOf, type TextVector } from '../columns/vector.ts'
import { BIGINT, DOUBLE, decimal, TEXT, TIMESTAMPTZ, type Type } from '../schema/type.ts'
import { compareKeys } from '../store/entry.ts'
import { anyText, anyType, scalarOf } from '../testing/arbitrary.ts'
import { keyOf, keyParts } from './group-key.ts'
import { KeyTable } from './key-table.ts'
import { RowKeyWriter, slotIn, wholeAt } from './row-key.ts'

const anyTypes = fc.array(anyType, { minLength: 1, maxLength: 3 })
const typed = anyTypes.chain(types =>
  fc.tuple(fc.constant(types), fc.tuple(...types.map(scalarOf))),
)
const order = (type: Type, one: Scalar, other: Scalar) =>
  Math.sign(compareKeys(keyOf([type], [one]), keyOf([type], [other])))

describe('the key of a record', () => {
  test('gives its columns back, minus zero as zero', () => {
    const plain = (value: Scalar): Scalar => {
      if (Array.isArray(value)) return value.map(plain)
      return Object.is(value, -0) ? 0 : value
    }
    fc.assert(
      fc.property(typed, ([types, values]) => {
        expect(keyParts(types, keyOf(types, values))).toEqual(values.map(plain))
      }),
      { numRuns: 300 },
    )
  })

  test.each([BIGINT, TIMESTAMPTZ, decimal(38, 2)])('sorts like the numbers of $kind', type => {
    fc.assert(
      fc.property(scalarOf(type), scalarOf(type), (one, other) => {
        if (one === null || other === null) return
        const [a, b] = [BigInt(one as bigint), BigInt(other as bigint)]
        expect(order(type, one, other)).toBe(a < b ? -1 : Number(a > b))
      }),
      { numRuns: 300 },
    )
  })

  test('sorts like doubles do, with NaN behind all', () => {
    const ladder = [null, -Infinity, -1e300, -1.5, -5e-324, 0, 5e-324, 1.5, 1e300, Infinity, NaN]
    ladder.forEach((one, at) => {
      ladder.forEach((other, place) => {
        expect(order(DOUBLE, one, other)).toBe(Math.sign(at - place))
      })
    })
    expect(order(DOUBLE, -0, 0)).toBe(0)
  })

  test('sorts like texts do by their bytes, a null before them', () => {
    const utf8 = new TextEncoder()
    fc.assert(
      fc.property(anyText, anyText, (one, other) => {
        const wanted = Math.sign(compareKeys(utf8.encode(one), utf8.encode(other)))
        expect(order(TEXT, one, other)).toBe(wanted)
      }),
    )
    expect(order(TEXT, null, '')).toBe(-1)
    expect(order(TEXT, 'a', 'a\0')).toBe(-1)
    expect(order(TEXT, 'a\0', 'ab')).toBe(-1)
  })
})

/** A column of plain texts that stand in its source, one behind the other. */
function lyingIn(texts: readonly string[]): TextVector {
  const source = new TextEncoder().encode(texts.join(''))
  const starts = new Int32Array(texts.length)
  const ends = new Int32Array(texts.length)
  let at = 0
  texts.forEach((text, row) => {
    starts[row] = at
    at += text.length
    ends[row] = at
  })
  return { store: 'text', nulls: undefined, source, starts, ends, strings: [] }
}

describe('a table of keys', () => {
  const anyColumn = fc
    .constantFrom(TEXT, BIGINT, DOUBLE)
    .chain(type => fc.tuple(fc.constant(type), fc.array(scalarOf(type), { maxLength: 60 })))

  test('has one number for each key, and knows its slot and its columns', () => {
    fc.assert(
      fc.property(anyColumn, ([type, values]) => {
        const table = new KeyTable([type])
        const ids = new Int32Array(values.length)
        table.idsOf([vectorOf(type, values)], values.length, ids)
        const keys = values.map(value => keyOf([type], [value]))
        expect(table.size).toBe(new Set(keys.map(key => key.join())).size)
        keys.forEach((key, row) => {
          const id = ids[row] as number
          expect([...table.keyOf(id)]).toEqual([...key])
          expect(table.idOf(key)).toBe(id)
          expect(table.slotOf(id)).toBe(slotOf(key))
          expect(keyOf([type], table.partsOf(id))).toEqual(key)
        })
      }),
      { numRuns: 200 },
    )
  })

  test('takes texts as they lie in their source', () => {
    const texts = ['a', 'bb', 'a', 'z\0', 'bb', '', 'z\0']
    const lying = lyingIn(texts)
    const [one, other] = [new Int32Array(7), new Int32Array(7)]
    const table = new KeyTable([TEXT])
    table.idsOf([lying], 7, one)
    table.idsOf([vectorOf(TEXT, texts)], 7, other)
    expect([...one]).toEqual([0, 1, 0, 2, 1, 3, 2])
    expect(other).toEqual(one)
  })

  test.each([
    ['a text', [TEXT], [['b'], [''], [null], ['a\0'], ['\0'], ['é'], ['b']]],
    ['a number', [BIGINT], [[5], [null], [2n ** 60n], [-1]]],
    [
      'several',
      [TEXT, BIGINT],
      [
        ['a', 1],
        [null, 2],
        ['\0', null],
      ],
    ],
    ['none', [], [[], []]],
  ] as const)('gives keys back as columns: %s', (_, types, rows) => {
    const table = new KeyTable(types)
    const ids = rows.map(row => table.idOf(keyOf(types, row)))
    const vectors = table.vectorsOf(ids)
    expect(vectors.map(({ store }) => store)).toEqual(types.map(storeOf))
    const said = rows.map((__, row) => vectors.map(vector => scalarAt(vector, row)))
    expect(said).toEqual(rows)
    expect(table.vectorsOf([])).toHaveLength(types.length)
  })

  test('gives keys back that do not change when others come', () => {
    const table = new KeyTable([TEXT])
    const id = table.idOf(keyOf([TEXT], ['first']))
    const [vector] = table.vectorsOf([id])
    table.clear()
    table.idOf(keyOf([TEXT], ['other']))
    expect(vector && scalarAt(vector, 0)).toBe('first')
  })

  test('sorts by slot, then by key, whoever came first', () => {
    const keys = Array.from({ length: 500 }, (_, at) => `key-${(at * 7919) % 500}`)
    const table = new KeyTable([TEXT])
    const ids = new Int32Array(keys.length)
    table.idsOf([vectorOf(TEXT, keys)], keys.length, ids)
    const wanted = [...ids].sort((a, b) => {
      const slots = table.slotOf(a) - table.slotOf(b)
      return slots || compareKeys(table.keyOf(a).slice(), table.keyOf(b).slice())
    })
    expect(table.sorted([...ids])).toEqual(wanted)
    const few = [...allRows(20)]
    expect(table.sorted(few)).toEqual(wanted.filter(id => few.includes(id)))
    table.idOf(keyOf([TEXT], ['one more']))
    expect(table.sorted(few)).toEqual(wanted.filter(id => few.includes(id)))
  })

  test('leaves ids as they are where it would cost more to sort them', () => {
    const table = new KeyTable([BIGINT])
    const ids = Array.from({ length: 2000 }, (_, at) => table.idOf(keyOf([BIGINT], [-at])))
    const few = [5, 9, 7]
    expect(table.maybeSorted(few)).toEqual(few)
    expect(table.sorted(few)).not.toEqual(few)
    expect(table.maybeSorted(ids)).toEqual(table.sorted(ids))
  })

  test('finds texts of any length that differ in any of their bytes', () => {
    const table = new KeyTable([TEXT])
    const texts = Array.from({ length: 14 }, (_, size) => 'x'.repeat(size)).flatMap(text => [
      text,
      ...[...text].map((__, at) => `${text.slice(0, at)}y${text.slice(at + 1)}`),
    ])
    const vector = lyingIn(texts)
    const [one, other] = [new Int32Array(texts.length), new Int32Array(texts.length)]
    table.idsOf([vector], texts.length, one)
    table.idsOf([vector], texts.length, other)
    expect([...one]).toEqual(texts.map((_, at) => at))
    expect(other).toEqual(one)
  })

  test('forgets all of it, and begins anew', () => {
    const table = new KeyTable([TEXT])
    const [a, b] = [keyOf([TEXT], ['a']), keyOf([TEXT], ['b'])]
    expect([table.idOf(a), table.idOf(b)]).toEqual([0, 1])
    expect(table.partsOf(1)).toEqual(['b'])
    table.clear()
    expect(table.size).toBe(0)
    expect([table.idOf(b), table.idOf(a)]).toEqual([0, 1])
    expect(table.partsOf(1)).toEqual(['a'])
  })

  test('grows to whatever is asked of it', () => {
    const table = new KeyTable([BIGINT])
    const keys = Array.from({ length: 5000 }, (_, at) => keyOf([BIGINT], [at]))
    expect(keys.map(key => table.idOf(key))).toEqual([...allRows(5000)])
    expect(keys.map(key => table.idOf(key))).toEqual([...allRows(5000)])
  })
})

describe('the key of a row', () => {
  test('has its slot and its times in it, in order', () => {
    const moment = fc.maxSafeInteger()
    fc.assert(
      fc.property(fc.nat(SLOTS - 1), moment, moment, (slot, one, other) => {
        const writer = new RowKeyWriter()
        const a = writer.begin(300, slot).whole(one).finish()
        const b = writer.begin(300, slot).whole(other).finish()
        expect([slotIn(a), wholeAt(a, 4)]).toEqual([slot, one])
        expect(Math.sign(compareKeys(a, b))).toBe(Math.sign(one - other))
      }),
    )
  })

  test('sorts by table, then by slot', () => {
    const writer = new RowKeyWriter()
    const keys = [
      writer.begin(1, 1023).whole(9).finish(),
      writer.begin(2, 0).raw(Uint8Array.of(255)).finish(),
      writer.begin(2, 1).tag(0).finish(),
      writer.begin(256, 0).finish(),
    ]
    expect([...keys].reverse().sort(compareKeys)).toEqual(keys)
  })

  test('refuses times that are none', () => {
    expect(() => new RowKeyWriter().begin(1, 1).whole(0.5)).toThrow('times-are-safe-integers')
    expect(() => new RowKeyWriter().begin(1, 1).whole(Infinity)).toThrow('times-are-safe')
  })
})
