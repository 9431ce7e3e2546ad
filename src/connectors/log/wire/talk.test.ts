/** What becomes of one who does not take his answers. */

import { Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import type { LogAnswer, LogDone } from '../../../base/stream-log.ts'
import { FolderDisk } from '../../../io/disk.ts'
import { tempFolder } from '../../../io/testing/folder.ts'
import { until } from '../../../io/testing/until.ts'
import { LogClient } from '../client.ts'
import { openLog } from '../testing/rig.ts'
import { Talk, type TalkStream, UNTAKEN_BYTES_MAX } from './talk.ts'

const MIB = 1024 * 1024
const at = { topic: 't', partition: 0 }

interface Told {
  readonly serial: number
  readonly fetch?: { readonly records: readonly { readonly value: Uint8Array }[] }
}

async function answer<T>(ask: (done: LogDone<T>) => void): Promise<LogAnswer<T>> {
  const answers: LogAnswer<T>[] = []
  ask(one => answers.push(one))
  await until(() => answers.length > 0)
  return answers[0] as LogAnswer<T>
}

/** A client that takes nothing until it is told to. */
async function slow() {
  const log = await openLog(new FolderDisk(tempFolder()))
  const told: Told[] = []
  let take: (() => void) | undefined
  let isTaking = false
  const stream = new Duplex({
    objectMode: true,
    read() {},
    write(message: Told, _encoding, done) {
      told.push(message)
      if (isTaking) done()
      else take = done
    },
  })
  new Talk(log, stream as unknown as TalkStream, () => {})
  const takeAll = () => {
    isTaking = true
    take?.()
  }
  const close = () => new Promise<void>(resolve => log.close(resolve))
  return { log, stream, told, takeAll, close }
}

test('who does not take his answers is not heard until he has', async () => {
  const { log, stream, takeAll, close } = await slow()
  const call = { log: '', what: 'cluster', cluster: {} }
  for (let serial = 1; serial <= 100; serial++) stream.push({ ...call, serial })
  await until(() => stream.isPaused())
  for (let serial = 101; serial <= 105; serial++) stream.push({ ...call, serial })
  expect(await answer<string>(done => void log.ask('cluster', {}, done))).toHaveProperty('value')
  expect(stream.readableLength).toBe(5)
  takeAll()
  await until(() => stream.readableLength === 0)
  await close()
})

test('nothing more is fetched for who does not take it, and others are served', async () => {
  const { log, stream, told, takeAll, close } = await slow()
  const client = new LogClient(log)
  const settings = { 'max.message.bytes': String(16 * MIB) }
  const wanted = { topic: 't', partitions: 1, replication: 1, settings }
  expect(await answer<void>(done => client.create(wanted, done))).toEqual({ value: undefined })
  const large = { key: null, value: new Uint8Array(8 * MIB), headers: [], timestampMs: 1 }
  const parts = [{ ...at, records: [large] }]
  expect(await answer<unknown>(done => client.append(parts, done))).toHaveProperty('value')
  const asked = { ...at, offset: 0, isolation: 'committed', max_bytes: 1, wait_ms: 0 }
  for (let serial = 1; serial <= 12; serial++) {
    stream.push({ log: '', what: 'fetch', serial, fetch: asked })
  }
  const how = { isolation: 'committed', maxBytes: 1, waitMs: 0 } as const
  const fetched = () => answer<unknown>(done => void client.fetch(at, 0, how, done))
  expect(await fetched()).toHaveProperty('value')
  await until(() => stream.writableLength > 0)
  expect(await fetched()).toHaveProperty('value')
  expect(stream.writableLength).toBe(UNTAKEN_BYTES_MAX / (8 * MIB))
  takeAll()
  await until(() => told.length === 12)
  expect(told.map(({ fetch }) => fetch?.records[0]?.value.length)).toEqual(Array(12).fill(8 * MIB))
  await close()
})

test('nor for who does not take records that have no bytes', async () => {
  const { log, stream, close } = await slow()
  const client = new LogClient(log)
  const wanted = { topic: 't', partitions: 1, replication: 1, settings: {} }
  expect(await answer<void>(done => client.create(wanted, done))).toEqual({ value: undefined })
  const none = { key: null, value: null, headers: [], timestampMs: 1 }
  const parts = [{ ...at, records: Array(100_000).fill(none) }]
  expect(await answer<unknown>(done => client.append(parts, done))).toHaveProperty('value')
  const asked = { ...at, offset: 0, isolation: 'committed', max_bytes: 2 ** 24, wait_ms: 0 }
  for (let serial = 1; serial <= 15; serial++) {
    stream.push({ log: '', what: 'fetch', serial, fetch: asked })
  }
  const how = { isolation: 'committed', maxBytes: 1, waitMs: 0 } as const
  for (let i = 0; i < 100; i++) {
    await answer<unknown>(done => void client.fetch(at, 0, how, done))
  }
  expect(stream.writableLength).toBeGreaterThan(0)
  expect(stream.writableLength).toBeLessThan(10)
  await close()
})
