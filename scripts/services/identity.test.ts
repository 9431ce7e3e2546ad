/** A process id alone names nobody. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { beganNow, beganOf, isRunning } from './identity.ts'

const stat = (name: string, state: string, began: string) =>
  `42 (${name}) ${[state, ...Array.from({ length: 18 }, (_, i) => i), began, 7, 8].join(' ')}`

test('the moment is found behind a name that looks like more fields', () => {
  expect(beganOf(stat('node', 'S', '1234'))).toBe('1234')
  expect(beganOf(stat('a) R 1 2 (b', 'R', '99'))).toBe('99')
})

test('what is dead and only not yet collected does not run', () => {
  expect(beganOf(stat('node', 'Z', '1234'))).toBe(undefined)
})

test('this process runs, and is not another that had its number', () => {
  const began = beganNow(process.pid) ?? ''
  expect(began).not.toBe('')
  expect(isRunning({ pid: process.pid, began })).toBe(true)
  expect(isRunning({ pid: process.pid, began: `${began}0` })).toBe(false)
})

test('a process that ended runs no more', async () => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'])
  const pid = child.pid as number
  const identity = { pid, began: beganNow(pid) ?? '' }
  expect(isRunning(identity)).toBe(true)
  const exited = once(child, 'exit')
  child.stdin.end()
  await exited
  expect(isRunning(identity)).toBe(false)
})
