/** Nothing reaches the dead; what comes for one that stands still waits its turn. */

import { expect, test } from 'vitest'
import { Prng } from '../../../src/base/prng.ts'
import { EventQueue } from '../world/clock.ts'
import { SimDisk } from '../world/disk.ts'
import { coreTally } from '../world/tally.ts'
import { Life, LivingDisk } from './life.ts'

test('the dead are told nothing', () => {
  const life = new Life()
  const told: number[] = []
  life.end()
  life.admit(() => told.push(1))
  expect(told).toEqual([])
})

test('what came during a pause happens afterwards, in order, behind the first thing', () => {
  const life = new Life()
  const told: number[] = []
  life.pause()
  for (const n of [1, 2, 3]) life.admit(() => told.push(n))
  expect(told).toEqual([])
  life.resume(() => told.push(0))
  life.admit(() => told.push(4))
  expect(told).toEqual([0, 1, 2, 3, 4])
})

test('whoever dies while it wakes up does not hear the rest', () => {
  const life = new Life()
  const told: number[] = []
  life.pause()
  life.admit(() => life.end())
  life.admit(() => told.push(1))
  life.resume(() => {})
  expect(told).toEqual([])
})

test('a disk goes on with what a dead process asked for, and tells nobody', () => {
  const queue = new EventQueue()
  const profile = { syncMinUs: 1, syncMeanUs: 1, readUs: 1, otherUs: 1 }
  const disk = new SimDisk(profile, { queue, tally: coreTally(), prng: new Prng(1) })
  const life = new Life()
  const file = new LivingDisk(disk, life).append('a')
  const told: unknown[] = []
  file.write(Uint8Array.of(1), error => told.push(error))
  file.sync(error => told.push(error))
  life.end()
  while (queue.step());
  expect(told).toEqual([])
  expect(disk.promised('a')).toBe(1)
})
