/** What `meta` wishes next, step by step, until there is nothing left to wish. */

import { expect, test } from 'vitest'
import { nodeId } from '../../base/ids.ts'
import { Prng } from '../../base/prng.ts'
import { apply } from '../apply.ts'
import type { MetaCommand } from '../command.ts'
import { emptyMeta, type MetaState } from '../state.ts'
import { placed } from '../testing/placing.ts'
import { AWAY_MS_MAX, nextPlace, partitionsOf } from './placement.ts'

const NOW = 10 * AWAY_MS_MAX

function after(state: MetaState, ...commands: readonly MetaCommand[]): MetaState {
  return commands.reduce((before, command) => {
    const next = apply(before, command)
    expect(next.outcome).toBe('done')
    return next.state
  }, state)
}
const node = (id: string, zone = ''): MetaCommand => ({
  kind: 'node',
  node: { id: nodeId(id), store: `${id}-1`, boot: 1, zone, host: id, address: '', http: '' },
})
const job = (name: string, partitions: number, replication = 3): MetaCommand => ({
  kind: 'submit',
  job: {
    ...{ name, text: '', digest: '', key: '', owner: 'o', replication, offsets: [] },
    stages: [{ name: 'count', partitions }],
  },
})
const gone = (id: string, sinceMs: number): MetaCommand => ({
  kind: 'gone',
  node: nodeId(id),
  sinceMs,
})
const founded = (state: MetaState) =>
  after(state, { kind: 'founded', groups: state.groups.map(one => one.id) })

/** As the leader of meta goes on, until it wishes nothing more. */
function settled(state: MetaState, nowMs = NOW): MetaState {
  let now = state
  for (let turns = 0; turns < 20; turns++) {
    const command = nextPlace(now, nowMs)
    if (command === undefined) return now
    now = after(now, command)
  }
  throw new Error('it does not come to rest')
}
const placesOf = (state: MetaState) => state.groups.map(one => one.replicas.map(x => x.node))
const setsOf = (state: MetaState) => placesOf(state).map(nodes => [...nodes].sort().join(''))
function leads(state: MetaState): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const [first = ''] of placesOf(state)) counts[first] = (counts[first] ?? 0) + 1
  return counts
}

const abc = after(emptyMeta, ...['a', 'b', 'c'].map(id => node(id)))

test('without nodes, or without jobs, there is nothing to wish', () => {
  expect(nextPlace(after(emptyMeta, job('j', 4)), NOW)).toBeUndefined()
  expect(nextPlace(abc, NOW)).toBeUndefined()
})

test('a job that nobody said more about has two groups a node', () => {
  expect([0, 1, 3, 5].map(partitionsOf)).toEqual([2, 2, 6, 10])
})

test('groups are on as many nodes as there are, three at most, and each node leads as many', () => {
  expect(setsOf(settled(after(emptyMeta, node('a'), job('j', 2))))).toEqual(['a', 'a'])
  const three = settled(after(abc, job('j', 6)))
  expect(setsOf(three)).toEqual(Array(6).fill('abc'))
  expect(leads(three)).toEqual({ a: 2, b: 2, c: 2 })
  const one = settled(after(abc, job('j', 6, 1)))
  expect(setsOf(one).every(set => set.length === 1)).toBe(true)
})

test('leaders are even over all jobs together', () => {
  const state = settled(after(settled(after(abc, job('i', 4))), job('j', 2)))
  expect(leads(state)).toEqual({ a: 2, b: 2, c: 2 })
})

test('replicas stand in three zones where there are three', () => {
  const names = ['a1', 'a2', 'b1', 'b2', 'c1', 'c2']
  const zoned = after(emptyMeta, ...names.map(id => node(id, id.slice(0, 1))))
  for (const nodes of placesOf(settled(after(zoned, job('j', 12))))) {
    expect(nodes.map(id => id.slice(0, 1)).sort()).toEqual(['a', 'b', 'c'])
  }
})

test('before groups are founded nothing but their order of leading changes', () => {
  const placed = settled(after(abc, job('j', 6)))
  const more = settled(after(placed, node('d')))
  expect(setsOf(more)).toEqual(setsOf(placed))
  const moved = settled(founded(more))
  expect(setsOf(moved)).not.toEqual(setsOf(placed))
  expect(Math.max(...Object.values(leads(moved)))).toBe(2)
})

test('a node that comes takes a share of replicas and leaders, and goes without a trace', () => {
  const before = founded(settled(after(abc, job('j', 40))))
  const after4 = settled(after(before, node('d')))
  const changed = setsOf(after4).filter((set, at) => set !== setsOf(before)[at]).length
  expect(changed).toBe(setsOf(after4).filter(set => set.includes('d')).length)
  // 30 of 120 replicas would be its fair share: measured.
  expect(changed).toBeGreaterThan(20)
  expect(changed).toBeLessThan(40)
  expect(Object.values(leads(after4))).toEqual([10, 10, 10, 10])
  const without = settled(after(after4, gone('d', 0)))
  expect(setsOf(without)).toEqual(setsOf(before))
})

test('who is away for a while is waited for, then replaced, and comes back to what it had', () => {
  const state = founded(settled(after(abc, node('d'), job('j', 8))))
  const away = after(state, gone('d', NOW - AWAY_MS_MAX))
  expect(nextPlace(away, NOW)).toBeUndefined()
  const replaced = settled(away, NOW + 1)
  expect(setsOf(replaced)).toEqual(Array(8).fill('abc'))
  const back = settled(after(replaced, node('d')))
  expect(setsOf(back)).toEqual(setsOf(state))
})

test('of two that are away for good one is replaced, then the other', () => {
  const names = ['a', 'b', 'c', 'd', 'e']
  const state = founded(settled(after(emptyMeta, ...names.map(id => node(id)), job('j', 10))))
  const away = after(state, gone('e', 1), gone('d', 0))
  const command = nextPlace(away, NOW)
  expect(command).toBeDefined()
  const first = command === undefined ? away : after(away, command)
  expect(setsOf(first).join('')).not.toContain('d')
  expect(setsOf(first).join('')).toContain('e')
  expect(setsOf(settled(first))).toEqual(Array(10).fill('abc'))
})

test('without most of the nodes nothing is moved, nor back', () => {
  const state = founded(settled(after(abc, node('d'), job('j', 8))))
  const replaced = settled(after(state, gone('d', 0)))
  const lone = after(replaced, gone('c', NOW - 1))
  expect(nextPlace(lone, NOW)).toBeUndefined()
})

test('a job that is being deleted is left where it is', () => {
  const state = settled(after(abc, job('j', 6)))
  const deleted = after(state, { kind: 'wish', job: 'j', wish: 'deleted' })
  expect(nextPlace(after(deleted, node('d')), NOW)).toBeUndefined()
  const unplaced = after(abc, job('k', 2), { kind: 'wish', job: 'k', wish: 'deleted' })
  expect(nextPlace(unplaced, NOW)).toBeUndefined()
})

test('whatever comes and goes, the wish comes to rest where it should', () => {
  const reached = { placed: 0, founded: 0, gone: 0, deleted: 0 }
  for (let seed = 1; seed <= 150; seed++) {
    const trouble = placed(new Prng(seed), ({ groups, nodes, jobs }) => {
      if (groups.some(one => one.founding.length > 0)) reached.placed++
      if (groups.some(one => one.replicas.length > 0 && one.founding.length === 0)) {
        reached.founded++
      }
      if (nodes.some(one => one.goneSinceMs !== undefined)) reached.gone++
      if (jobs.some(one => one.wish === 'deleted')) reached.deleted++
    })
    expect(trouble, `seed ${seed}`).toBeUndefined()
  }
  for (const [what, times] of Object.entries(reached)) expect(times, what).toBeGreaterThan(100)
})

test('more groups than one command holds are placed by several', () => {
  const state = after(abc, job('i', 600), job('j', 500))
  const placed = settled(state)
  expect(placed.groups.every(one => one.replicas.length === 3)).toBe(true)
  expect(Math.max(...Object.values(leads(placed)))).toBe(367)
})
