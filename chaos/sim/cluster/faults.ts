/** Carries out what befalls the job, its log and its streams, at its time. */

import { pick } from '../fleet/injection.ts'
import type { Member } from '../fleet/member.ts'
import { US_PER_MS } from '../world/clock.ts'
import type { LogCall, LogFate } from '../world/log/faults.ts'
import type { Tally } from '../world/tally.ts'
import { happenings } from '../world/trace.ts'
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
import type { ClusterFault } from './scenario.ts'

export interface Scene {
  readonly world: World
  readonly cluster: Cluster
  readonly tally: Tally<JobFaultKind>
  /** No fault does anything any more, however long ago it began. */
  isHealed: boolean
}

type Undo = () => void
/** 'missed': nothing was hit. Else it hit, and this undoes it. */
type Injection = (scene: Scene, fault: ClusterFault) => Undo | 'missed'

const over: Undo = () => {}
const SWAPS = 5
/** How often the next commit is lost, while commits are. */
const LOST_MS = 40

/** Of single requests; which of them, the fault says. */
const calls: readonly LogCall[] = [
  'init-producer',
  'add-partitions',
  'produce',
  'end-transaction',
  'end-transaction',
  'list-offsets',
  'fetch',
]

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
  const { groups, sinks } = world.job
  const id = transactionalIdOf(whom % groups, (salt >>> 8) % sinks.length)
  world.log.moveCoordinator(id, (salt >>> 4) % 2 === 0 ? 'now' : 'amidst')
  return over
}

const partitionMoved: Injection = ({ world }, { whom, salt }) => {
  const { groups, channels } = world.job
  const places = [
    journalOf(whom % groups),
    { topic: OUTPUT_TOPIC, partition: whom % OUTPUT_PARTITIONS },
    inputOf(channels[whom % channels.length] ?? 0),
  ]
  const place = pick(places, salt)
  if (place !== undefined) world.log.moveLeader(place, (salt >>> 4) % 2 === 0 ? 'now' : 'amidst')
  return over
}

const brokerLost: Injection = ({ world }) => {
  world.log.loseBroker()
  return over
}

const streamsBroken: Injection = (scene, fault) => {
  const member = memberAt(scene, fault)
  const hit = scene.cluster.exchange.breakAll(({ parts }) => parts.member === member)
  return hit > 0 ? over : 'missed'
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
  for (let at = 0; at < SWAPS; at++) {
    scene.world.queue.after(Math.round((at * forMs * US_PER_MS) / SWAPS), { fire: swap })
  }
  return over
}

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
}

function isOurs(kind: ClusterFault['kind']): kind is JobFaultKind {
  return Object.hasOwn(injections, kind)
}

export function schedule(scene: Scene): void {
  const { scenario, queue } = scene.world
  for (const fault of scenario.faults) {
    const { kind } = fault
    if (!isOurs(kind)) continue
    queue.at(Math.round(fault.atMs * US_PER_MS), { fire: () => inject(scene, fault, kind) })
  }
}

function inject(scene: Scene, fault: ClusterFault, kind: JobFaultKind): void {
  if (scene.isHealed) return
  const { queue, trace } = scene.world
  const outcome = injections[kind](scene, fault)
  const isHit = outcome !== 'missed'
  trace.note(happenings.fault, 0, jobFaultKinds.indexOf(kind), isHit ? 1 : 0)
  if (trace.isTold) trace.tell(`fault ${JSON.stringify(fault)} ${isHit ? '' : 'missed'}`)
  if (outcome === 'missed') return
  scene.tally.hit(kind)
  if (outcome === over) return
  queue.after(Math.round(fault.forMs * US_PER_MS), {
    fire: () => {
      if (!scene.isHealed) outcome()
    },
  })
}
