/**
 * `meta` on real nodes: founded on purpose, followed by all, kept by whoever leads it; and the
 * groups of jobs that are hosted by it, founded, led, opened again and retired.
 */

import { expect, test } from 'vitest'
import { groupId } from '../../base/ids.ts'
import type { MetaCommand } from '../../meta/command.ts'
import { META_GROUP, type MetaState } from '../../meta/state.ts'
import type { MetaAnswer } from '../jobs/body.ts'
import { ENTRIES, TestBodies } from '../testing/bodies.ts'
import { cluster, settingsOf, TestNode } from '../testing/fleet.ts'
import type { MemberMeta } from './member-meta.ts'

const WAIT = { timeout: 60_000, interval: 50 }
const FIRST = META_GROUP + 1

const parts = { bodies: (world: TestBodies['world']) => new TestBodies(world) }

function metaNode(id: string, join: readonly string[]): TestNode {
  const settings = settingsOf(id, { founds: join.length === 0, join, zone: `zone-${id}` })
  return new TestNode(settings, undefined, undefined, parts)
}

async function three(): Promise<readonly [TestNode, TestNode, TestNode]> {
  const first = await metaNode('n1', []).start()
  const others = ['n2', 'n3'].map(id => metaNode(id, [first.address]))
  for (const one of others) await one.start()
  const all = [first, ...others] as unknown as [TestNode, TestNode, TestNode]
  for (const one of all) await expect.poll(() => one.isReady, WAIT).toBe(true)
  for (const one of all) await expect.poll(() => stateOf(one)?.nodes.length, WAIT).toBe(3)
  return all
}

const metaOf = (one: TestNode): MemberMeta | undefined => one.node.meta
const stateOf = (one: TestNode): MetaState | undefined => metaOf(one)?.replica?.machine.state

/** On any of them: it is carried to whoever leads. */
function propose(one: TestNode, command: MetaCommand): Promise<MetaAnswer | undefined> {
  return new Promise(resolve => {
    if (metaOf(one) === undefined) resolve(undefined)
    else metaOf(one)?.line.say(command, resolve)
  })
}

const say = (one: TestNode, command: MetaCommand) =>
  expect.poll(() => propose(one, command), WAIT).toEqual({ done: true })

const submit: MetaCommand = {
  kind: 'submit',
  job: {
    ...{ name: 'clicks', text: 'name: clicks', digest: 'd', key: 'k', owner: 'o' },
    ...{ replication: 3, stages: [{ name: 'count', partitions: 6 }], offsets: [] },
  },
}

/** By group of the job: replica, role, and how many entries of the body are applied. */
function groupsOf(one: TestNode) {
  const replicas = one.reports().filter(({ id }) => id > META_GROUP)
  return replicas.map(({ group, replica, role, members, applied }) => {
    return { group, replica, role, voters: members.filter(({ kind }) => kind === 'voter'), applied }
  })
}

const replicasOf = (one: TestNode) => groupsOf(one).map(({ replica }) => replica)

/** Every group has a leader, three voters, and what its leader wanted in its log. */
async function running(nodes: readonly TestNode[], voters = 3): Promise<void> {
  const led = () => nodes.flatMap(groupsOf).filter(({ role }) => role === 'leader')
  await expect
    .poll(
      () =>
        led()
          .map(({ group }) => group)
          .sort(),
      WAIT,
    )
    .toEqual(Array.from({ length: 6 }, (_, at) => `clicks/count/${at}`))
  await expect.poll(() => led().every(one => one.voters.length === voters), WAIT).toBe(true)
  await expect.poll(() => led().every(one => one.applied > ENTRIES), WAIT).toBe(true)
}

const isFounded = (one: TestNode) => stateOf(one)?.groups.every(({ founding }) => !founding.length)

test('what is wished is hosted, founded, led evenly, and goes with its job', async () => {
  const all = await three()
  const [first, second] = all
  await say(second, submit)
  await running(all)
  for (const one of all) {
    expect(replicasOf(one)).toHaveLength(6)
    await expect.poll(() => isFounded(one), WAIT).toBe(true)
    expect(one.node.find(META_GROUP)).toBeUndefined()
    expect(one.node.find(groupId(FIRST))).toBeUndefined()
    expect(one.node.find(groupId(1))).toBeDefined()
    const led = () => groupsOf(one).filter(({ role }) => role === 'leader').length
    await expect.poll(led, WAIT).toBe(2)
  }
  expect(new Set(all.flatMap(replicasOf)).size).toBe(18)
  const zones = () => stateOf(second)?.nodes.map(({ zone }) => zone)
  await expect.poll(zones, WAIT).toEqual(['zone-n1', 'zone-n2', 'zone-n3'])
  expect(first.node.face?.report('clicks/count/3')?.id).toBe(FIRST + 3)
  await say(second, { kind: 'wish', job: 'clicks', wish: 'deleted' })
  await say(first, { kind: 'drop', job: 'clicks' })
  for (const one of all) await expect.poll(() => replicasOf(one), WAIT).toEqual([])
})

test('a node that lost its folder is another store, and hosts other replicas', async () => {
  const all = await three()
  const [first, second, third] = all
  await say(first, submit)
  await running(all)
  const lost = replicasOf(third)
  await third.die()
  const again = metaNode('n3', [first.address, second.address])
  await again.start()
  await expect.poll(() => replicasOf(again), WAIT).toEqual([19, 20, 21, 22, 23, 24])
  const survivors = [first, second, again]
  await running(survivors)
  const voters = () => survivors.flatMap(groupsOf).flatMap(one => one.voters)
  const isThere = () => voters().some(({ replica }) => lost.includes(replica))
  await expect.poll(isThere, WAIT).toBe(false)
  expect(stateOf(again)?.nodes.map(one => one.id)).toEqual(['n1', 'n2', 'n3'])
})

test('what was hosted is opened again after all nodes were stopped and started', async () => {
  const all = await three()
  await say(all[0], submit)
  await running(all)
  const before = all.map(replicasOf)
  for (const one of all) await one.stop()
  const addresses = all.map(one => one.address)
  const again = all.map(({ settings, address }) => {
    const join = addresses.filter(one => one !== address)
    const listen = { host: '127.0.0.1', port: Number(address.split(':')[1]) }
    const own = { ...settings, founds: false, join, listen }
    return new TestNode(own, undefined, undefined, parts)
  })
  await Promise.all(again.map(one => one.start()))
  await running(again)
  expect(again.map(replicasOf)).toEqual(before)
})

test('a cluster that was founded without it has none', async () => {
  const [node] = await cluster(1)
  await expect.poll(() => node?.isReady, WAIT).toBe(true)
  expect(node?.node.meta?.replica).toBeUndefined()
  expect(node?.reports().map(one => one.group)).toEqual(['kv/1'])
})
