/** What the leader of `meta` says next, until nothing is left to say. */

import { expect, test } from 'vitest'
import { nodeId } from '../../base/ids.ts'
import { apply } from '../../meta/apply.ts'
import { emptyMeta, type MetaState } from '../../meta/state.ts'
import { emptyRoster, enrol, type Introduction, type Roster } from '../roster/roster.ts'
import { nextMetaCommand, UNSEEN_MS } from './duty.ts'

const who = (node: string, store = `${node}-1`, boot = 1): Introduction => ({
  ...{ node: nodeId(node), store, boot, opening: `${store} ${boot}` },
  ...{ address: `${node}.local:7170`, http: `${node}.local:7070` },
})
const rosterOf = (...all: readonly Introduction[]): Roster =>
  all.reduce((roster, one) => enrol(roster, one).roster, emptyRoster)

const NOW = 1_000_000
/** As the leader goes on; `unseen` by node, in milliseconds. */
function settled(
  roster: Roster,
  from: MetaState = emptyMeta,
  unseen: Readonly<Record<string, number>> = {},
) {
  let state = from
  const said: string[] = []
  for (let turn = 0; turn < 20; turn++) {
    const unseenMs = (node: string) => unseen[node] ?? 0
    const command = nextMetaCommand({ roster, state, nowMs: NOW, unseenMs })
    if (command === undefined) return { state, said }
    said.push(command.kind)
    const next = apply(state, command)
    expect(next.outcome).toBe('done')
    state = next.state
  }
  throw new Error('it does not come to rest')
}

test('nodes of the roster are told, with the host of their address', () => {
  const { state, said } = settled(rosterOf(who('a'), who('b')))
  expect(said).toEqual(['node', 'node'])
  expect(state.nodes).toMatchObject([
    { id: 'a', store: 'a-1', host: 'a.local', goneSinceMs: undefined },
    { id: 'b', store: 'b-1', host: 'b.local' },
  ])
})

test('a later boot, another address and another store are news, and else nothing is', () => {
  const { state } = settled(rosterOf(who('a')))
  expect(settled(rosterOf(who('a')), state).said).toEqual([])
  const later = settled(rosterOf(who('a'), who('a', 'a-1', 2)), state)
  expect(later.said).toEqual(['node'])
  expect(later.state.nodes[0]?.boot).toBe(2)
  const wiped = settled(rosterOf(who('a'), who('a', 'a-2')), state)
  expect(wiped.state).toMatchObject({ givenUp: ['a-1'], nodes: [{ store: 'a-2' }] })
})

test('who is not seen for a while is gone since then, and back when it is seen', () => {
  const roster = rosterOf(who('a'), who('b'))
  const { state } = settled(roster)
  expect(settled(roster, state, { b: UNSEEN_MS - 1 }).said).toEqual([])
  const gone = settled(roster, state, { b: UNSEEN_MS })
  expect(gone.said).toEqual(['gone'])
  expect(gone.state.nodes[1]?.goneSinceMs).toBe(NOW - UNSEEN_MS)
  // Not seen at this moment, it is neither told again nor taken for back.
  expect(settled(roster, gone.state, { b: 100 }).said).toEqual([])
  expect(settled(roster, gone.state).state.nodes[1]?.goneSinceMs).toBeUndefined()
})

test('a node that left for good is not told again, though the roster still has it', () => {
  const roster = rosterOf(who('a'), who('b'))
  const left = apply(settled(roster).state, { kind: 'leave', node: nodeId('b') }).state
  expect(settled(roster, left)).toEqual({ state: left, said: [] })
})

test('a zone that was told stays when the node says more of itself', () => {
  const { state } = settled(rosterOf(who('a')))
  const [node] = state.nodes
  if (node === undefined) throw new Error('there is a node')
  const zoned = apply(state, { kind: 'node', node: { ...node, zone: 'z1' } }).state
  const later = settled(rosterOf(who('a'), who('a', 'a-1', 3)), zoned)
  expect(later.state.nodes).toMatchObject([{ zone: 'z1', boot: 3 }])
})

test('groups are placed when all nodes are told', () => {
  const job = {
    ...{ name: 'j', text: '', digest: '', key: '', owner: 'o', replication: 3, offsets: [] },
    stages: [{ name: 's', partitions: 4 }],
  }
  const from = apply(emptyMeta, { kind: 'submit', job }).state
  const { state, said } = settled(rosterOf(who('a'), who('b')), from)
  expect(said).toEqual(['node', 'node', 'place'])
  expect(state.groups.map(one => one.replicas.length)).toEqual([2, 2, 2, 2])
})
