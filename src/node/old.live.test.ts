/** Folders and words of the past, and of others, under real nodes: none is believed. */

import { cpSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { nodeId } from '../base/ids.ts'
import { type GrpcAnswer, openTransport } from '../io/grpc/transport.ts'
import { tempFolder } from '../io/testing/folder.ts'
import { encodeHello, type HelloSelf, PROTOCOL, readGreeting } from '../raft/links/hello.ts'
import { cluster, settingsOf, TestNode } from './testing/fleet.ts'
import { TcpProxy } from './testing/tcp-proxy.ts'

const WAIT = { timeout: 30_000, interval: 20 }
/** It asks for longer than any dead connection is taken to live. */
const WAIT_OF_A_COPY = { ...WAIT, timeout: 90_000 }

type Trio = readonly [TestNode, TestNode, TestNode]

async function trio(): Promise<Trio> {
  const nodes = (await cluster(3)) as readonly TestNode[] as Trio
  for (const node of nodes) {
    await expect.poll(() => node.voters().length, WAIT).toBe(3)
    await expect.poll(() => node.isReady, WAIT).toBe(true)
  }
  return nodes
}

async function write(nodes: readonly TestNode[], key: string, value: string): Promise<void> {
  await expect
    .poll(async () => {
      const outcomes = await Promise.all(nodes.map(node => node.write(1, key, value)))
      return outcomes.some(one => one.kind === 'applied')
    }, WAIT)
    .toBe(true)
}

/** The folder as it is now, at another place. */
function copyOf({ settings }: Pick<TestNode, 'settings'>): string {
  const data = join(tempFolder(), 'copy')
  cpSync(settings.data, data, { recursive: true })
  return data
}

async function ready(node: TestNode): Promise<void> {
  await expect.poll(() => node.isReady, WAIT).toBe(true)
}

/** Whether a connection of this node reaches the third. */
const isUp = (one: TestNode) =>
  one.node.face?.figures().links.find(({ peer }) => peer === 'n3')?.isUp === true

/** What a node answers to one hello. */
async function answerTo(address: string, self: HelloSelf): Promise<string> {
  const opened = await new Promise<GrpcAnswer>(resolve => {
    openTransport({ listen: '127.0.0.1:0', frameBytesMax: 1 << 20 }, resolve)
  })
  if ('refused' in opened) throw new Error(opened.refused.message)
  const { transport } = opened
  const frame = await new Promise<Uint8Array>(resolve => {
    const listener = { onOpen() {}, onFrame: resolve, onClosed() {} }
    const connection = transport.connect(address, listener)
    connection.send(encodeHello({ ...self, lane: 'turn', to: nodeId('n1') }))
  })
  transport.destroy()
  const greeting = readGreeting(frame, PROTOCOL)
  return greeting.kind === 'refusal' ? greeting.refusal.code : greeting.kind
}

test('one hello in the name of a node that runs neither ends it nor its next start', async () => {
  const [founder, , third] = await trio()
  const before = founder.voters()
  await expect.poll(() => isUp(founder), WAIT).toBe(true)
  const said = {
    ...{ protocol: PROTOCOL, cluster: founder.node.face?.cluster ?? '', node: nodeId('n3') },
    ...{ store: 'anything', boot: 1, opening: 'o' },
  }
  expect(await answerTo(founder.address, said)).toBe('node-id-taken')
  await third.stop()
  const again = await new TestNode(third.settings).start()
  await expect.poll(() => again.isReady, WAIT).toBe(true)
  expect([...third.fatal, ...again.fatal]).toEqual([])
  expect(founder.voters()).toEqual(before)
})

test.each([
  ['three boots older than its peers remember', 3],
  ['with the very boot that its peers remember', 1],
])('a copy %s is refused once, and joins anew when it is started again', async (_, restarts) => {
  const [founder, , third] = await trio()
  const before = founder.voters().find(one => one.startsWith('n3/'))
  await third.stop()
  const data = copyOf(third)
  for (let left = restarts; left > 0; left--) {
    const later = await new TestNode(third.settings).start()
    await ready(later)
    await later.stop()
  }
  const old = await new TestNode({ ...third.settings, data }).start()
  await expect.poll(() => old.fatal, WAIT).toEqual(['old-incarnation'])
  await old.end()
  expect(founder.voters()).toContain(before)
  const again = await new TestNode({ ...third.settings, data: copyOf(old) }).start()
  await expect.poll(() => founder.voters().includes('n3/4'), WAIT).toBe(true)
  expect(founder.voters()).not.toContain(before)
  expect(again.fatal).toEqual([])
  const loss = again.logged.find(one => one.message.startsWith('the log is not trusted'))
  expect(loss?.facts).toMatchObject({
    code: 'log-distrusted',
    why: expect.stringContaining('old-incarnation'),
  })
})

test('a copy that counts further, beside its living node: the node stays who it is', async () => {
  const [founder, second, third] = await trio()
  const before = founder.voters()
  for (const one of [founder, second]) await expect.poll(() => isUp(one), WAIT).toBe(true)
  const copy = await new TestNode({ ...third.settings, data: copyOf(third) }).start()
  await expect.poll(() => copy.fatal, WAIT_OF_A_COPY).toEqual(['node-id-taken'])
  await copy.end()
  await write([founder, second, third], 'k', 'beside')
  await expect.poll(() => third.read(1, 'k'), WAIT).toBe('beside')
  expect(third.isReady).toBe(true)
  await third.stop()
  const again = await new TestNode(third.settings).start()
  await ready(again)
  expect([...founder.fatal, ...second.fatal, ...third.fatal, ...again.fatal]).toEqual([])
  expect(founder.voters()).toEqual(before)
}, 150_000)

test('a restart is let in though nobody closed the connections of the life before', async () => {
  const toThird = new TcpProxy()
  const dial = new Map([[nodeId('n3'), await toThird.listen()]])
  const founder = await new TestNode(settingsOf('n1', { founds: true, dial })).start()
  const join = [founder.address]
  const second = await new TestNode(settingsOf('n2', { join, dial })).start()
  const third = await new TestNode(settingsOf('n3', { join })).start()
  toThird.leadTo(third.address)
  for (const node of [founder, second, third]) await ready(node)
  const before = founder.voters()
  toThird.fall()
  const data = copyOf(third)
  await third.die()
  const again = await new TestNode({ ...third.settings, data }).start()
  toThird.leadTo(again.address)
  await ready(again)
  await expect.poll(() => isUp(founder) && isUp(second), WAIT).toBe(true)
  const isCodeOf = (code: string) => founder.logged.some(one => one.facts['code'] === code)
  expect(isCodeOf('node-id-taken')).toBe(true)
  expect([...founder.fatal, ...second.fatal, ...again.fatal]).toEqual([])
  expect(founder.voters()).toEqual(before)
})

/** Where it was found first, and told of all others. */
function settled(nodes: readonly TestNode[]) {
  return nodes.map(({ settings, address }) => ({
    ...settings,
    founds: false,
    listen: { host: '127.0.0.1', port: Number(address.split(':')[1]) },
    join: nodes.flatMap(other => (other.address === address ? [] : [other.address])),
  }))
}

const namesIn = (data: string, start: string) =>
  readdirSync(data).filter(name => name.startsWith(start))

test('folders copied one after the other: no log goes, a majority has it all', async () => {
  const first = await trio()
  const settings = settled(first)
  for (const node of first) await node.stop()
  const nodes = await Promise.all(settings.map(one => new TestNode(one).start()))
  for (const node of nodes) await ready(node)
  await write(nodes, 'k', 'before all copies')
  const copies: string[] = []
  for (const [at, one] of settings.entries()) {
    await nodes[at]?.stop()
    copies.push(copyOf({ settings: one }))
    const next = await new TestNode(one).start()
    nodes[at] = next
    await ready(next)
    await write(nodes, `k${at}`, 'v')
  }
  for (const node of nodes) await node.stop()

  // All three as they were copied: the first two are older than the others remember.
  const restored = settings.map((one, at) => ({ ...one, data: copies[at] ?? '' }))
  const [one, two, last] = await Promise.all(restored.map(node => new TestNode(node).start()))
  for (const node of [one, two]) {
    await expect.poll(() => node?.fatal, WAIT).toEqual(['old-incarnation'])
    await node?.stop()
  }
  const waiting = await Promise.all(restored.slice(0, 2).map(node => new TestNode(node).start()))
  const kept = 'the log was called old; it is kept until every group has another seat for this node'
  for (const node of waiting) await expect.poll(() => node.has(kept), WAIT).toBe(true)
  for (const node of [...waiting, last]) await node?.stop()
  for (const { data } of restored) {
    expect(namesIn(data, 'log-lost')).toEqual([])
    expect(namesIn(join(data, 'log'), 'identity')).toEqual(['identity'])
  }

  // As docs/backup.md says: those copied last are a majority; the other joins anew.
  for (const { data } of restored.slice(1)) {
    rmSync(join(data, 'peers'))
    rmSync(join(data, 'log-distrusted'), { force: true })
  }
  const majority = await Promise.all(restored.slice(1).map(node => new TestNode(node).start()))
  await expect
    .poll(async () => (await Promise.all(majority.map(node => node.read(1, 'k1')))).join(), WAIT)
    .toBe('v,v')
  const { data: _, ...place } = restored[0] ?? settingsOf('n1')
  const fresh = await new TestNode({ ...settingsOf('n1'), ...place, data: tempFolder() }).start()
  await ready(fresh)
  expect(await fresh.read(1, 'k')).toBe('before all copies')
  expect([...fresh.fatal, ...majority.flatMap(node => node.fatal)]).toEqual([])
})
