/** Faults of processes, machines, clocks, and of what a process believes of its peers. */

import { Prng } from '../../../src/base/prng.ts'
import { isRefusal } from '../../../src/raft/refusal.ts'
import type { SimNode } from '../host/node.ts'
import { US_PER_MS } from '../world/clock.ts'
import { aimedAt, type Injection, over, pick, untilUs } from './injection.ts'

const crash: Injection = (world, fault) => {
  const node = aimedAt(world, fault.who)
  if (node === undefined) return 'missed'
  node.hold()
  node.kill()
  return () => node.release()
}

const powerCut: Injection = (world, fault) => {
  const node = aimedAt(world, fault.who)
  if (node === undefined) return 'missed'
  node.hold()
  node.cutPower()
  return () => node.release()
}

/** Power comes back at once for all, and each machine takes its own time to be there again. */
const blackout: Injection = (world, fault) => {
  const nodes = world.cluster.present
  for (const node of nodes) {
    node.hold()
    node.cutPower()
  }
  const prng = new Prng(fault.salt)
  return () => {
    for (const node of nodes) {
      world.queue.after(prng.below(500 * US_PER_MS), { fire: () => node.release() })
    }
  }
}

const pause: Injection = (world, fault) => {
  const node = aimedAt(world, fault.who)
  const process = node?.process
  if (process === undefined || process.life.isPaused) return 'missed'
  process.life.pause()
  return () => {
    if (!process.life.isDead) process.resume(fault.salt % 2 === 0)
  }
}

const restartStorm: Injection = (world, fault) => {
  const node = aimedAt(world, fault.who)
  if (node === undefined) return 'missed'
  const times = Math.max(2, Math.round(fault.amount))
  const periodUs = Math.round((fault.forMs * US_PER_MS) / times)
  const prng = new Prng(fault.salt)
  for (let i = 0; i < times; i++) {
    world.queue.after(i * periodUs, { fire: () => bounce(node, prng.chance(0.5)) })
  }
  return over
}

function bounce(node: SimNode, isPowerCut: boolean): void {
  if (isPowerCut) node.cutPower()
  else node.kill()
  node.start()
}

const lostDisk: Injection = (world, fault) => {
  const node = aimedAt(world, fault.who)
  if (node === undefined || !world.cluster.mayImpair(node.replica)) return 'missed'
  world.cluster.loseDisk(node)
  return over
}

const spuriousSuspicion: Injection = (world, fault) => {
  const leader = world.cluster.leader()
  const followers = world.cluster.processes.filter(({ raft, life }) => {
    const status = raft.status()
    return !life.isPaused && status.leader === leader?.replica && status.role !== 'leader'
  })
  const process = pick(followers, fault.who)
  if (process === undefined || leader === undefined) return 'missed'
  process.suspect(leader.replica)
  return over
}

const clockSkew: Injection = (world, fault) => {
  const node = aimedAt(world, fault.who)
  if (node === undefined) return 'missed'
  node.setClockRate(fault.amount)
  return () => node.setClockRate(1)
}

const lateTick: Injection = (world, fault) => {
  const process = aimedAt(world, fault.who)?.process
  if (process === undefined) return 'missed'
  process.holdTicksUntil(untilUs(world, fault))
  return over
}

const transfer: Injection = (world, fault) => {
  const process = world.cluster.leader()?.process
  if (process === undefined || process.life.isPaused) return 'missed'
  const { voters } = process.raft.log.members
  const target = pick(
    voters.filter(id => id !== process.id),
    fault.who,
  )
  if (target === undefined || isRefusal(process.transfer(target))) return 'missed'
  return over
}

export const processInjections = {
  crash,
  'crash-leader': crash,
  'power-cut': powerCut,
  blackout,
  pause,
  'pause-leader': pause,
  'restart-storm': restartStorm,
  'lost-disk': lostDisk,
  'spurious-suspicion': spuriousSuspicion,
  'clock-skew': clockSkew,
  'late-tick': lateTick,
  transfer,
} as const
