/** Children of the gate: code, both streams, signals, and a loud end where one is a must. */

import { expect, test } from 'vitest'
import { mustRun, run } from './child.ts'

const node = (script: string) => run(process.execPath, ['-e', script])

test('a child ends with its code and all that it said', async () => {
  const { code, output, seconds } = await node(
    'console.log("a"); console.error("b"); process.exit(3)',
  )
  expect(code).toBe(3)
  expect([...output].sort().join('').trim()).toBe('ab')
  expect(seconds).toBeGreaterThan(0)
})

test('a child that a signal ended has no code', async () => {
  expect((await node('process.kill(process.pid, "SIGKILL")')).code).toBe(null)
})

test('a child has nothing to read', async () => {
  expect((await node('process.stdin.on("end", () => process.exit(4)).resume()')).code).toBe(4)
})

test('a command that is not there is an error of its own', async () => {
  await expect(run('weir-no-such-command', [])).rejects.toThrow('ENOENT')
})

test('a must that fails shows its output', async () => {
  const failing = mustRun(process.execPath, ['-e', 'console.log("why"); process.exit(2)'])
  await expect(failing).rejects.toThrow(/ended with 2\nwhy/)
  expect(await mustRun(process.execPath, ['-p', '1'])).toBe('1\n')
})
