/** The delta in both directions, and against bytes that nobody should have sent. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteWriter, MALFORMED_BYTES } from '../../base/bytes.ts'
import { BrokenInvariant, WeirError } from '../../base/errors.ts'
import { fuzzRuns } from '../../base/testing/runs.ts'
import { KEY_BYTES_MAX, VALUE_BYTES_MAX } from './bounds.ts'
import { checkDelta, DeltaReader, DeltaWriter, varintSize, writeVarint } from './delta.ts'
import { compareKeys } from './entry.ts'
import { expectBytes } from './testing/expect.ts'
import { type Change, changesOf, deltaOf, Model } from './testing/model.ts'
import { ArrayRows, anyKey, anyValue, bytes, textBytes } from './testing/rows.ts'

const anyChanges: fc.Arbitrary<readonly Change[]> = fc.array(
  fc.record({ key: anyKey, value: fc.option(anyValue, { nil: undefined }) }),
  { maxLength: 40, size: 'max' },
)

/** Of each key the last, in the order of the keys. */
function merged(changes: readonly Change[]): Change[] {
  const last = new Map(changes.map(change => [change.key.toString(), change]))
  return [...last.values()].sort((a, b) => compareKeys(a.key, b.key))
}

/** What somebody writes who does not look at order or sizes. */
function careless(entries: readonly Change[]): Uint8Array {
  const out = new ByteWriter()
  for (const { key, value } of entries) {
    out.bytes(key).varint(value === undefined ? 0 : value.length + 1)
    if (value !== undefined) out.raw(value)
  }
  return out.finish()
}

function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof WeirError) return error.code
    throw error
  }
  return 'nothing'
}

describe('a writer', () => {
  test('says what the header says', () => {
    const delta = deltaOf([{ key: textBytes('b') }, { key: textBytes('a'), value: bytes(7, 8) }])
    expect(delta).toEqual(bytes(1, 0x61, 3, 7, 8, 1, 0x62, 0))
    expect(delta).toEqual(careless(changesOf(delta)))
  })

  test('of nothing gives nothing', () => {
    expect(new DeltaWriter().finish()).toEqual(bytes())
  })

  test('takes changes in any order, and of a key the last', () => {
    fc.assert(
      fc.property(anyChanges, changes => {
        const found = changesOf(deltaOf(changes))
        const wanted = merged(changes)
        expectBytes(careless(found), careless(wanted))
      }),
      { numRuns: 300 },
    )
  })

  test('is empty again after it finished, and what it gave stays', () => {
    const writer = new DeltaWriter()
    writer.put(textBytes('a'), bytes(1))
    const first = writer.finish()
    expect(writer.count).toBe(0)
    writer.put(textBytes('z'), bytes(9))
    expect(writer.count).toBe(1)
    expect(writer.finish()).toEqual(bytes(1, 0x7a, 2, 9))
    expect(first).toEqual(bytes(1, 0x61, 2, 1))
  })

  test('copies: the caller may use his bytes again', () => {
    const writer = new DeltaWriter()
    const key = textBytes('a')
    const value = bytes(1)
    writer.put(key, value)
    key[0] = 0
    value[0] = 0
    expect(writer.finish()).toEqual(bytes(1, 0x61, 2, 1))
  })

  test('takes rows and ends of rows from any cursor', () => {
    const changes = [{ key: bytes(1), value: bytes(5) }, { key: bytes(2) }]
    const writer = new DeltaWriter()
    const rows = new ArrayRows(changes)
    while (rows.next()) writer.add(rows)
    expect(changesOf(writer.finish())).toEqual([
      { key: bytes(1), value: bytes(5) },
      { key: bytes(2), value: undefined },
    ])
  })

  test('holds as much as there is', () => {
    const writer = new DeltaWriter()
    const model = new Model()
    for (let n = 0; n < 3000; n++) {
      const change = { key: textBytes(String((n * 7) % 2000)), value: textBytes(`value ${n}`) }
      writer.put(change.key, change.value)
      model.change(change)
    }
    expectBytes(careless(changesOf(writer.finish())), careless(model.rows))
  })

  test('of a large value writes small ones afterwards', () => {
    const writer = new DeltaWriter()
    writer.put(bytes(1), new Uint8Array(VALUE_BYTES_MAX))
    expect(writer.finish().length).toBeGreaterThan(VALUE_BYTES_MAX)
    writer.put(bytes(2), new Uint8Array(30_000).fill(1))
    writer.put(bytes(1), bytes(5))
    expectBytes(
      writer.finish(),
      deltaOf([
        { key: bytes(1), value: bytes(5) },
        { key: bytes(2), value: new Uint8Array(30_000).fill(1) },
      ]),
    )
  })

  test('refuses keys and values that no page could take: they are checked by the caller', () => {
    const writer = new DeltaWriter()
    writer.put(new Uint8Array(KEY_BYTES_MAX), bytes())
    expect(() => writer.put(new Uint8Array(KEY_BYTES_MAX + 1), bytes())).toThrow(BrokenInvariant)
    expect(() => writer.delete(new Uint8Array(KEY_BYTES_MAX + 1))).toThrow('a-key-is-bounded')
    const large = new Uint8Array(VALUE_BYTES_MAX + 1)
    expect(() => writer.put(bytes(1), large)).toThrow('a-value-is-bounded')
    expect(changesOf(writer.finish())).toHaveLength(1)
  })
})

describe('a reader', () => {
  test('gives views, sizes and places', () => {
    const delta = deltaOf([{ key: textBytes('key'), value: bytes(1, 2) }, { key: textBytes('x') }])
    const reader = new DeltaReader(delta)
    expect(reader.next()).toBe(true)
    expect([reader.keyAt, reader.keySize, reader.valueAt, reader.valueSize]).toEqual([1, 3, 5, 2])
    expect(reader.key).toEqual(textBytes('key'))
    expect(reader.value).toEqual(bytes(1, 2))
    expect(reader.key.buffer).toBe(delta.buffer)
    expect(reader.next()).toBe(true)
    expect(reader.valueSize).toBe(-1)
    expect(reader.value).toBeUndefined()
    expect(reader.next()).toBe(false)
    expect(reader.next()).toBe(false)
  })

  test('may be opened again: the last key of the old bytes does not count', () => {
    const reader = new DeltaReader(careless([{ key: textBytes('z') }]))
    reader.next()
    reader.open(careless([{ key: textBytes('a') }]))
    expect(reader.next()).toBe(true)
    expect(reader.key).toEqual(textBytes('a'))
  })

  const long = new Uint8Array(KEY_BYTES_MAX + 1)
  test.each([
    ['keys that descend', careless([{ key: textBytes('b') }, { key: textBytes('a') }])],
    ['a key twice', careless([{ key: textBytes('a') }, { key: textBytes('a') }])],
    ['a key after one that it begins', careless([{ key: bytes(1, 0) }, { key: bytes(1) }])],
    ['the empty key after another', careless([{ key: bytes(1) }, { key: bytes() }])],
    ['a key that is too long', careless([{ key: long }])],
    ['a key that ends too early', bytes(3, 1, 2)],
    ['no size of a value', bytes(1, 1)],
    ['a value that ends too early', bytes(1, 1, 3, 9)],
    ['a size that does not end', bytes(0xff, 0xff, 0xff, 0xff, 0xff)],
    ['a size that ends too early', bytes(0x80)],
    ['a size that is longer than it needs to be', bytes(0x81, 0, 1, 0)],
    ['a zero that is longer than it needs to be', bytes(0x80, 0, 0)],
    ['a value that is too large', bytes(1, 1, 0x82, 0x80, 0x80, 0x08)],
  ])('refuses %s', (_, delta) => {
    expect(codeOf(() => checkDelta(delta))).toBe(MALFORMED_BYTES)
  })

  test('refuses a delta that was cut short, unless an entry ends there', () => {
    fc.assert(
      fc.property(anyChanges, fc.nat(), (changes, n) => {
        const delta = deltaOf(changes)
        const short = delta.slice(0, delta.length === 0 ? 0 : n % delta.length)
        const ends = new Set(
          merged(changes).map((_, i) => careless(merged(changes).slice(0, i)).length),
        )
        const isWhole = short.length === 0 || ends.has(short.length)
        expect(codeOf(() => checkDelta(short))).toBe(isWhole ? 'nothing' : MALFORMED_BYTES)
      }),
      { numRuns: 300 },
    )
  })

  test('takes any bytes for a delta in its one form, or refuses them', () => {
    const small = fc.array(fc.nat(3), { maxLength: 60, size: 'max' })
    const anyBytes = fc.oneof(
      fc.uint8Array({ maxLength: 60, size: 'max' }),
      // Small sizes, so that some entries can be read: some 110 of 2000.
      { weight: 3, arbitrary: small.map(list => Uint8Array.from(list)) },
    )
    let readable = 0
    fc.assert(
      fc.property(anyBytes, delta => {
        if (codeOf(() => checkDelta(delta)) === MALFORMED_BYTES) return
        readable++
        expectBytes(deltaOf(changesOf(delta)), delta)
      }),
      { numRuns: fuzzRuns(2000) },
    )
    expect(readable).toBeGreaterThan(50)
  })

  test('sees a flipped bit as other changes, or as malformed', () => {
    fc.assert(
      fc.property(anyChanges, fc.nat(), fc.nat(7), (changes, n, bit) => {
        const delta = deltaOf(changes)
        if (delta.length === 0) return
        const at = n % delta.length
        delta[at] = (delta[at] as number) ^ (1 << bit)
        if (codeOf(() => checkDelta(delta)) === MALFORMED_BYTES) return
        expectBytes(deltaOf(changesOf(delta)), delta)
      }),
      { numRuns: fuzzRuns(500) },
    )
  })
})

test('sizes are written as everywhere else', () => {
  const around = [7, 14, 21].flatMap(bits => [2 ** bits - 1, 2 ** bits])
  for (const size of [0, 1, ...around, VALUE_BYTES_MAX + 1]) {
    const wanted = new ByteWriter().varint(size).finish()
    const out = new Uint8Array(8)
    expect(writeVarint(out, 2, size)).toBe(2 + wanted.length)
    expect(out.slice(2, 2 + wanted.length)).toEqual(wanted)
    expect(varintSize(size)).toBe(wanted.length)
  }
})

test('the largest value passes', () => {
  const value = new Uint8Array(VALUE_BYTES_MAX).fill(3)
  const reader = new DeltaReader(deltaOf([{ key: bytes(1), value }]))
  expect(reader.next()).toBe(true)
  expect(reader.valueSize).toBe(VALUE_BYTES_MAX)
  expect(reader.next()).toBe(false)
})
