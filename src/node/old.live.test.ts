/** Folders and words of the past, and of others, under real nodes: none is believed. */

import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { nodeId } from '../base/ids.ts'
import { type GrpcAnswer, openTransport } from '../io/grpc/transport.ts'
import { tempFolder } from '../io/testing/folder.ts'
import { encodeHello, type HelloSelf, PROTOCOL, readGreeting } from '../raft/links/hello.ts'
import { cluster, TestNode } from './testing/fleet.ts'

const WAIT = { timeout: 30_000, interval: 20 }

type Trio = readonly [TestNode, TestNode, TestNode]

async function trio(): Promise<Trio> {
  const nodes = (await cluster(3)) as readonly TestNode[] as Trio
  for (const node of nodes) {
    await expect.poll(() => node.voters().length, WAIT).toBe(3)
    await expect.poll(() => node.isReady, WAIT).toBe(true)
  }
  return nodes
}

/** The folder as it is now, at another place. */
function copyOf({ settings }: TestNode): string {
  const data = join(tempFolder(), 'copy')
  cpSync(settings.data, data, { recursive: true })
  return data
}

async function ready(node: TestNode): Promise<void> {
  await expect.poll(() => node.isReady, WAIT).toBe(true)
}

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
  const isUp = () => founder.node.face?.figures().links.find(one => one.peer === 'n3')?.isUp
  await expect.poll(isUp, WAIT).toBe(true)
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
