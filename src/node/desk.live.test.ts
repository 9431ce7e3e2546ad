/** What a node answers to strangers, over a real socket. */

import { credentials } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import type { KvMachine } from '../../chaos/kv/machine.ts'
import { groupId, nodeId } from '../base/ids.ts'
import { MembersClient } from '../io/members/client.ts'
import type { JoinAnswer, Place } from '../io/members/service.ts'
import type { Replica } from './replica.ts'
import { cluster, settingsOf, settledCluster, TestNode } from './testing/fleet.ts'

const WAIT = { timeout: 30_000, interval: 20 }
const client = new MembersClient(credentials.createInsecure())

const who = (node: string, store: string, boot = 1): Place => ({
  replica: 0,
  ...{ node, store, boot, opening: 'o' },
  address: '127.0.0.1:9',
  http: '127.0.0.1:10',
})

/** One that leads its groups and stands in their rosters. */
async function founder(groups: number): Promise<TestNode> {
  const [node] = (await cluster(1, groups)) as [TestNode]
  await expect
    .poll(() => node.reports().map(one => one.members.map(member => member.node)), WAIT)
    .toEqual(Array.from({ length: groups }, () => ['n1']))
  await expect
    .poll(() => node.node.face?.report('kv/1')?.commit ?? 0, WAIT)
    .toBeGreaterThanOrEqual(2)
  return node
}

/** Asks until every group has given a seat: the founder enrols itself first. */
async function seated(node: TestNode, place: Place): Promise<JoinAnswer> {
  const cluster = node.node.face?.cluster ?? ''
  let answer: JoinAnswer | undefined
  await expect
    .poll(async () => {
      answer = await client.join(node.address, { cluster, who: place })
      return answer.code !== '' || answer.groups.every(one => one.replica > 0)
    }, WAIT)
    .toBe(true)
  const groups = [...(answer?.groups ?? [])].sort((a, b) => a.group - b.group)
  return { ...(answer as JoinAnswer), groups }
}

test('whoever has no cluster says so, and lets nobody join', async () => {
  const join = ['127.0.0.1:1']
  const waiting = await new TestNode(settingsOf('n5', { join, founds: true })).start()
  expect(await client.greet(waiting.address, { node: 'n6' })).toMatchObject({
    node: 'n5',
    cluster: '',
    founds: true,
    address: waiting.address,
    http: `http-${waiting.address}`,
  })
  const answer = await client.join(waiting.address, { cluster: '', who: who('n6', 's6') })
  expect(answer).toMatchObject({ code: 'no-cluster', groups: [] })
})

test('a member says which cluster it is of, and each process is its own', async () => {
  const node = await founder(1)
  const other = await founder(1)
  const [one, two] = [
    await client.greet(node.address, { node: 'x' }),
    await client.greet(other.address, { node: 'x' }),
  ]
  expect(one.cluster).toBe(node.node.face?.cluster)
  expect(one.process).not.toBe(two.process)
  const wrong = await client.join(other.address, { cluster: one.cluster, who: who('n6', 's6') })
  const ours = other.node.face?.cluster
  expect(wrong).toMatchObject({
    code: 'wrong-cluster',
    message: expect.stringContaining(`belongs to cluster ${ours}, whoever asks to ${one.cluster};`),
  })
})

test('a seat in every group, the same one however often it is asked for', async () => {
  const node = await founder(3)
  const first = await seated(node, who('n2', 's2'))
  expect(first.code).toBe('')
  expect(first.groups.map(one => [one.group, one.replica])).toEqual([
    [1, 2],
    [2, 2],
    [3, 2],
  ])
  for (const one of first.groups) {
    expect(one.leader).toBe('')
    expect(one.places.map(place => `${place.node}/${place.replica}`)).toEqual(['n1/1', 'n2/2'])
    expect(one.places[0]).toMatchObject({ address: node.address, http: `http-${node.address}` })
  }
  expect(await seated(node, who('n2', 's2'))).toEqual(first)
})

test('a lost store gets another seat, and the old store none any more', async () => {
  const node = await founder(1)
  await seated(node, who('n2', 's2'))
  const newer = await seated(node, who('n2', 's3'))
  expect(newer.groups[0]?.replica).toBe(3)
  const old = await seated(node, who('n2', 's2'))
  expect(old).toMatchObject({
    code: 'store-replaced',
    message: expect.stringContaining('start it again: it joins anew'),
  })
})

test('a late word of an earlier start gets no seat, and turns no address back', async () => {
  const node = await founder(1)
  await seated(node, { ...who('n2', 's2', 2), http: '127.0.0.1:11' })
  const late = await seated(node, who('n2', 's2', 1))
  expect(late).toMatchObject({
    code: 'old-incarnation',
    message: expect.stringContaining('start it again: it joins anew'),
  })
  expect(node.node.face?.others()).toEqual([{ node: 'n2', http: '127.0.0.1:11' }])
})

test('whoever comes is heard of at once by those who know him', async () => {
  const node = await founder(1)
  await seated(node, who('n2', 's2'))
  expect(node.node.face?.others()).toEqual([{ node: 'n2', http: '127.0.0.1:10' }])
  const cluster = node.node.face?.cluster ?? ''
  const moved = { ...who('n2', 's2', 2), http: '127.0.0.1:11' }
  // The founder alone is no majority any more, so that no log will tell.
  await client.join(node.address, { cluster, who: moved }).catch(() => undefined)
  expect(node.node.face?.others()).toEqual([{ node: 'n2', http: '127.0.0.1:11' }])
  const late = { ...who('n2', 's2', 1), http: '127.0.0.1:12' }
  await client.join(node.address, { cluster, who: late }).catch(() => undefined)
  expect(node.node.face?.others()).toEqual([{ node: 'n2', http: '127.0.0.1:11' }])
})

test('words that nobody could live with are refused; nobody falls over them', async () => {
  const nodes = await cluster(3)
  await expect.poll(() => nodes[0]?.voters().length, WAIT).toBe(3)
  const wrong = [
    { ...who('n9', 's9'), address: '' },
    { ...who('n9', 's9'), address: '%%%not an address' },
    { ...who('', 's9') },
    { ...who('n'.repeat(100_000), 's9') },
    { ...who('n9', '') },
    { ...who('n9', 's'.repeat(65)) },
  ]
  const name = nodes[0]?.node.face?.cluster ?? ''
  for (const { address } of nodes) {
    for (const one of wrong) {
      const answer = await client.join(address, { cluster: name, who: one })
      expect(answer).toMatchObject({ code: 'bad-introduction', groups: [] })
    }
  }
  expect((await nodes[0]?.write(1, 'k', 'v'))?.kind).toMatch(/applied|refused/)
  for (const node of nodes) {
    expect(node.fatal).toEqual([])
    expect(node.has('a node may not join')).toBe(true)
    expect(node.node.face?.figures().refused).toContainEqual({
      code: 'bad-introduction',
      count: wrong.length,
    })
    expect(node.node.face?.others()).toHaveLength(2)
  }
})

test('a roster that was poisoned before is lived with, and opened again', async () => {
  const nodes = await settledCluster(3)
  await expect.poll(() => nodes[0]?.voters().length, WAIT).toBe(3)
  const poison = [
    { ...who('n8', 's8'), address: '' },
    { ...who('n9', 's9'), address: '%%%not an address' },
    { ...who('', 's0') },
  ]
  const enrol = (node: TestNode, one: Place) =>
    new Promise(resolve => {
      const found = node.node.find(groupId(1)) as Replica<KvMachine>
      found.enrol({ ...one, node: nodeId(one.node) }, resolve)
    })
  const leader = nodes.find(one => one.reports()[0]?.role === 'leader') as TestNode
  for (const one of poison) expect(await enrol(leader, one)).toHaveProperty('replica')
  const known = (node: TestNode) => node.node.face?.others().map(one => one.node) ?? []
  for (const node of nodes) await expect.poll(() => known(node), WAIT).toContain('n9')
  await Promise.all(nodes.map(node => node.stop()))
  const again = await Promise.all(
    nodes.map(({ settings, address }) => {
      const port = Number(address.split(':').at(-1))
      return new TestNode({ ...settings, listen: { host: '127.0.0.1', port } }).start()
    }),
  )
  for (const node of again) await expect.poll(() => node.read(1, 'k'), WAIT).toBe('')
  for (const node of again) expect([node.fatal, node.failure]).toEqual([[], undefined])
})

test('a second node of one id ends, and those that run go on', async () => {
  const nodes = await cluster(3)
  const [first, second] = nodes as [TestNode, TestNode, TestNode]
  for (const node of nodes) await expect.poll(() => node.isReady, WAIT).toBe(true)
  const before = first.voters()
  // It was not told of its namesake.
  const settings = settingsOf('n1', { join: [second.address] })
  const other = await new TestNode(settings).start()
  await expect.poll(() => other.fatal, { ...WAIT, timeout: 90_000 }).toEqual(['node-id-taken'])
  expect(other.reports()).toEqual([])
  for (const node of nodes) {
    expect(node.fatal).toEqual([])
    expect(node.voters()).toEqual(before)
  }
  expect(first.isReady).toBe(true)
  // Who leads may change while it is waited, on a machine that does much else.
  const leader = () => nodes.find(one => one.reports()[0]?.role === 'leader')
  const written = async () => (await leader()?.write(1, 'k', 'v'))?.kind
  await expect.poll(written, WAIT).toBe('applied')
}, 150_000)
