/** The command from outside: what is asked wrongly is refused, with the help. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { run } from '../gate/child.ts'

const cache = mkdtempSync(join(tmpdir(), 'weir-command-'))
process.env['WEIR_CACHE'] = cache
delete process.env['WEIR_TEST_TOXIPROXY']
afterAll(() => rmSync(cache, { recursive: true, force: true }))

const command = (args: readonly string[]) =>
  run(process.execPath, ['scripts/run.mjs', 'scripts/services/main.ts', ...args])

test.each([
  ['what to do?'],
  ["no verb 'start'", 'start'],
  ['up which?', 'up'],
  ["no service 'rabbit'", 'down', 'rabbit'],
])('%s', async (said, ...args) => {
  const { code, output } = await command(args)
  expect(output).toContain(said)
  expect(output).toContain('npm run ')
  expect(code).toBe(2)
})

test.each([
  ['toxiproxy down', 'status'],
  ['etcd was not up', 'down', 'etcd'],
])('%s is the answer', async (said, ...args) => {
  const { code, output } = await command(args)
  expect(output).toContain(said)
  expect(code).toBe(0)
})
