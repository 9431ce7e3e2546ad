/** The runner's child processes: real ones, with scripts that say what a trial would. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { play } from './play.ts'
import type { TrialLine } from './trial-line.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-play-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const SECONDS_PLENTY = 60
const options = { from: 40, seedsMax: 3, secondsMax: SECONDS_PLENTY, scenario: 'raft' } as const

function script(name: string, lines: readonly TrialLine[], then = ''): string {
  const path = join(folder, `${name}.mjs`)
  const text = lines.map(line => `${JSON.stringify(line)}\n`).join('')
  writeFileSync(path, `process.stdout.write(${JSON.stringify(text)})\n${then}\n`)
  return path
}

const begins = (seed: number): TrialLine => ({ kind: 'begins', seed })

test('a trial that ends has been survived', async () => {
  const path = script('ended', [begins(40), begins(41), begins(42), { kind: 'ended' }])
  expect(await play(path, options)).toEqual({ kind: 'survived', seeds: 3 })
})

test('a failure is a catch, with the seed and the seeds that it took', async () => {
  const failure = { checker: 'RAFT-1 election safety', detail: 'two leaders' }
  const path = script('failed', [begins(40), begins(41), { kind: 'failed', seed: 41, ...failure }])
  expect(await play(path, options)).toEqual({ kind: 'caught', seeds: 2, seed: 41, ...failure })
})

test('a process that dies has caught nothing, and the seed is told', async () => {
  const path = script('died', [begins(40), begins(41)], 'process.exitCode = 7')
  expect(await play(path, options)).toEqual({
    ...{ kind: 'stopped', seeds: 1, seed: 41, how: 'code 7' },
  })
})

test('a process that hangs is stopped, and has caught nothing', async () => {
  const path = script('hangs', [], 'for (;;) {}')
  const verdict = await play(path, { ...options, secondsMax: 0 })
  expect(verdict).toEqual({ kind: 'stopped', seeds: 0, seed: 40, how: 'SIGKILL' })
})

test('the process is told which seeds to play, or which schedule', async () => {
  const path = join(folder, 'told.mjs')
  const say = `JSON.stringify({ kind: 'failed', seed: 40, checker: 'x', detail: args })`
  writeFileSync(
    path,
    `const args = process.argv.slice(2).join(' ')\nprocess.stdout.write(${say} + '\\n')\n`,
  )
  expect(await play(path, options)).toMatchObject({ detail: '40 3 raft' })
  const kept = { ...options, schedule: 'kept.json' }
  expect(await play(path, kept)).toMatchObject({ detail: '40 3 raft kept.json' })
})
