/** Forgeries are such that a refusal must stop them, and nothing that Raft has to bear. */

import { expect, test } from 'vitest'
import { replicaId } from '../../../src/base/ids.ts'
import { Prng } from '../../../src/base/prng.ts'
import type { Message } from '../../../src/raft/messages.ts'
import { drawScenario } from '../run/draw.ts'
import { run } from '../run/run.ts'
import { forge } from './forge.ts'

const self = replicaId(1)
const heartbeat: Message = {
  type: 'heartbeat',
  from: replicaId(2),
  to: replicaId(3),
  term: 4,
  commit: 5,
  round: 6,
}

const materials = (original: Message, seed = 1) => ({
  original,
  self,
  prng: new Prng(seed),
  termJumpMax: 1000,
})

test('a forgery never touches the message that it was made of', () => {
  Object.freeze(heartbeat)
  for (let seed = 0; seed < 50; seed++) {
    const made = forge('forge-malformed', materials(heartbeat, seed))
    expect(made?.message).not.toEqual({ ...heartbeat, to: self })
  }
})

test('a stranger only says what a member would say: a newcomer may campaign and lead', () => {
  expect(forge('forge-stranger', materials(heartbeat))).toBeUndefined()
  const reply: Message = { ...heartbeat, type: 'heartbeat-reply' }
  expect(forge('forge-stranger', materials(reply))?.expected).toBe('unknown-peer')
})

test('nothing is forged of what the victim said itself', () => {
  const own = { ...heartbeat, from: self }
  expect(forge('forge-malformed', materials(own))).toBeUndefined()
})

test('a run in which only forgeries happen refuses each and goes on', () => {
  const scenario = drawScenario(3)
  const kinds = [
    'forge-malformed',
    'forge-stranger',
    'forge-future-term',
    'forge-misaddressed',
  ] as const
  const faults = Array.from({ length: 400 }, (_, i) => ({
    atMs: 2000 + i * 100,
    kind: kinds[i % kinds.length] ?? 'forge-malformed',
    who: i % 5,
    whom: 0,
    forMs: 0,
    amount: 0,
    salt: i,
  }))
  const result = run({ ...scenario, faults })
  expect(result.failure).toBeUndefined()
  for (const kind of kinds) expect(result.faults[kind]).toBeGreaterThan(50)
  expect(result.checks['INPUT-1 bad input is refused']).toBeGreaterThan(300)
})
