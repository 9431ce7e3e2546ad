/** The wire: what becomes of calls when the other end is gone, another, or asked too much. */

import { connect, createServer, type Socket } from 'node:net'
import { Client, credentials } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { utf8Of } from '../../../base/bytes.ts'
import type { LogAnswer, LogDone, NewRecord, StreamLog } from '../../../base/stream-log.ts'
import { FolderDisk } from '../../../io/disk.ts'
import { Authority } from '../../../io/grpc/testing/certificates.ts'
import { tempFolder } from '../../../io/testing/folder.ts'
import { until } from '../../../io/testing/until.ts'
import { LogClient } from '../client.ts'
import { openLog } from '../testing/rig.ts'
import { served } from '../testing/served.ts'
import { GrpcLine } from './client.ts'
import { type AnswerMessage, rows } from './messages.ts'
import { LogServer, type ServerAnswer } from './server.ts'
import { channelOptions, talkMethod } from './service.ts'
import { FETCHES_MAX } from './talk.ts'

/** As far as it is looked at. */
interface MessageType {
  readonly type: { readonly field: readonly { readonly name: string }[] }
}

const at = { topic: 't', partition: 0 }
const record = (value: Uint8Array): NewRecord => {
  return { key: null, value, headers: [], timestampMs: 1 }
}

async function answer<T>(ask: (done: LogDone<T>) => void): Promise<LogAnswer<T>> {
  const answers: LogAnswer<T>[] = []
  ask(one => answers.push(one))
  await until(() => answers.length > 0)
  return answers[0] as LogAnswer<T>
}

const code = async <T>(ask: (done: LogDone<T>) => void) => (await answer(ask)).error?.code ?? 'ok'

function create(log: StreamLog, settings: Readonly<Record<string, string>> = {}) {
  const wanted = { topic: 't', partitions: 1, replication: 1, settings }
  return code<void>(done => log.create(wanted, done))
}

test('where nobody listens nothing is known', async () => {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise(resolve => server.close(resolve))
  const line = new GrpcLine({ address: `127.0.0.1:${port}` })
  const { error } = await answer<string>(done => new LogClient(line).cluster(done))
  expect(error?.code).toBe('unavailable')
  expect(error?.message).toContain(`127.0.0.1:${port}`)
  line.close()
})

test('who does not answer in time is not waited for', async () => {
  const sockets: Socket[] = []
  const server = createServer(socket => sockets.push(socket))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const line = new GrpcLine({ address: `127.0.0.1:${port}`, answerMs: 50 })
  expect(await code<string>(done => new LogClient(line).cluster(done))).toBe('unavailable')
  line.close()
  for (const socket of sockets) socket.destroy()
  await new Promise(resolve => server.close(resolve))
})

/** Passes on what comes, until it swallows all that the connections of then say. */
async function relayTo(port: number) {
  const sockets: Socket[] = []
  const server = createServer(near => {
    const far = connect(port, '127.0.0.1')
    for (const one of [near, far]) one.on('error', () => {})
    near.pipe(far).pipe(near)
    sockets.push(near, far)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const swallow = (): void => {
    for (const one of sockets) one.unpipe().resume()
  }
  const close = async (): Promise<void> => {
    for (const one of sockets) one.destroy()
    await new Promise(resolve => server.close(resolve))
  }
  return { port: (server.address() as { port: number }).port, swallow, close }
}

test('a connection on which nothing comes any more is given up for another', async () => {
  const { address, close } = await served()
  const relay = await relayTo(Number(address.split(':')[1]))
  const soonMs = 200
  const channel = { 'grpc.keepalive_time_ms': soonMs, 'grpc.keepalive_timeout_ms': soonMs }
  const line = new GrpcLine({ address: `127.0.0.1:${relay.port}`, answerMs: 100, channel })
  const told = () => code<string>(done => new LogClient(line).cluster(done))
  const untilTold = async () => {
    while ((await told()) !== 'ok');
  }
  await untilTold()
  relay.swallow()
  expect(await told()).toBe('unavailable')
  await untilTold()
  line.close()
  await relay.close()
  await close()
})

test('another log at the same address is told from the first, which is known again', async () => {
  const [first, second] = [tempFolder(), tempFolder()]
  const one = await served(first)
  const line = new GrpcLine({ address: one.address })
  const log = new LogClient(line)
  expect(await create(log)).toBe('ok')
  await one.close()
  const other = await served(second, one.address, 'another-log')
  const told = async () => {
    let found = 'unavailable'
    while (found === 'unavailable') found = await code<string>(done => log.cluster(done))
    return found
  }
  expect(await told()).toBe('other-cluster')
  const parts = [{ ...at, records: [record(utf8Of('x'))] }]
  expect(await code<unknown>(done => log.append(parts, done))).toBe('other-cluster')
  await other.close()
  const again = await served(first, one.address)
  expect(await told()).toBe('ok')
  line.close()
  await again.close()
})

/** What a client says that is none of ours, and what it is told. */
async function toldOn(address: string, call: object): Promise<AnswerMessage> {
  const client = new Client(address, credentials.createInsecure(), channelOptions)
  const { path, requestSerialize, responseDeserialize } = talkMethod()
  const stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize)
  stream.write(call)
  const answer = await new Promise<AnswerMessage>(resolve => stream.on('data', resolve))
  stream.end()
  client.close()
  return answer
}

test('a log is believed by nobody who heard another name', async () => {
  const { address, close } = await served()
  const { log, trouble } = await toldOn(address, { serial: 1, log: 'another', cluster: {} })
  expect([log, trouble?.code]).toEqual(['log-of-tests', 'other-cluster'])
  await close()
})

test('a call that is not known is refused, with its serial', async () => {
  const { address, close } = await served()
  const { serial, trouble } = await toldOn(address, { serial: 7 })
  expect([serial, trouble?.code]).toEqual([7, 'unsupported'])
  await close()
})

test('who waits for records holds up nobody, and is told when the log is closed', async () => {
  const { client, close } = await served()
  const log = client()
  await create(log)
  const how = { isolation: 'committed', maxBytes: 100, waitMs: 25_000 } as const
  const codes: (string | undefined)[] = []
  for (let i = 0; i < 3; i++) log.fetch(at, 0, how, ({ error }) => codes.push(error?.code))
  const end = await answer<number>(done => log.end(at, 'uncommitted', done))
  expect([end, codes]).toEqual([{ value: 0 }, []])
  await close()
  expect(codes).toEqual(Array(3).fill('unavailable'))
})

test('fetches of one client are bounded; other calls and other clients are served', async () => {
  const { client, close } = await served()
  const [log, other] = [client(), client()]
  await create(log)
  const how = { isolation: 'committed', maxBytes: 100, waitMs: 25_000 } as const
  const answers: LogAnswer<unknown>[] = []
  const fetch = () => log.fetch(at, 0, how, one => answers.push(one))
  const open = Array.from({ length: FETCHES_MAX + 1 }, fetch)
  await until(() => answers.length > 0)
  expect(answers).toEqual([
    { error: { code: 'unavailable', message: expect.stringContaining(`${FETCHES_MAX} fetches`) } },
  ])
  expect(await answer<number>(done => log.end(at, 'committed', done))).toEqual({ value: 0 })
  const now = { ...how, waitMs: 0 }
  expect(await code<unknown>(done => void other.fetch(at, 0, now, done))).toBe('ok')
  expect(await code<unknown>(done => void log.fetch(at, 0, now, done))).toBe('unavailable')
  open[0]?.cancel()
  expect(await code<unknown>(done => void log.fetch(at, 0, now, done))).toBe('ok')
  expect(answers).toHaveLength(1)
  await close()
})

test('what is too large for a message is refused, and nothing of it is done', async () => {
  const { client, close } = await served()
  const log = client()
  await create(log, { 'max.message.bytes': '16000000' })
  const large = record(new Uint8Array(15_000_000))
  const parts = [{ ...at, records: Array<NewRecord>(5).fill(large) }]
  expect(await code<unknown>(done => log.append(parts, done))).toBe('record-too-large')
  const end = await answer<number>(done => log.end(at, 'uncommitted', done))
  expect(end).toEqual({ value: 0 })
  await close()
})

test('a fetch that is cancelled waits no more at the log', async () => {
  const { client, close } = await served()
  const log = client()
  await create(log)
  const how = { isolation: 'committed', maxBytes: 100, waitMs: 25_000 } as const
  const answers: unknown[] = []
  for (let i = 0; i < 20; i++) log.fetch(at, 0, how, one => answers.push(one)).cancel()
  const parts = [{ ...at, records: [record(utf8Of('x'))] }]
  expect(await code<unknown>(done => log.append(parts, done))).toBe('ok')
  await close()
  expect(answers).toEqual([])
})

test.each([
  ['here', 'address-malformed'],
  ['192.0.2.1:7270', 'address-unknown'],
])('a log that cannot listen on %s says so', async (listen, wanted) => {
  const log = await openLog(new FolderDisk(tempFolder()))
  const told = await new Promise<ServerAnswer>(resolve => {
    LogServer.open(log, listen, undefined, resolve)
  })
  expect('refused' in told ? told.refused.code : 'listens').toBe(wanted)
  await new Promise<void>(resolve => log.close(resolve))
})

test('files that are no certificates are refused', async () => {
  const log = await openLog(new FolderDisk(tempFolder()))
  const none = utf8Of('none')
  const told = await new Promise<ServerAnswer>(resolve => {
    LogServer.open(log, '127.0.0.1:0', { ca: none, cert: none, key: none }, resolve)
  })
  expect('refused' in told ? told.refused.code : 'listens').toBe('tls-unusable')
  await new Promise<void>(resolve => log.close(resolve))
})

test('numbers that are none of the wire are bounded, not refused', () => {
  const how = { isolation: 'committed', maxBytes: 1e12, waitMs: 0.5 } as const
  const asked = rows.fetch.ask({ ...at, offset: 3, ...how })
  expect(asked).toMatchObject({ max_bytes: 2 ** 32 - 1, wait_ms: 1, offset: 3 })
  expect(rows.fetch.ask({ ...at, offset: 3, ...how, maxBytes: -1 })).toMatchObject({ max_bytes: 0 })
})

test.each([
  ['requestType', 'cancel'],
  ['responseType', 'trouble'],
])('every call has its row and its name in %s, and none is left over', (type, more) => {
  const message = (talkMethod() as unknown as Record<string, MessageType>)[type]
  const names = message?.type.field.map(({ name }) => name).sort()
  expect(names).toEqual(['serial', 'log', ...Object.keys(rows), more].sort())
})

test('with TLS a client proves who it is, or is not heard', async () => {
  const [ours, theirs] = [new Authority('ours'), new Authority('theirs')]
  const log = await openLog(new FolderDisk(tempFolder()))
  const told = await new Promise<ServerAnswer>(resolve => {
    LogServer.open(log, '127.0.0.1:0', ours.issue('log', ['log']), resolve)
  })
  if ('refused' in told) throw new Error(told.refused.message)
  const address = `127.0.0.1:${told.server.port}`
  const found: string[] = []
  for (const tls of [ours.issue('n1', ['n1']), theirs.issue('n1', ['n1']), undefined]) {
    const line = new GrpcLine({ address, answerMs: 2000, ...(tls === undefined ? {} : { tls }) })
    found.push(await code<string>(done => new LogClient(line).cluster(done)))
    line.close()
  }
  expect(found).toEqual(['ok', 'unavailable', 'unavailable'])
  await new Promise<void>(resolve => told.server.close(resolve))
  await new Promise<void>(resolve => log.close(resolve))
})

test('a client whose files are no certificates says so', () => {
  const none = utf8Of('none')
  const open = () => new GrpcLine({ address: 'x:1', tls: { ca: none, cert: none, key: none } })
  expect(open).toThrow('tls-unusable')
})
