/**
 * Power cuts, killed processes and failing syncs at many points of random workloads: what was
 * acknowledged is there, what was not is there whole or not at all, transactions are decided or
 * aborted, in all their partitions alike.
 */

import { expect, test } from 'vitest'
import { Prng } from '../../base/prng.ts'
import { CrashDisk } from '../../base/testing/crash-disk.ts'
import { openFiles } from './store/opening.ts'
import { smallLimits } from './testing/still-log.ts'
import { Torture } from './testing/torture.ts'

const LIVES = 6
const ACTS = 50

function live(torture: Torture, prng: Prng): void {
  for (let acts = prng.below(ACTS); acts > 0; acts--) {
    torture.act()
    for (let steps = prng.below(12); steps > 0; steps--) torture.still.step()
  }
}

/** An opening during which the power goes. */
function dieWhileOpening(disk: CrashDisk, prng: Prng): CrashDisk {
  openFiles(disk, { name: 'other', limits: smallLimits, nowMs: 0 }, () => {})
  for (let left = prng.below(40); left > 0; left--) disk.step()
  return disk.crash(prng)
}

test.each(Array.from({ length: 30 }, (_, seed) => seed))('power cuts of workload %i', seed => {
  const prng = new Prng(seed)
  let disk = new CrashDisk()
  const torture = new Torture(prng, disk)
  for (let life = 0; life < LIVES; life++) {
    live(torture, prng)
    expect(torture.still.failures).toEqual([])
    disk = torture.still.disk.crash(prng)
    while (prng.chance(0.3)) disk = dieWhileOpening(disk, prng)
    torture.reopen(disk)
  }
  expect(torture.promised).toBeGreaterThan(0)
})

test.each(Array.from({ length: 15 }, (_, seed) => seed))('killed processes, %i', seed => {
  const prng = new Prng(seed)
  const torture = new Torture(prng, new CrashDisk())
  for (let life = 0; life < LIVES; life++) {
    live(torture, prng)
    const { disk } = torture.still
    disk.kill()
    torture.reopen(disk)
  }
  expect(torture.promised).toBeGreaterThan(0)
})

test.each(Array.from({ length: 15 }, (_, seed) => seed))('a sync that fails, %i', seed => {
  const prng = new Prng(seed)
  const torture = new Torture(prng, new CrashDisk())
  const { disk } = torture.still
  disk.failSyncIn = prng.between(1, 30)
  for (let i = 0; i < 20 && torture.still.failures.length === 0; i++) live(torture, prng)
  torture.still.settle()
  expect(torture.still.failures).toEqual(['io-error'])
  disk.failSyncIn = Number.POSITIVE_INFINITY
  torture.reopen(disk)
  torture.reopen(disk.crash(prng))
})

test.each(Array.from({ length: 10 }, (_, seed) => seed))('a disk that is full, %i', seed => {
  const prng = new Prng(seed)
  const torture = new Torture(prng, new CrashDisk())
  live(torture, prng)
  const { disk } = torture.still
  disk.isFull = true
  for (let i = 0; i < 20 && torture.still.failures.length === 0; i++) live(torture, prng)
  torture.still.settle()
  expect(torture.still.failures).toEqual(['disk-full'])
  disk.isFull = false
  torture.reopen(disk)
})

test('segments follow one another, and old ones go, while all that is not deleted stays', () => {
  const prng = new Prng(7)
  const torture = new Torture(prng, new CrashDisk())
  for (let i = 0; i < 40; i++) live(torture, prng)
  torture.still.settle()
  const names = torture.still.disk.names.filter(name => name.startsWith('log-'))
  const newest = Number(names.at(-1)?.slice(4))
  expect(newest).toBeGreaterThan(30)
  expect(names.length).toBeLessThan(newest / 2)
  torture.still.disk.kill()
  torture.reopen(torture.still.disk)
})
