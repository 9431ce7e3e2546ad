/** Syncs that fail and processes that die: what a page cache shows is not yet on the disk. */

import { expect, test } from 'vitest'
import { Prng } from '../../base/prng.ts'
import { CrashDisk } from '../../base/testing/crash-disk.ts'
import { Fleet } from './testing/fleet.ts'
import { mustOpen, reopen } from './testing/lives.ts'

test.each(Array.from({ length: 30 }, (_, i) => i))(
  'after a failed sync nothing is told, and what the next life believes is on the disk, %i',
  seed => {
    const prng = new Prng(seed)
    const disk = new CrashDisk()
    const fleet = new Fleet(prng)
    fleet.adopt(mustOpen(disk))
    disk.failSyncIn = prng.between(1, 40)
    for (let i = 0; i < 80 && fleet.failures.length === 0; i++) {
      fleet.act()
      for (let step = prng.below(12); step > 0; step--) disk.step()
    }
    expect(fleet.failures).toEqual(['io-error'])
    fleet.act()
    disk.settle()
    expect(fleet.failures).toEqual(['io-error'])
    disk.failSyncIn = Number.POSITIVE_INFINITY
    // The next life sees the pages that never reached the disk, believes them, and then the power
    // goes: they must be there.
    reopen(disk, fleet)
    reopen(disk.crash(prng), fleet.fork(prng))
    fleet.act()
    disk.settle()
    reopen(disk.crash(prng), fleet)
  },
)

test.each(Array.from({ length: 15 }, (_, i) => i))('a full disk ends the store, %i', seed => {
  const prng = new Prng(seed)
  const disk = new CrashDisk()
  const fleet = new Fleet(prng)
  fleet.adopt(mustOpen(disk))
  for (let i = 0; i < 20; i++) {
    fleet.act()
    disk.step()
  }
  disk.isFull = true
  for (let i = 0; i < 20; i++) fleet.act()
  disk.settle()
  expect(fleet.failures).toEqual(['disk-full'])
  disk.isFull = false
  reopen(disk, fleet)
})

test.each(Array.from({ length: 15 }, (_, i) => i))('a killed process loses nothing, %i', seed => {
  const prng = new Prng(seed)
  const disk = new CrashDisk()
  const fleet = new Fleet(prng)
  fleet.adopt(mustOpen(disk))
  for (let life = 0; life < 6; life++) {
    for (let i = 0; i < 10; i++) {
      fleet.act()
      for (let step = prng.below(8); step > 0; step--) disk.step()
    }
    disk.kill()
    reopen(disk, fleet)
  }
})
