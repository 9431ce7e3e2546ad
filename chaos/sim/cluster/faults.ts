/** Carries out what befalls the job, its log and its streams, at its time. */

import { pick } from '../fleet/injection.ts'
import type { Member } from '../fleet/member.ts'
import { calls, carryOut, type Outcome, often, over, whenOf } from '../logged/faults.ts'
import { US_PER_MS } from '../world/clock.ts'
import type { LogCall, LogFate } from '../world/log/faults.ts'
import type { Tally } from '../world/tally.ts'
import type { Cluster, World } from './cluster.ts'
import type { JobFaultKind } from './kinds.ts'
import { jobFaultKinds } from './kinds.ts'
import {
  idOf,
  inputOf,
  journalOf,
  OUTPUT_PARTITIONS,
  OUTPUT_TOPIC,
  transactionalIdOf,
} from './names.ts'
import type { Operator } from './operator.ts'
import type { ClusterFault } from './scenario.ts'

export interface Scene {
  readonly world: World
  readonly cluster: Cluster
  readonly operator: Operator
  readonly tally: Tally<JobFaultKind>
  /** No fault does anything any more, however long ago it began. */
  isHealed: boolean
}

type Injection = (scene: Scene, fault: ClusterFault) => Outcome

const SWAPS = 5
/** How often the next commit is lost, while commits are. */
const LOST_MS = 40

const befalls =
  (fate: LogFate): Injection =>
  ({ world }, { whom }) => {
    world.log.plan(pick(calls, whom) as LogCall, fate)
    return over
  }

function memberAt({ cluster, world }: Scene, { who, whom }: ClusterFault): Member | undefined {
  const { fleet } = cluster
  if (who === 'leader') return fleet.leaderNode(idOf(whom % world.job.groups))
  return pick(fleet.members, who)
}

const nodeOffLog: Injection = (scene, fault) => {
  const member = memberAt(scene, fault)
  if (member === undefined) return 'missed'
  scene.cluster.cutOff(member)
  return () => scene.cluster.cutOff(member, false)
}

const logAway: Injection = ({ world }) => {
  world.log.isDown = true
  return () => {
    world.log.isDown = false
  }
}

/** Whoever leads reads and takes on, and lets nothing out. */
const commitsLost: Injection = (scene, { forMs }) => {
  const { log, queue } = scene.world
  const untilUs = queue.nowUs + forMs * US_PER_MS
  const lose = (): void => {
    if (scene.isHealed || queue.nowUs > untilUs) return
    log.plan('end-transaction', 'lost-call')
    queue.after(LOST_MS * US_PER_MS, { fire: lose })
  }
  lose()
  return over
}

const coordinatorMoved: Injection = ({ world }, { whom, salt }) => {
  world.log.moveCoordinator(transactionalIdOf(whom % world.job.groups), whenOf(salt))
  return over
}

const partitionMoved: Injection = ({ world }, { whom, salt }) => {
  const { groups, partitions } = world.job
  const places = [
    journalOf(whom % groups),
    { topic: OUTPUT_TOPIC, partition: whom % OUTPUT_PARTITIONS },
    inputOf(partitions[whom % partitions.length] ?? 0),
  ]
  const place = pick(places, salt)
  if (place !== undefined) world.log.moveLeader(place, whenOf(salt))
  return over
}

const brokerLost: Injection = ({ world }) => {
  world.log.loseBroker()
  return over
}

const streamsBroken: Injection = (scene, fault) => {
  const member = memberAt(scene, fault)
  if (member === undefined) return 'missed'
  scene.cluster.breakStreams(member)
  return over
}

const gcPause: Injection = (scene, fault) => {
  const member = memberAt(scene, fault)
  if (member === undefined || !member.isUp) return 'missed'
  scene.cluster.occupy(member, fault.forMs)
  return over
}

/** So fast that what one leader asked is answered when it leads again. */
const leadSwapped: Injection = (scene, { whom, salt, forMs }) => {
  const swap = (): void => {
    if (!scene.isHealed) scene.cluster.handOver(whom % scene.world.job.groups, salt >>> 4)
  }
  often(scene.world.queue, forMs, SWAPS, swap)
  return over
}

const epochOpened: Injection = ({ operator }) => {
  if (!operator.openEpoch()) return 'missed'
  return () => operator.closeEpoch()
}

const restarted: Injection = ({ operator }) => (operator.restart() ? over : 'missed')

const injections: Readonly<Record<JobFaultKind, Injection>> = {
  'node-off-log': nodeOffLog,
  'log-away': logAway,
  'commits-lost': commitsLost,
  'call-lost': befalls('lost-call'),
  'answer-lost': befalls('lost-answer'),
  'call-late': befalls('late-call'),
  'coordinator-moved': coordinatorMoved,
  'partition-moved': partitionMoved,
  'broker-lost': brokerLost,
  'streams-broken': streamsBroken,
  'gc-pause': gcPause,
  'lead-swapped': leadSwapped,
  'epoch-opened': epochOpened,
  restarted,
}

export function schedule(scene: Scene): void {
  const { tally, world } = scene
  const { queue, trace, scenario } = world
  const isHealed = (): boolean => scene.isHealed
  carryOut({ queue, trace, tally, kinds: jobFaultKinds, isHealed }, scenario.faults, fault =>
    injections[fault.kind](scene, fault),
  )
}
