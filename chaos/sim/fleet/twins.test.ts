/** A copy beside its node: who may believe it, and what is said of whoever else does. */

import { expect, test } from 'vitest'
import { nodeId } from '../../../src/base/ids.ts'
import { Prng } from '../../../src/base/prng.ts'
import type { PeerLinkStatus } from '../../../src/raft/links/peer.ts'
import { EventQueue } from '../world/clock.ts'
import { SimWire } from '../world/transport.ts'
import { drawFleet } from './draw.ts'
import type { Member } from './member.ts'
import { runFleet } from './run.ts'
import { Twins } from './twins.ts'

const { profile } = drawFleet(1)
const name = nodeId('n2')

function twins(): Twins {
  const queue = new EventQueue()
  return new Twins(queue, new SimWire(profile.wire, { queue, prng: new Prng(1) }), profile)
}

/** As much of a node as is looked at. */
function nodeWith(boot: number | undefined, links: readonly Partial<PeerLinkStatus>[]): Member {
  const running =
    boot === undefined ? undefined : { self: { boot }, links: { status: () => links } }
  return { name, running } as unknown as Member
}

const copy = { store: 'n2-1', boot: 4, opening: 'twin-1' }
const connected = nodeWith(9, [{ node: name, state: 'up', boot: 3 }])

test.each([
  ['connected with the node that runs', connected, nodeWith(3, []), true],
  ['connected with a life of it that is over', connected, nodeWith(4, []), false],
  ['connected with a machine that fell', connected, nodeWith(undefined, []), false],
  [
    'about to be connected',
    nodeWith(9, [{ node: name, state: 'waiting', boot: 3 }]),
    nodeWith(3, []),
    false,
  ],
  ['connected with nobody', nodeWith(9, []), nodeWith(3, []), false],
])('whoever is %s', (_, by, node, isWrong) => {
  const learned = () => twins().onLearned(by, node, copy)
  if (isWrong) expect(learned).toThrow('HOST-9')
  else expect(learned).not.toThrow()
  expect(() => twins().onLearned(by, node, { ...copy, opening: 'life-3' })).not.toThrow()
})

test('a copy that nobody believed leaves nothing behind', () => {
  const one = twins()
  expect([one.isUp, one.end()]).toEqual([false, true])
  one.onLearned(connected, nodeWith(4, []), copy)
  expect(one.end()).toBe(false)
})

test('runs in which copies are started end well', () => {
  const drawn = drawFleet(7)
  const atMs = [5000, 12_000, 19_000]
  const faults = atMs.map((at, who) => ({
    ...{ atMs: at, kind: 'twin' as const, who, whom: 0, forMs: 4000, amount: 0, salt: who },
  }))
  const result = runFleet({ ...drawn, faults })
  expect(result.failure).toBeUndefined()
  expect(result.faults['twin']).toBe(atMs.length)
})
