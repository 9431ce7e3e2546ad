/**
 * Power cuts at many points of random workloads, of openings too: what was promised is found again,
 * nothing is found that was never written, images on record are whole, and the store goes on.
 */

import { expect, test } from 'vitest'
import { Prng } from '../../base/prng.ts'
import { CrashDisk } from '../../base/testing/crash-disk.ts'
import { Fleet } from './testing/fleet.ts'
import { dieWhileOpening, mustOpen, reopen } from './testing/lives.ts'

const SEEDS = 24
const ACTS = 60
const CUTS_PER_SEED = 12

/** Goes on for a while on a disk that was cut, and cuts and opens it again. */
function goOn(cut: CrashDisk, fleet: Fleet, prng: Prng): void {
  let disk = cut
  for (let life = 0; life < 3; life++) {
    while (prng.chance(0.4)) disk = dieWhileOpening(disk, prng, 40)
    reopen(disk, fleet)
    for (let i = prng.below(8); i > 0; i--) {
      fleet.act()
      for (let step = prng.below(6); step > 0; step--) disk.step()
    }
    expect(fleet.failures).toEqual([])
    disk = disk.crash(prng)
  }
  reopen(disk, fleet)
}

test.each(Array.from({ length: SEEDS }, (_, seed) => seed))('power cuts of workload %i', seed => {
  const prng = new Prng(seed)
  const disk = new CrashDisk()
  const fleet = new Fleet(prng)
  fleet.adopt(mustOpen(disk))
  for (let act = 0; act < ACTS; act++) {
    fleet.act()
    for (let step = prng.below(12); step > 0; step--) {
      disk.step()
      if (!prng.chance(CUTS_PER_SEED / (ACTS * 5))) continue
      goOn(disk.crash(prng), fleet.fork(prng), prng)
    }
  }
  disk.settle()
  goOn(disk.crash(prng), fleet, prng)
})
