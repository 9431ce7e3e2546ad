/** Rows written part by part, searched in deltas, and looked for slot by slot. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteWriter } from '../../base/bytes.ts'
import { SLOTS } from '../../base/hash.ts'
import { KEY_BYTES_MAX, VALUE_BYTES_MAX } from '../store/bounds.ts'
import { DeltaWriter } from '../store/delta.ts'
import { compareKeys } from '../store/entry.ts'
import { MemoryStore } from '../store/store.ts'
import { DeltaIndex } from './delta-index.ts'
import { Overlay, PIPELINE_MAX } from './overlay.ts'
import { RowKeyWriter, slotIn, TABLES_MAX, wholeAt } from './row-key.ts'
import { eachSlot } from './slots.ts'

const bytes = (...values: number[]) => Uint8Array.from(values)
const anyKey = fc.uint8Array({ maxLength: 3, max: 3 })
const anyValue = fc.option(fc.uint8Array({ maxLength: 40 }), { nil: undefined })
const anyChanges = fc.array(fc.tuple(anyKey, anyValue), { maxLength: 30 })

/** Byte by byte, as operators write numbers one after another. */
function inParts(out: ByteWriter, part: Uint8Array): void {
  for (const byte of part) out.uint8(byte)
}

function writtenInParts(overlay: Overlay, key: Uint8Array, value?: Uint8Array): void {
  inParts(overlay.begin(), key)
  if (value === undefined) {
    overlay.endRemoved()
    return
  }
  inParts(overlay.middle(), value)
  overlay.end()
}

describe('rows that are written part by part', () => {
  test('are the same as rows that are put and removed whole, mixed with them or not', () => {
    fc.assert(
      fc.property(anyChanges, fc.array(fc.boolean()), (changes, areParts) => {
        const [one, other] = [new Overlay(new MemoryStore()), new Overlay(new MemoryStore())]
        changes.forEach(([key, value], at) => {
          if (areParts[at] === true) writtenInParts(one, key, value)
          else if (value === undefined) one.remove(key)
          else one.put(key, value)
          if (value === undefined) other.remove(key)
          else other.put(key, value)
        })
        expect(one.changes).toBe(changes.length)
        expect(one.finish()).toEqual(other.finish())
        expect(one.changes).toBe(0)
      }),
    )
  })

  test('may be empty, in their key and in their value', () => {
    const overlay = new Overlay(new MemoryStore())
    writtenInParts(overlay, bytes(), bytes())
    writtenInParts(overlay, bytes(0), bytes())
    const index = new DeltaIndex(overlay.finish())
    expect([index.size, index.find(bytes()), index.find(bytes(0))]).toEqual([2, 0, 1])
    expect(index.valueAt(0)).toEqual(bytes())
    expect(overlay.get(bytes())).toEqual(bytes())
  })

  test('count only when they are whole: a key alone is overwritten by the next', () => {
    const overlay = new Overlay(new MemoryStore())
    overlay.begin().uint8(1)
    expect(overlay.changes).toBe(0)
    overlay.discard()
    writtenInParts(overlay, bytes(2), bytes(3))
    const index = new DeltaIndex(overlay.finish())
    expect([...index.keyAt(0)]).toEqual([2])
    expect(index.size).toBe(1)
  })
})

describe('a writer of deltas that refused something', () => {
  const refusals: readonly (readonly [string, (writer: DeltaWriter) => void])[] = [
    ['a key', writer => writer.put(new Uint8Array(KEY_BYTES_MAX + 1), bytes())],
    ['a value', writer => writer.put(bytes(9), new Uint8Array(VALUE_BYTES_MAX + 1))],
    ['the end of a row', writer => writer.delete(new Uint8Array(KEY_BYTES_MAX + 1))],
    [
      'a key in parts',
      writer => {
        writer.begin().raw(new Uint8Array(KEY_BYTES_MAX + 1))
        writer.middle()
      },
    ],
    [
      'the end of a row in parts',
      writer => {
        writer.begin().raw(new Uint8Array(KEY_BYTES_MAX + 1))
        writer.endDeleted()
      },
    ],
    [
      'a value in parts',
      writer => {
        writer.begin().raw(bytes(9))
        writer.middle().raw(new Uint8Array(VALUE_BYTES_MAX + 1))
        writer.end()
      },
    ],
  ]

  test.each(refusals)('%s, goes on as if nobody had asked', (_, refused) => {
    const [writer, other] = [new DeltaWriter(), new DeltaWriter()]
    for (const one of [writer, other]) one.put(bytes(5), bytes(1))
    expect(() => refused(writer)).toThrow(/a-(key|value)-is-bounded/)
    for (const one of [writer, other]) {
      one.put(bytes(3), bytes(2, 2))
      one.delete(bytes(7))
    }
    expect(writer.count).toBe(other.count)
    expect(writer.finish()).toEqual(other.finish())
  })
})

describe('a delta that is searched', () => {
  test('has a value where a row is put, and none where it goes', () => {
    const overlay = new Overlay(new MemoryStore())
    overlay.put(bytes(1), bytes(7))
    overlay.remove(bytes(2))
    overlay.put(bytes(3), bytes())
    const index = new DeltaIndex(overlay.finish())
    expect([0, 1, 2].map(at => index.valueAt(at))).toEqual([bytes(7), undefined, bytes()])
  })

  test('of nothing has nothing, wherever one looks', () => {
    const index = new DeltaIndex(bytes())
    expect([index.size, index.seek(bytes(1)), index.find(bytes())]).toEqual([0, 0, -1])
  })

  test('finds a key between others that begin alike', () => {
    const overlay = new Overlay(new MemoryStore())
    const keys = [bytes(), bytes(1), bytes(1, 0), bytes(1, 0, 0), bytes(1, 1), bytes(2)]
    for (const key of [...keys].reverse()) overlay.put(key, key)
    const index = new DeltaIndex(overlay.finish())
    expect(keys.map(key => index.find(key))).toEqual([0, 1, 2, 3, 4, 5])
    expect(index.find(bytes(1, 0, 1))).toBe(-1)
    expect(index.seek(bytes(1, 0, 1))).toBe(4)
    expect(index.seek(bytes(255))).toBe(6)
  })
})

describe('what is speculated on', () => {
  test('hides what is under it, row by row, until it is applied', () => {
    const store = new MemoryStore()
    const overlay = new Overlay(store)
    const deltas = [bytes(1), undefined, bytes(3), undefined].map(value => {
      if (value === undefined) overlay.remove(bytes(9))
      else overlay.put(bytes(9), value)
      const seen = overlay.get(bytes(9))
      const delta = overlay.finish()
      expect(overlay.get(bytes(9))).toEqual(value)
      return { delta, seen }
    })
    expect(deltas.map(({ seen }) => seen)).toEqual([undefined, bytes(1), undefined, bytes(3)])
    for (const { delta } of deltas) {
      store.apply(delta)
      overlay.onApplied()
      expect(overlay.get(bytes(9))).toBeUndefined()
    }
  })

  test('makes a last key that is above all rows, also where it takes rows away', () => {
    const store = new MemoryStore()
    const overlay = new Overlay(store)
    overlay.put(bytes(5), bytes())
    store.apply(overlay.finish())
    overlay.onApplied()
    expect(overlay.lastKey(bytes(0), bytes(9))).toEqual(bytes(5))
    overlay.put(bytes(7), bytes())
    overlay.finish()
    overlay.remove(bytes(8))
    overlay.put(bytes(9), bytes())
    overlay.finish()
    expect(overlay.lastKey(bytes(0), bytes(9))).toEqual(bytes(8))
    expect(overlay.lastKey(bytes(0), bytes(6))).toEqual(bytes(5))
    expect(overlay.lastKey(bytes(6), bytes(8))).toEqual(bytes(7))
    expect(overlay.lastKey(bytes(0), bytes(5))).toBeUndefined()
  })

  test('may be as deep as the pipeline, again and again', () => {
    const store = new MemoryStore()
    const overlay = new Overlay(store)
    const waiting: Uint8Array[] = []
    for (let round = 0; round < 3 * PIPELINE_MAX; round++) {
      if (overlay.depth === PIPELINE_MAX) {
        store.apply(waiting.shift() as Uint8Array)
        overlay.onApplied()
      }
      overlay.put(bytes(round), bytes(round))
      waiting.push(overlay.finish())
    }
    const walked: number[] = []
    overlay.walk(bytes(), undefined, key => walked.push(key[0] as number) > 0)
    expect(walked).toEqual(Array.from({ length: 3 * PIPELINE_MAX }, (_, round) => round))
  })
})

describe('slots that have rows', () => {
  const TABLE = 5

  function seenBy(overlay: Overlay, table = TABLE): number[] {
    const seen: number[] = []
    eachSlot(overlay, table, slot => seen.push(slot))
    return seen
  }

  const anySlots = fc.uniqueArray(
    fc.oneof(fc.constantFrom(0, 255, 256, SLOTS - 1), fc.nat(SLOTS - 1)),
  )

  test('are each seen once, in order, and those of other tables and groups are not', () => {
    const bounds = fc
      .tuple(fc.nat(SLOTS), fc.nat(SLOTS))
      .map(([a, b]) => [Math.min(a, b), Math.max(a, b)])
    fc.assert(
      fc.property(anySlots, fc.nat(3), bounds, (slots, rowsMore, [from = 0, to = SLOTS]) => {
        const store = new MemoryStore()
        const all = new Overlay(store)
        const writer = new RowKeyWriter()
        for (const slot of slots) {
          for (let row = 0; row <= rowsMore; row++) {
            all.put(writer.begin(TABLE, slot).raw(bytes(row, 255)).finish(), bytes())
          }
        }
        for (const table of [TABLE - 1, TABLE + 1])
          all.put(writer.begin(table, 77).finish(), bytes())
        store.apply(all.finish())
        all.onApplied()
        const sorted = [...slots].sort((a, b) => a - b)
        expect(seenBy(all)).toEqual(sorted)
        const part = new Overlay(store, { from, to })
        expect(seenBy(part)).toEqual(sorted.filter(slot => slot >= from && slot < to))
      }),
    )
  })

  test('are those of the last table too', () => {
    const overlay = new Overlay(new MemoryStore())
    overlay.put(new RowKeyWriter().begin(TABLES_MAX, SLOTS - 1).finish(), bytes())
    overlay.finish()
    expect(seenBy(overlay, TABLES_MAX)).toEqual([SLOTS - 1])
    expect(seenBy(overlay, TABLES_MAX - 1)).toEqual([])
  })

  test('may be walked with an end to it, while others look on', () => {
    const overlay = new Overlay(new MemoryStore())
    const writer = new RowKeyWriter()
    for (const slot of [3, 9]) overlay.put(writer.begin(TABLE, slot).finish(), bytes(slot))
    overlay.finish()
    const found: number[] = []
    eachSlot(overlay, TABLE, slot => {
      overlay.walk(writer.begin(TABLE, slot).finish(), undefined, (_, value) => {
        found.push(value[0] as number)
        return true
      })
    })
    expect(found).toEqual([3, 9, 9])
  })
})

describe('keys of rows', () => {
  test('are written to where one says', () => {
    const out = new ByteWriter()
    const writer = new RowKeyWriter().to(out)
    writer.begin(1, 2).tag(3).whole(-1).raw(bytes(9))
    expect([...out.finish()]).toEqual([0, 1, 0, 2, 3, 0x7f, 255, 255, 255, 255, 255, 255, 255, 9])
  })

  test('are copies: the next key does not change the last', () => {
    const writer = new RowKeyWriter()
    const first = writer.begin(1, 2).finish()
    writer.begin(3, 4).finish()
    expect([...first]).toEqual([0, 1, 0, 2])
  })

  const LIMITS = [
    Number.MIN_SAFE_INTEGER,
    -(2 ** 32),
    -1,
    0,
    1,
    2 ** 31,
    2 ** 32,
    Number.MAX_SAFE_INTEGER,
  ]

  test('sort by their times to the ends of what a time can be', () => {
    const keys = LIMITS.map(time => new RowKeyWriter().begin(1, 1).whole(time).finish())
    expect(keys.map(key => wholeAt(key, 4))).toEqual(LIMITS)
    expect([...keys].reverse().sort(compareKeys)).toEqual(keys)
  })

  test.each([Number.MIN_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER + 1, Number.NaN, -0.5])(
    'have no time such as %d',
    time => {
      expect(() => new RowKeyWriter().whole(time)).toThrow('times-are-safe-integers')
    },
  )

  test('know their slot, the last one too', () => {
    for (const slot of [0, 255, 256, SLOTS - 1]) {
      expect(slotIn(new RowKeyWriter().begin(TABLES_MAX, slot).finish())).toBe(slot)
    }
  })
})
