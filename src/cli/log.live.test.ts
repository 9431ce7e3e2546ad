/**
 * `weir log` as a process: killed while it is written to, it has all that it acknowledged; what it
 * is told that cannot be, it answers with a code and a sentence.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { utf8Of } from '../base/bytes.ts'
import type {
  Fetched,
  LogDone,
  Partition,
  StreamLog,
  TransactionalProducer,
} from '../base/stream-log.ts'
import { LogClient } from '../connectors/log/client.ts'
import { GrpcLine } from '../connectors/log/wire/client.ts'
import { tempFolder } from '../io/testing/folder.ts'
import { runCommand } from './command.ts'
import { bundleCommand } from './testing/bundle.ts'
import { Started } from './testing/process.ts'
import { SmallDisk } from './testing/small-disk.ts'

let command = ''
beforeAll(async () => {
  command = await bundleCommand()
})

const WAIT = { timeout: 30_000, interval: 20 }
const at = (partition: number): Partition => ({ topic: 't', partition })
const parts = (text: string) =>
  [0, 1].map(partition => ({
    ...at(partition),
    records: [{ key: null, value: utf8Of(text), headers: [], timestampMs: 1 }],
  }))

class Scene {
  readonly process: Started
  readonly data: string
  line: GrpcLine | undefined

  constructor(data = tempFolder(), through: readonly string[] = []) {
    this.data = data
    const args = ['log', '--listen', '127.0.0.1:0', '--data', data]
    this.process = new Started(command, args, {}, through)
  }

  async client(): Promise<StreamLog> {
    await expect.poll(() => this.process.has('listening') || this.process.err, WAIT).toBe(true)
    const { port } = this.process.lines.find(({ msg }) => msg === 'listening') as { port: number }
    this.line = new GrpcLine({ address: `127.0.0.1:${port}` })
    return new LogClient(this.line)
  }

  async kill(): Promise<void> {
    await this.process.kill()
    this.line?.close()
  }
}

function value<T>(ask: (done: LogDone<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    ask(answer => {
      if (answer.error === undefined) resolve(answer.value)
      else reject(new Error(`${answer.error.code}: ${answer.error.message}`))
    })
  })
}

async function created(log: StreamLog): Promise<void> {
  const wanted = { topic: 't', partitions: 2, replication: 1, settings: { 'retention.ms': '-1' } }
  await value<void>(done => log.create(wanted, done))
}

async function seen(log: StreamLog, partition: number): Promise<readonly string[]> {
  const found: string[] = []
  const end = await value<number>(done => log.end(at(partition), 'committed', done))
  for (let position = 0; position < end; ) {
    const how = { isolation: 'committed', maxBytes: 100_000, waitMs: 0 } as const
    const from = position
    const fetched = await value<Fetched>(done => void log.fetch(at(partition), from, how, done))
    found.push(...fetched.records.map(one => new TextDecoder().decode(one.value ?? undefined)))
    position = fetched.position
  }
  return found
}

/** Writes until nobody answers any more; what was acknowledged. */
async function write(
  log: StreamLog,
  name: string,
  life: number,
): Promise<Map<string, 'acknowledged' | 'asked'>> {
  const told = new Map<string, 'acknowledged' | 'asked'>()
  const producer: TransactionalProducer = log.producer({ transactionalId: name, timeoutMs: 60_000 })
  try {
    await value<void>(done => producer.init(done))
    for (let i = 0; ; i++) {
      const text = `${name}-${life}-${i}`
      await value<unknown>(done => producer.send(parts(text), done))
      if (i % 5 === 4) {
        await value<void>(done => producer.end('abort', done))
        continue
      }
      told.set(text, 'asked')
      await value<void>(done => producer.end('commit', done))
      told.set(text, 'acknowledged')
    }
  } catch (error) {
    expect(String(error)).toContain('unavailable')
    return told
  }
}

test('killed five times while it is written to: nothing lost, repeated or halved', async () => {
  const data = tempFolder()
  const told = new Map<string, 'acknowledged' | 'asked'>()
  for (let life = 0; life < 5; life++) {
    const scene = new Scene(data)
    const log = await scene.client()
    if (life === 0) await created(log)
    const writers = ['a', 'b', 'c'].map(name => write(log, name, life))
    await expect
      .poll(() => seen(log, 0).then(all => all.length), WAIT)
      .toBeGreaterThan(20 * life + 10)
    await scene.kill()
    for (const one of await Promise.all(writers)) for (const entry of one) told.set(...entry)
  }
  const scene = new Scene(data)
  const log = await scene.client()
  for (const transactionalId of ['a', 'b', 'c']) {
    const producer = log.producer({ transactionalId, timeoutMs: 1000 })
    await value<void>(done => producer.init(done))
  }
  const [first, second] = [await seen(log, 0), await seen(log, 1)]
  expect([...first].sort()).toEqual([...second].sort())
  expect(new Set(first).size).toBe(first.length)
  for (const text of first) expect(told.has(text)).toBe(true)
  const acknowledged = [...told].filter(([, how]) => how === 'acknowledged').map(([text]) => text)
  expect(acknowledged.filter(text => !first.includes(text))).toEqual([])
  expect(acknowledged.length).toBeGreaterThan(20)
  const ended = await scene.process.stop()
  expect(ended.code).toBe(0)
  scene.line?.close()
}, 120_000)

test('a log of another folder at the same place is not believed', async () => {
  const first = new Scene()
  const log = await first.client()
  await created(log)
  const { port } = first.process.lines.find(({ msg }) => msg === 'listening') as { port: number }
  await first.process.kill()
  const args = ['log', '--listen', `127.0.0.1:${port}`, '--data', tempFolder()]
  const other = new Started(command, args)
  await expect.poll(() => other.has('listening') || other.err, WAIT).toBe(true)
  await expect
    .poll(async () => {
      return await value<string>(done => log.cluster(done)).catch(String)
    }, WAIT)
    .toContain('other-cluster')
  await other.stop()
  first.line?.close()
})

test('a folder has one log, and a port one process', async () => {
  const first = new Scene()
  await first.client()
  const again = await new Started(command, [
    ...['log', '--listen', '127.0.0.1:0', '--data', first.data],
  ]).ended
  expect([again.code, again.err]).toEqual([3, expect.stringContaining('data-in-use')])
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const data = tempFolder()
  const taken = await new Started(command, [
    ...['log', '--listen', `127.0.0.1:${port}`, '--data', data],
  ]).ended
  expect([taken.code, taken.err]).toEqual([3, expect.stringContaining('port-in-use')])
  server.close()
  expect((await first.process.stop()).code).toBe(0)
  first.line?.close()
})

test('a damaged folder is told, and not touched', async () => {
  const scene = new Scene()
  const log = await scene.client()
  await created(log)
  await scene.kill()
  const folder = join(scene.data, 'streams')
  const name = readdirSync(folder).find(one => one.startsWith('log-')) ?? ''
  const bytes = readFileSync(join(folder, name))
  bytes[30] = (bytes[30] ?? 0) ^ 1
  writeFileSync(join(folder, name), bytes)
  const ended = await new Scene(scene.data).process.ended
  expect(ended.code).toBe(3)
  expect(ended.err).toContain('log-damaged')
  expect(ended.err).toContain('restore the folder')
  expect(readFileSync(join(folder, name))).toEqual(bytes)
})

const MIB = 1024 * 1024

test('a full disk ends it with a sentence, and with room all is there again', async () => {
  const disk = SmallDisk.maybeMount(24 * MIB)
  const data = join(disk?.folder ?? tempFolder(), 'data')
  const limited = ['bash', '-c', 'ulimit -f 500; exec "$@"', '-']
  const scene = new Scene(data, disk === undefined ? limited : [])
  const log = await scene.client()
  await created(log)
  disk?.fill(MIB)
  const acknowledged: string[] = []
  for (let isOver = false; !isOver; ) {
    const text = `${acknowledged.length}-${'x'.repeat(20_000)}`
    await value<unknown>(done => log.append(parts(text), done)).then(
      () => acknowledged.push(text),
      () => {
        isOver = true
      },
    )
  }
  const ended = await scene.process.ended
  expect(ended.code).toBe(1)
  expect(ended.err).toMatch(/disk-full: .*make room|io-error: the disk has failed/)
  scene.line?.close()
  expect(acknowledged.length).toBeGreaterThan(3)
  disk?.makeRoom(200 * MIB)
  const again = new Scene(data)
  const found = await seen(await again.client(), 1)
  expect(found.slice(0, acknowledged.length)).toEqual(acknowledged)
  expect((await again.process.stop()).code).toBe(0)
  again.line?.close()
})

async function said(...args: string[]) {
  let text = ''
  const take = (more: string) => {
    text += more
  }
  const code = await runCommand(['log', ...args], { out: take, err: take })
  return { text, code }
}

test.each([
  ['no folder', [], 'say --data'],
  ['no port', ['--data', 'x', '--listen', 'here'], 'HOST:PORT'],
  ['every machine', ['--data', 'x', '--listen', '0.0.0.0:7270'], '--insecure'],
  ['half of TLS', ['--data', 'x', '--tls-ca', 'ca.pem'], 'three files'],
  ['a level that is none', ['--data', 'x', '--log-level', 'loud'], 'one of debug'],
])('told %s: a sentence and a code', async (_, args, sentence) => {
  expect(await said(...args)).toEqual({ code: 3, text: expect.stringContaining(sentence) })
})

test('the help says what it is not, and has an example', async () => {
  const { text, code } = await said('--help')
  expect(code).toBe(0)
  expect(text).toContain('it makes no copies')
  expect(text).toContain('weir log --listen 127.0.0.1:7270 --data /tmp/log')
  for (const flag of ['--listen', '--data', '--insecure', '--tls-ca']) expect(text).toContain(flag)
})
