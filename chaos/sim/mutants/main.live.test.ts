/** The command from outside, in processes of its own: what it says and its exit codes. */

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { raftMutants } from './raft.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-mutants-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function mutants(...args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['scripts/run.mjs', 'chaos/sim/mutants/main.ts', ...args])
  const chunks: Buffer[] = []
  child.stdout.on('data', chunk => chunks.push(chunk))
  child.stderr.on('data', chunk => chunks.push(chunk))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => resolve({ code, output: Buffer.concat(chunks).toString() }))
  })
}

test('a mutant that is caught is told with its seed and checker, and kept as JSON', async () => {
  const json = join(folder, 'verdicts.json')
  const only = ['--only', 'acknowledged-before-durable', '--only', 'two-votes-in-a-term']
  const { code, output } = await mutants('raft', ...only, '--from', '1', '--json', json)
  expect(output).toMatch(/acknowledged-before-durable +caught +\d+ +RAFT-10/)
  expect(output).toMatch(/caught 2 of 2, of the blind ones 0 of 0; median \d+ seeds/)
  expect(code).toBe(0)
  const kept = JSON.parse(readFileSync(json, 'utf8'))
  expect(kept).toMatchObject({ from: 1, mutants: 2, caught: 2, blind: 0 })
  expect(kept.verdicts.map((one: { name: string }) => one.name)).toEqual([only[1], only[3]])
})

test('one that survives is told with the harm it does, and the command fails', async () => {
  const args = ['--only', 'image-over-a-newer-log', '--from', '1', '--seeds', '1']
  const { code, output } = await mutants('raft', ...args)
  expect(output).toMatch(/image-over-a-newer-log +SURVIVED +1\n +The log holds the image and more/)
  expect(code).toBe(1)
})

test('what nobody noticed in the time for all is open, and open alone is no proof', async () => {
  const args = ['--only', 'chunk-of-another-image-sent', '--from', '1', '--time', '3']
  const { code, output } = await mutants('raft', ...args)
  expect(output).toMatch(/chunk-of-another-image-sent +open +\d+\n/)
  expect(output).toContain('caught 0 of 1, of the blind ones 0 of 0; 1 open when the')
  expect(code).toBe(1)
})

test('a schedule that is kept is played first, and shows its bug', async () => {
  const args = ['--only', 'planned-behind-what-was-let-go', '--from', '1', '--seeds', '1']
  const { code, output } = await mutants('publish', ...args)
  expect(output).toMatch(/planned-behind-what-was-let-go +caught +kept +PUBLISH-2/)
  expect(code).toBe(0)
})

test('a draw is made by the first seed', async () => {
  const draw = (from: string) => mutants('raft', '--draw', '3', '--from', from, '--list')
  const [one, same, other] = await Promise.all([draw('1'), draw('1'), draw('2')])
  expect(one.output.trim().split('\n')).toHaveLength(3)
  expect(same.output).toBe(one.output)
  expect(other.output).not.toBe(one.output)
})

test('the list names every mutant', async () => {
  const { code, output } = await mutants('raft', '--list')
  expect(code).toBe(0)
  for (const { name, why } of raftMutants)
    expect(output).toMatch(new RegExp(`^${name} +${why.slice(0, 5)}`, 'm'))
  expect(output.trim().split('\n')).toHaveLength(raftMutants.length)
})

describe('misuse says what to do', () => {
  test.each([
    [['no-such-list'], "there is no list of mutants 'no-such-list'"],
    [['raft', '--only', 'no-such-mutant'], 'no mutant is called no-such-mutant; see --list'],
    [['raft', '--seeds', 'many'], "--seeds wants a whole number from 1 up, not 'many'"],
    [['raft', '--seeds', '0'], "--seeds wants a whole number from 1 up, not '0'"],
  ])('%j', async (args, says) => {
    const { code, output } = await mutants(...args)
    expect(output).toContain(says)
    expect(code).toBe(2)
  })
})
