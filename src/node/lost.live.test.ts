/** Logs that lost something, under real nodes: none is believed, whatever gives the loss away. */

import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { groupId } from '../base/ids.ts'
import { decodeBoot } from '../base/segments/boot-file.ts'
import { frameSize } from '../base/segments/frame.ts'
import { segmentName, segmentOf } from '../base/segments/names.ts'
import { tempFolder } from '../io/testing/folder.ts'
import { isImage } from '../raft/store/names.ts'
import type { Replica } from './replica.ts'
import { cluster, settingsOf, TestNode } from './testing/fleet.ts'

const WAIT = { timeout: 30_000, interval: 20 }
const distrusted = 'the log is not trusted; this node joins anew with another store'

/** The folder as a process leaves it that is killed at this moment. */
function leftBy({ settings }: TestNode): string {
  const data = join(tempFolder(), 'left')
  cpSync(settings.data, data, { recursive: true })
  return data
}

/** The one log that was set aside. */
function asideIn(data: string): string {
  const names = readdirSync(data).filter(name => name.startsWith('log-lost-'))
  expect(names).toHaveLength(1)
  return names[0] ?? ''
}

const segmentsIn = (data: string) =>
  readdirSync(join(data, 'log')).filter(name => segmentOf(name) !== undefined)

const newestIn = (data: string) => join(data, 'log', segmentsIn(data).sort().at(-1) ?? '')

async function write(nodes: readonly TestNode[], key: string, value: string): Promise<void> {
  await expect
    .poll(async () => {
      const outcomes = await Promise.all(nodes.map(node => node.write(1, key, value)))
      return outcomes.some(one => one.kind === 'applied')
    }, WAIT)
    .toBe(true)
}

const replicaOf = (node: TestNode) => node.node.find(groupId(1)) as unknown as Replica<never>

/** Three of them, all of whom vote and have applied the same write. */
async function trio(): Promise<readonly [TestNode, TestNode, TestNode]> {
  const nodes = (await cluster(3)) as readonly TestNode[] as readonly [TestNode, TestNode, TestNode]
  await expect.poll(() => nodes[0].voters().length, WAIT).toBe(3)
  await write(nodes, 'k', 'v')
  await expect.poll(() => nodes[2].read(1, 'k'), WAIT).toBe('v')
  return nodes
}

/** The third comes back as the fourth replica, and what was written is there. */
async function expectRejoined(founder: TestNode, again: TestNode): Promise<void> {
  await expect.poll(() => founder.voters().includes('n3/4'), WAIT).toBe(true)
  expect(founder.voters()).not.toContain('n3/3')
  expect(again.has(distrusted)).toBe(true)
  expect(again.fatal).toEqual([])
  await expect.poll(() => again.read(1, 'k'), WAIT).toBe('v')
}

test('one node alone, its newest segment gone: it serves nothing, keeps the rest', async () => {
  const settings = settingsOf('n1', { founds: true })
  const first = await new TestNode(settings).start()
  await write([first], 'k', 'v')
  const data = leftBy(first)
  await first.stop()
  rmSync(newestIn(data))
  // The machine started anew as well: the state gives nothing away.
  writeFileSync(join(data, 'state-run'), readFileSync(join(data, 'state-run'), 'utf8').slice(9))
  const kept = readdirSync(join(data, 'log')).sort()
  for (let start = 0; start < 2; start++) {
    const again = await new TestNode({ ...settings, data }).start()
    await expect.poll(() => again.has('waiting for a cluster'), WAIT).toBe(true)
    expect(again.reports()).toEqual([])
    await again.stop()
    // However often it starts, what people may want to look at is there.
    expect(readdirSync(join(data, asideIn(data))).sort()).toEqual(kept)
  }
})

test('one of three, its newest segment gone: it is another replica', async () => {
  const [founder, , third] = await trio()
  const data = leftBy(third)
  await third.stop()
  rmSync(newestIn(data))
  const again = await new TestNode({ ...third.settings, data }).start()
  await expectRejoined(founder, again)
})

/** Ends where it did some writes before: whole frames, so that nothing but the state tells. */
function cutLog(data: string, sizeBefore: number): void {
  const newest = newestIn(data)
  const bytes = readFileSync(newest)
  let end = 0
  for (let next = 0; next <= sizeBefore; next += frameSize(bytes, next)) end = next
  expect(end).toBeGreaterThan(0)
  expect(end).toBeLessThan(bytes.length)
  truncateSync(newest, end)
}

/** Ends where its process had begun to write: the making of the group is gone with the rest. */
function cutToNote(data: string): void {
  const record = decodeBoot(readFileSync(join(data, 'log', 'boot')))
  if (typeof record === 'string') throw new Error(record)
  expect(newestIn(data)).toBe(join(data, 'log', segmentName(record.end.segment)))
  truncateSync(newestIn(data), record.end.bytes)
}

function loseImage(data: string): void {
  const images = readdirSync(join(data, 'log')).filter(isImage)
  expect(images.length).toBeGreaterThan(0)
  for (const name of images) rmSync(join(data, 'log', name))
  rmSync(join(data, 'state'), { recursive: true })
}

test.each([
  ['state-ahead-of-log', cutLog],
  ['state-ahead-of-log', cutToNote],
  ['image-damaged', loseImage],
])('%s ends the process once, and the next start joins anew', async (code, harm) => {
  const [founder, second, third] = await trio()
  replicaOf(third).group.takeImage()
  await expect
    .poll(() => readdirSync(join(third.settings.data, 'log')).some(isImage), WAIT)
    .toBe(true)
  await expect.poll(() => replicaOf(third).group.stats().imagesTaken, WAIT).toBe(1)
  const { data } = third.settings
  const { size } = statSync(newestIn(data))
  await write([founder, second], 'l', 'w')
  await expect.poll(() => third.read(1, 'l'), WAIT).toBe('w')
  const noted = readFileSync(join(data, 'log', 'boot'))
  await third.stop()
  // All that it wrote is there, and it looks as if it had been killed.
  rmSync(join(data, 'state-clean'))
  writeFileSync(join(data, 'log', 'boot'), noted)
  harm(data, size)
  const ended = await new TestNode(third.settings).start()
  await expect.poll(() => ended.fatal, WAIT).toEqual([code])
  await ended.end()
  const again = await new TestNode({ ...third.settings, data: leftBy(ended) }).start()
  await expectRejoined(founder, again)
  const kept = again.settings.data
  expect(existsSync(join(kept, asideIn(kept), 'identity'))).toBe(true)
  const loss = again.logged.find(one => one.message === distrusted)
  expect(loss?.facts).toMatchObject({
    code: 'log-distrusted',
    why: expect.stringMatching(new RegExp(`^${code}: .*joins anew`)),
  })
})

test('a log older than the state was closed with is given up by the same process', async () => {
  const [founder, middle, third] = await trio()
  await third.stop()
  const older = leftBy(third)
  const second = await new TestNode(third.settings).start()
  await write([founder, middle], 'l', 'w')
  await expect.poll(() => second.read(1, 'l'), WAIT).toBe('w')
  await second.stop()
  const log = join(third.settings.data, 'log')
  rmSync(log, { recursive: true })
  cpSync(join(older, 'log'), log, { recursive: true })
  const again = await new TestNode(third.settings).start()
  await expectRejoined(founder, again)
})
