/** `meta` on real nodes: founded on purpose, followed by all, kept by whoever leads it. */

import { expect, test } from 'vitest'
import type { GroupId, ReplicaId } from '../../base/ids.ts'
import { groupId, nodeId } from '../../base/ids.ts'
import type { MetaCommand } from '../../meta/command.ts'
import { encodeMetaCommand } from '../../meta/command-codec.ts'
import { META_GROUP, type MetaState } from '../../meta/state.ts'
import { cluster, settingsOf, TestNode } from '../testing/fleet.ts'
import type { Hosted } from './hosting.ts'
import type { Hosting, JobHost } from './job-host.ts'

const WAIT = { timeout: 60_000, interval: 50 }

/** Runs nothing: remembers what it was told. */
class Register implements JobHost {
  readonly started: Hosting[] = []
  readonly #hosted = new Map<GroupId, Hosted>()

  hosted(): ReadonlyMap<GroupId, Hosted> {
    return this.#hosted
  }

  start(hosting: Hosting): void {
    this.started.push(hosting)
    this.#hosted.set(hosting.group.id, { replica: hosting.replica, isMember: true })
  }

  retire(group: GroupId, replica: ReplicaId): void {
    expect(this.#hosted.get(group)?.replica).toBe(replica)
    this.#hosted.delete(group)
  }

  get replicas(): readonly ReplicaId[] {
    return [...this.#hosted.values()].map(one => one.replica).sort((a, b) => a - b)
  }
}

function metaNode(id: string, join: readonly string[]) {
  const jobs = new Register()
  const settings = settingsOf(id, { founds: join.length === 0, join })
  return { jobs, node: new TestNode(settings, undefined, undefined, { jobs }) }
}

async function three() {
  const first = metaNode('n1', [])
  await first.node.start()
  const others = ['n2', 'n3'].map(id => metaNode(id, [first.node.address]))
  for (const one of others) await one.node.start()
  const all = [first, ...others]
  for (const { node } of all) await expect.poll(() => node.isReady, WAIT).toBe(true)
  for (const { node } of all)
    await expect.poll(() => node.node.metaReplica?.machine.state.nodes.length, WAIT).toBe(3)
  return all
}

/** On whichever of them leads. */
function propose(nodes: readonly TestNode[], command: MetaCommand): Promise<string> {
  const leader = nodes.map(({ node }) => node.metaReplica).find(one => one?.isLeader === true)
  if (leader === undefined) return Promise.resolve('nobody leads')
  const data = encodeMetaCommand(command)
  return new Promise(resolve => leader.propose(data, ({ kind }) => resolve(kind)))
}
const say = (nodes: readonly TestNode[], command: MetaCommand) =>
  expect.poll(() => propose(nodes, command), WAIT).toBe('applied')

const submit = {
  kind: 'submit' as const,
  job: {
    ...{ name: 'clicks', text: 'name: clicks', digest: 'd', key: 'k', owner: 'o' },
    ...{ replication: 3, stages: [{ name: 'count', partitions: 6 }], offsets: [] },
  },
}
const leaders = (state: MetaState | undefined) =>
  (state?.groups ?? []).map(one => one.replicas[0]?.node).sort()

test('every node knows the wish, and is told what it is to host', async () => {
  const all = await three()
  const nodes = all.map(one => one.node)
  await say(nodes, submit)
  for (const { node, jobs } of all) {
    await expect.poll(() => jobs.started.length, WAIT).toBe(6)
    expect(leaders(node.node.metaReplica?.machine.state)).toEqual([
      'n1',
      'n1',
      'n2',
      'n2',
      'n3',
      'n3',
    ])
    expect(jobs.started.every(one => one.voters.includes(one.replica))).toBe(true)
    expect(node.node.find(META_GROUP)).toBeUndefined()
    expect(node.node.find(groupId(1))).toBeDefined()
    expect(node.reports().map(one => one.group)).toEqual(['kv/1', 'meta'])
  }
  const given = all.flatMap(one => one.jobs.replicas)
  expect(new Set(given).size).toBe(18)
  await say(nodes, { kind: 'wish', job: 'clicks', wish: 'deleted' })
  await say(nodes, { kind: 'drop', job: 'clicks' })
  for (const { jobs } of all) await expect.poll(() => jobs.replicas, WAIT).toEqual([])
})

test('a node that lost its folder is another store, and hosts other replicas', async () => {
  const all = await three()
  const [first, second, third] = all as [(typeof all)[0], (typeof all)[0], (typeof all)[0]]
  await say([first.node, second.node, third.node], submit)
  for (const { jobs } of all) await expect.poll(() => jobs.started.length, WAIT).toBe(6)
  await third.node.die()
  const again = metaNode('n3', [first.node.address, second.node.address])
  await again.node.start()
  await expect.poll(() => again.jobs.replicas, WAIT).toEqual([19, 20, 21, 22, 23, 24])
  expect(again.jobs.started.every(one => one.voters.length === 0)).toBe(true)
  expect(again.node.node.metaReplica?.machine.state.nodes.map(one => one.id)).toEqual(
    ['n1', 'n2', 'n3'].map(nodeId),
  )
})

test('what meta holds is there after all nodes were stopped and started', async () => {
  const all = await three()
  await say(
    all.map(one => one.node),
    submit,
  )
  for (const { jobs } of all) await expect.poll(() => jobs.started.length, WAIT).toBe(6)
  const before = all.map(one => one.jobs.replicas)
  for (const { node } of all) await node.stop()
  const addresses = all.map(one => one.node.address)
  const again = all.map(({ node }) => {
    const join = addresses.filter(one => one !== node.address)
    const listen = { host: '127.0.0.1', port: Number(node.address.split(':')[1]) }
    const jobs = new Register()
    const settings = { ...node.settings, founds: false, join, listen }
    return { jobs, node: new TestNode(settings, undefined, undefined, { jobs }) }
  })
  await Promise.all(again.map(one => one.node.start()))
  for (const [at, { jobs }] of again.entries()) {
    await expect.poll(() => jobs.replicas, WAIT).toEqual(before[at])
  }
})

test('a cluster that was founded without it has none', async () => {
  const [node] = await cluster(1)
  await expect.poll(() => node?.isReady, WAIT).toBe(true)
  expect(node?.node.metaReplica).toBeUndefined()
  expect(node?.reports().map(one => one.group)).toEqual(['kv/1'])
})
