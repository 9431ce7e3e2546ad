/** The driver with processes that only pretend to be nodes: what it tells them and does to them. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { Prng } from '../../../src/base/prng.ts'
import type { FaultPlan } from '../faults/plan.ts'
import { strike } from '../faults/strike.ts'
import { nodeProgram } from '../testing/node.ts'
import { Cluster } from './cluster.ts'
import { configOf } from './config.ts'
import { ledBy, replicasOf } from './raft-status.ts'
import { replacedMs } from './succession.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-cluster-'))
let cluster: Cluster | undefined

afterEach(() => cluster?.stop())
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function start(): Promise<Cluster> {
  const place = mkdtempSync(join(folder, 'run-'))
  const program = nodeProgram(place)
  const common = { nodes: 3, groups: 4, hasProxies: false, say: () => {} }
  cluster = await Cluster.start({ ...common, folder: place, program })
  return cluster
}

/** It publishes to nobody. */
const alone = (cluster: Cluster) => ({
  cluster,
  logs: undefined,
  readers: [],
  poised: () => Promise.resolve(),
})

const startsOf = async (one: Cluster, id: string) => {
  const answer = await fetch(`http://${one.node(id).plan.http}/v1/raft`)
  return ((await answer.json()) as { starts: number }).starts
}

test('one node founds, all name all, peers are dialled through what was given', () => {
  const plan = (id: string, port: number) => ({
    id,
    listen: `h:${port}`,
    http: `h:${port + 1}`,
    data: `/${id}`,
  })
  const all = [plan('a', 1), plan('b', 3), plan('c', 5)]
  const told = (at: number) =>
    JSON.parse(configOf(all[at] ?? plan('', 0), all, { dial: { b: 'p:7' }, groups: 9 }))
  expect(told(0)).toEqual({
    id: 'a',
    listen: 'h:1',
    advertise: 'h:1',
    http: 'h:2',
    data: '/a',
    join: ['h:3', 'h:5'],
    bootstrap: true,
    groups: 9,
    dial: { b: 'p:7' },
  })
  expect(told(2)).toMatchObject({ id: 'c', join: ['h:1', 'h:3'], bootstrap: false })
})

test('a cluster starts, says who leads, and ends with all its processes', async () => {
  const one = await start()
  expect(one.groups).toEqual([1, 2, 3, 4])
  expect(await one.leaderships()).toEqual(
    new Map([
      ['n1', [1]],
      ['n2', []],
      ['n3', []],
    ]),
  )
  expect(one.waysOf('n2').out).toEqual([
    { from: 'n2', to: 'n1' },
    { from: 'n2', to: 'n3' },
  ])
  expect(one.waysOf('n2').in.map(({ from }) => from)).toEqual(['n1', 'n3'])
  expect(() => one.node('n4')).toThrow('no node n4')
  expect(() => one.net).toThrow('without proxies')
  await one.stop()
  expect(one.nodes.map(({ isAlive, pid }) => [isAlive, pid])).toEqual(
    Array(3).fill([false, undefined]),
  )
  expect(await replicasOf('n1', one.node('n1').plan.http)).toBe(undefined)
  expect(ledBy(undefined)).toEqual([])
})

test.each<[FaultPlan['kind'], number]>([
  ['kill', 2],
  ['lose-disk', 1],
])('%s: the leader is gone, then it starts again', async (kind, starts) => {
  const one = await start()
  const struck = await strike({ kind } as FaultPlan, alone(one), new Prng(1))
  expect(struck).toMatchObject({ victim: 'n1', groups: [1], hits: 1, what: kind })
  expect(one.node('n1').isAlive).toBe(false)
  expect(one.node('n1').trouble()).toContain('SIGKILL')
  await struck.heal()
  await one.ready()
  expect(await startsOf(one, 'n1')).toBe(starts)
})

test('pause: it stands still, then it goes on as the same process', async () => {
  const one = await start()
  const { pid } = one.node('n1')
  const struck = await strike({ kind: 'pause' }, alone(one), new Prng(1))
  expect(struck).toMatchObject({ victim: 'n1', hits: 1 })
  const state = () => /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]
  await expect.poll(state).toBe('T')
  await struck.heal()
  await one.ready()
  expect(one.node('n1').pid).toBe(pid)
  expect(await startsOf(one, 'n1')).toBe(1)
})

test('a fault that hits nobody counts no hit', async () => {
  const one = await start()
  for (const node of one.nodes) await node.kill()
  const struck = await strike({ kind: 'pause' }, alone(one), new Prng(1))
  expect(struck).toMatchObject({ hits: 0, groups: [] })
  await expect(one.ready()).rejects.toThrow('SIGKILL')
})

test('what may not be is refused', async () => {
  const one = await start()
  const node = one.node('n2')
  await expect(node.start()).rejects.toThrow('runs already')
  expect(() => node.loseDisk()).toThrow('still writes')
  await node.kill()
  expect(node.loseDisk()).toBe(true)
  expect(node.loseDisk()).toBe(false)
  expect(await node.kill()).toBe(false)
})

test('a group counts as taken over when another node says that it leads it', async () => {
  const one = await start()
  const lost = { groups: [1, 2], patienceMs: 1 }
  expect(await replacedMs(one, { ...lost, victim: 'n2' })).toHaveLength(1)
  expect(await replacedMs(one, { ...lost, victim: 'n1' })).toEqual([])
})
