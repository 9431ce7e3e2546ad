/** Children end as they are told, and never outlive their parent. */

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { beganNow, isRunning } from '../../../scripts/services/identity.ts'
import { Child } from './child.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-child-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let logs = 0
const start = (script: string) => {
  const log = join(folder, `${++logs}.log`)
  return Child.start({ command: process.execPath, args: ['-e', script], log })
}
const forever = 'setInterval(() => {}, 1000)'

test('an end of its own is seen, with its last words', async () => {
  const child = await start('console.log("gone fishing"); process.exitCode = 3')
  expect(await child.ended).toEqual({ code: 3, signal: null })
  expect(child.isAlive).toBe(false)
  expect(child.trouble()).toMatch(/ended with 3:\ngone fishing/)
  expect(child.signal('SIGKILL')).toBe(false)
})

test('it is killed, or asked and obeys, or asked and made to', async () => {
  const killed = await start(forever)
  expect(killed.trouble()).toBe(undefined)
  expect(await killed.kill()).toEqual({ code: null, signal: 'SIGKILL' })
  const obeys = await start(forever)
  expect(await obeys.stop(60_000)).toEqual({ code: null, signal: 'SIGTERM' })
  const refuses = await start(`process.on('SIGTERM', () => {}); console.log('up'); ${forever}`)
  await expect.poll(() => readFileSync(refuses.plan.log, 'utf8')).toBe('up\n')
  expect(await refuses.stop(1)).toEqual({ code: null, signal: 'SIGKILL' })
})

test('a command that is not there is an error', async () => {
  const plan = { command: join(folder, 'nothing'), args: [], log: join(folder, 'nothing.log') }
  await expect(Child.start(plan)).rejects.toThrow('ENOENT')
})

test('a parent that is asked to end takes its children with it', async () => {
  const entry = join(folder, 'parent.ts')
  const child = join(process.cwd(), 'chaos', 'live', 'cluster', 'child.ts')
  writeFileSync(
    entry,
    `import { Child } from ${JSON.stringify(child)}
const plan = { command: process.execPath, args: ['-e', ${JSON.stringify(forever)}] }
const { pid } = await Child.start({ ...plan, log: ${JSON.stringify(join(folder, 'kin.log'))} })
console.log(pid)\n`,
  )
  const parent = spawn(process.execPath, ['scripts/run.mjs', entry])
  const said = await new Promise<string>(resolve =>
    parent.stdout.once('data', chunk => resolve(String(chunk))),
  )
  const pid = Number(said)
  const identity = { pid, began: beganNow(pid) ?? '' }
  expect(isRunning(identity)).toBe(true)
  parent.kill('SIGTERM')
  await expect.poll(() => isRunning(identity)).toBe(false)
})
