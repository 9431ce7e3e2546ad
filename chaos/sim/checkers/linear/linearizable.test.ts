/** The search for one order, by hand and against a search that tries them all. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { KeyKind } from '../../command.ts'
import { decide } from '../linearizability.ts'
import type { Call } from './linearizable.ts'
import { checkLinearizable } from './linearizable.ts'
import type { Model, Move } from './models.ts'
import { listModel, queueModel, registerModel } from './models.ts'

const never = Number.POSITIVE_INFINITY

function call(called: number, returned: number, move: Partial<Move> & Pick<Move, 'name'>): Call {
  return { called, returned, move: { value: 0, expected: 0, ...move } }
}

const ok = { ok: true }
const write = (from: number, to: number, value: number) =>
  call(from, to, { name: 'write', value, result: to === never ? undefined : ok })
const read = (from: number, to: number, seen: Move['seen']) =>
  call(from, to, { name: 'read', seen })
const cas = (from: number, to: number, expected: number, value: number, done: boolean) =>
  call(from, to, { name: 'cas', expected, value, result: { ok: done } })
const append = (from: number, to: number, value: number) =>
  call(from, to, { name: 'append', value, result: to === never ? undefined : ok })
const enqueue = (from: number, to: number, value: number) =>
  call(from, to, { name: 'enqueue', value, result: to === never ? undefined : ok })
const dequeue = (from: number, to: number, value?: number) =>
  call(from, to, {
    name: 'dequeue',
    result:
      to === never ? undefined : { ok: value !== undefined, ...(value !== undefined && { value }) },
  })

function verdict<S>(model: Model<S>, ...calls: Call[]): string {
  return checkLinearizable(model, calls).kind
}

describe('a register', () => {
  test.each<[string, Call[]]>([
    ['an empty history', []],
    ['a read of what was written', [write(1, 2, 5), read(3, 4, 5)]],
    ['a read beside a write, old value', [write(1, 4, 5), read(2, 3, 0)]],
    ['a read beside a write, new value', [write(1, 4, 5), read(2, 3, 5)]],
    [
      'two writes side by side, read in either order',
      [write(1, 4, 5), write(2, 3, 6), read(5, 6, 5)],
    ],
    ['an unknown write that happened', [write(1, never, 5), read(2, 3, 5)]],
    ['an unknown write that did not', [write(1, never, 5), read(2, 3, 0)]],
    [
      'an unknown write that happens late',
      [write(1, never, 5), read(2, 3, 0), write(4, 5, 6), read(6, 7, 6), read(8, 9, 5)],
    ],
    ['a cas that finds its value', [write(1, 2, 5), cas(3, 4, 5, 6, true), read(5, 6, 6)]],
    ['a cas that does not', [write(1, 2, 5), cas(3, 4, 4, 6, false), read(5, 6, 5)]],
    [
      'a cas that failed because of an unknown write',
      [write(1, never, 5), cas(2, 3, 0, 6, false), read(4, 5, 5)],
    ],
  ])('allows %s', (_, calls) => {
    expect(verdict(registerModel, ...calls)).toBe('linearizable')
  })

  test.each<[string, Call[]]>([
    ['a stale read', [write(1, 2, 5), write(3, 4, 6), read(5, 6, 5)]],
    ['a lost write', [write(1, 2, 5), read(3, 4, 0)]],
    ['a value from nowhere', [read(1, 2, 9)]],
    ['a value from the future', [read(1, 2, 5), write(3, 4, 5)]],
    ['reads that go back', [write(1, 10, 5), read(2, 3, 5), read(4, 5, 0)]],
    [
      'an unknown write that happens twice',
      [write(1, never, 5), read(2, 3, 5), write(4, 5, 6), read(6, 7, 6), read(8, 9, 5)],
    ],
    ['two cas that both win', [cas(1, 4, 0, 5, true), cas(2, 3, 0, 6, true)]],
    ['a cas that failed without a reason', [cas(1, 2, 0, 5, false)]],
  ])('refuses %s', (_, calls) => {
    expect(verdict(registerModel, ...calls)).toBe('impossible')
  })
})

describe('a list', () => {
  test.each<[string, Call[]]>([
    [
      'appends side by side in either order',
      [append(1, 4, 1), append(2, 3, 2), read(5, 6, [2, 1])],
    ],
    ['an unknown append that is seen', [append(1, never, 1), append(2, 3, 2), read(4, 5, [2, 1])]],
  ])('allows %s', (_, calls) => {
    expect(verdict(listModel, ...calls)).toBe('linearizable')
  })

  test.each<[string, Call[]]>([
    ['appends out of order', [append(1, 2, 1), append(3, 4, 2), read(5, 6, [2, 1])]],
    ['a lost append', [append(1, 2, 1), append(3, 4, 2), read(5, 6, [2])]],
    ['a doubled append', [append(1, 2, 1), read(3, 4, [1, 1])]],
    [
      'two orders for two readers',
      [append(1, 4, 1), append(2, 3, 2), read(5, 6, [1, 2]), read(7, 8, [2, 1])],
    ],
    ['a list that is a number', [read(1, 2, 0)]],
  ])('refuses %s', (_, calls) => {
    expect(verdict(listModel, ...calls)).toBe('impossible')
  })
})

describe('a queue', () => {
  test.each<[string, Call[]]>([
    [
      'first in, first out',
      [enqueue(1, 2, 1), enqueue(3, 4, 2), dequeue(5, 6, 1), dequeue(7, 8, 2)],
    ],
    ['an empty queue', [dequeue(1, 2), enqueue(3, 4, 1), dequeue(5, 6, 1), dequeue(7, 8)]],
    [
      'an unknown dequeue that took an item',
      [enqueue(1, 2, 1), dequeue(3, never), enqueue(4, 5, 2), dequeue(6, 7, 2)],
    ],
  ])('allows %s', (_, calls) => {
    expect(verdict(queueModel, ...calls)).toBe('linearizable')
  })

  test.each<[string, Call[]]>([
    ['a doubled dequeue', [enqueue(1, 2, 1), dequeue(3, 4, 1), dequeue(5, 6, 1)]],
    ['last in, first out', [enqueue(1, 2, 1), enqueue(3, 4, 2), dequeue(5, 6, 2)]],
    ['an item that vanished', [enqueue(1, 2, 1), dequeue(3, 4)]],
    ['an item from nowhere', [dequeue(1, 2, 7)]],
    [
      'one unknown dequeue for two missing items',
      [enqueue(1, 2, 1), enqueue(3, 4, 2), dequeue(5, never), read(6, 7, [])],
    ],
  ])('refuses %s', (_, calls) => {
    expect(verdict(queueModel, ...calls)).toBe('impossible')
  })
})

test('the verdict tells how far an order was found and what was stuck', () => {
  const calls = [write(1, 2, 5), read(3, 4, 5), read(5, 6, 4)]
  const found = checkLinearizable(registerModel, calls)
  expect(found).toEqual({ kind: 'impossible', prefix: calls.slice(0, 2), stuck: calls.slice(2) })
})

test('a search that takes too long is undecided, not yes and not no', () => {
  const calls = Array.from({ length: 12 }, (_, i) => append(i + 1, 100 + i, i))
  const bad = [...calls, read(200, 201, [99])]
  expect(checkLinearizable(listModel, bad, 1000).kind).toBe('undecided')
  expect(checkLinearizable(registerModel, [write(1, 2, 3)], 1000).kind).toBe('linearizable')
})

/** Tries every order of every set that holds all known calls. */
function bruteForce<S>(model: Model<S>, calls: readonly Call[], state = model.initial): boolean {
  if (calls.every(({ returned }) => returned === never)) return true
  const firstReturn = Math.min(...calls.map(({ returned }) => returned))
  return calls.some((next, i) => {
    if (next.called > firstReturn) return false
    const after = model.step(state, next.move)
    const rest = [...calls.slice(0, i), ...calls.slice(i + 1)]
    return after !== undefined && bruteForce(model, rest, after)
  })
}

const small = fc.integer({ min: 0, max: 3 })

function historyOf(move: fc.Arbitrary<Partial<Move> & Pick<Move, 'name'>>): fc.Arbitrary<Call[]> {
  const timed = fc.record({ move, at: fc.nat(20), lasts: fc.nat(8), unknown: fc.nat(4) })
  return fc.array(timed, { maxLength: 7 }).map(items =>
    items.map(({ move: drawn, at, lasts, unknown }, i) => {
      const lost = unknown === 0 && drawn.name !== 'read'
      // No two events at one moment.
      const called = at * 100 + i
      const returned = lost ? never : (at + lasts) * 100 + 50 + i
      return call(called, returned, lost ? { ...drawn, result: undefined } : drawn)
    }),
  )
}

const result = fc.boolean().map(done => ({ ok: done }))
const items = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 })

const registers = historyOf(
  fc.oneof(
    fc.record({ name: fc.constant('read' as const), seen: small }),
    fc.record({ name: fc.constant('write' as const), value: small, result: fc.constant(ok) }),
    fc.record({ name: fc.constant('cas' as const), value: small, expected: small, result }),
  ),
)
const lists = historyOf(
  fc.oneof(
    fc.record({ name: fc.constant('read' as const), seen: items }),
    fc.record({ name: fc.constant('append' as const), value: small, result: fc.constant(ok) }),
  ),
)
const queues = historyOf(
  fc.oneof(
    fc.record({ name: fc.constant('read' as const), seen: items }),
    fc.record({ name: fc.constant('enqueue' as const), value: small, result: fc.constant(ok) }),
    fc.record({
      name: fc.constant('dequeue' as const),
      result: fc.oneof(
        fc.constant({ ok: false }),
        small.map(value => ({ ok: true, value })),
      ),
    }),
  ),
)

describe('agrees with trying every order', () => {
  function holds<S>(model: Model<S>, histories: fc.Arbitrary<Call[]>): void {
    let yes = 0
    let no = 0
    fc.assert(
      fc.property(histories, calls => {
        const expected = bruteForce(model, calls)
        if (expected) yes++
        else no++
        expect(checkLinearizable(model, calls).kind === 'linearizable').toBe(expected)
      }),
      { numRuns: 3000, seed: 20_261_121 },
    )
    expect(Math.min(yes, no)).toBeGreaterThan(100)
  }

  test('on registers', () => holds(registerModel, registers))
  test('on lists', () => holds(listModel, lists))
  test('on queues', () => holds(queueModel, queues))
})

/**
 * Values 1, 2, 3 .. in the order of the calls; what was read or expected points at them, or at
 * nothing.
 */
function unique(calls: readonly Call[]): Call[] {
  return calls.map((each, i) => {
    const { move } = each
    const value = move.name === 'read' || move.name === 'dequeue' ? 0 : i + 1
    return { ...each, move: { ...move, value } }
  })
}

describe('with hints and without unseen calls agrees with trying every order', () => {
  function holds<S>(kind: KeyKind, model: Model<S>, histories: fc.Arbitrary<Call[]>): void {
    let yes = 0
    let no = 0
    fc.assert(
      fc.property(histories.map(unique), calls => {
        const expected = bruteForce(model, calls)
        if (expected) yes++
        else no++
        expect(decide(kind, calls).kind === 'linearizable').toBe(expected)
      }),
      { numRuns: 6000, seed: 20_261_122 },
    )
    expect(Math.min(yes, no)).toBeGreaterThan(100)
  }

  test('on registers', () => holds('register', registerModel, registers))
  test('on lists', () => holds('list', listModel, lists))
  test('on queues', () => holds('queue', queueModel, queues))
})
