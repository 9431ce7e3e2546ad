/** Nodes over wires of all kinds: proxies for each pair, mutual TLS, images to a newcomer. */

import { expect, test } from 'vitest'
import { encodeCommand } from '../../chaos/kv/command.ts'
import type { KvMachine } from '../../chaos/kv/machine.ts'
import { groupId, nodeId } from '../base/ids.ts'
import { Authority } from '../io/grpc/testing/certificates.ts'
import type { TlsFiles } from '../io/grpc/tls.ts'
import type { Replica } from './replica.ts'
import { cluster, settingsOf, TestNode } from './testing/fleet.ts'
import { TcpProxy } from './testing/tcp-proxy.ts'

const WAIT = { timeout: 30_000, interval: 20 }

async function expectVoters(at: TestNode, count: number): Promise<void> {
  await expect.poll(() => at.voters().length, WAIT).toBe(count)
}

async function written(nodes: readonly TestNode[], key: string, value: string) {
  await expect
    .poll(async () => {
      const outcomes = await Promise.all(nodes.map(node => node.write(1, key, value)))
      return outcomes.some(one => one.kind === 'applied')
    }, WAIT)
    .toBe(true)
}

test('a proxy is dialled in place of the node; cut off, the node catches up later', async () => {
  const toFounder = new TcpProxy()
  const toThird = new TcpProxy()
  const proxied = await toFounder.listen()
  const dialThird = await toThird.listen()
  const dial = new Map([[nodeId('n3'), dialThird]])
  const founder = await new TestNode(settingsOf('n1', { founds: true, dial })).start()
  toFounder.leadTo(founder.address)
  const join = [founder.address]
  const second = await new TestNode(settingsOf('n2', { join, dial })).start()
  const third = await new TestNode(
    settingsOf('n3', { join, dial: new Map([[nodeId('n1'), proxied]]) }),
  ).start()
  toThird.leadTo(third.address)
  await expectVoters(founder, 3)
  expect(toFounder.connections).toBeGreaterThan(0)
  expect(toThird.connections).toBeGreaterThan(0)
  toFounder.shut()
  toThird.shut()
  await written([founder, second], 'k', 'while away')
  expect(await third.read(1, 'k')).not.toBe('while away')
  toFounder.isShut = false
  toThird.isShut = false
  await expect.poll(() => third.read(1, 'k'), WAIT).toBe('while away')
})

function secured(id: string, tls: TlsFiles, join: readonly string[]): Promise<TestNode> {
  const settings = settingsOf(id, { founds: join.length === 0, join })
  return new TestNode(settings, tls).start()
}

test('with certificates of one authority nodes find together', async () => {
  const authority = new Authority('weir-test')
  const founder = await secured('n1', authority.issue('n1'), [])
  const join = [founder.address]
  const others = [
    await secured('n2', authority.issue('n2'), join),
    await secured('n3', authority.issue('n3'), join),
  ]
  for (const node of [founder, ...others]) await expectVoters(node, 3)
  await written([founder, ...others], 'k', 'secret')
  await expect.poll(() => others[0]?.read(1, 'k'), WAIT).toBe('secret')
})

test('whoever has no certificate of the cluster learns nothing of it', async () => {
  const founder = await secured('n1', new Authority('weir-test').issue('n1'), [])
  const join = [founder.address]
  const open = await new TestNode(settingsOf('n2', { join })).start()
  const stranger = await secured('n3', new Authority('weir-test').issue('n3'), join)
  for (const node of [open, stranger]) {
    await expect.poll(() => node.has('waiting for a cluster'), WAIT).toBe(true)
    const waiting = node.logged.find(one => one.message === 'waiting for a cluster')
    expect(waiting?.facts['why']).toContain(founder.address)
    expect(node.reports()).toEqual([])
  }
})

test('a certificate speaks for one node and for no other', async () => {
  const authority = new Authority('weir-test')
  const founder = await secured('n1', authority.issue('n1'), [])
  const liar = await secured('n2', authority.issue('n9'), [founder.address])
  await expect
    .poll(() => founder.logged.some(one => one.facts['code'] === 'not-allowed'), WAIT)
    .toBe(true)
  await expect.poll(() => liar.fatal, WAIT).toEqual(['not-allowed'])
  expect(founder.voters()).toEqual(['n1/1'])
  expect(founder.node.face?.others()).toEqual([])
  expect(liar.reports().every(one => one.role !== 'leader')).toBe(true)
})

const groupOf = (node: TestNode) => node.node.find(groupId(1)) as Replica<KvMachine>

/** Many at a time: an image is only needed where the log behind it is gone. */
async function writeMany(node: TestNode, count: number): Promise<void> {
  const value = new Uint8Array(100)
  await Promise.all(
    Array.from({ length: count }, (_, at) => {
      const data = encodeCommand({ kind: 'write', key: `key-${at % 500}`, value })
      return new Promise<void>(resolve => groupOf(node).propose(data, () => resolve()))
    }),
  )
}

test('a newcomer far behind is sent an image, and is equal afterwards', async () => {
  const [founder] = (await cluster(1)) as [TestNode]
  await written([founder], 'k', 'v')
  await writeMany(founder, 3000)
  groupOf(founder).group.takeImage()
  await expect.poll(() => founder.reports()[0]?.snapshot ?? 0, WAIT).toBeGreaterThan(3000)
  expect(founder.measured.images).toBe(1)
  const join = [founder.address]
  const newcomer = await new TestNode(settingsOf('n2', { join })).start()
  await expectVoters(founder, 2)
  await expect.poll(() => newcomer.read(1, 'k'), WAIT).toBe('v')
  expect(newcomer.reports()[0]?.snapshot).toBeGreaterThan(3000)
  const asked = await new Promise<{ index?: number }>(resolve => {
    founder.node.face?.askFingerprint(groupId(1), answer => resolve(answer as { index: number }))
  })
  const at = (node: TestNode) => node.node.face?.fingerprint(groupId(1), asked.index ?? 0)
  await expect.poll(() => at(founder)?.digest, WAIT).toBeDefined()
  await expect.poll(() => at(newcomer), WAIT).toEqual(at(founder))
})

test('a state that is thrown away is loaded from the image and the log behind it', async () => {
  const settings = settingsOf('n1', { founds: true })
  const first = await new TestNode(settings).start()
  await written([first], 'k', 'v')
  await writeMany(first, 200)
  groupOf(first).group.takeImage()
  await expect.poll(() => first.reports()[0]?.snapshot ?? 0, WAIT).toBeGreaterThan(200)
  await written([first], 'later', 'behind the image')
  await first.stop()
  first.forgetMarks()
  const again = await new TestNode(settings).start()
  await expect.poll(() => again.read(1, 'later'), WAIT).toBe('behind the image')
  expect(await again.read(1, 'k')).toBe('v')
  const opened = again.logged.find(one => one.message === 'the state store is open')
  expect(opened?.facts).toMatchObject({ kept: false })
})
