/** Commands on the state: what each does, what each refuses, and what holds in any order. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { groupId, type NodeId, nodeId } from '../base/ids.ts'
import { Prng } from '../base/prng.ts'
import { apply } from './apply.ts'
import * as bounds from './bounds.ts'
import type { MetaCommand, MetaOutcome, Submission } from './command.ts'
import { emptyMeta, META_GROUP, type MetaState, nameOfGroup } from './state.ts'
import { count, drawnSteps, played, STEP_MAX, stepKinds } from './testing/play.ts'

const word = (id: string, store = `${id}-1`, boot = 1) => ({
  kind: 'node' as const,
  node: { id: nodeId(id), store, boot, zone: 'z', host: 'h', address: `${id}:1`, http: '' },
})
const job = (name: string, more: Partial<Submission> = {}) => ({
  kind: 'submit' as const,
  job: {
    ...{ name, text: 'name: x', digest: 'd', key: 'k', owner: 'o', replication: 3 },
    stages: [{ name: 'count', partitions: 2 }],
    offsets: [{ source: 'in', partition: 0, offset: 7 }],
    ...more,
  },
})
const FIRST = groupId(META_GROUP + 1)
const SECOND = groupId(META_GROUP + 2)
const put = (group: typeof FIRST, ...nodes: readonly string[]) => ({
  kind: 'place' as const,
  groups: [{ group, nodes: nodes.map(nodeId) }],
})
const wish = (name: string, wished: 'running' | 'stopped' | 'deleted') => ({
  kind: 'wish' as const,
  job: name,
  wish: wished,
})
const claim = (generation: number, owner = 'me') => ({
  kind: 'generation' as const,
  job: 'j',
  generation,
  owner,
})

/** All of them are done. */
function after(...commands: readonly MetaCommand[]): MetaState {
  return commands.reduce((state, command) => {
    const { state: next, outcome } = apply(state, command)
    expect(outcome).toBe('done')
    return next
  }, emptyMeta)
}
function outcomeOf(state: MetaState, command: MetaCommand): MetaOutcome {
  const { state: next, outcome } = apply(state, command)
  if (outcome !== 'done') expect(next).toBe(state)
  return outcome
}
const replicasOf = (state: MetaState, group = FIRST) =>
  state.groups.find(one => one.id === group)?.replicas.map(one => `${one.node}/${one.replica}`)

const three = [word('a'), word('b'), word('c')]

test('a job that is submitted has groups with numbers of their own, and no place yet', () => {
  const stages = [
    { name: 'count', partitions: 2 },
    { name: 'sum', partitions: 1 },
  ]
  const state = after(job('j', { stages }), job('i'))
  expect(state.groups.map(nameOfGroup)).toEqual([
    ...['j/count/0', 'j/count/1', 'j/sum/0'],
    ...['i/count/0', 'i/count/1'],
  ])
  expect(state.groups.map(one => one.id - META_GROUP)).toEqual([1, 2, 3, 4, 5])
  expect(state.groups.every(one => one.replicas.length === 0)).toBe(true)
  expect(state.jobs.map(one => one.name)).toEqual(['i', 'j'])
  expect(state.jobs[1]).toMatchObject({ wish: 'running', generation: 0, owner: 'o' })
})

test('a submit whose answer was lost is asked again, another of its name is refused', () => {
  const state = after(job('j'))
  expect(apply(state, job('j'))).toEqual({ state, outcome: 'done' })
  expect(outcomeOf(state, job('j', { digest: 'e' }))).toBe('job-exists')
  expect(outcomeOf(state, job('j', { key: 'l' }))).toBe('job-exists')
  const keyless = after(job('j', { key: '' }))
  expect(outcomeOf(keyless, job('j', { key: '' }))).toBe('job-exists')
})

test.each<readonly [MetaOutcome, Partial<Submission>]>([
  ['bad-job', { name: '7up' }],
  ['bad-job', { name: 'a/b' }],
  ['bad-job', { owner: '' }],
  ['bad-job', { key: 'k'.repeat(bounds.WORD_MAX + 1) }],
  ['too-much-text', { text: 'x'.repeat(bounds.TEXT_MAX + 1) }],
  ['bad-stages', { stages: [] }],
  ['bad-stages', { stages: [{ name: 'count', partitions: 0 }] }],
  ['bad-stages', { stages: [{ name: 'a/b', partitions: 1 }] }],
  ['bad-stages', { stages: ['s', 's'].map(name => ({ name, partitions: 1 })) }],
  ['bad-offsets', { offsets: [0, 1].map(offset => ({ source: 's', partition: 1, offset })) }],
  ['bad-offsets', { offsets: [{ source: 'a b', partition: 1, offset: 1 }] }],
  ['bad-replication', { replication: 0 }],
  ['bad-replication', { replication: bounds.REPLICAS_MAX + 1 }],
])('a submit is refused: %s', (code, more) => {
  expect(outcomeOf(emptyMeta, job('j', more))).toBe(code)
})

test('all jobs together have bounds', () => {
  const stages = [
    { name: 's', partitions: 1024 },
    { name: 't', partitions: 1024 },
  ]
  const full = after(job('a', { stages }), job('b', { stages }))
  expect(outcomeOf(full, job('c'))).toBe('too-many-groups')
  const text = 'x'.repeat(bounds.TEXT_MAX)
  const names = Array.from({ length: bounds.TEXTS_MAX / bounds.TEXT_MAX }, (_, n) => `j${n}`)
  const wordy = after(...names.map(name => job(name, { text })))
  expect(outcomeOf(wordy, job('j'))).toBe('too-much-text')
  const many = Array.from({ length: bounds.JOBS_MAX }, (_, n) => ({
    ...full.jobs[0],
    name: `${n}`,
  }))
  const crowded = { ...emptyMeta, jobs: many as typeof full.jobs }
  expect(outcomeOf(crowded, job('j'))).toBe('too-many-jobs')
  const offsets = Array.from({ length: bounds.OFFSETS_MAX }, (_, partition) => {
    return { source: 's', partition, offset: 0 }
  })
  const far = after(...names.slice(0, 10).map(name => job(name, { offsets })))
  expect(outcomeOf(far, job('j'))).toBe('bad-offsets')
})

test('a job is stopped and started, and once it is deleted it is no more', () => {
  const state = after(job('j'), wish('j', 'stopped'), wish('j', 'running'), wish('j', 'stopped'))
  expect(state.jobs[0]?.wish).toBe('stopped')
  expect(outcomeOf(state, { kind: 'drop', job: 'j' })).toBe('job-not-deleted')
  const deleted = apply(state, wish('j', 'deleted')).state
  expect(outcomeOf(deleted, wish('j', 'running'))).toBe('job-deleted')
  expect(outcomeOf(deleted, job('j'))).toBe('job-deleted')
  const dropped = apply(deleted, { kind: 'drop', job: 'j' }).state
  expect(dropped).toMatchObject({ jobs: [], groups: [], graves: [{ name: 'j' }] })
  for (const command of [wish('j', 'running'), claim(9), { kind: 'drop', job: 'j' } as const]) {
    expect(outcomeOf(dropped, command)).toBe('unknown-job')
  }
})

test('groups begin by a claim once it is whole, and by another behind a stop', () => {
  const claimOf = (...commands: readonly MetaCommand[]) => after(...commands).jobs[0]?.claim
  const whole = (generation: number) => ({ kind: 'claimed' as const, job: 'j', generation })
  const running = [job('j'), claim(3), whole(3)]
  expect(claimOf(job('j'))).toBe('none')
  expect(claimOf(job('j'), claim(3))).toBe('none')
  expect(claimOf(...running)).toBe('whole')
  expect(claimOf(...running, whole(3), wish('j', 'stopped'))).toBe('whole')
  const again = [...running, wish('j', 'stopped'), wish('j', 'running')]
  expect(claimOf(...again)).toBe('due')
  expect(claimOf(...again, claim(4))).toBe('due')
  expect(claimOf(...again, claim(4), whole(4))).toBe('whole')
  // Somebody claims what runs: the claim before is over.
  expect(claimOf(...running, claim(4))).toBe('due')
  expect(outcomeOf(after(job('j')), whole(0))).toBe('claim-not-recorded')
  expect(outcomeOf(after(job('j'), claim(3)), whole(2))).toBe('claim-not-recorded')
  expect(outcomeOf(after(job('j')), { ...whole(1), job: 'x' })).toBe('unknown-job')
})

test('generations only grow, over a deletion too, and a claim may be told twice', () => {
  const state = after(job('j'), claim(3))
  expect(state.jobs[0]).toMatchObject({ generation: 3, owner: 'me' })
  expect(outcomeOf(state, claim(3))).toBe('done')
  expect(outcomeOf(state, claim(3, 'other'))).toBe('generation-not-higher')
  expect(outcomeOf(state, claim(2))).toBe('generation-not-higher')
  expect(outcomeOf(state, claim(4, ''))).toBe('bad-job')
  const gone = [wish('j', 'deleted'), claim(4), { kind: 'drop', job: 'j' } as const]
  const again = after(job('j'), claim(3), ...gone, job('j'))
  expect(again.jobs[0]).toMatchObject({ generation: 4, owner: 'o' })
  expect(again.graves).toEqual([])
  expect(outcomeOf(again, claim(4))).toBe('generation-not-higher')
  expect(outcomeOf(again, claim(5))).toBe('done')
})

test('a node that stays keeps its replica, and one that comes gets an id that never was', () => {
  const placed = after(...three, word('d'), job('j'), put(FIRST, 'b', 'a', 'c'))
  expect(replicasOf(placed)).toEqual(['b/1', 'a/2', 'c/3'])
  expect(placed.groups[0]?.founding).toEqual([1, 2, 3])
  const founded = apply(placed, { kind: 'founded', groups: [FIRST] }).state
  expect(founded.groups[0]?.founding).toEqual([])
  const moved = apply(founded, put(FIRST, 'd', 'b', 'a')).state
  expect(replicasOf(moved)).toEqual(['d/4', 'b/1', 'a/2'])
  expect(replicasOf(apply(moved, put(FIRST, 'c', 'b', 'a')).state)).toEqual(['c/5', 'b/1', 'a/2'])
  expect(moved.groups[0]?.founding).toEqual([])
})

test('before a group is founded its first replicas stay, in whatever order they lead', () => {
  const state = after(...three, word('d'), job('j'), put(FIRST, 'a', 'b', 'c'))
  expect(replicasOf(apply(state, put(FIRST, 'c', 'a', 'b')).state)).toEqual(['c/3', 'a/1', 'b/2'])
  expect(outcomeOf(state, put(FIRST, 'a', 'b', 'd'))).toBe('group-founding')
  expect(outcomeOf(state, put(FIRST, 'a', 'b'))).toBe('group-founding')
  expect(outcomeOf(state, { kind: 'founded', groups: [FIRST, SECOND] })).toBe('group-not-placed')
  expect(outcomeOf(state, { kind: 'founded', groups: [groupId(1)] })).toBe('unknown-group')
  const { state: founded } = apply(state, { kind: 'founded', groups: [FIRST] })
  expect(apply(founded, { kind: 'founded', groups: [FIRST] }).state).toBe(founded)
})

test.each<readonly [MetaOutcome, MetaCommand]>([
  ['unknown-group', put(groupId(5), 'a')],
  ['unknown-node', put(FIRST, 'a', 'x')],
  ['node-twice', put(FIRST, 'a', 'b', 'a')],
  ['nowhere', put(FIRST)],
  ['nowhere', put(FIRST, ...'abcdefgh')],
  ['group-twice', { kind: 'place', groups: [put(FIRST, 'a'), put(FIRST, 'b')].flatMap(groupsIn) }],
  [
    'unknown-node',
    { kind: 'place', groups: [put(FIRST, 'a'), put(SECOND, 'x')].flatMap(groupsIn) },
  ],
])('a place is refused as a whole: %s', (code, command) => {
  expect(outcomeOf(after(...three, job('j')), command)).toBe(code)
})
function groupsIn({ groups }: ReturnType<typeof put>) {
  return groups
}

test('groups of a job that is being deleted stay where they are', () => {
  const state = after(...three, job('j'), put(FIRST, 'a'), wish('j', 'deleted'))
  expect(outcomeOf(state, put(FIRST, 'b'))).toBe('job-deleted')
  expect(replicasOf(state)).toEqual(['a/1'])
})

test('a node that lost what it had holds other replicas, and its old folder is known', () => {
  const groups = [put(FIRST, 'a', 'b', 'c'), put(SECOND, 'b', 'c')]
  const state = after(...three, job('j'), ...groups, word('b', 'b-2'))
  expect(replicasOf(state)).toEqual(['a/1', 'b/6', 'c/3'])
  expect(replicasOf(state, SECOND)).toEqual(['b/7', 'c/5'])
  expect(state.groups[0]?.founding).toEqual([1, 2, 3])
  expect(outcomeOf(state, word('b', 'b-1', 9))).toBe('store-replaced')
  expect(outcomeOf(state, word('d', 'b-1'))).toBe('store-replaced')
  expect(outcomeOf(state, word('d', 'b-2'))).toBe('store-of-another')
})

test('the newest word about a node counts, and it is gone since it was missed first', () => {
  const gone = (sinceMs: number) => ({ kind: 'gone' as const, node: nodeId('a'), sinceMs })
  const state = after(word('a', 'a-1', 5), gone(100), gone(200))
  expect(state.nodes[0]?.goneSinceMs).toBe(100)
  expect(outcomeOf(state, word('a', 'a-1', 4))).toBe('old-incarnation')
  expect(apply(state, word('a', 'a-1', 6)).state.nodes).toMatchObject([
    { boot: 6, goneSinceMs: undefined },
  ])
  expect(outcomeOf(emptyMeta, gone(1))).toBe('unknown-node')
})

test('a node leaves when no group has a replica on it', () => {
  const leave = { kind: 'leave' as const, node: nodeId('a') }
  const held = after(...three, job('j'), put(FIRST, 'a'))
  expect(outcomeOf(held, leave)).toBe('node-holds-replicas')
  const free = after(...three, leave)
  expect(free.nodes.map(one => one.id)).toEqual(['b', 'c'])
  expect(outcomeOf(free, leave)).toBe('unknown-node')
  expect(outcomeOf(free, word('a'))).toBe('store-replaced')
})

test('nodes are named, and as many as there may be', () => {
  const long = 'x'.repeat(bounds.WORD_MAX + 1)
  expect(outcomeOf(emptyMeta, word(''))).toBe('bad-node')
  expect(outcomeOf(emptyMeta, word('a'.repeat(64)))).toBe('bad-node')
  expect(outcomeOf(emptyMeta, word('a', ''))).toBe('bad-node')
  expect(outcomeOf(emptyMeta, word('a', long))).toBe('bad-node')
  const ids = Array.from({ length: bounds.NODES_MAX }, (_, n): NodeId => nodeId(`n${n}`))
  const full = after(...ids.map(id => word(id)))
  expect(outcomeOf(full, word('a'))).toBe('too-many-nodes')
  expect(outcomeOf(full, word('n1', 'other'))).toBe('done')
})

test('a setting is set, changed, taken away', () => {
  const set = (key: string, value: string) => ({
    kind: 'setting' as const,
    setting: { key, value },
  })
  const state = after(set('b', '1'), set('a', '2'), set('b', '3'))
  expect(state.settings.map(one => `${one.key}${one.value}`)).toEqual(['a2', 'b3'])
  expect(apply(state, set('a', '')).state.settings).toHaveLength(1)
  expect(outcomeOf(state, set('', 'x'))).toBe('bad-setting')
  expect(outcomeOf(state, set('k', 'x'.repeat(bounds.SETTING_VALUE_MAX + 1)))).toBe('bad-setting')
  const keys = Array.from({ length: bounds.SETTINGS_MAX }, (_, n) => set(`k${n}`, 'v'))
  expect(outcomeOf(after(...keys), set('k', 'v'))).toBe('too-many-settings')
})

const number = fc.nat(STEP_MAX)
const step = fc.record({ kind: fc.constantFrom(...stepKinds), a: number, b: number, c: number })

test('in any order of commands the rules of meta hold, and replicas are equal', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), steps => {
      expect(played(steps)).toBeUndefined()
    }),
    { numRuns: 300 },
  )
})

test('longer courses reach what they are to reach', () => {
  const reached = { place: 0, founded: 0, drop: 0, generation: 0, store: 0, refused: 0 }
  for (let seed = 1; seed <= 100; seed++) {
    const steps = drawnSteps(new Prng(seed))
    expect(played(steps), `seed ${seed}`).toBeUndefined()
    count(steps, reached)
  }
  for (const [what, times] of Object.entries(reached)) expect(times, what).toBeGreaterThan(20)
})
