/** Real nodes in one process: founding, joining, moving, losing, stopping. */

import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { groupId, nodeId } from '../base/ids.ts'
import { tempFolder } from '../io/testing/folder.ts'
import type { Answer } from './face.ts'
import { cluster, settingsOf, TestNode } from './testing/fleet.ts'

const WAIT = { timeout: 30_000, interval: 20 }

const whole = (count: number) => Array.from({ length: count }, (_, at) => `n${at + 1}`)

/** For good: what only stands in a log may need the vote of a node that the test takes away. */
async function expectVoters(at: TestNode, nodes: readonly string[], group = 1): Promise<void> {
  await expect
    .poll(
      () =>
        at
          .voters(group)
          .map(one => one.split('/')[0])
          .sort(),
      WAIT,
    )
    .toEqual([...nodes])
  await expect.poll(() => at.isReady, WAIT).toBe(true)
}

/** Whoever leads takes it. */
async function written(nodes: readonly TestNode[], key: string, value: string, group = 1) {
  await expect
    .poll(async () => {
      const outcomes = await Promise.all(nodes.map(node => node.write(group, key, value)))
      return outcomes.some(one => one.kind === 'applied')
    }, WAIT)
    .toBe(true)
}

test('one founds its groups, the others get a seat in each', async () => {
  const nodes = await cluster(3, 2)
  for (const group of [1, 2]) {
    for (const node of nodes) await expectVoters(node, whole(3), group)
  }
  await written(nodes, 'k', 'v', 2)
  for (const node of nodes) {
    await expect.poll(() => node.read(2, 'k'), WAIT).toBe('v')
    expect(node.node.face?.others().map(one => one.node)).toHaveLength(2)
    expect(node.measured.syncs).toBeGreaterThan(0)
    expect(node.measured.applies).toBeGreaterThan(0)
  }
  expect(nodes[0]?.voters()).toContain('n1/1')
  expect(nodes.map(node => node.node.face?.cluster)).toEqual(
    Array.from({ length: 3 }, () => nodes[0]?.node.face?.cluster),
  )
})

test('a node that starts on another port is found there', async () => {
  const [founder, second] = (await cluster(2)) as [TestNode, TestNode]
  await expectVoters(founder, whole(2))
  await second.stop()
  const again = await new TestNode({ ...second.settings, join: [founder.address] }).start()
  expect(again.address).not.toBe(second.address)
  // Without a majority the founder cannot learn it from its log: it is told by who comes.
  await written([founder, again], 'k', 'v')
  await expect.poll(() => founder.node.face?.others()[0]?.http, WAIT).toBe(`http-${again.address}`)
  await expect.poll(() => again.read(1, 'k'), WAIT).toBe('v')
})

test('a founder that lost its disk founds nothing while a member opens its log', async () => {
  const nodes = await cluster(2)
  const [founder, second] = nodes as [TestNode, TestNode]
  await expectVoters(founder, whole(2))
  const { cluster: name } = founder.node.face ?? { cluster: '' }
  for (const node of nodes) await node.stop()
  rmSync(founder.settings.data, { recursive: true })
  const opening = new TestNode(second.settings)
  const join = [await opening.listen()]
  const again = await new TestNode({ ...founder.settings, join }).start()
  // Its log may yet prove to be old: nobody joins by its word, and nobody founds beside it.
  await expect.poll(() => again.has('waiting for a cluster'), WAIT).toBe(true)
  expect(again.has('joining a cluster')).toBe(false)
  await opening.node.join({ address: opening.address, http: `http-${opening.address}` })
  await expect.poll(() => again.has('joining a cluster'), WAIT).toBe(true)
  expect(again.has('founding a cluster')).toBe(false)
  const settled = again.logged.find(one => one.message === 'joining a cluster')
  expect(settled?.facts).toMatchObject({ cluster: name })
})

function segmentsOf({ settings }: TestNode): readonly string[] {
  const log = join(settings.data, 'log')
  const names = readdirSync(log).filter(name => /^log-\d+$/.test(name))
  return names.map(name => join(log, name))
}

test('a log that is damaged is set aside, and the node is another replica', async () => {
  const nodes = await cluster(3)
  const [founder, , third] = nodes as [TestNode, TestNode, TestNode]
  await expectVoters(founder, whole(3))
  await written(nodes, 'k', 'v')
  const before = founder.voters().find(one => one.startsWith('n3/'))
  await third.stop()
  const [segment = ''] = segmentsOf(third)
  const bytes = readFileSync(segment)
  bytes.fill(0xff, Math.floor(bytes.length / 3), Math.floor(bytes.length / 3) + 64)
  writeFileSync(segment, bytes)
  const again = await new TestNode(third.settings).start()
  await expect.poll(() => founder.voters().includes('n3/4'), WAIT).toBe(true)
  expect(founder.voters()).not.toContain(before)
  expect(again.has('the log is not trusted; this node joins anew with another store')).toBe(true)
  const aside = readdirSync(third.settings.data).filter(name => name.startsWith('log-lost-'))
  expect(aside).toHaveLength(1)
  expect(existsSync(segment.replace('/log/', `/${aside[0]}/`))).toBe(true)
  await expect.poll(() => again.read(1, 'k'), WAIT).toBe('v')
})

test('a folder that comes back from the past is refused by all', async () => {
  const nodes = await cluster(3)
  const [founder, , third] = nodes as [TestNode, TestNode, TestNode]
  await expectVoters(founder, whole(3))
  await third.stop()
  const past = join(tempFolder(), 'past')
  cpSync(third.settings.data, past, { recursive: true })
  rmSync(third.settings.data, { recursive: true })
  const newer = await new TestNode(third.settings).start()
  await expect.poll(() => founder.voters().includes('n3/4'), WAIT).toBe(true)
  await newer.stop()
  const old = await new TestNode({ ...third.settings, data: past }).start()
  await expect.poll(() => old.fatal, WAIT).not.toEqual([])
  expect(['old-incarnation', 'store-replaced']).toContain(old.fatal[0])
  expect(founder.voters()).toContain('n3/4')
})

test('a node of another cluster is not let in', async () => {
  const [founder] = (await cluster(1)) as [TestNode]
  const [other] = (await cluster(1)) as [TestNode]
  await expect.poll(() => other.node.face !== undefined, WAIT).toBe(true)
  await other.stop()
  const lost = { ...other.settings, join: [founder.address] }
  rmSync(join(other.settings.data, 'log'), { recursive: true })
  const again = await new TestNode({ ...lost, node: nodeId('n1') }).start()
  await expect.poll(() => again.failure, WAIT).toMatchObject({ code: 'node-id-taken' })
})

test('a member of one cluster that lost its log does not join another', async () => {
  const [founder] = (await cluster(1)) as [TestNode]
  const other = await new TestNode(settingsOf('n9', { founds: true })).start()
  await expect.poll(() => other.node.face !== undefined, WAIT).toBe(true)
  await other.stop()
  rmSync(join(other.settings.data, 'log'), { recursive: true })
  const again = await new TestNode({ ...other.settings, join: [founder.address] }).start()
  await expect.poll(() => again.failure, WAIT).toMatchObject({ code: 'store-of-another-cluster' })
})

test('a founder that dies while it founds goes on where it was', async () => {
  const settings = settingsOf('n1', { founds: true, groups: 3 })
  const first = await new TestNode(settings).start()
  await expect.poll(() => first.reports().length, WAIT).toBe(3)
  const tenant = JSON.parse(readFileSync(join(settings.data, 'node'), 'utf8'))
  await first.stop()
  writeFileSync(join(settings.data, 'node'), JSON.stringify({ ...tenant, founding: 5 }))
  const again = await new TestNode(settings).start()
  await expect
    .poll(() => again.reports().map(one => one.role), WAIT)
    .toEqual(Array.from({ length: 5 }, () => 'leader'))
  const after = JSON.parse(readFileSync(join(settings.data, 'node'), 'utf8'))
  expect(after).toMatchObject({ cluster: tenant.cluster, founding: 0 })
})

const asked = <T>(ask: (done: (answer: Answer<T>) => void) => void) =>
  new Promise<Answer<T>>(resolve => ask(resolve))

test('leadership is handed over on demand, and what cannot be is refused', async () => {
  const nodes = await cluster(2)
  const [founder, second] = nodes as [TestNode, TestNode]
  for (const node of nodes) await expectVoters(node, whole(2))
  const face = founder.node.face
  const transfer = (group: number, to: string) =>
    asked<{ leader: string }>(done => face?.transfer(groupId(group), nodeId(to), done))
  expect(await transfer(9, 'n2')).toMatchObject({ refused: 'unknown-group' })
  expect(await transfer(1, 'n9')).toMatchObject({ refused: 'unknown-node' })
  expect(await transfer(1, 'n1')).toEqual({ leader: 'n1' })
  // The last change of members may still be on its way.
  await expect.poll(() => transfer(1, 'n2'), WAIT).toEqual({ leader: 'n2' })
  await expect.poll(() => second.reports()[0]?.role, WAIT).toBe('leader')
  expect(await transfer(1, 'n1')).toMatchObject({
    refused: 'not-leader',
    message: expect.stringContaining('ask the one named as leader'),
  })
  await expect.poll(() => founder.reports()[0]?.leader, WAIT).toBe('n2')
  expect(founder.node.find(groupId(1))?.leaderAddress()).toBe(second.address)
  expect(second.node.find(groupId(1))?.leaderAddress()).toBeUndefined()
})

test('a follower refuses writes with a sentence, and counts it', async () => {
  const nodes = await cluster(2)
  const [founder, second] = nodes as [TestNode, TestNode]
  await expectVoters(second, whole(2))
  await expect.poll(() => second.reports()[0]?.leader, WAIT).toBe('n1')
  expect(await second.write(1, 'k', 'v')).toMatchObject({
    kind: 'refused',
    code: 'not-leader',
    message: expect.stringContaining('does not lead'),
  })
  expect(second.node.face?.figures()).toMatchObject({ failed: 1, pending: 0 })
  const links = founder.node.face?.figures().links
  expect(links).toMatchObject([{ peer: 'n2', isUp: true }])
  expect(founder.reports()[0]?.peers).toMatchObject([{ node: 'n2', state: 'replicate' }])
  await expect.poll(() => founder.reports()[0]?.peers[0]?.rttMs, WAIT).toBeGreaterThan(0)
})

test('fingerprints are equal on all replicas', async () => {
  const nodes = await cluster(3)
  for (const node of nodes) await expectVoters(node, whole(3))
  await written(nodes, 'k', 'v')
  const leader = nodes.find(node => node.reports()[0]?.role === 'leader')
  const answer = await asked<{ index: number }>(done =>
    leader?.node.face?.askFingerprint(groupId(1), done),
  )
  const { index } = answer as { index: number }
  const prints = nodes.map(node => () => node.node.face?.fingerprint(groupId(1), index))
  for (const print of prints) {
    await expect.poll(() => print()?.digest, WAIT).toMatch(/^[0-9a-f]{64}$/)
    expect(print()).toEqual(prints[0]?.())
    expect(print()?.chain).toBeGreaterThan(0)
  }
  expect(leader?.node.face?.fingerprint(groupId(9), 1)).toBeUndefined()
  const refused = await asked(done => leader?.node.face?.askFingerprint(groupId(9), done))
  expect(refused).toMatchObject({ refused: 'unknown-group' })
})

test('ready is who knows its leaders and does not stop', async () => {
  const [founder] = (await cluster(1, 2)) as [TestNode]
  await expect.poll(() => founder.isReady, WAIT).toBe(true)
  const face = founder.node.face
  await founder.stop()
  expect(face?.readiness().find(one => one.name === 'running')).toMatchObject({ isGood: false })
})

test('a group is found by name and by number', async () => {
  const [founder] = (await cluster(1, 2)) as [TestNode]
  await expect.poll(() => founder.reports().length, WAIT).toBe(2)
  expect(founder.node.face?.report('kv/2')?.id).toBe(2)
  expect(founder.node.face?.report('2')?.group).toBe('kv/2')
  for (const name of ['kv/3', 'x', '']) expect(founder.node.face?.report(name)).toBeUndefined()
})

test('after an end in peace the state is kept; with a shorter log it is made anew', async () => {
  const settings = settingsOf('n1', { founds: true })
  const first = await new TestNode(settings).start()
  await written([first], 'k', 'v')
  await first.stop()
  const second = await new TestNode(settings).start()
  await expect.poll(() => second.read(1, 'k'), WAIT).toBe('v')
  const opened = second.logged.find(one => one.message === 'the state store is open')
  expect(opened?.facts).toMatchObject({ kept: true, why: 'closed in peace' })
  await second.stop()
  second.forgetMarks()
  const third = await new TestNode(settings).start()
  await expect.poll(() => third.read(1, 'k'), WAIT).toBe('v')
  const anew = third.logged.find(one => one.message === 'the state store is open')
  expect(anew?.facts).toMatchObject({ kept: false })
})

test('a log without segments is a lost log', async () => {
  const settings = settingsOf('n1', { founds: true })
  const first = await new TestNode(settings).start()
  await written([first], 'k', 'v')
  await first.stop()
  for (const segment of segmentsOf(first)) rmSync(segment)
  const again = await new TestNode(settings).start()
  await expect.poll(() => again.has('waiting for a cluster'), WAIT).toBe(true)
  expect(again.reports()).toEqual([])
})
