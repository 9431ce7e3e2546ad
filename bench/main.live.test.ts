/** The command from outside: what is asked wrongly is refused, with the help. */

import { expect, test } from 'vitest'
import { commandOf } from '../scripts/gate/testing/command.ts'

const command = commandOf('bench/main.ts')

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
