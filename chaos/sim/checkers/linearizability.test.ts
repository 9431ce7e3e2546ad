/** Long histories of sound objects, and the same with one anomaly planted. */

import { describe, expect, test } from 'vitest'
import { Prng } from '../../../src/base/prng.ts'
import type { KeyKind } from '../command.ts'
import type { Call } from './linear/linearizable.ts'
import type { Move } from './linear/models.ts'
import { decide } from './linearizability.ts'

const never = Number.POSITIVE_INFINITY
const ok = { ok: true }

/**
 * A history that a linearizable object made: `clients` in turn call, take effect at a drawn
 * moment, and return. One in `lossEvery` is never seen to return, and half of those never happen.
 */
function simulate<S>(
  seed: number,
  options: { readonly calls: number; readonly clients: number; readonly lossEvery: number },
  next: (prng: Prng) => Pick<Move, 'name'> & Partial<Move>,
  run: (state: S, move: Move) => { state: S; move: Move },
  initial: S,
): Call[] {
  const prng = new Prng(seed)
  const calls: Call[] = []
  const open: { move: Move; called: number }[] = []
  let state = initial
  let at = 0
  for (let i = 1; i <= options.calls || open.length > 0; i++) {
    at++
    const start = i <= options.calls && open.length < options.clients
    if (start && (open.length === 0 || prng.chance(0.6))) {
      const drawn = next(prng)
      const value = drawn.name === 'dequeue' || drawn.name === 'read' ? 0 : i
      open.push({ move: { value, expected: 0, ...drawn }, called: at })
    } else {
      const [done] = open.splice(prng.below(open.length), 1)
      if (done === undefined) continue
      const lost = done.move.name !== 'read' && prng.below(options.lossEvery) === 0
      if (lost && prng.chance(0.5)) {
        calls.push({
          called: done.called,
          returned: never,
          move: { ...done.move, result: undefined },
        })
        continue
      }
      const ran = run(state, done.move)
      state = ran.state
      calls.push(
        lost
          ? { called: done.called, returned: never, move: { ...done.move, result: undefined } }
          : { called: done.called, returned: at, move: ran.move },
      )
    }
  }
  return calls
}

function listHistory(seed: number, calls: number): Call[] {
  return simulate<number[]>(
    seed,
    { calls, clients: 6, lossEvery: 12 },
    prng => ({ name: prng.chance(0.6) ? 'append' : 'read' }),
    (state, move) =>
      move.name === 'read'
        ? { state, move: { ...move, seen: [...state] } }
        : { state: [...state, move.value], move: { ...move, result: ok } },
    [],
  )
}

function queueHistory(seed: number, calls: number): Call[] {
  return simulate<number[]>(
    seed,
    { calls, clients: 6, lossEvery: 12 },
    prng => ({ name: prng.pick(['enqueue', 'enqueue', 'enqueue', 'dequeue', 'dequeue', 'read']) }),
    (state, move) => {
      if (move.name === 'read') return { state, move: { ...move, seen: [...state] } }
      if (move.name === 'enqueue') {
        return { state: [...state, move.value], move: { ...move, result: ok } }
      }
      const [value, ...rest] = state
      const said = value === undefined ? { ok: false } : { ok: true, value }
      return { state: rest, move: { ...move, result: said } }
    },
    [],
  )
}

function registerHistory(seed: number, calls: number): Call[] {
  return simulate<number>(
    seed,
    { calls, clients: 6, lossEvery: 12 },
    prng => ({ name: prng.chance(0.4) ? 'write' : 'read' }),
    (state, move) =>
      move.name === 'read'
        ? { state, move: { ...move, seen: state } }
        : { state: move.value, move: { ...move, result: ok } },
    0,
  )
}

describe('long histories', () => {
  const decided = (kind: KeyKind, calls: readonly Call[]) => decide(kind, calls).kind
  const seeds = Array.from({ length: 30 }, (_, i) => i)

  test('of linearizable objects are decided and allowed', () => {
    for (const seed of seeds) {
      expect(decided('register', registerHistory(seed, 400))).toBe('linearizable')
      expect(decided('list', listHistory(seed, 200))).toBe('linearizable')
      expect(decided('queue', queueHistory(seed, 200))).toBe('linearizable')
    }
  })

  test('with one planted stale read are refused', () => {
    for (const seed of seeds) {
      const calls = registerHistory(seed, 400)
      const at = calls.findIndex(({ move, called }) => move.name === 'read' && called > 300)
      const stale = calls[at] as Call
      calls[at] = { ...stale, move: { ...stale.move, seen: 0 } }
      expect(decided('register', calls)).toBe('impossible')
    }
  })

  test('with one planted lost update are refused', () => {
    for (const seed of seeds) {
      const calls = listHistory(seed, 200)
      const lost = calls.find(({ move, returned }) => move.name === 'append' && returned < 100)
      const without = calls.map(each => {
        const { seen } = each.move
        if (typeof seen !== 'object') return each
        return { ...each, move: { ...each.move, seen: seen.filter(i => i !== lost?.move.value) } }
      })
      expect(decided('list', without)).toBe('impossible')
    }
  })

  test('with two reordered appends are refused', () => {
    for (const seed of seeds) {
      const calls = listHistory(seed, 200)
      const last = calls.findLast(({ move }) => move.name === 'read') as Call
      const seen = [...(last.move.seen as number[])]
      ;[seen[3], seen[20]] = [seen[20] as number, seen[3] as number]
      const swapped = calls.map(each =>
        each === last ? { ...each, move: { ...each.move, seen } } : each,
      )
      expect(decided('list', swapped)).toBe('impossible')
    }
  })

  test('with one planted doubled dequeue are refused', () => {
    for (const seed of seeds) {
      const calls = queueHistory(seed, 200)
      const taken = calls.filter(({ move }) => move.name === 'dequeue' && move.result?.ok)
      const [first, later] = [taken[2] as Call, taken[15] as Call]
      const doubled = calls.map(each =>
        each === later ? { ...each, move: { ...each.move, result: first.move.result } } : each,
      )
      expect(decided('queue', doubled)).toBe('impossible')
    }
  })
})
