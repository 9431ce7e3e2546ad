/** The command from outside: what is asked wrongly is refused, with the help. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { run } from '../scripts/gate/child.ts'

const cache = mkdtempSync(join(tmpdir(), 'weir-command-'))
process.env['WEIR_CACHE'] = cache
afterAll(() => rmSync(cache, { recursive: true, force: true }))

const command = (args: readonly string[]) =>
  run(process.execPath, ['scripts/run.mjs', 'bench/main.ts', ...args])

test.each([
  ['which benchmark?'],
  ["no benchmark 'rafd'", 'rafd'],
  ['--seconds wants a number above 0', 'etcd', '--seconds', '0'],
  ['--rounds wants a number above 0', 'etcd', '--rounds', 'many'],
  ['--nonsense', '--nonsense'],
])('%s', async (said, ...args) => {
  const { code, output } = await command(args)
  expect(output).toContain(said)
  expect(output).toContain('npm run ')
  expect(code).toBe(2)
})

test.each([['npm run bench', '--help']])('%s is the answer', async (said, ...args) => {
  const { code, output } = await command(args)
  expect(output).toContain(said)
  expect(code).toBe(0)
})
