/** Carries out the faults of a schedule at their times, and takes them away again. */

import { Prng } from '../../../src/base/prng.ts'
import { segmentOf } from '../../../src/base/segments/names.ts'
import { isRefusal } from '../../../src/raft/refusal.ts'
import { isImage } from '../../../src/raft/store/names.ts'
import { US_PER_MS } from '../world/clock.ts'
import { happenings } from '../world/trace.ts'
import type { Harm } from './fleet.ts'
import {
  type FleetWorld,
  groupAt,
  type Injection,
  on,
  others,
  over,
  pick,
  untilUs,
} from './injection.ts'
import type { FleetFaultKind } from './kinds.ts'
import { fleetFaultKinds } from './kinds.ts'
import type { FleetFault } from './scenario.ts'
import { vouchedBytes } from './vouched.ts'
import {
  clog,
  cutOneWay,
  cutPair,
  damagedFrame,
  delaySpike,
  helloGoesWrong,
  isolate,
  lateHello,
  reset,
  resetImage,
  stranger,
  swallow,
} from './wire-faults.ts'

/** A flipped bit is found when the log is next read: the process is killed for that in a while. */
const bitFlip = on((world, node, fault) => {
  if (!world.fleet.mayImpair(node)) return 'missed'
  const name = node.disk.flipBit(new Prng(fault.salt), vouchedBytes)
  if (name === undefined) return 'missed'
  world.fleet.markHarmed(node, name, 'bit-flipped')
  world.queue.at(untilUs(world, fault), {
    fire: () => {
      node.kill()
      node.start()
    },
  })
  return over
})

const diskFull = on((world, { disk }, fault) => {
  disk.isFull = true
  const undo = (): void => {
    disk.isFull = false
  }
  world.queue.at(untilUs(world, fault), { fire: undo })
  return 'later'
})

const slowDisk = on((_world, { disk }, { amount }) => {
  disk.slowness = amount
  return () => {
    disk.slowness = 1
  }
})

const diskStall = on((world, { disk }, fault) => {
  disk.stall(untilUs(world, fault))
  return over
})

const syncFails = on((_world, { disk }) => {
  disk.failingSyncs = 1
  return 'later'
})

/** Met when an image is next read, or, when the process is killed for that, its log. */
const readFails = on(({ tally }, node, { amount, salt }) => {
  const fits = (name: string) => segmentOf(name) !== undefined || isImage(name)
  const onFailed = () => tally.hit('read-fails')
  node.disk.failingReads = { left: Math.max(1, Math.round(amount)), fits, onFailed }
  if (salt % 2 === 0) {
    node.kill()
    node.start()
  }
  return 'later'
})

const lostDisk = on(({ fleet }, node) => {
  if (!fleet.mayImpair(node)) return 'missed'
  fleet.loseDisk(node)
  return over
})

/** The process is killed, and its log is not what it was when the next one begins. */
const hurtLog = (harm: Harm): Injection =>
  on(({ fleet }, node, { salt }) => {
    if (node.isPast || !fleet.mayImpair(node)) return 'missed'
    const name = node.hurtLog(harm, new Prng(salt))
    if (name === undefined) return 'missed'
    fleet.markHarmed(node, name, harm)
    node.start()
    return over
  })

/**
 * A copy of the disk is made; the node starts anew, so that whoever hears of it remembers more than
 * the copy does; then the copy is put back, if all others have heard. Where it was once only, the
 * copy counts the very boot that they remember.
 */
const oldDisk = on((world, node, { forMs, salt }) => {
  const { queue, fleet, tally } = world
  const copy = node.copied()
  if (copy === undefined || fleet.isHarmed(node)) return 'missed'
  const forUs = Math.round(forMs * US_PER_MS)
  const bounce = (): void => {
    if (fleet.isHealed) return
    node.kill()
    node.start()
  }
  for (const share of salt % 2 === 0 ? [1 / 2] : [1 / 3, 2 / 3])
    queue.after(Math.round(share * forUs), { fire: bounce })
  const putBack = (): void => {
    if (fleet.isHealed) return
    if (fleet.isPastFor(node, copy) && fleet.mayImpair(node)) {
      fleet.putBack(node, copy)
      tally.hit('old-disk')
    }
  }
  queue.after(forUs, { fire: putBack })
  return 'later'
})

/** Whoever is not connected with the node may believe its copy: then the node's log is given up. */
const twin = on((world, node, { salt }) => {
  const { fleet, twins } = world
  const self = node.running?.self
  if (self === undefined || node.isPast || twins.isUp || !fleet.mayImpair(node)) return 'missed'
  fleet.markHarmed(node, '', 'twinned')
  twins.start(self, others(world, node), salt)
  return () => {
    if (twins.end()) fleet.clearTwinned(node)
  }
})

const crash = on((_world, node) => {
  node.hold()
  node.kill()
  return () => node.release()
})

const powerCut = (isNeverTold: boolean): Injection =>
  on((_world, node) => {
    node.hold()
    node.cutPower(isNeverTold)
    return () => node.release()
  })

/** Power comes back at once for all, and each machine takes its own time to be there again. */
const blackout: Injection = ({ fleet, queue }, { salt }) => {
  for (const node of fleet.members) {
    node.hold()
    node.cutPower()
  }
  const prng = new Prng(salt)
  return () => {
    for (const node of fleet.members) {
      queue.after(prng.below(500 * US_PER_MS), { fire: () => node.release() })
    }
  }
}

const pause = on((_world, node) => {
  if (node.isPaused) return 'missed'
  node.pause()
  return () => node.resume()
})

const restartStorm = on((world, node, { amount, forMs, salt }) => {
  const times = Math.max(2, Math.round(amount))
  const periodUs = Math.round((forMs * US_PER_MS) / times)
  const prng = new Prng(salt)
  for (let i = 0; i < times; i++) {
    const bounce = (): void => {
      if (prng.chance(0.5)) node.cutPower()
      else node.kill()
      node.start()
    }
    world.queue.after(i * periodUs, { fire: bounce })
  }
  return over
})

/** At times the disk fails just then. */
const stop = on(({ queue }, node, { forMs, salt }) => {
  if (node.isPaused || node.isStopping) return 'missed'
  if (new Prng(salt).chance(0.3)) node.disk.failingSyncs = 1
  node.stop(() => queue.after(Math.round(forMs * US_PER_MS), { fire: () => node.start() }))
  return over
})

const clockSkew = on((_world, node, { amount }) => {
  node.setClockRate(amount)
  return () => node.setClockRate(1)
})

const transfer: Injection = (world, { whom, salt }) => {
  const group = groupAt(world, whom)
  const leader = world.fleet.leader(group)
  if (leader === undefined || leader.life.isPaused) return 'missed'
  const others = leader.raft.log.members.voters.filter(id => id !== leader.id)
  const to = pick(others, salt)
  if (to === undefined || isRefusal(leader.group.transfer(to))) return 'missed'
  return over
}

/** A replica moves to a node that has none of its group. */
const move: Injection = (world, { whom, salt }) => {
  const { fleet, steward } = world
  const group = groupAt(world, whom)
  const free = fleet.members.filter(node => node.isUp && !fleet.hadReplica(group, node))
  const to = pick(free, salt)
  const members = fleet.leader(group)?.raft.log.members
  const old = pick(members?.voters ?? [], salt >>> 8)
  if (to === undefined || old === undefined || steward.isMending(group)) return 'missed'
  fleet.move(group, old, to)
  return over
}

const injections: Readonly<Record<FleetFaultKind, Injection | undefined>> = {
  'delay-spike': delaySpike,
  'cut-one-way': cutOneWay,
  'cut-pair': cutPair,
  isolate,
  'isolate-leader': isolate,
  clog,
  reset,
  'reset-image': resetImage,
  'damaged-frame': damagedFrame,
  'lost-hello': helloGoesWrong('lost-hello'),
  'twice-hello': helloGoesWrong('twice-hello'),
  'late-hello': lateHello,
  swallow,
  stranger,
  // These come with a power cut or a profile.
  'unsynced-lost': undefined,
  'torn-tail': undefined,
  'slow-read': undefined,
  'state-gap': undefined,
  'bit-flip': bitFlip,
  'disk-full': diskFull,
  'slow-disk': slowDisk,
  'disk-stall': diskStall,
  'sync-fails': syncFails,
  'read-fails': readFails,
  'lost-disk': lostDisk,
  'lost-segment': hurtLog('segment-gone'),
  'cut-log': hurtLog('log-cut'),
  'old-disk': oldDisk,
  twin,
  crash,
  'crash-leader': crash,
  'power-cut': powerCut(false),
  'silent-cut': powerCut(true),
  blackout,
  pause,
  'pause-leader': pause,
  'restart-storm': restartStorm,
  stop,
  'clock-skew': clockSkew,
  transfer,
  move,
}

const calmDisk = { syncMinUs: 100, syncMeanUs: 1000, readUs: 50, otherUs: 50 } as const

export class FleetFaults {
  readonly #world: FleetWorld

  constructor(world: FleetWorld) {
    this.#world = world
    for (const fault of world.scenario.faults) {
      world.queue.at(Math.round(fault.atMs * US_PER_MS), { fire: () => this.#inject(fault) })
    }
  }

  /** Lifts every fault, and starts whoever is down. */
  heal(): void {
    const { wire, fleet, twins } = this.#world
    fleet.isHealed = true
    twins.end()
    wire.heal()
    wire.profile = { ...wire.profile, delayMinUs: 200, delayMeanUs: 500 }
    for (const node of fleet.members) {
      const { disk } = node
      disk.isFull = false
      disk.failingSyncs = 0
      disk.failingReads = undefined
      disk.slowness = 1
      disk.profile = calmDisk
      node.setClockRate(1)
      if (node.isPaused) node.resume()
      node.releaseAll()
    }
  }

  #inject(fault: FleetFault): void {
    const { queue, tally, trace, fleet } = this.#world
    if (fleet.isHealed) return
    const outcome = injections[fault.kind]?.(this.#world, fault) ?? 'missed'
    const kind = fleetFaultKinds.indexOf(fault.kind)
    trace.note(happenings.fault, 0, kind, outcome === 'missed' ? 0 : 1)
    if (trace.isTold)
      trace.tell(`fault ${JSON.stringify(fault)} ${outcome === 'missed' ? 'missed' : ''}`)
    if (typeof outcome === 'string') return
    tally.hit(fault.kind)
    if (outcome === over) return
    queue.at(untilUs(this.#world, fault), {
      fire: () => {
        if (!fleet.isHealed) outcome()
      },
    })
  }
}
