/** Timers at the ends of time, of memory and of slots, and between batches that come to nothing. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SLOTS } from '../../base/hash.ts'
import { MemoryStore } from '../store/store.ts'
import { Overlay, PIPELINE_MAX } from './overlay.ts'
import { compareTimers, type Timer, Timers } from './timers.ts'

const TABLE = 7

/** Batches are speculated on, applied late, and may be lost. */
class Speculation {
  readonly store = new MemoryStore()
  readonly overlay: Overlay
  readonly timers: Timers
  readonly #waiting: Uint8Array[] = []

  constructor(nearMax?: number) {
    this.overlay = new Overlay(this.store)
    this.timers = new Timers(this.overlay, TABLE, nearMax)
  }

  endBatch(): void {
    this.timers.save()
    this.#waiting.push(this.overlay.finish())
    if (this.#waiting.length === PIPELINE_MAX) this.apply()
  }

  apply(): void {
    const delta = this.#waiting.shift()
    if (delta === undefined) return
    this.store.apply(delta)
    this.overlay.onApplied()
  }

  lose(): void {
    this.overlay.discard()
    this.#waiting.length = 0
    this.timers.forget()
  }

  set(...timers: readonly Timer[]): void {
    for (const timer of timers) this.timers.set(timer)
  }

  taken(time: number, count = Infinity): readonly Timer[] {
    const all: Timer[] = []
    while (all.length < count && this.timers.first(time) !== undefined) {
      all.push(this.timers.take() as Timer)
    }
    return all
  }
}

const timer = (time: number, slot = 0, ...key: number[]): Timer => ({
  time,
  slot,
  key: Uint8Array.from(key),
})

const LAST = Number.MAX_SAFE_INTEGER
const FIRST = Number.MIN_SAFE_INTEGER

describe('timers at the ends of time', () => {
  test.each([1, undefined])('are taken like all others, with %s in memory', nearMax => {
    const group = new Speculation(nearMax)
    const all = [timer(FIRST), timer(FIRST + 1), timer(-1), timer(0), timer(LAST - 1), timer(LAST)]
    group.set(...[...all].reverse())
    group.endBatch()
    group.timers.forget()
    expect(group.timers.firstTime()).toBe(FIRST)
    expect(group.taken(FIRST)).toEqual(all.slice(0, 1))
    expect(group.taken(LAST - 1)).toEqual(all.slice(1, 5))
    expect(group.timers.firstTime()).toBe(LAST)
    expect(group.taken(Infinity)).toEqual(all.slice(5))
    expect(group.timers.firstTime()).toBe(Infinity)
  })

  test('before all time there is none', () => {
    const group = new Speculation()
    group.set(timer(FIRST))
    expect(group.timers.first(-Infinity)).toBeUndefined()
    expect(group.timers.first(FIRST)).toEqual(timer(FIRST))
  })

  test('that are none are refused when they are saved, not when they are read', () => {
    const group = new Speculation()
    group.set(timer(0.5))
    expect(() => group.timers.save()).toThrow('times-are-safe-integers')
  })
})

describe('timers in speculation', () => {
  test('of a batch that was lost are not there, and what it took is there again', () => {
    const group = new Speculation(1)
    group.set(timer(1), timer(2))
    group.endBatch()
    group.apply()
    group.set(timer(3))
    expect(group.taken(1)).toEqual([timer(1)])
    group.endBatch()
    group.lose()
    expect(group.taken(9)).toEqual([timer(1), timer(2)])
  })

  test('are taken once, though the batch that took them is not applied yet', () => {
    const group = new Speculation(1)
    group.set(timer(1), timer(2), timer(3))
    group.endBatch()
    for (const time of [1, 2, 3]) {
      group.timers.forget()
      expect(group.taken(time)).toEqual([timer(time)])
      group.endBatch()
    }
    for (let left = PIPELINE_MAX; left > 0; left--) group.apply()
    expect(group.store.size).toBe(0)
  })

  test('are the same, wherever a batch ends and whatever is in memory', () => {
    const one = fc.record({
      time: fc.integer({ min: -3, max: 6 }),
      slot: fc.constantFrom(0, 1, SLOTS - 1),
      key: fc.constant(Uint8Array.of(9)),
    })
    const deed = fc.oneof(
      one.map(set => ({ set })),
      fc.record({ upTo: fc.integer({ min: -3, max: 6 }), count: fc.nat(3) }),
    )
    const memory = fc.record({ nearMax: fc.constantFrom(1, 3), forgets: fc.boolean() })
    fc.assert(
      fc.property(
        fc.array(fc.array(deed, { maxLength: 8 }), { maxLength: 6 }),
        memory,
        (batches, how) => {
          const [group, plain] = [new Speculation(how.nearMax), new Speculation()]
          for (const batch of batches) {
            for (const step of batch) {
              if ('set' in step) for (const each of [group, plain]) each.set(step.set)
              else
                expect(group.taken(step.upTo, step.count)).toEqual(
                  plain.taken(step.upTo, step.count),
                )
            }
            for (const each of [group, plain]) each.endBatch()
            if (how.forgets) group.timers.forget()
          }
          expect(group.taken(Infinity)).toEqual(plain.taken(Infinity))
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('timers of many slots', () => {
  test('are read a few of each slot at a time, and come in order all the same', () => {
    const group = new Speculation(SLOTS)
    const all: Timer[] = []
    for (let slot = 0; slot < SLOTS; slot += 8) {
      for (let nth = 0; nth < 12; nth++) all.push(timer((slot * 7 + nth * 13) % 50, slot, nth))
    }
    group.set(...all)
    group.endBatch()
    group.timers.forget()
    const wanted = [...all].sort(compareTimers)
    expect(group.taken(20)).toEqual(wanted.filter(({ time }) => time <= 20))
    group.endBatch()
    expect(group.taken(50)).toEqual(wanted.filter(({ time }) => time > 20))
  })

  test('a slot with many does not hide the first of another', () => {
    const group = new Speculation(2)
    const many = Array.from({ length: 30 }, (_, at) => timer(at, 5, at))
    const [early, late] = [timer(3, 900), timer(29, 1)]
    group.set(...many, late, early)
    group.endBatch()
    group.timers.forget()
    const taken = group.taken(29)
    expect(taken).toEqual([...many, early, late].sort(compareTimers))
  })

  test('of one time in one slot are more than memory should hold, and all come', () => {
    const group = new Speculation(4)
    const many = Array.from({ length: 300 }, (_, at) => timer(1, 5, at >> 8, at & 0xff))
    group.set(...many, timer(2))
    expect(group.taken(1)).toEqual(many)
    group.endBatch()
    expect(group.taken(2)).toEqual([timer(2)])
  })
})

describe('taking', () => {
  test('what was not asked for takes what is first in memory, or nothing', () => {
    const group = new Speculation()
    group.set(timer(4), timer(2))
    expect(group.timers.take()).toBeUndefined()
    expect(group.timers.first(2)).toEqual(timer(2))
    expect(group.timers.first(9)).toEqual(timer(2))
    expect(group.timers.take()).toEqual(timer(2))
    expect(group.timers.first(9)).toEqual(timer(4))
  })

  test('a timer that is set meanwhile and is earlier comes first', () => {
    const group = new Speculation()
    group.set(timer(5))
    expect(group.timers.first(9)).toEqual(timer(5))
    group.set(timer(3))
    expect(group.taken(9)).toEqual([timer(3), timer(5)])
  })
})
