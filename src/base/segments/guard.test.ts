/** The guard: steps until one fails, then silence. */

import { expect, test } from 'vitest'
import type { DiskErrorCode } from '../env.ts'
import { Guard } from './guard.ts'

function rig() {
  const told: DiskErrorCode[] = []
  const taken: unknown[] = []
  const guard = new Guard(code => told.push(code))
  return { guard, told, taken, take: () => taken.push('step') }
}

test('steps are taken until one fails, which is told once', () => {
  const { guard, told, taken, take } = rig()
  guard.step(take)(undefined)
  expect(guard.isDown).toBe(false)
  guard.step(take)('disk-full')
  guard.step(take)('io-error')
  guard.step(take)(undefined)
  expect(taken).toEqual(['step'])
  expect(told).toEqual(['disk-full'])
  expect(guard.isDown).toBe(true)
})

test('values come until a step fails', () => {
  const { guard, told, taken } = rig()
  guard.value<number>(value => taken.push(value))({ value: 7 })
  guard.value<number>(value => taken.push(value))({ error: 'no-such-file' })
  guard.value<number>(value => taken.push(value))({ value: 8 })
  expect(taken).toEqual([7])
  expect(told).toEqual(['no-such-file'])
})

test('a file that is to go may be gone', () => {
  const { guard, told, taken, take } = rig()
  guard.removed(take)('no-such-file')
  guard.removed(take)(undefined)
  expect(taken.length).toBe(2)
  guard.removed(take)('io-error')
  expect(told).toEqual(['io-error'])
})

test('nothing is told of a guard that was stopped', () => {
  const { guard, told, taken, take } = rig()
  guard.stop()
  guard.step(take)('io-error')
  guard.step(take)(undefined)
  expect([...taken, ...told]).toEqual([])
})

test('whoever takes a guard over is told instead', () => {
  const { guard, told } = rig()
  const mine: string[] = []
  guard.onFailed = code => mine.push(code)
  guard.step(() => {})('io-error')
  expect([told, mine]).toEqual([[], ['io-error']])
})
