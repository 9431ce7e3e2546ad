/** What windows have in blocks, against what they have slice by slice; and how little that is. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Blocks } from './blocks.ts'
import { rowsBySlot } from './due.ts'
import { Panes, type Part, SlotSet } from './panes.ts'
import { type SlicedSpec, type Slices, slicesOf } from './slices.ts'
import { CALLS, DISTINCT, Ground } from './testing/ground.ts'

const TABLE = 60
const USERS = ['a', 'b', 'c', 'd', 'e'] as const
const nothing = () => undefined

class Shelf {
  readonly ground: Ground
  readonly panes: Panes
  readonly blocks: Blocks
  readonly slices: Slices

  constructor(spec: SlicedSpec, calls = CALLS) {
    this.ground = new Ground(calls)
    this.slices = slicesOf(spec)
    this.panes = new Panes(this.ground.state, TABLE, this.ground)
    this.blocks = new Blocks(this.panes, this.ground.cells, this.slices)
  }

  add(time: number, user: string, number: number): void {
    const slice = this.slices.endAt(time)
    const cell = this.panes.change(slice, this.ground.idOf(user), nothing)
    this.blocks.onChange(slice)
    this.ground.add(cell, number)
  }

  /** As at the end of a batch. */
  save(forgets: boolean): void {
    this.panes.save()
    this.ground.cells.save()
    this.ground.apply()
    if (forgets) this.forget()
  }

  forget(): void {
    this.panes.forget()
    this.blocks.forget()
    this.ground.cells.forget()
    this.ground.keys.clear()
  }

  /** What a window says of each key, and the room that it takes. */
  said(parts: readonly Part[]) {
    const { cells, keys } = this.ground
    const sums = new Map<number, number>()
    for (const part of parts) {
      for (const id of part.ids) {
        const sum = sums.get(id) ?? cells.take()
        sums.set(id, sum)
        cells.merge(sum, part.cells.get(id))
      }
    }
    const rows = rowsBySlot([...sums.keys()], parts, keys)
    const results = [...sums].map(([id, sum]) => {
      const result = JSON.stringify([keys.partsOf(id), ...this.ground.resultOf(sum)], plain)
      cells.giveBack(sum)
      return result
    })
    return { results: results.sort(), rows: [...rows.entries()].filter(([, row]) => row > 0) }
  }

  /** Slices of which no later window has anything: whoever ends the window drops them. */
  goingIn(parts: readonly Part[], window: number): readonly number[] {
    return parts.map(({ slice }) => slice).filter(one => this.slices.lastWindow(one) <= window)
  }

  inSlices(window: number, slots: SlotSet): readonly Part[] {
    return this.panes.partsIn(this.slices.startOf(window), window, slots)
  }
}

const plain = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value)

const time = 'event'
const anySpec: fc.Arbitrary<SlicedSpec> = fc.oneof(
  fc.record({
    kind: fc.constant('hopping' as const),
    sizeMs: fc.integer({ min: 1, max: 60 }),
    everyMs: fc.integer({ min: 1, max: 12 }),
    offsetMs: fc.integer({ min: -70, max: 70 }),
    time: fc.constant(time),
  }),
  fc
    .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 20 }))
    .map(([stepMs, times]) => ({
      ...({ kind: 'cumulate', stepMs, sizeMs: stepMs * times, offsetMs: 3, time } as const),
    })),
)

const anyStep = fc.record({
  records: fc.array(
    fc.tuple(
      fc.integer({ min: -60, max: 3 }),
      fc.constantFrom(...USERS),
      fc.integer({ min: -9, max: 9 }),
    ),
    { maxLength: 12 },
  ),
  by: fc.integer({ min: 0, max: 25 }),
  some: fc.boolean(),
  forgets: fc.boolean(),
})

describe('what windows have in blocks', () => {
  const steps = fc.array(anyStep, { maxLength: 12 })
  const anyCalls = fc.constantFrom(CALLS, [...CALLS, DISTINCT])

  test('is what they have in slices, with the same room, whatever changed or was lost', () => {
    fc.assert(
      fc.property(anySpec, steps, anyCalls, (spec, script, calls) => {
        const shelf = new Shelf(spec, calls)
        let now = 100
        for (const { records, by, some, forgets } of script) {
          for (const [ago, user, number] of records) shelf.add(now + ago, user, number)
          const slots = slotsOf(shelf, some ? ['a', 'c'] : USERS)
          const before = now
          now += by
          for (const window of windowsIn(shelf.slices, before, now)) {
            const pieces = shelf.blocks.partsOf(window, slots)
            const parts = shelf.inSlices(window, slots)
            expect(shelf.said(pieces)).toEqual(shelf.said(parts))
            expect(shelf.goingIn(pieces, window)).toEqual(shelf.goingIn(parts, window))
          }
          shelf.save(forgets)
        }
      }),
      { numRuns: 200 },
    )
  })
})

function slotsOf({ ground }: Shelf, users: readonly string[]): SlotSet {
  return new SlotSet([...new Set(users.map(user => ground.keys.slotOf(ground.idOf(user))))])
}

/** Ends of windows behind the one time, up to the other. */
function windowsIn(slices: Slices, from: number, to: number): readonly number[] {
  const ends = new Set<number>()
  for (let at = from; at <= to; at++) {
    const window = slices.windowAfter(slices.endAt(at), from)
    if (window !== undefined && window <= to) ends.add(window)
  }
  return [...ends].sort((a, b) => a - b)
}

describe('of a window of thousands of slices', () => {
  const SLICES = 4096
  const spec: SlicedSpec = { kind: 'hopping', sizeMs: SLICES, everyMs: 1, offsetMs: 0, time }

  function dense(calls = CALLS) {
    const shelf = new Shelf(spec, calls)
    for (let at = 0; at < SLICES + 70; at++) shelf.add(at, 'a', 1)
    const slots = slotsOf(shelf, ['a'])
    return { shelf, partsOf: (window: number) => shelf.blocks.partsOf(window, slots) }
  }

  test('some hundred pieces are put together, and nearly all of them were before', () => {
    const { shelf, partsOf } = dense()
    partsOf(SLICES)
    const held = shelf.ground.cells.size
    for (let window = SLICES + 1; window <= SLICES + 64; window++) {
      const parts = partsOf(window)
      expect(parts.length).toBeLessThan(3 * 64)
      expect(shelf.said(parts).results).toEqual([JSON.stringify([['a'], SLICES, SLICES, 1], plain)])
    }
    expect(shelf.ground.cells.size).toBeLessThanOrEqual(held + 1)
    expect(held - (SLICES + 70)).toBeLessThanOrEqual(64)
  })

  test('a change is in the next result, and the blocks beside it stay', () => {
    const { shelf, partsOf } = dense()
    const [, block] = partsOf(SLICES).filter(({ counts }) => counts !== undefined)
    shelf.add(2000, 'a', 5)
    const after = partsOf(SLICES)
    expect(after).toContainEqual(block)
    expect(shelf.said(after).results).toEqual([
      JSON.stringify([['a'], SLICES + 1, SLICES + 5, 1], plain),
    ])
  })

  test('each slice is a piece where values are told apart', () => {
    expect(dense([DISTINCT]).partsOf(SLICES)).toHaveLength(SLICES)
  })
})
