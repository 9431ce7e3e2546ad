/** Lists that are bounded in bytes: what they say depends neither on the order nor on the cells. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { vectorOf } from '../columns/builder.ts'
import { FailedRows } from '../columns/failed-rows.ts'
import { allRows } from '../columns/records.ts'
import { type Scalar, scalarAt } from '../columns/vector.ts'
import { BIGINT, TEXT, type Type } from '../schema/type.ts'
import type { Accumulators } from './accumulators.ts'
import { LIST_BYTES_MAX } from './bounds.ts'
import { collect } from './collect.ts'
import { LIST_TOO_LARGE } from './ranked.ts'
import { topN, topNBy } from './top.ts'

/** As many letters; a list weighs 8 and one for each. */
const text = (size: number, letter = 'x') => letter.repeat(size)

interface Item {
  readonly time: number
  readonly size: number
}

const LIMIT = 4
const MOST = 60
const anyItem = fc.record({ time: fc.nat(6), size: fc.nat(40) })

const types: readonly Type[] = [TEXT, BIGINT]
const lists: Readonly<Record<string, (bytesMax?: number) => Accumulators>> = {
  collect: most => collect.make(types, [undefined, LIMIT], most),
  top_n: most => topN.make(types, [undefined, LIMIT], most),
  top_n_by: most => topNBy.make([TEXT, BIGINT, BIGINT], [undefined, undefined, LIMIT], most),
}

function add(list: Accumulators, cell: number, items: readonly Item[]): void {
  const size = items.length
  const texts = vectorOf(
    TEXT,
    items.map(one => text(one.size)),
  )
  const bys = vectorOf(
    BIGINT,
    items.map(one => one.time),
  )
  const times = Float64Array.from(items, one => one.time)
  const cells = new Int32Array(size).fill(cell)
  list.add({ rows: allRows(size), cells, args: [texts, bys, bys], times })
}

function shown(list: Accumulators, cell: number) {
  const codes: string[] = []
  const failures = new FailedRows((_, code) => codes.push(code))
  const value = scalarAt(list.results(Int32Array.of(cell), failures), 0)
  const out = new ByteWriter()
  list.write(out, cell)
  const sizes = (value as readonly Scalar[] | null)?.map(one => (one as string).length)
  return { sizes: sizes ?? null, codes, bytes: [...out.finish()] }
}

/** What a list without a bound in bytes says, or that its first ones are too large. */
function wanted(name: string, items: readonly Item[]) {
  const order: Readonly<Record<string, (a: Item, b: Item) => number>> = {
    collect: (a, b) => a.time - b.time,
    top_n: (a, b) => b.size - a.size,
    top_n_by: (a, b) => b.time - a.time || a.time - b.time,
  }
  const best = [...items].sort(order[name]).slice(0, LIMIT)
  const cost = name === 'top_n' ? 8 : 16
  const bytes = best.reduce((sum, one) => sum + cost + one.size, 0)
  if (bytes > MOST) return { sizes: null, codes: [LIST_TOO_LARGE] }
  return { sizes: best.length === 0 ? null : best.map(one => one.size), codes: [] }
}

describe.each(Object.entries(lists))('%s', (name, make) => {
  test('says the best, or that they are too large together', () => {
    fc.assert(
      fc.property(fc.array(anyItem, { maxLength: 12 }), items => {
        const list = make(MOST)
        list.room(1)
        add(list, 0, items)
        expect(shown(list, 0)).toMatchObject(wanted(name, items))
      }),
      { numRuns: 300 },
    )
  })

  test('is the same, to the byte, in pieces, merged, and read again', () => {
    const pieces = fc.array(fc.array(anyItem, { maxLength: 6 }), { maxLength: 5 })
    fc.assert(
      fc.property(pieces, fc.boolean(), (parts, isMerged) => {
        const list = make(MOST)
        list.room(3)
        for (const part of parts) {
          add(list, isMerged ? 1 : 0, part)
          if (isMerged) list.merge(0, 1)
          list.clear(1)
          const { bytes } = shown(list, 0)
          list.clear(0)
          list.read(new ByteReader(Uint8Array.from(bytes)), 0)
          expect(shown(list, 0).bytes).toEqual(bytes)
        }
        add(list, 2, parts.flat())
        expect(shown(list, 0)).toEqual(shown(list, 2))
      }),
      { numRuns: 300 },
    )
  })

  test('holds no more than its bound, and nothing once it is cleared', () => {
    fc.assert(
      fc.property(fc.array(anyItem), items => {
        const list = make(MOST)
        list.room(2)
        add(list, 0, items)
        add(list, 1, items)
        expect(list.heldBytes).toBeLessThanOrEqual(2 * MOST)
        for (const cell of [0, 1]) list.clear(cell)
        expect(list.heldBytes).toBe(0)
      }),
    )
  })

  test('has a bound where none is named', () => {
    const list = make()
    list.room(1)
    add(list, 0, new Array(3).fill({ time: 1, size: LIST_BYTES_MAX / 2 }))
    expect(shown(list, 0).codes).toEqual([LIST_TOO_LARGE])
  })
})
