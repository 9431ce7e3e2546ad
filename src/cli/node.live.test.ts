/** `weir node` as a process that is told what cannot be: its code, its sentence, its end. */

import { execFileSync } from 'node:child_process'
import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { tempFolder } from '../io/testing/folder.ts'
import { runCommand } from './command.ts'
import { bundleCommand } from './testing/bundle.ts'
import { Started } from './testing/process.ts'

let command = ''

beforeAll(async () => {
  command = await bundleCommand()
})

const anyPort = '127.0.0.1:0'
const WAIT = { timeout: 30_000, interval: 20 }

function start(data: string, ...more: string[]): Started {
  const args = ['node', '--id', 'n1', '--listen', anyPort, '--http', anyPort, '--data', data]
  return new Started(command, [...args, '--bootstrap', ...more])
}

async function running(data: string, ...more: string[]): Promise<Started> {
  const started = start(data, ...more)
  await expect.poll(() => started.has('the node is a member') || started.err, WAIT).toBe(true)
  return started
}

async function said(...args: string[]) {
  let err = ''
  const code = await runCommand(['node', ...args], {
    out: () => {},
    err: text => {
      err += text
    },
  })
  return { err, code }
}

test.each([
  ['nothing', [], 3, 'say --id'],
  ['no data', ['--id', 'n1'], 3, 'say --data'],
  ['nobody to join', ['--id', 'n1', '--data', '/tmp/x'], 3, 'say --join'],
  ['no port', ['--id', 'n1', '--data', 'x', '--bootstrap', '--http', 'x'], 3, 'HOST:PORT'],
  ['a file that is not there', ['--config', '/nowhere.yaml'], 3, '/nowhere.yaml cannot be read'],
  ['a flag that is none', ['--loud'], 128, "unknown option '--loud'"],
])('told %s: a sentence and a code', async (_, args, code, sentence) => {
  expect(await said(...args)).toEqual({ code, err: expect.stringContaining(sentence) })
})

test('a file that is wrong is told by its place', async () => {
  const path = join(tempFolder(), 'weir.yaml')
  writeFileSync(path, 'id: n1\nhtpt: x')
  expect(await said('--config', path)).toEqual({
    code: 3,
    err: `weir: ${path}:2:1: htpt is not known; did you mean http?\n`,
  })
})

test('the help has an example and every flag', async () => {
  let out = ''
  const terminal = {
    err: () => {},
    out: (text: string) => {
      out += text
    },
  }
  expect(await runCommand(['node', '--help'], terminal)).toBe(0)
  expect(out).toContain('Example:\n  weir node --id n1')
  for (const flag of [
    '--listen',
    '--advertise',
    '--join',
    '--bootstrap',
    '--config',
    '--tls-key',
  ]) {
    expect(out).toContain(flag)
  }
})

test('alone it founds a cluster, leads its groups, and stops with code 0', async () => {
  const data = join(tempFolder(), 'n1')
  const node = await running(data, '--groups', '2')
  const listening = node.lines.find(line => line['msg'] === 'listening')
  const url = `http://${listening?.['http']}`
  await expect
    .poll(async () => (await fetch(`${url}/readyz?verbose`)).text(), WAIT)
    .toContain('3 of 3 groups have a known leader')
  const ended = await node.stop()
  expect(ended.code).toBe(0)
  const again = await running(data)
  expect(again.has('founding a cluster')).toBe(false)
  expect((await again.stop()).code).toBe(0)
})

test('asked to stop when nobody reads its log any more, it stops in peace', async () => {
  const data = join(tempFolder(), 'n1')
  const node = await running(data)
  await node.leave()
  expect((await node.stop()).code).toBe(0)
  // In peace: log and state were closed.
  expect(readdirSync(data)).toContain('state-clean')
})

test('asked to stop while it opens what may take long, it does not wait for that', async () => {
  const data = join(tempFolder(), 'n1')
  mkdirSync(data)
  const name = join(data, 'node')
  execFileSync('mkfifo', [name])
  const node = start(data)
  // There is a reader as soon as it can be written to; then it waits for what is never said.
  const opened = () => openSync(name, constants.O_WRONLY | constants.O_NONBLOCK)
  let pipe = -1
  const isOpen = () => {
    try {
      pipe = opened()
      return true
    } catch (error) {
      return (error as Error).message
    }
  }
  await expect.poll(isOpen, WAIT).toBe(true)
  const ended = node.stop()
  await expect.poll(() => node.has('stopped'), WAIT).toBe(true)
  // Node waits for its threads, whatever they do.
  closeSync(pipe)
  expect((await ended).code).toBe(0)
})

test('a data folder in use', async () => {
  const data = tempFolder()
  const node = await running(data)
  const { code, err } = await start(data).ended
  expect(code).toBe(3)
  expect(err).toContain('weir: data-in-use: another process works in this data folder')
  await node.stop()
})

test('a data folder of another node', async () => {
  const data = tempFolder()
  await (await running(data)).stop()
  const { code, err } = await start(data, '--id', 'n2').ended
  expect(code).toBe(3)
  expect(err).toContain('the data folder belongs to node n1, not to n2')
})

test.each(['--listen', '--http'])('a port in use for %s', async flag => {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0
  const { code, err } = await start(tempFolder(), flag, `127.0.0.1:${port}`).ended
  expect(code).toBe(3)
  expect(err).toContain('port-in-use')
  expect(err).toContain('another process listens there')
  server.close()
})

test('a data folder that cannot be made', async () => {
  const file = join(tempFolder(), 'file')
  writeFileSync(file, '')
  for (const data of [join(file, 'data'), '/proc/weir']) {
    const { code, err } = await start(data).ended
    expect(code).toBe(3)
    expect(err).toContain('data-unusable')
  }
})

test.each([
  ['node', 'folder', 'data-damaged'],
  ['peers', 'folder', 'data-damaged'],
  ['log', 'file', 'data-damaged'],
  ['state', 'file', 'state-unreadable'],
])('%s of the data folder is a %s: %s', async (name, kind, code) => {
  const data = tempFolder()
  await (await running(data)).stop()
  const path = join(data, name)
  rmSync(path, { recursive: true, force: true })
  if (kind === 'folder') mkdirSync(path)
  else writeFileSync(path, '')
  const ended = await start(data).ended
  expect(ended).toMatchObject({ code: 3, err: expect.stringContaining(`weir: ${code}: `) })
  expect(ended.err).not.toContain('internal')
})

test('a damaged state store is made anew from the log', async () => {
  const data = tempFolder()
  const first = await running(data)
  const url = `http://${first.lines.find(line => line['msg'] === 'listening')?.['http']}`
  // The leader's own enrolment is in the state then.
  await expect
    .poll(async () => (await fetch(`${url}/v1/raft/kv/1`)).text(), WAIT)
    .toMatch(/"applied":[2-9]/)
  await first.stop()
  // What one run left in the write-ahead file goes into a table with the next.
  await (await running(data)).stop()
  const state = join(data, 'state')
  // And what that one wrote itself stands in its own.
  const tables = readdirSync(state).filter(one => /\.(ldb|log)$/.test(one))
  expect(tables).not.toEqual([])
  for (const name of tables) {
    writeFileSync(join(state, name), Buffer.alloc(1000, 'garbage'))
  }
  const node = await running(data)
  const opened = node.lines.find(line => line['msg'] === 'the state store is open')
  expect(opened).toMatchObject({ kept: false, why: 'damaged' })
  expect((await node.stop()).code).toBe(0)
})

test('TLS files that are none', async () => {
  const file = join(tempFolder(), 'x.pem')
  writeFileSync(file, 'nonsense')
  const flags = ['--tls-ca', file, '--tls-cert', file, '--tls-key', file]
  const { code, err } = await start(tempFolder(), ...flags).ended
  expect(code).toBe(3)
  expect(err).toContain('tls-unusable')
  const gone = await start(tempFolder(), ...flags.slice(0, 4), '--tls-key', '/nowhere.pem').ended
  expect(gone).toMatchObject({
    code: 3,
    err: expect.stringContaining('/nowhere.pem cannot be read'),
  })
})

test('a file of the folder that nobody wrote so', async () => {
  const data = tempFolder()
  await (await running(data)).stop()
  writeFileSync(join(data, 'node'), '{}')
  const { code, err } = await start(data).ended
  expect(code).toBe(3)
  expect(err).toContain('data-damaged')
})

test('a log that is gone: nothing is founded anew, and it says for whom it waits', async () => {
  const data = tempFolder()
  await (await running(data)).stop()
  const before = JSON.parse(readFileSync(join(data, 'node'), 'utf8'))
  rmSync(join(data, 'log'), { recursive: true })
  const node = start(data)
  await expect.poll(() => node.has('waiting for a cluster'), WAIT).toBe(true)
  const waiting = node.lines.find(line => line['msg'] === 'waiting for a cluster')
  expect(waiting?.['why']).toContain(`was a member of cluster ${before.cluster} and lost its log`)
  expect((await node.stop()).code).toBe(0)
  expect(JSON.parse(readFileSync(join(data, 'node'), 'utf8'))).toEqual(before)
})

test('a node that waits for others stops when it is asked to', async () => {
  const args = ['--join', '127.0.0.1:1', '--bootstrap']
  const node = start(tempFolder(), ...args)
  await expect.poll(() => node.has('waiting for a cluster'), WAIT).toBe(true)
  expect(node.err).toContain('no answer from 127.0.0.1:1')
  expect((await node.stop()).code).toBe(0)
})

test('a node that waits stops in peace, whatever keeps its doors open for a while', async () => {
  const node = start(tempFolder(), '--join', '127.0.0.1:1')
  await expect.poll(() => node.has('waiting for a cluster'), WAIT).toBe(true)
  const [host = '', port] = String(
    node.lines.find(line => line['msg'] === 'listening')?.['http'],
  ).split(':')
  const half = connect(Number(port), host)
  half.on('error', () => {})
  half.write('GET /livez HTTP/1.1\r\nHost: ')
  await new Promise(resolve => half.once('connect', resolve))
  const { code, err } = await node.stop()
  half.destroy()
  expect(code).toBe(0)
  expect(node.lines.at(-1)?.['msg']).toBe('stopped')
  expect(err).not.toContain('the node ends')
})
