/** Opening: what is made where nothing is, what was left half made, and what is not ours. */

import { expect, test } from 'vitest'
import { Prng } from '../../../base/prng.ts'
import { CrashDisk } from '../../../base/testing/crash-disk.ts'
import { openAnswer, smallLimits } from '../testing/still-log.ts'
import { encodeIdentity } from './identity.ts'
import { openFiles } from './opening.ts'

test('a log keeps its name for ever', () => {
  const disk = new CrashDisk()
  expect(openAnswer(disk).files?.name).toBe('log-of-tests')
  const names: (string | undefined)[] = []
  openFiles(disk, { name: 'other', limits: smallLimits, nowMs: 0 }, ({ files }) => {
    names.push(files?.name)
  })
  disk.settle()
  expect(names).toEqual(['log-of-tests'])
})

test('whenever the power goes while a log is made, the next life makes it or finds it', () => {
  const prng = new Prng(5)
  for (let steps = 0; steps < 60; steps++) {
    const disk = new CrashDisk()
    openFiles(disk, { name: 'first', limits: smallLimits, nowMs: 0 }, () => {})
    for (let left = steps; left > 0; left--) disk.step()
    const { files, refused } = openAnswer(disk.crash(prng))
    expect(refused).toBeUndefined()
    expect(['first', 'log-of-tests']).toContain(files?.name)
  }
})

test('what others have in the folder is left alone', () => {
  const disk = new CrashDisk()
  disk.put('notes.txt', Uint8Array.of(1, 2, 3))
  openAnswer(disk)
  expect([...disk.bytesOf('notes.txt')]).toEqual([1, 2, 3])
})

test('a folder of a later format is not touched', () => {
  const disk = new CrashDisk()
  disk.put('identity', encodeIdentity({ name: 'x', isMade: true }, 2))
  const { refused } = openAnswer(disk)
  expect(refused).toEqual({ code: 'log-format', message: expect.stringContaining('newer one') })
  expect(disk.names).toEqual(['identity'])
})

test('a full disk is told while a log is being opened', () => {
  const disk = new CrashDisk()
  disk.isFull = true
  expect(openAnswer(disk).refused?.code).toBe('disk-full')
})
