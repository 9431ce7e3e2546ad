/**
 * Brokers as tests get them: one, from its start to its end; and three of which one is asked to
 * end, one killed, and each is back on its data. Judged from outside, by kcat.
 */

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { built } from '../build.ts'
import { cacheFolder } from '../cache.ts'
import { isRunning } from '../identity.ts'
import { killOne, pauseOne, startOne, stopOne } from '../one.ts'
import { answers } from '../ready.ts'
import { down, statusOf, up } from '../running.ts'
import type { Service } from '../service.ts'
import { keep, lastState, type Running } from '../state.ts'
import { type Turn, turnWith } from '../turn.ts'
import { kafka, kafka3 } from './kafka.ts'

const MINUTES = 60_000
const quiet = () => {}
const folder = mkdtempSync(join(tmpdir(), 'weir-kafka-'))
const ownCache = process.env['WEIR_CACHE']
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function mustRun(service: Service): Running {
  const running = lastState(service)
  if (running === undefined) throw new Error(`${service.name} does not run`)
  return running
}

function restoreCache(): void {
  if (ownCache === undefined) delete process.env['WEIR_CACHE']
  else process.env['WEIR_CACHE'] = ownCache
}
afterEach(restoreCache)

test(
  'one broker: up, once and again, and down to the last process and file',
  async () => {
    const programs = await built(kafka, quiet)
    process.env['WEIR_CACHE'] = folder
    mkdirSync(join(folder, 'programs'))
    symlinkSync(programs, join(cacheFolder(), 'programs', programs.split('/').at(-1) ?? ''))
    const address = await up(kafka, quiet)
    expect(await up(kafka, quiet)).toBe(address)
    expect((await statusOf(kafka)).kind).toBe('up')
    expect(kcat('-b', address, '-L')).toContain('1 brokers:')
    const { processes } = mustRun(kafka)
    expect(await down(kafka, quiet)).toBe(true)
    expect(processes.map(isRunning)).toEqual([false])
    expect(await answers(`kafka://${address}`)).toBe(false)
    expect(await statusOf(kafka)).toEqual({ kind: 'down' })
  },
  MINUTES,
)

let turn: Turn | undefined
beforeAll(async () => {
  turn = await turnWith(kafka3, quiet)
}, 10 * MINUTES)
afterAll(() => turn?.end())

const kcatFed = (input: string, ...args: readonly string[]) =>
  execFileSync('kcat', args, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] })
const kcat = (...args: readonly string[]) => kcatFed('', ...args)

const brokersSeen = (address: string) =>
  Number(/(\d+) brokers:/.exec(kcat('-b', address, '-L'))?.[1])
const addresses = () => turn?.address.split(',') ?? []
const addressOf = (number: number) => addresses()[number - 1] ?? ''

test(
  'three brokers: one is ended, and counts as up; back again, its records are there',
  async () => {
    const client = new Kafka({ brokers: addresses(), logLevel: logLevel.NOTHING })
    const topic = `services-${Date.now()}`
    const admin = client.admin()
    await admin.connect()
    await admin.createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: 3 }] })
    await admin.disconnect()
    for (const [number, end] of [
      [2, stopOne],
      [3, killOne],
    ] as const) {
      const before = mustRun(kafka3).processes
      await end(kafka3, number)
      expect(before.map(isRunning)).toEqual(before.map((_, at) => at !== number - 1))
      expect(await answers(`kafka://${addressOf(number)}`)).toBe(false)
      expect((await statusOf(kafka3)).kind).toBe('up')
      expect(await up(kafka3, quiet)).toBe(turn?.address)
      const produce = ['-b', addressOf(1), '-P', '-t', topic, '-X', 'acks=all']
      execFileSync('kcat', produce, { input: `while ${number} was away\n` })
      await startOne(kafka3, number)
      expect(await answers(`kafka://${addressOf(number)}`)).toBe(true)
      await expect.poll(() => brokersSeen(addressOf(1)), { timeout: MINUTES }).toBe(3)
    }
    const seen = kcat('-b', addressOf(3), '-C', '-t', topic, '-o', 'beginning', '-e', '-q')
    expect(seen).toBe('while 2 was away\nwhile 3 was away\n')
  },
  5 * MINUTES,
)

test(
  'one that stands still counts as up, does not answer, and is the same when it goes on',
  async () => {
    const before = mustRun(kafka3).processes
    await pauseOne(kafka3, 2)
    expect(before.every(isRunning)).toBe(true)
    expect(await answers(`kafka://${addressOf(2)}`)).toBe(false)
    expect((await statusOf(kafka3)).kind).toBe('up')
    await startOne(kafka3, 2)
    expect(await answers(`kafka://${addressOf(2)}`)).toBe(true)
    expect(mustRun(kafka3)).toMatchObject({ processes: before, away: [] })
  },
  MINUTES,
)

test('a broker that is away by somebody who is gone makes the service broken', async () => {
  const running = mustRun(kafka3)
  expect(running.away).toEqual([])
  keep(kafka3, { ...running, away: [{ at: 0, by: { pid: process.pid, began: 'long ago' } }] })
  expect((await statusOf(kafka3)).kind).toBe('broken')
  keep(kafka3, running)
  expect((await statusOf(kafka3)).kind).toBe('up')
  await expect(killOne(kafka3, 4)).rejects.toThrow('kafka3 has no process 4')
})
