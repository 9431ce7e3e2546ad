/** A command that a signal asks to end takes with it what it began, and does its duties first. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { tempFolder } from '../../src/io/testing/folder.ts'
import { beganNow, isRunning } from './identity.ts'

const folder = tempFolder()
const running = new Set<ChildProcess>()
afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
})

/** Begins a process that goes on for ever, and does `duty` when it is asked to end. */
async function begun(name: string, duty: string) {
  const entry = join(folder, `${name}.ts`)
  const ending = JSON.stringify(resolve('scripts/services/ending.ts'))
  writeFileSync(
    entry,
    `import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { endsWithUs, whenAskedToEnd } from ${ending}
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
endsWithUs(child)
const mark = (name: string) => writeFileSync(${JSON.stringify(folder)} + '/' + name, '')
whenAskedToEnd(async () => mark('never')).takeBack()
whenAskedToEnd(() => { ${duty} })
child.once('spawn', () => console.log(child.pid))\n`,
  )
  const parent = spawn(process.execPath, ['scripts/run.mjs', entry])
  running.add(parent)
  const ended = once(parent, 'close').then(([code]) => code as number | null)
  const [said] = (await once(parent.stdout, 'data')) as [Buffer]
  const pid = Number(said)
  return { parent, ended, identity: { pid, began: beganNow(pid) ?? '' } }
}

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s: duties are done, then all is gone',
  async signal => {
    const duty = `return new Promise(done => setImmediate(() => done(mark('${signal}'))))`
    const { parent, ended, identity } = await begun(signal, duty)
    expect(isRunning(identity)).toBe(true)
    parent.kill(signal)
    expect(await ended).toBe(1)
    await expect.poll(() => isRunning(identity)).toBe(false)
    expect([existsSync(join(folder, signal)), existsSync(join(folder, 'never'))]).toEqual([
      true,
      false,
    ])
  },
)

test('a duty that fails is told, and one that never ends is not waited for twice', async () => {
  const fails = await begun('fails', `return Promise.reject(new Error('it went wrong'))`)
  const words: string[] = []
  fails.parent.stderr.on('data', data => words.push(String(data)))
  fails.parent.kill('SIGTERM')
  expect(await fails.ended).toBe(1)
  expect(words.join('')).toContain('it went wrong')
  const hangs = await begun('hangs', `mark('asked'); return new Promise(() => {})`)
  hangs.parent.kill('SIGTERM')
  await expect.poll(() => existsSync(join(folder, 'asked'))).toBe(true)
  hangs.parent.kill('SIGTERM')
  expect(await hangs.ended).toBe(1)
  await expect.poll(() => isRunning(hangs.identity)).toBe(false)
})
