/** The overlay against a map for each batch, and against the applied store as batches get there. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareKeys } from '../store/entry.ts'
import { MemoryStore } from '../store/store.ts'
import { DeltaIndex } from './delta-index.ts'
import { Overlay, PIPELINE_MAX } from './overlay.ts'

const bytes = (...values: number[]) => Uint8Array.from(values)
const named = (key: Uint8Array) => [...key].join('.')

interface Change {
  readonly key: Uint8Array
  readonly value: Uint8Array | undefined
}

const anyKey = fc.uint8Array({ maxLength: 2, max: 3 })
const anyChange: fc.Arbitrary<Change> = fc.record({
  key: anyKey,
  value: fc.option(fc.uint8Array({ maxLength: 2 }), { nil: undefined }),
})
const anyBatch = fc.array(anyChange, { maxLength: 6 })
/** Applied before each batch: none, or the oldest. */
const anyPlan = fc.array(fc.tuple(anyBatch, fc.nat(2)), { maxLength: 8 })

class Run {
  readonly store = new MemoryStore()
  readonly overlay = new Overlay(this.store)
  readonly model = new Map<string, { key: Uint8Array; value: Uint8Array }>()
  readonly #waiting: Uint8Array[] = []

  batch(changes: readonly Change[]): void {
    for (const { key, value } of changes) {
      if (value === undefined) this.overlay.remove(key)
      else this.overlay.put(key, value)
      if (value === undefined) this.model.delete(named(key))
      else this.model.set(named(key), { key, value })
    }
    this.#waiting.push(this.overlay.finish())
  }

  apply(count: number): void {
    for (let left = Math.min(count, this.#waiting.length); left > 0; left--) {
      this.store.apply(this.#waiting.shift() as Uint8Array)
      this.overlay.onApplied()
    }
  }

  get waiting(): number {
    return this.#waiting.length
  }

  walked(from: Uint8Array, to?: Uint8Array): [string, string][] {
    const rows: [string, string][] = []
    this.overlay.walk(from, to, (key, value) => {
      rows.push([named(key), named(value)])
      return true
    })
    return rows
  }

  expected(from: Uint8Array, to?: Uint8Array): [string, string][] {
    return [...this.model.values()]
      .filter(({ key }) => compareKeys(key, from) >= 0)
      .filter(({ key }) => to === undefined || compareKeys(key, to) < 0)
      .sort((one, other) => compareKeys(one.key, other.key))
      .map(({ key, value }) => [named(key), named(value)])
  }
}

describe('an overlay', () => {
  test('shows all that was finished, applied or not', () => {
    fc.assert(
      fc.property(anyPlan, anyKey, anyKey, (plan, from, to) => {
        const run = new Run()
        for (const [changes, applied] of plan) {
          run.apply(run.waiting === PIPELINE_MAX ? Math.max(1, applied) : applied)
          run.batch(changes)
          expect(run.walked(bytes())).toEqual(run.expected(bytes()))
          expect(run.walked(from, to)).toEqual(run.expected(from, to))
          for (const { key } of changes) {
            expect(run.overlay.get(key)).toEqual(run.model.get(named(key))?.value)
          }
        }
        run.apply(PIPELINE_MAX)
        expect(run.overlay.depth).toBe(0)
        expect(run.walked(bytes())).toEqual(run.expected(bytes()))
      }),
      { numRuns: 300 },
    )
  })

  test('names a last key behind which there is none', () => {
    fc.assert(
      fc.property(anyPlan, anyKey, anyKey, (plan, from, to) => {
        const run = new Run()
        for (const [changes] of plan) {
          run.apply(run.waiting === PIPELINE_MAX ? 1 : 0)
          run.batch(changes)
        }
        const last = run.overlay.lastKey(from, to)
        for (const [key] of run.walked(from, to)) {
          const bound = last === undefined ? undefined : named(last)
          expect(bound, key).toBeDefined()
          const parts = Uint8Array.from(key === '' ? [] : key.split('.').map(Number))
          expect(compareKeys(parts, last as Uint8Array)).toBeLessThanOrEqual(0)
        }
        if (last === undefined) return
        expect(compareKeys(last, from)).toBeGreaterThanOrEqual(0)
        expect(compareKeys(last, to)).toBeLessThan(0)
      }),
    )
  })

  test('goes back to what is applied when its speculation came to nothing', () => {
    const run = new Run()
    run.batch([{ key: bytes(1), value: bytes(1) }])
    run.apply(1)
    run.batch([{ key: bytes(1), value: bytes(2) }])
    run.overlay.put(bytes(9), bytes(9))
    expect(run.overlay.changes).toBe(1)
    run.overlay.discard()
    expect(run.overlay.depth).toBe(0)
    expect(run.overlay.changes).toBe(0)
    expect(run.walked(bytes())).toEqual([['1', '1']])
    expect(run.overlay.finish()).toEqual(bytes())
  })

  test('does not show what the batch in the making writes', () => {
    const run = new Run()
    run.overlay.put(bytes(1), bytes(1))
    expect(run.overlay.get(bytes(1))).toBeUndefined()
    expect(run.walked(bytes())).toEqual([])
  })

  test('stops walking when it is told to', () => {
    const run = new Run()
    run.batch([1, 2, 3].map(one => ({ key: bytes(one), value: bytes() })))
    const seen: number[] = []
    run.overlay.walk(bytes(), undefined, key => seen.push(key[0] as number) < 2)
    expect(seen).toEqual([1, 2])
  })

  test('speculates on four batches at most, and none is applied twice', () => {
    const run = new Run()
    for (let at = 0; at < PIPELINE_MAX; at++) run.batch([])
    expect(() => run.overlay.finish()).toThrow('speculation-is-bounded')
    expect(() => new Run().overlay.onApplied()).toThrow('what-is-applied-was-finished')
  })
})

test('a delta is searched by key', () => {
  fc.assert(
    fc.property(fc.array(anyKey), anyKey, (keys, wanted) => {
      const overlay = new Overlay(new MemoryStore())
      for (const key of keys) overlay.put(key, bytes(key.length))
      const index = new DeltaIndex(overlay.finish())
      const sorted = [...new Map(keys.map(key => [named(key), key])).values()].sort(compareKeys)
      expect(index.size).toBe(sorted.length)
      expect(sorted.map((_, at) => named(index.keyAt(at)))).toEqual(sorted.map(named))
      const at = sorted.findIndex(key => compareKeys(key, wanted) >= 0)
      expect(index.seek(wanted)).toBe(at < 0 ? sorted.length : at)
      const found = sorted.findIndex(key => compareKeys(key, wanted) === 0)
      expect(index.find(wanted)).toBe(found)
      if (found >= 0) expect(index.valueAt(found)).toEqual(bytes(wanted.length))
    }),
  )
})
