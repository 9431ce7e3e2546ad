/** Carries out what befalls publishers, their logs and their clusters, at its time. */

import { Prng } from '../../../src/base/prng.ts'
import { pick } from '../fleet/injection.ts'
import type { Member } from '../fleet/member.ts'
import { US_PER_MS } from '../world/clock.ts'
import type { LogCall, LogFate } from '../world/log/faults.ts'
import type { MoveTime } from '../world/log/log.ts'
import { happenings } from '../world/trace.ts'
import { deleted, restarted, stopped, takenStale } from './changes.ts'
import { cloned } from './clones.ts'
import type { JournalFaultKind } from './kinds.ts'
import { journalFaultKinds } from './kinds.ts'
import { idOf, JOURNAL_TOPIC, journalOf, MARKERS_TOPIC } from './names.ts'
import type { Site } from './operator.ts'
import { OUTPUT_PARTITIONS } from './output.ts'
import type { PublishFault } from './scenario.ts'
import { groupAt, type Injection, logAt, over, type Scene, sinkAt, siteAt, trim } from './scene.ts'
import {
  commitsUnanswered,
  readBackDeaf,
  readBackLate,
  readBackMoved,
  readBackStale,
  readBackTrimmed,
  wokenAlone,
} from './timely.ts'

/** Of single requests; which of them, the fault's salt says. */
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
  (scene, { whom, salt }) => {
    logAt(scene, salt).plan(pick(calls, whom) as LogCall, fate)
    return over
  }

/** The node that leads a group, or any. */
function memberAt(
  scene: Scene,
  { cluster }: Site,
  { who, whom }: PublishFault,
): Member | undefined {
  const { fleet } = cluster
  if (who === 'leader') return fleet.leaderNode(groupAt(scene, whom))
  return pick(fleet.members, who)
}

const nodeOffLog: Injection = (scene, fault) => {
  const site = siteAt(scene, fault.salt)
  const member = site && memberAt(scene, site, fault)
  if (site === undefined || member === undefined) return 'missed'
  site.cluster.cutOff(member)
  return () => site.cluster.cutOff(member, false)
}

const logAway: Injection = (scene, { salt }) => {
  const log = logAt(scene, salt)
  log.isDown = true
  return () => {
    log.isDown = false
  }
}

/** In peace, or while what somebody asks for is being written down. */
function whenOf(salt: number): MoveTime {
  return (salt >>> 4) % 2 === 0 ? 'now' : 'amidst'
}

const coordinatorMoved: Injection = (scene, { whom, salt }) => {
  logAt(scene, salt).moveCoordinator(idOf(groupAt(scene, whom)), whenOf(salt))
  return over
}

const partitionMoved: Injection = (scene, { whom, salt }) => {
  const sink = sinkAt(salt)
  const journals = { home: JOURNAL_TOPIC, away: MARKERS_TOPIC }
  const { partition } = journalOf(groupAt(scene, whom))
  const outputs = { topic: sink, partition: whom % OUTPUT_PARTITIONS }
  const moved = salt % 3 > 0 ? { topic: journals[sink], partition } : outputs
  scene.world.logs[sink].moveLeader(moved, whenOf(salt))
  return over
}

const SWAPS = 5

/** So fast that what one leader asked is answered when it leads again. */
const leadSwapped: Injection = (scene, { whom, salt, forMs }) => {
  const site = siteAt(scene, salt)
  const group = groupAt(scene, whom)
  if (site === undefined) return 'missed'
  const swap = (): void => {
    if (!scene.isHealed) site.cluster.handOver(group, salt >>> 4)
  }
  for (let at = 0; at < SWAPS; at++) {
    scene.world.queue.after(Math.round((at * forMs * US_PER_MS) / SWAPS), { fire: swap })
  }
  return over
}

const brokerLost: Injection = (scene, { salt }) => {
  logAt(scene, salt).loseBroker()
  return over
}

const journalTrimmed: Injection = (scene, { whom, salt }) => {
  const site = siteAt(scene, salt)
  if (site === undefined) return 'missed'
  const { bounds } = scene.world.scenario.profile
  trim(scene, site.cluster, groupAt(scene, whom), { bounds })
  return 'missed'
}

/** So many at once; a journal may be trimmed while they read it. */
const taken =
  (many: number): Injection =>
  (scene, { whom, salt }) => {
    const { operator } = scene
    const site = operator.sites.at(-1)
    const trimmed = (): void => {
      if (site !== undefined && !scene.isHealed) trim(scene, site.cluster, groupAt(scene, whom))
    }
    const how = salt % 2 === 0 ? { onReading: trimmed } : {}
    for (let left = many; left > 0; left--) operator.takeOver(how)
    return over
  }

/** Hits when a group has stopped, which needs entries that are taken again. */
const takenOtherwise: Injection = ({ operator, tally }) => {
  operator.takeOverOtherwise(() => tally.hit('taken-otherwise'))
  return 'missed'
}

/** Down, and back when the job has long been another's. */
const wokenLate: Injection = ({ operator, world }, { salt }) => {
  const site = operator.sites.at(-1)
  if (site === undefined) return 'missed'
  const { members } = site.cluster.fleet
  for (const member of members) {
    member.hold()
    member.kill()
  }
  const waitMs = new Prng(salt).below(500)
  world.queue.after(waitMs * US_PER_MS, { fire: () => operator.takeOver() })
  return () => {
    for (const member of members) member.release()
  }
}

const injections: Readonly<Record<JournalFaultKind, Injection>> = {
  'node-off-log': nodeOffLog,
  'log-away': logAway,
  'call-lost': befalls('lost-call'),
  'answer-lost': befalls('lost-answer'),
  'call-late': befalls('late-call'),
  // By chance, from the profile.
  'question-lost': () => 'missed',
  'lead-swapped': leadSwapped,
  'read-back-late': readBackLate,
  'read-back-moved': readBackMoved,
  'read-back-deaf': readBackDeaf,
  'read-back-trimmed': readBackTrimmed,
  'read-back-stale': readBackStale,
  'woken-alone': wokenAlone,
  'commits-unanswered': commitsUnanswered,
  'coordinator-moved': coordinatorMoved,
  'partition-moved': partitionMoved,
  'broker-lost': brokerLost,
  'journal-trimmed': journalTrimmed,
  cloned,
  'taken-over': taken(1),
  'taken-twice': taken(2),
  'taken-otherwise': takenOtherwise,
  'woken-late': wokenLate,
  'taken-stale': takenStale,
  stopped: stopped(false),
  restarted,
  rescaled: stopped(true),
  deleted: deleted(false),
  'deletion-cut': deleted(true),
}

function isOurs(kind: PublishFault['kind']): kind is JournalFaultKind {
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

function inject(scene: Scene, fault: PublishFault, kind: JournalFaultKind): void {
  if (scene.isHealed) return
  const { queue, trace } = scene.world
  const outcome = injections[kind](scene, fault)
  const isHit = outcome !== 'missed'
  trace.note(happenings.fault, 0, journalFaultKinds.indexOf(kind), isHit ? 1 : 0)
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
