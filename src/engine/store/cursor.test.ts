/** Walks against slices of an array, also while the store changes under them. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PAGE_BYTES } from './bounds.ts'
import { type Cursor, type Range, rangeOf } from './cursor.ts'
import { PagePool } from './pool.ts'
import { MemoryStore } from './store.ts'
import { expectBytes, expectRows } from './testing/expect.ts'
import { type Change, deltaOf, Model } from './testing/model.ts'
import {
  ArrayRows,
  anyKey,
  anyRows,
  anyValue,
  bytes,
  numberedKey,
  numberedRows,
  pattern,
  textBytes,
} from './testing/rows.ts'

const storeOf = (rows: readonly Change[]) =>
  MemoryStore.from(new ArrayRows(rows), new PagePool(4 * PAGE_BYTES))

const texts = (cursor: Cursor) => [...cursor].map(({ key }) => new TextDecoder().decode(key))

const store = storeOf(
  ['', 'a', 'ab', 'b', 'c'].map(text => ({ key: textBytes(text), value: bytes(text.length) })),
)

describe('a walk', () => {
  test.each<[string, Range, string[]]>([
    ['of all', {}, ['', 'a', 'ab', 'b', 'c']],
    ['from a key, with it', { from: textBytes('ab') }, ['ab', 'b', 'c']],
    ['from between two keys', { from: textBytes('aa') }, ['ab', 'b', 'c']],
    ['to a key, without it', { to: textBytes('b') }, ['', 'a', 'ab']],
    ['between two', { from: textBytes('a'), to: textBytes('b') }, ['a', 'ab']],
    ['from behind the last', { from: textBytes('d') }, []],
    ['to before the first', { to: textBytes('') }, []],
    ['of a range that is empty', { from: textBytes('b'), to: textBytes('b') }, []],
    ['of a range the wrong way around', { from: textBytes('c'), to: textBytes('a') }, []],
    ['of some rows', { limit: 2 }, ['', 'a']],
    ['of no rows', { limit: 0 }, []],
    ['backwards', { reverse: true }, ['c', 'b', 'ab', 'a', '']],
    ['backwards to a key, with it', { from: textBytes('ab'), reverse: true }, ['c', 'b', 'ab']],
    ['backwards from a key, without it', { to: textBytes('b'), reverse: true }, ['ab', 'a', '']],
    ['backwards from between two', { to: textBytes('aa'), reverse: true }, ['a', '']],
    ['backwards from behind the last', { to: textBytes('z'), reverse: true, limit: 1 }, ['c']],
    ['backwards from before the first', { to: textBytes(''), reverse: true }, []],
    [
      'backwards in an empty range',
      { from: textBytes('b'), to: textBytes('b'), reverse: true },
      [],
    ],
    [
      'backwards the wrong way around',
      { from: textBytes('c'), to: textBytes('a'), reverse: true },
      [],
    ],
  ])('%s', (_, range, wanted) => {
    expect(texts(store.scan(range))).toEqual(wanted)
  })

  test('in an empty store ends at once, either way', () => {
    const empty = new MemoryStore(new PagePool(PAGE_BYTES))
    expect(empty.scan().next()).toBe(false)
    expect(empty.scan({ reverse: true, from: bytes(1), to: bytes(9) }).next()).toBe(false)
  })

  test('stays at its end', () => {
    const cursor = store.scan({ from: textBytes('c') })
    expect([cursor.next(), cursor.next(), cursor.next()]).toEqual([true, false, false])
    store.apply(deltaOf([{ key: textBytes('z'), value: bytes() }]))
    expect(cursor.next()).toBe(false)
    store.apply(deltaOf([{ key: textBytes('z') }]))
  })

  test('through many leaves and large values is what an array says', () => {
    fc.assert(
      fc.property(
        anyRows(60),
        fc.option(anyKey, { nil: undefined }),
        fc.option(anyKey, { nil: undefined }),
        fc.boolean(),
        (rows, from, to, reverse) => {
          const range = { from, to, reverse }
          expectRows(storeOf(rows).scan(range), new Model(rows).scan(range))
        },
      ),
      { numRuns: 200 },
    )
  })

  test('may begin again with another range, and is then another walk', () => {
    const cursor = store.scan({ from: textBytes('b') })
    cursor.next()
    expect(texts(cursor.open({ to: textBytes('ab') }))).toEqual(['', 'a'])
    expect(texts(cursor.open({ reverse: true, limit: 1 }))).toEqual(['c'])
  })
})

describe('what a cursor shows', () => {
  test('is lent: key in its own bytes, a value where it lies', () => {
    const cursor = store.scan({ from: textBytes('ab') })
    cursor.next()
    expect(cursor.keyBytes.slice(cursor.keyAt, cursor.keySize)).toEqual(textBytes('ab'))
    expect(cursor.valueSize).toBe(1)
    expect(cursor.valueBytes[cursor.valueAt]).toBe(2)
    expect(cursor.valueBytes.buffer).toBeInstanceOf(SharedArrayBuffer)
  })

  test('is copied where a copy is asked for', () => {
    const cursor = store.scan()
    cursor.next()
    cursor.next()
    const { key, value } = cursor
    cursor.next()
    expect([key, value]).toEqual([textBytes('a'), bytes(1)])
  })

  test('are long keys, too, behind short ones', () => {
    const rows = [
      { key: bytes(1), value: bytes(1) },
      { key: new Uint8Array(1000).fill(2), value: bytes(2) },
    ]
    expectRows(storeOf(rows).scan(), rows)
  })

  test('is put together from pages for large values, one after the other', () => {
    const rows = [9000, 5000, 20_000, 10].map((size, i) => ({
      key: bytes(i),
      value: pattern(size, i),
    }))
    expectRows(storeOf(rows).scan(), rows)
  })
})

describe('while the store changes', () => {
  const rows = numberedRows(400, 30)

  test('a walk goes on behind its key, and sees what is there when it comes', () => {
    const store = storeOf(rows)
    const cursor = store.scan()
    for (let i = 0; i < 100; i++) cursor.next()
    const last = rows[99]?.key as Uint8Array
    const next = Uint8Array.from([...last, 0])
    store.apply(
      deltaOf([
        { key: last },
        { key: next, value: bytes(9) },
        { key: rows[100]?.key as Uint8Array },
      ]),
    )
    expect(cursor.next()).toBe(true)
    expectBytes(cursor.key, next)
    expect(cursor.next()).toBe(true)
    expectBytes(cursor.key, rows[101]?.key)
  })

  test('a walk backwards does the same', () => {
    const store = storeOf(rows)
    const cursor = store.scan({ reverse: true })
    for (let i = 0; i < 100; i++) cursor.next()
    store.apply(deltaOf(rows.slice(295, 305).map(({ key }) => ({ key }))))
    expect(cursor.next()).toBe(true)
    expectBytes(cursor.key, rows[294]?.key)
  })

  test('nothing that stays is missed, and nothing comes twice', () => {
    const anyBurst = fc.array(
      fc.record({
        key: fc.tuple(fc.nat(3), fc.nat(400)).map(([slot, n]) => numberedKey(slot, n)),
        value: fc.option(anyValue, { nil: undefined }),
      }),
      { maxLength: 30, size: 'max' },
    )
    fc.assert(
      fc.property(anyRows(80), fc.array(anyBurst), fc.boolean(), (rows, bursts, reverse) => {
        const store = storeOf(rows)
        const model = new Model(rows)
        const cursor = store.scan({ reverse })
        let last: Uint8Array | undefined
        const expectNext = () => {
          const rest = reverse ? { to: last } : { from: last }
          const ahead = model
            .scan({ ...rest, reverse })
            .filter(row => row.key.toString() !== last?.toString())
          const isThere = cursor.next()
          expect(isThere).toBe(ahead.length > 0)
          if (isThere) expectBytes(cursor.key, ahead[0]?.key)
          if (isThere) expectBytes(cursor.value, ahead[0]?.value)
          last = isThere ? cursor.key : last
          return isThere
        }
        for (const burst of bursts) {
          if (!expectNext()) return
          if (!expectNext()) return
          store.apply(deltaOf(burst))
          for (const change of burst) model.change(change)
        }
        while (expectNext());
      }),
      { numRuns: 100 },
    )
  })
})

describe('the range of a prefix', () => {
  test.each([
    [bytes(1, 2), bytes(1, 3)],
    [bytes(1, 0xff), bytes(2)],
    [bytes(0xff, 0xff), undefined],
    [bytes(), undefined],
  ])('%s ends before %s', (prefix, to) => {
    expect(rangeOf(prefix)).toEqual(to === undefined ? { from: prefix } : { from: prefix, to })
  })

  test('leaves the prefix as it is, whoever made its bytes', () => {
    const prefix = Buffer.from([1, 2])
    expect([...(rangeOf(prefix).to ?? [])]).toEqual([1, 3])
    expect([...prefix]).toEqual([1, 2])
  })

  test('has the keys that begin with it', () => {
    fc.assert(
      fc.property(anyRows(40), anyKey, (rows, prefix) => {
        const wanted = rows.filter(({ key }) => prefix.every((byte, i) => key[i] === byte))
        expectRows(storeOf(rows).scan(rangeOf(prefix)), wanted)
      }),
    )
  })
})
