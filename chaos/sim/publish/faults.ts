/** Carries out what befalls publishers, their logs and their clusters, at its time. */

import { Prng } from '../../../src/base/prng.ts'
import { pick } from '../fleet/injection.ts'
import type { Member } from '../fleet/member.ts'
import { calls, carryOut, often, over, whenOf } from '../logged/faults.ts'
import { US_PER_MS } from '../world/clock.ts'
import type { LogCall, LogFate } from '../world/log/faults.ts'
import { deleted, restarted, stopped, takenStale } from './changes.ts'
import { cloned } from './clones.ts'
import type { JournalFaultKind } from './kinds.ts'
import { journalFaultKinds } from './kinds.ts'
import { idOf, journalOf, journalTopicOf } from './names.ts'
import type { Site } from './operator.ts'
import { OUTPUT_PARTITIONS, sinksOf } from './output.ts'
import type { PublishFault } from './scenario.ts'
import { groupAt, type Injection, logAt, logNameAt, type Scene, siteAt, trim } from './scene.ts'
import {
  commitsUnanswered,
  readBackDeaf,
  readBackLate,
  readBackMoved,
  readBackStale,
  readBackTrimmed,
  wokenAlone,
} from './timely.ts'

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

const coordinatorMoved: Injection = (scene, { whom, salt }) => {
  logAt(scene, salt).moveCoordinator(idOf(groupAt(scene, whom)), whenOf(salt))
  return over
}

const partitionMoved: Injection = (scene, { whom, salt }) => {
  const log = logNameAt(salt)
  const { partition } = journalOf(groupAt(scene, whom))
  const outputs = {
    topic: pick(sinksOf[log], salt >>> 16) ?? log,
    partition: whom % OUTPUT_PARTITIONS,
  }
  const moved = salt % 3 > 0 ? { topic: journalTopicOf[log], partition } : outputs
  scene.world.logs[log].moveLeader(moved, whenOf(salt))
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
  often(scene.world.queue, forMs, SWAPS, swap)
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

export function schedule(scene: Scene): void {
  const { tally, world } = scene
  const { queue, trace, scenario } = world
  const isHealed = (): boolean => scene.isHealed
  carryOut({ queue, trace, tally, kinds: journalFaultKinds, isHealed }, scenario.faults, fault =>
    injections[fault.kind](scene, fault),
  )
}
