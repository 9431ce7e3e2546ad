/** What a node begins, keeps and ends, as the wish goes one way and groups another. */

import { expect, test } from 'vitest'
import { type GroupId, groupId, nodeId, type ReplicaId, replicaId } from '../../base/ids.ts'
import { apply } from '../../meta/apply.ts'
import type { MetaCommand } from '../../meta/command.ts'
import { emptyMeta, META_GROUP, type MetaState } from '../../meta/state.ts'
import { type Hosted, type HostingFacts, hostingDuties } from './hosting.ts'

const FIRST = groupId(META_GROUP + 1)
const SECOND = groupId(META_GROUP + 2)

const node = (id: string, store = `${id}-1`): MetaCommand => ({
  kind: 'node',
  node: { id: nodeId(id), store, boot: 1, zone: '', host: '', address: '', http: '' },
})
const put = (group: GroupId, nodes: string): MetaCommand => ({
  kind: 'place',
  groups: [{ group, nodes: [...nodes].map(nodeId) }],
})
const submit: MetaCommand = {
  kind: 'submit',
  job: {
    ...{ name: 'j', text: '', digest: '', key: '', owner: 'o', replication: 3, offsets: [] },
    stages: [{ name: 's', partitions: 2 }],
  },
}
const founded: MetaCommand = { kind: 'founded', groups: [FIRST] }
const all = [...'abcd'].map(id => node(id))
const after = (...commands: readonly MetaCommand[]): MetaState =>
  [...all, submit, ...commands].reduce((state, one) => {
    const { state: next, outcome } = apply(state, one)
    expect(outcome).toBe('done')
    return next
  }, emptyMeta)

const hosted = (group: GroupId, replica: number, isMember = true): [GroupId, Hosted] => [
  group,
  { replica: replicaId(replica), isMember },
]
function duties(state: MetaState, known: [GroupId, Hosted][] = [], more?: Partial<HostingFacts>) {
  const self = { node: nodeId('a'), store: 'a-1' }
  return hostingDuties({ state, self, hosted: new Map(known), isCurrent: true, ...more })
}
const create = (group: GroupId, replica: number, voters: readonly number[] = []) => {
  return { kind: 'create', group, replica, voters }
}
const keep = (group: GroupId) => ({ kind: 'keep', group })
const retire = (group: GroupId, replica: number) => ({ kind: 'retire', group, replica })

test('a group that is not founded is begun with its first replicas as voters', () => {
  const state = after(put(FIRST, 'abc'), put(SECOND, 'bcd'))
  expect(duties(state)).toEqual([create(FIRST, 1, [1, 2, 3])])
})

test('one that is founded is joined, and its leader tells who the members are', () => {
  expect(duties(after(put(FIRST, 'abc'), founded))).toEqual([create(FIRST, 1)])
  // And so is one that this node came to later.
  expect(duties(after(put(FIRST, 'bcd'), founded, put(FIRST, 'abc')))).toEqual([create(FIRST, 4)])
})

test('what is hosted as wished is kept', () => {
  const state = after(put(FIRST, 'abc'))
  expect(duties(state, [hosted(FIRST, 1)])).toEqual([keep(FIRST)])
  expect(duties(state, [hosted(FIRST, 1, false)])).toEqual([keep(FIRST)])
})

test('what is wished elsewhere is kept as long as the group counts on it', () => {
  const state = after(put(FIRST, 'abc'), founded, put(FIRST, 'bcd'))
  expect(duties(state, [hosted(FIRST, 1)])).toEqual([keep(FIRST)])
  expect(duties(state, [hosted(FIRST, 1, false)])).toEqual([retire(FIRST, 1)])
})

test('a place that is given back is for another replica, once the old one is gone', () => {
  const state = after(put(FIRST, 'abc'), founded, put(FIRST, 'bcd'), put(FIRST, 'abc'))
  expect(duties(state, [hosted(FIRST, 1)])).toEqual([keep(FIRST)])
  expect(duties(state, [hosted(FIRST, 1, false)])).toEqual([retire(FIRST, 1)])
  expect(duties(state)).toEqual([create(FIRST, 5)])
})

test('the groups of a job that was dropped go, whoever counted on them', () => {
  const gone: MetaCommand[] = [
    { kind: 'wish', job: 'j', wish: 'deleted' },
    { kind: 'drop', job: 'j' },
  ]
  const state = after(put(FIRST, 'abc'), ...gone)
  expect(duties(state, [hosted(FIRST, 1)])).toEqual([retire(FIRST, 1)])
  // As long as it is being deleted, they stay.
  expect(duties(after(put(FIRST, 'abc'), gone[0] as MetaCommand), [hosted(FIRST, 1)])).toEqual([
    keep(FIRST),
  ])
})

test('a state that may be old begins nothing and ends nothing', () => {
  const state = after(put(FIRST, 'abc'), put(SECOND, 'bcd'))
  const isCurrent = false
  expect(duties(state, [], { isCurrent })).toEqual([])
  expect(duties(state, [hosted(SECOND, 9, false)], { isCurrent })).toEqual([keep(SECOND)])
})

test('what is wished of the store that was lost is not begun on the next', () => {
  const state = after(put(FIRST, 'abc'))
  const self = { node: nodeId('a'), store: 'a-2' }
  expect(duties(state, [], { self })).toEqual([])
  const known = apply(state, node('a', 'a-2')).state
  expect(duties(known, [], { self })).toEqual([create(FIRST, 4)])
})

test('no id is ever begun twice, in whatever order wishes and removals come', () => {
  let state = after(put(FIRST, 'abc'), founded)
  const known = new Map<GroupId, Hosted>()
  const begun: ReplicaId[] = []
  for (let turn = 0; turn < 40; turn++) {
    state = apply(state, put(FIRST, turn % 3 === 0 ? 'abc' : 'bcd')).state
    for (const duty of duties(state, [...known])) {
      if (duty.kind === 'retire') known.delete(duty.group)
      if (duty.kind !== 'create') continue
      begun.push(duty.replica)
      // Of every other one the group lets go at once.
      known.set(duty.group, { replica: duty.replica, isMember: turn % 2 === 0 })
    }
    const one = known.get(FIRST)
    if (one !== undefined && turn % 5 === 4) known.set(FIRST, { ...one, isMember: false })
  }
  expect(begun.length).toBeGreaterThan(5)
  expect(new Set(begun).size).toBe(begun.length)
})
