/** What a load must say, and what is made of it. */

import { expect, test } from 'vitest'
import { loaded } from './loader.ts'

const load = (script: string) =>
  loaded({ command: process.execPath, args: ['-e', script], pids: [process.pid, process.pid] })

const figures = {
  done: 7,
  failed: 0,
  seconds: 1,
  p50Ms: 1,
  p99Ms: 2,
  maxMs: 3,
  clientCpuSeconds: 1,
}

test('its figures, and what those who serve used between begin and end', async () => {
  const said = JSON.stringify(figures)
  const found = await load(`console.log('begin'); console.log('end'); console.log('${said}')`)
  expect(found).toMatchObject(figures)
  expect(found.cpuSeconds).toHaveLength(2)
  for (const seconds of found.cpuSeconds) expect(seconds).toBeGreaterThanOrEqual(0)
})

test.each([
  ["console.log('begin'); console.log('end'); console.log('no leader'); process.exit(1)"],
  ["console.log('begin'); console.log('no leader')"],
  ["console.log('no leader')"],
])('%s is an error with its last word', async script => {
  await expect(load(script)).rejects.toThrow('its last word: no leader')
})

test('a command that is not there is an error', async () => {
  const missing = loaded({ command: 'weir-no-such-command', args: [], pids: [] })
  await expect(missing).rejects.toThrow('ENOENT')
})
