/** The command from outside: what is asked wrongly is refused, with the help. */

import { expect, test } from 'vitest'
import { commandOf } from '../gate/testing/command.ts'

delete process.env['WEIR_TEST_TOXIPROXY']

const command = commandOf('scripts/services/main.ts')

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
