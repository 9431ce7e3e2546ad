/** Services from start to end, with real processes and nobody's network. */

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { isRunning } from './identity.ts'
import { answers } from './ready.ts'
import { down, statusOf, up } from './running.ts'
import type { Running } from './state.ts'
import { echo } from './testing/echo.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-running-'))
const quiet = () => {}
let cache = ''

beforeEach(() => {
  cache = mkdtempSync(join(folder, 'cache-'))
  process.env['WEIR_CACHE'] = cache
})
afterEach(async () => {
  delete process.env['WEIR_TEST_ECHO']
  await down(echo(), quiet)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function mustBeUp(service = echo()): Promise<Running> {
  const status = await statusOf(service)
  if (status.kind !== 'up') throw new Error(`it is ${status.kind}`)
  return status.running
}

test('up, once and again, status, down, once and again', async () => {
  expect(await statusOf(echo())).toEqual({ kind: 'down' })
  const address = await up(echo(), quiet)
  expect(await answers(address)).toBe(true)
  expect(await up(echo(), quiet)).toBe(address)
  const { processes } = await mustBeUp()
  expect(processes.map(isRunning)).toEqual([true])
  expect(await down(echo(), quiet)).toBe(true)
  expect(processes.map(isRunning)).toEqual([false])
  expect(await answers(address)).toBe(false)
  expect(await down(echo(), quiet)).toBe(false)
  expect(existsSync(join(cache, 'run', 'echo'))).toBe(false)
})

test('two who want it at once get the same', async () => {
  const addresses = await Promise.all([1, 2, 3].map(() => up(echo(), quiet)))
  expect(new Set(addresses).size).toBe(1)
})

test('of several processes one that died makes it broken; up mends it', async () => {
  const service = echo({ processes: 2 })
  await up(service, quiet)
  const before = await mustBeUp(service)
  const [first] = before.processes
  if (first !== undefined) process.kill(first.pid, 'SIGKILL')
  await expect.poll(async () => (await statusOf(service)).kind).toBe('broken')
  await up(service, quiet)
  const after = await mustBeUp(service)
  expect(after.processes.map(({ pid }) => pid)).not.toContain(before.processes[1]?.pid)
  expect(before.processes.map(isRunning)).toEqual([false, false])
})

test('a process that will not end is made to', async () => {
  const service = echo({ isStubborn: true })
  await up(service, quiet)
  const { processes } = await mustBeUp(service)
  await down(service, quiet)
  expect(processes.map(isRunning)).toEqual([false])
})

test('one that ends at once is an error with its last words, and leaves nothing', async () => {
  const program = join(folder, 'dies.cjs')
  writeFileSync(program, 'console.log("no such port"); process.exit(1)')
  await expect(up(echo({ program }), quiet)).rejects.toThrow(/ended at once:\nno such port/)
  expect(await statusOf(echo())).toEqual({ kind: 'down' })
})

test('one that was named is used as it is, and not ended', async () => {
  process.env['WEIR_TEST_ECHO'] = 'http://127.0.0.1:9'
  expect(await up(echo(), quiet)).toBe('http://127.0.0.1:9')
  expect(await statusOf(echo())).toEqual({ kind: 'named', address: 'http://127.0.0.1:9' })
  expect(await down(echo(), quiet)).toBe(false)
})

test('a process that has the number of one of ours is left alone', async () => {
  await up(echo(), quiet)
  const running = await mustBeUp()
  const [own] = running.processes
  const stranger = { pid: process.pid, began: own?.began ?? '' }
  const state = join(cache, 'run', 'echo', 'state.json')
  writeFileSync(state, JSON.stringify({ ...running, processes: [own, stranger] }))
  expect((await statusOf(echo())).kind).toBe('broken')
  expect(await down(echo(), quiet)).toBe(true)
  expect(own !== undefined && isRunning(own)).toBe(false)
})
