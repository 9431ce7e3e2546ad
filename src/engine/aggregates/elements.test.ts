/** Elements against sets of texts, over the real state, batch by batch. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { INTEGER, TEXT } from '../schema/type.ts'
import { keyOf } from '../state/group-key.ts'
import { ELEMENT_BOUNDS, StateElements } from './elements.ts'
import { Batches, type Habits } from './testing/batches.ts'

const CELLS = 4
const NO_KEY = new Uint8Array(0)

/** The model: what is in the state, and what is there now. */
interface Model {
  saved: Set<string>[]
  now: Set<string>[]
}

type Step =
  | { readonly kind: 'add'; readonly cell: number; readonly element: Uint8Array }
  | { readonly kind: 'each' | 'clear' | 'forget'; readonly cell: number }
  | { readonly kind: 'move'; readonly into: number; readonly from: number }
  | { readonly kind: 'save' | 'discard' }

const cell = fc.nat(CELLS - 1)
const byte = fc.constantFrom(0, 1, 2, 0x80, 0xff)
const element = fc.array(byte, { maxLength: 3 }).map(bytes => Uint8Array.from(bytes))
const ofCell = (kind: 'each' | 'clear' | 'forget') => fc.record({ kind: fc.constant(kind), cell })
const ofBatch = (kind: 'save' | 'discard') => fc.record({ kind: fc.constant(kind) })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('add' as const), cell, element }) },
  { weight: 2, arbitrary: ofCell('each') },
  { weight: 1, arbitrary: ofCell('clear') },
  { weight: 1, arbitrary: ofCell('forget') },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('move' as const), into: cell, from: cell }),
  },
  { weight: 2, arbitrary: ofBatch('save') },
  { weight: 1, arbitrary: ofBatch('discard') },
)
const bounds = fc.record({ ofCell: fc.nat(4), ofAll: fc.nat(8) })
const habits: fc.Arbitrary<Habits> = fc.record({
  saysNew: fc.constantFrom('never', 'while', 'since'),
  forgets: fc.boolean(),
  bounds: fc.option(bounds, { nil: undefined }),
})

const hex = (bytes: Uint8Array) =>
  [...bytes].map(value => value.toString(16).padStart(2, '0')).join('')

const copied = (sets: readonly Set<string>[]) => sets.map(set => new Set(set))

function listed(batches: Batches, at: number): readonly string[] {
  const seen: string[] = []
  batches.elements.each(at, view => seen.push(hex(view)))
  return seen
}

/** As accumulators merge, and the caller clears what was merged. */
function move(batches: Batches, model: Model, into: number, from: number): void {
  const target = model.now[into] as Set<string>
  batches.elements.each(from, view => {
    const name = hex(view)
    expect(batches.elements.add(into, view)).toBe(!target.has(name))
    target.add(name)
  })
  batches.elements.clear(from)
  model.now[from] = new Set()
}

function take(batches: Batches, model: Model, one: Step): void {
  switch (one.kind) {
    case 'add': {
      const set = model.now[one.cell] as Set<string>
      const name = hex(one.element)
      expect(batches.elements.add(one.cell, one.element)).toBe(!set.has(name))
      set.add(name)
      break
    }
    case 'each':
      expect(listed(batches, one.cell)).toEqual([...(model.now[one.cell] ?? [])].sort())
      break
    case 'clear':
      batches.elements.clear(one.cell)
      model.now[one.cell] = new Set()
      break
    case 'forget':
      batches.save()
      batches.forget(one.cell)
      model.saved = copied(model.now)
      break
    case 'move':
      if (one.into !== one.from) move(batches, model, one.into, one.from)
      break
    case 'save':
      batches.save()
      model.saved = copied(model.now)
      break
    case 'discard':
      batches.forgetAll()
      model.now = copied(model.saved)
      break
  }
}

describe('elements', () => {
  test('are sets by cell, however batches, clearing and forgetting fall', () => {
    fc.assert(
      fc.property(habits, fc.array(step, { maxLength: 40 }), (given, steps) => {
        const batches = new Batches(given)
        const empty = Array.from({ length: CELLS }, () => new Set<string>())
        const model: Model = { saved: copied(empty), now: copied(empty) }
        for (const one of steps) {
          take(batches, model, one)
        }
        batches.save()
        expect(batches.rows).toBe(model.now.reduce((sum, set) => sum + set.size, 0))
        model.now.forEach((set, at) => {
          expect(listed(batches, at)).toEqual([...set].sort())
        })
      }),
      { numRuns: 1000 },
    )
  })

  test('of a cell with more than is remembered, or read at a time, are all found', () => {
    const batches = new Batches({ saysNew: 'since', forgets: false })
    const many = ELEMENT_BOUNDS.ofCell + 100
    const key = (at: number) => keyOf([INTEGER], [at])
    for (let at = 0; at < many; at += 2) {
      expect(batches.elements.add(0, key(at))).toBe(true)
    }
    batches.save()
    for (let at = 0; at < many; at++) {
      expect(batches.elements.add(0, key(at))).toBe(at % 2 === 1)
    }
    batches.save()
    expect(batches.rows).toBe(many)
    expect(batches.elements.add(0, key(many - 1))).toBe(false)
    expect(batches.elements.add(0, key(many))).toBe(true)
    const seen = listed(batches, 0)
    expect(seen).toEqual(Array.from({ length: many + 1 }, (_, at) => hex(key(at))).sort())
    batches.elements.clear(0)
    batches.save()
    expect(batches.rows).toBe(0)
  })

  test('are found again though a cell is still said to be as new as it was', () => {
    const bounds = { ofCell: 100, ofAll: 2 }
    const batches = new Batches({ saysNew: 'since', forgets: false, bounds })
    for (const at of [1, 2, 3]) {
      expect(batches.elements.add(at % 2, Uint8Array.of(at))).toBe(true)
    }
    batches.save()
    for (const at of [1, 2, 3]) {
      expect(batches.elements.add(at % 2, Uint8Array.of(at))).toBe(false)
    }
  })

  test('of one aggregate are not those of its neighbours in the table', () => {
    const { state, store } = new Batches({ saysNew: 'never', forgets: false })
    const place = { slot: 3, key: Uint8Array.of(9), isNew: false }
    const numbered = (number: number) =>
      new StateElements({ state, table: 1, number, placeOf: () => place })
    const [one, two] = [numbered(0), numbered(1)]
    one.add(0, Uint8Array.of(1))
    two.add(0, Uint8Array.of(1))
    two.add(0, Uint8Array.of(2))
    one.save()
    two.save()
    store.apply(state.finish())
    state.onApplied()
    one.clear(0)
    one.save()
    store.apply(state.finish())
    state.onApplied()
    expect(numbered(0).add(0, Uint8Array.of(1))).toBe(true)
    expect(numbered(1).add(0, Uint8Array.of(1))).toBe(false)
    expect(numbered(1).add(0, Uint8Array.of(2))).toBe(false)
  })

  test('of a new cell are not looked up, and cost the state nothing until they are saved', () => {
    const { state } = new Batches({ saysNew: 'never', forgets: false })
    let asked = 0
    const counting = new Proxy(state, {
      get: (target, name) => {
        asked++
        const member: unknown = Reflect.get(target, name)
        return typeof member === 'function' ? member.bind(target) : member
      },
    })
    const place = { slot: 0, key: Uint8Array.of(9), isNew: true }
    const elements = new StateElements({
      state: counting,
      table: 1,
      number: 0,
      placeOf: () => place,
    })
    for (let at = 0; at < 100; at++) {
      elements.add(0, Uint8Array.of(at % 10))
    }
    elements.each(0, () => {})
    expect(asked).toBe(0)
    expect(state.changes).toBe(0)
    elements.save()
    expect(state.changes).toBe(10)
    elements.clear(0)
    elements.save()
    expect(state.changes).toBeGreaterThanOrEqual(10)
  })

  test('have numbers that fit their keys', () => {
    const { state } = new Batches({ saysNew: 'never', forgets: false })
    const place = { slot: 0, key: Uint8Array.of(9), isNew: true }
    const numbered = (number: number) =>
      new StateElements({ state, table: 1, number, placeOf: () => place })
    expect(numbered(0xfefe).add(0, Uint8Array.of(1))).toBe(true)
    expect(() => numbered(0xfeff)).toThrow('aggregates-have-small-numbers')
  })

  test('are of their cell alone, also where its key begins the key of another', () => {
    const texts = ['a', 'a\0', 'a\0\0', 'a\0\u00fe\u00fe']
    for (const number of [0, 255, 0xfefe]) {
      const { state, store } = new Batches({ saysNew: 'never', forgets: false })
      const applyAll = () => {
        store.apply(state.finish())
        state.onApplied()
      }
      const keys = texts.map(text => keyOf([TEXT], [text]))
      const placeOf = (cell: number) => ({ slot: 0, key: keys[cell] ?? NO_KEY, isNew: false })
      const elements = new StateElements({ state, table: 1, number, placeOf })
      for (const cell of keys.keys()) elements.add(cell, Uint8Array.of(cell))
      elements.save()
      applyAll()
      elements.forgetAll()
      for (const cell of keys.keys()) {
        const seen: string[] = []
        elements.each(cell, view => seen.push(hex(view)))
        expect(seen).toEqual([`0${cell}`])
      }
      elements.clear(0)
      elements.save()
      applyAll()
      elements.forgetAll()
      expect(elements.add(0, Uint8Array.of(0))).toBe(true)
      expect(elements.add(1, Uint8Array.of(1))).toBe(false)
    }
  })
})
