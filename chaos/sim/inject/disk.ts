/** Faults of disks. What they do to a process is the process's to find out. */

import { Prng } from '../../../src/base/prng.ts'
import { aimedAt, type Injection, over, untilUs } from './injection.ts'

/**
 * A flipped bit is found when the log is next read: the process is killed for that after a while.
 */
const bitFlip: Injection = (world, fault) => {
  const { cluster, queue } = world
  const node = aimedAt(world, fault.who)
  if (node === undefined || !cluster.mayImpair(node.replica)) return 'missed'
  const { replica } = node
  if (node.disk.flipBit(new Prng(fault.salt)) === undefined) return 'missed'
  cluster.markFlipped(replica)
  queue.at(untilUs(world, fault), {
    fire: () => {
      if (node.replica !== replica || node.isGone) return
      node.kill()
      node.start()
    },
  })
  return over
}

const diskFull: Injection = (world, fault) => {
  const node = aimedAt(world, fault.who)
  if (node === undefined) return 'missed'
  node.disk.isFull = true
  const undo = () => {
    node.disk.isFull = false
  }
  world.queue.at(untilUs(world, fault), { fire: undo })
  return 'later'
}

const slowDisk: Injection = (world, fault) => {
  const node = aimedAt(world, fault.who)
  if (node === undefined) return 'missed'
  node.disk.slowness = fault.amount
  return () => {
    node.disk.slowness = 1
  }
}

const diskStall: Injection = (world, fault) => {
  const node = aimedAt(world, fault.who)
  if (node === undefined) return 'missed'
  node.disk.stall(untilUs(world, fault))
  return over
}

const syncFails: Injection = (world, fault) => {
  const node = aimedAt(world, fault.who)
  if (node === undefined) return 'missed'
  node.disk.failingSyncs = 1
  return 'later'
}

export const diskInjections = {
  'bit-flip': bitFlip,
  'disk-full': diskFull,
  'slow-disk': slowDisk,
  'disk-stall': diskStall,
  'sync-fails': syncFails,
} as const
