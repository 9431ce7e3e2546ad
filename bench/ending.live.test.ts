/**
 * A benchmark that is asked to end in its midst ends all that it began: the broker, the publisher
 * and its reader. It has a cache folder of its own, so that the broker is nobody else's.
 */

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { built } from '../scripts/services/build.ts'
import { beganNow, isRunning, type ProcessIdentity } from '../scripts/services/identity.ts'
import { kafka } from '../scripts/services/kafka/kafka.ts'
import { tempFolder } from '../src/io/testing/folder.ts'

const MINUTES = 60_000
const POLL = { interval: 100, timeout: 2 * MINUTES }

interface Listed extends ProcessIdentity {
  readonly parent: number
  readonly words: string
}

/** All that a process began, and what those began. */
function offspringOf(pid: number): readonly Listed[] {
  const said = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
  const all = said.split('\n').flatMap((line): Listed[] => {
    const [, own = '', parent = '', words = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
    return [{ pid: Number(own), began: beganNow(Number(own)) ?? '', parent: Number(parent), words }]
  })
  const found: Listed[] = []
  for (let next = [pid]; next.length > 0; ) {
    const own = all.filter(one => next.includes(one.parent))
    found.push(...own)
    next = own.map(one => one.pid)
  }
  return found
}

test('SIGTERM ends broker, publisher and reader', { timeout: 4 * MINUTES }, async () => {
  const programs = await built(kafka, () => {})
  const [cache, out] = [tempFolder(), tempFolder()]
  symlinkSync(dirname(programs), join(cache, 'programs'))
  const args = ['bench/main.ts', 'publish', '--only', 'steady', '--seconds', '600', '--out', out]
  const env = { ...process.env, WEIR_CACHE: cache, [kafka.variable]: '' }
  const bench = spawn(process.execPath, ['scripts/run.mjs', ...args], { env, stdio: 'ignore' })
  const ended = once(bench, 'close')
  const parts = [/kafka\.Kafka/, /"kind":"publish"/, /"kind":"read"/]
  let all: readonly Listed[] = []
  const lacks = () => {
    if (bench.exitCode !== null) throw new Error(`the benchmark ended with ${bench.exitCode}`)
    all = offspringOf(bench.pid ?? 0)
    return parts.filter(part => !all.some(({ words }) => part.test(words)))
  }
  try {
    await expect.poll(lacks, POLL).toEqual([])
    bench.kill('SIGTERM')
    expect(await ended).toEqual([1, null])
    await expect.poll(() => all.filter(isRunning).map(({ words }) => words), POLL).toEqual([])
  } finally {
    for (const one of [...all, ...offspringOf(bench.pid ?? 0)]) {
      if (isRunning(one)) process.kill(one.pid, 'SIGKILL')
    }
    bench.kill('SIGKILL')
  }
})
