/** Timers against a sorted list, with few of them in memory, forgotten and read again at random. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SLOTS } from '../../base/hash.ts'
import { MemoryStore } from '../store/store.ts'
import { Overlay } from './overlay.ts'
import { compareTimers, type Timer, Timers } from './timers.ts'

const TABLE = 7

/** A group whose batches are applied at once. */
class Group {
  readonly store = new MemoryStore()
  readonly overlay: Overlay
  readonly timers: Timers

  constructor(nearMax?: number, slots = { from: 0, to: SLOTS }) {
    this.overlay = new Overlay(this.store, slots)
    this.timers = new Timers(this.overlay, TABLE, nearMax)
  }

  endBatch(): void {
    this.timers.save()
    this.store.apply(this.overlay.finish())
    this.overlay.onApplied()
  }

  takeAll(time: number): Timer[] {
    const taken: Timer[] = []
    while (this.timers.first(time) !== undefined) taken.push(this.timers.take() as Timer)
    return taken
  }
}

const timer = (time: number, slot = 3, ...key: number[]): Timer => ({
  time,
  slot,
  key: Uint8Array.from(key),
})

const anyTimer: fc.Arbitrary<Timer> = fc.record({
  time: fc.integer({ min: -20, max: 40 }),
  slot: fc.constantFrom(0, 1, 500, SLOTS - 1),
  key: fc.uint8Array({ maxLength: 2 }),
})

type Action =
  | { readonly kind: 'set'; readonly timer: Timer }
  | { readonly kind: 'take'; readonly time: number }
  | { readonly kind: 'batch' | 'forget' }

const anyAction: fc.Arbitrary<Action> = fc.oneof(
  { weight: 5, arbitrary: anyTimer.map(one => ({ kind: 'set' as const, timer: one })) },
  {
    weight: 2,
    arbitrary: fc.integer({ min: -25, max: 45 }).map(time => ({ kind: 'take' as const, time })),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'batch' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'forget' as const }) },
)

/** Each timer once, in order. */
class Model {
  #timers: Timer[] = []

  set(one: Timer): void {
    if (!this.#timers.some(other => compareTimers(one, other) === 0)) this.#timers.push(one)
    this.#timers.sort(compareTimers)
  }

  takeAll(time: number): Timer[] {
    const taken = this.#timers.filter(one => one.time <= time)
    this.#timers = this.#timers.filter(one => one.time > time)
    return taken
  }

  get firstTime(): number {
    return this.#timers[0]?.time ?? Number.POSITIVE_INFINITY
  }

  get size(): number {
    return this.#timers.length
  }
}

describe('timers', () => {
  test('are taken in order, each once, whatever is kept in memory', () => {
    const plan = fc.tuple(fc.constantFrom(1, 2, 1000), fc.array(anyAction, { maxLength: 40 }))
    fc.assert(
      fc.property(plan, ([nearMax, actions]) => {
        const group = new Group(nearMax)
        const model = new Model()
        for (const action of actions) {
          if (action.kind === 'set') {
            group.timers.set(action.timer)
            model.set(action.timer)
          } else if (action.kind === 'take') {
            expect(group.takeAll(action.time)).toEqual(model.takeAll(action.time))
          } else {
            group.endBatch()
            if (action.kind === 'forget') group.timers.forget()
          }
          expect(group.timers.firstTime()).toBe(model.firstTime)
        }
        group.endBatch()
        expect(group.store.size).toBe(model.size)
        expect(group.takeAll(Number.POSITIVE_INFINITY)).toEqual(
          model.takeAll(Number.POSITIVE_INFINITY),
        )
      }),
      { numRuns: 300 },
    )
  })

  test('of one time are taken by key, then by slot', () => {
    const group = new Group()
    const order = [timer(5, 9), timer(5, 2, 0), timer(5, 1, 1), timer(5, 4, 1), timer(6, 0)]
    for (const one of [...order].reverse()) group.timers.set(one)
    expect(group.takeAll(6)).toEqual(order)
  })

  test('that are set twice are taken once, in one batch or in two', () => {
    const group = new Group()
    group.timers.set(timer(5))
    group.timers.set(timer(5))
    group.endBatch()
    group.timers.set(timer(5))
    expect(group.takeAll(5)).toEqual([timer(5)])
    group.endBatch()
    expect(group.store.size).toBe(0)
  })

  test('that are set again after they were taken are there again', () => {
    const group = new Group()
    group.timers.set(timer(5))
    group.endBatch()
    expect(group.takeAll(5)).toHaveLength(1)
    group.timers.set(timer(5))
    group.endBatch()
    group.timers.forget()
    expect(group.takeAll(5)).toEqual([timer(5)])
  })

  test('that were taken are not read again in their batch, however near the horizon comes', () => {
    for (const isRow of [false, true]) {
      const group = new Group(1)
      group.timers.set(timer(0))
      if (isRow) group.endBatch()
      expect(group.takeAll(0)).toEqual([timer(0)])
      const later = [timer(-1), timer(0, 0, 0), timer(0, 9, 0)]
      for (const one of later) group.timers.set(one)
      expect(group.takeAll(0)).toEqual(later)
      group.endBatch()
      group.timers.forget()
      expect(group.takeAll(0)).toEqual([])
    }
  })

  test('that were taken in a batch that came to nothing are there again', () => {
    const group = new Group()
    group.timers.set(timer(5))
    group.endBatch()
    group.takeAll(5)
    group.timers.forget()
    group.endBatch()
    expect(group.takeAll(5)).toEqual([timer(5)])
  })

  test('are bounded in memory: thousands of one slot and time, or of many', () => {
    const group = new Group(16)
    const keys = Array.from({ length: 500 }, (_, at) => timer(9, 3, at >> 8, at & 255))
    for (const one of keys) group.timers.set(one)
    for (let time = 10; time < 300; time++) group.timers.set(timer(time))
    group.endBatch()
    group.timers.forget()
    expect(group.takeAll(9)).toEqual(keys)
    expect(group.takeAll(299)).toHaveLength(290)
  })

  test('of slots that are another group’s are not read', () => {
    const first = new Group()
    first.timers.set(timer(5, 100))
    first.timers.set(timer(5, 900))
    first.endBatch()
    const half = new Timers(new Overlay(first.store, { from: 512, to: SLOTS }), TABLE)
    expect(half.first(9)).toEqual(timer(5, 900))
    half.take()
    expect(half.first(9)).toBeUndefined()
  })

  test('nothing is taken where nothing is due', () => {
    const group = new Group()
    expect(group.timers.take()).toBeUndefined()
    expect(group.timers.firstTime()).toBe(Number.POSITIVE_INFINITY)
    group.timers.set(timer(5))
    expect(group.timers.first(4)).toBeUndefined()
    expect(group.timers.firstTime()).toBe(5)
  })
})
