/** Nodes that are stopped before they have come to their own: what they open keeps the folder. */

import { execFileSync } from 'node:child_process'
import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DataFolder } from '../io/data-folder.ts'
import { settingsOf, TestNode } from './testing/fleet.ts'

const WAIT = { timeout: 30_000, interval: 20 }

/** A file whose bytes come when the test says them: whoever reads it waits. */
class SlowFile {
  readonly #path: string
  readonly #bytes: Buffer
  #pipe = -1

  constructor(path: string) {
    this.#path = path
    this.#bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0)
    rmSync(path, { force: true })
    execFileSync('mkfifo', [path])
  }

  /** There is a reader as soon as it can be written to. */
  get isRead(): boolean {
    try {
      this.#pipe = openSync(this.#path, constants.O_WRONLY | constants.O_NONBLOCK)
      return true
    } catch {
      return false
    }
  }

  say(): void {
    writeFileSync(this.#pipe, this.#bytes)
    closeSync(this.#pipe)
  }

  makeUsual(): void {
    rmSync(this.#path)
    writeFileSync(this.#path, this.#bytes)
  }
}

/** A file that is read while the node begins, and where it then sees that it is to stop. */
const slow: readonly [string, string | undefined][] = [
  ['log-distrusted', 'it was asked to stop while it opened its log'],
  // Log and state are open: it becomes a member, and is one no more.
  ['peers', undefined],
]

test.each(slow)('stopped while it reads %s, it keeps its folder till then', async (name, why) => {
  const settings = settingsOf('n1', { founds: true })
  const first = await new TestNode(settings).start()
  await expect.poll(() => first.isReady, WAIT).toBe(true)
  await first.stop()
  const file = new SlowFile(join(settings.data, name))
  const second = await new TestNode(settings).start()
  await expect.poll(() => file.isRead, WAIT).toBe(true)
  let isStopped = false
  const stopped = second.stop().then(() => {
    isStopped = true
  })
  await expect(new TestNode(settings).start()).rejects.toThrow('data-in-use')
  expect(isStopped).toBe(false)
  file.say()
  await stopped
  expect(second.failure?.message).toBe(why)
  expect(second.node.face).toBeUndefined()
  file.makeUsual()
  const third = await new TestNode(settings).start()
  await expect.poll(() => third.isReady, WAIT).toBe(true)
})

test('stopped while it looks for a cluster, it gives folder and port back', async () => {
  const settings = settingsOf('n1', { join: ['127.0.0.1:1'] })
  const first = await new TestNode(settings).start()
  await expect.poll(() => first.has('waiting for a cluster'), WAIT).toBe(true)
  await first.stop()
  expect(first.failure?.message).toBe('it was asked to stop')
  const port = Number(first.address.split(':')[1])
  const again = await new TestNode({ ...settings, listen: { host: '127.0.0.1', port } }).start()
  expect(again.address).toBe(first.address)
})

test('stopped while it takes its port, it takes none', async () => {
  const settings = settingsOf('n1', { founds: true })
  let stopped: Promise<void> | undefined
  const first = new TestNode(settings, undefined, () => {
    stopped = first.stop()
  })
  await expect(first.start()).rejects.toThrow('it was asked to stop when it began to listen')
  await stopped
  await expect(first.node.join({ address: '', http: '' })).rejects.toThrow('asked to stop')
  const again = await new TestNode(settings).start()
  await expect.poll(() => again.isReady, WAIT).toBe(true)
})

test('stopped as soon as it joins, it leaves a folder that the next one begins with', async () => {
  const settings = settingsOf('n1', { founds: true, groups: 3 })
  for (let turns = 0; turns < 12; turns++) {
    const node = await new TestNode(settings).start()
    for (let turn = 0; turn < turns * turns; turn++) await new Promise(setImmediate)
    await node.stop()
    expect(node.fatal).toEqual([])
  }
  const last = await new TestNode(settings).start()
  await expect.poll(() => last.isReady, WAIT).toBe(true)
  expect(last.reports()).toHaveLength(3)
})

/** Takes every call, and answers nothing. */
async function swallowing(onCall: () => void): Promise<{ readonly server: Server; at: string }> {
  const server = createServer(onCall)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0
  return { server, at: `127.0.0.1:${port}` }
}

test('stopped while it asks for other seats, it waits for no address that is silent', async () => {
  const settings = settingsOf('n1', { founds: true })
  const first = await new TestNode(settings).start()
  await expect.poll(() => first.isReady, WAIT).toBe(true)
  await first.stop()
  const folder = await DataFolder.open(settings.data)
  const { store = '' } = (await folder.readTenant()) ?? {}
  await folder.distrustLog(store, { why: 'old-incarnation: it was copied', groups: [1] })
  const calls: number[] = []
  const all = await Promise.all([0, 1, 2].map(at => swallowing(() => calls.push(at))))
  const second = await new TestNode({ ...settings, join: all.map(({ at }) => at) }).start()
  await expect.poll(() => calls, WAIT).toEqual([0])
  await second.stop()
  expect([calls, second.failure?.message]).toEqual([[0], 'it was asked to stop'])
  expect(existsSync(join(settings.data, 'log', 'identity'))).toBe(true)
  for (const { server } of all) server.close()
})
