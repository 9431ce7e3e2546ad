/** Carries out what befalls publishers, their logs and their clusters, at its time. */

import type { GroupId } from '../../../src/base/ids.ts'
import { Prng } from '../../../src/base/prng.ts'
import { trimJournal } from '../../../src/journal/trim-driver.ts'
import { pick } from '../fleet/injection.ts'
import type { Member } from '../fleet/member.ts'
import { US_PER_MS } from '../world/clock.ts'
import type { LogCall, LogFate } from '../world/log/faults.ts'
import type { SimLog } from '../world/log/log.ts'
import type { Tally } from '../world/tally.ts'
import { happenings } from '../world/trace.ts'
import type { World } from './cluster.ts'
import type { JournalFaultKind } from './kinds.ts'
import { journalFaultKinds } from './kinds.ts'
import { idOf, JOURNAL_TOPIC, journalOf, MARKERS_TOPIC, nameOf } from './names.ts'
import type { Operator, Site } from './operator.ts'
import { OUTPUT_PARTITIONS, SINKS } from './output.ts'
import type { PublishFault } from './scenario.ts'

export interface Scene {
  readonly world: World
  readonly operator: Operator
  readonly tally: Tally<JournalFaultKind>
  /** No fault does anything any more, however long ago it began. */
  isHealed: boolean
}

type Undo = () => void
type Injection = (scene: Scene, fault: PublishFault) => Undo | 'missed'

const over: Undo = () => {}

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

function logAt({ world }: Scene, salt: number): SimLog {
  // The home log is where most is asked.
  return salt % 4 === 0 ? world.logs.away : world.logs.home
}

function groupAt({ world }: Scene, at: number): GroupId {
  return pick(world.judge.truth.groups, at) as GroupId
}

function siteAt({ operator }: Scene, at: number): Site | undefined {
  return pick(operator.sites, at)
}

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
  logAt(scene, salt).moveCoordinator(idOf(groupAt(scene, whom)))
  return over
}

const partitionMoved: Injection = (scene, { whom, salt }) => {
  const { logs } = scene.world
  const journals = { home: JOURNAL_TOPIC, away: MARKERS_TOPIC }
  const sink = pick(SINKS, salt) ?? 'home'
  const isJournal = salt % 3 > 0
  const { partition } = journalOf(groupAt(scene, whom))
  if (isJournal) logs[sink].moveLeader({ topic: journals[sink], partition })
  else logs[sink].moveLeader({ topic: sink, partition: whom % OUTPUT_PARTITIONS })
  return over
}

const SWAPS = 5

/** So fast that what one leader asked is answered when it leads again. */
const leadSwapped: Injection = (scene, { whom, salt, forMs }) => {
  const site = siteAt(scene, salt)
  const group = groupAt(scene, whom)
  if (site === undefined) return 'missed'
  const swap = (): void => {
    const leader = site.cluster.fleet.leader(group)
    if (scene.isHealed || leader === undefined || leader.life.isPaused) return
    const others = leader.raft.log.members.voters.filter(id => id !== leader.id)
    const to = pick(others, salt >>> 4)
    if (to !== undefined) leader.group.transfer(to)
  }
  for (let at = 0; at < SWAPS; at++) {
    scene.world.queue.after(Math.round((at * forMs * US_PER_MS) / SWAPS), { fire: swap })
  }
  return over
}

/** How often it is looked whether the read-back has begun. */
const LOOK_US = 1000
const LOOKS = 3000
const ALONE_MS = 1500

interface ReadBack {
  readonly scene: Scene
  readonly site: Site
  readonly member: Member
  readonly group: GroupId
}

/** Spoils a transaction of a leader, and does something when it reads its journal back. */
const whenReadBack =
  (kind: JournalFaultKind, deed: (readBack: ReadBack, fault: PublishFault) => void): Injection =>
  (scene, fault) => {
    const site = siteAt(scene, fault.salt)
    const group = groupAt(scene, fault.whom)
    const member = site?.cluster.fleet.leaderNode(group)
    if (site === undefined || member === undefined) return 'missed'
    const { cluster } = site
    cluster.spoil(member)
    const look = (left: number): void => {
      if (scene.isHealed || left === 0 || member.isPaused) return
      const isReading = cluster.leader(group)?.journal?.stages[0] === 'takeover'
      if (isReading && cluster.fleet.leaderNode(group) === member) {
        scene.tally.hit(kind)
        deed({ scene, site, member, group }, fault)
      } else scene.world.queue.after(LOOK_US, { fire: () => look(left - 1) })
    }
    look(LOOKS)
    return 'missed'
  }

/** Meanwhile another leads and publishes; whoever wakes hears of it from the journal first. */
const readBackLate = whenReadBack('read-back-late', ({ scene, site, member }, { forMs }) => {
  const { queue } = scene.world
  member.pause()
  const join = site.cluster.part(member)
  const undo = (afterMs: number, deed: () => void): void => {
    queue.after(Math.round(afterMs * US_PER_MS), {
      fire: () => {
        if (!scene.isHealed) deed()
      },
    })
  }
  undo(forMs, () => member.resume())
  undo(forMs + ALONE_MS, join)
})

/** The end was told by one leader of the partition, and the records are asked of another. */
const readBackMoved = whenReadBack('read-back-moved', ({ scene, group }, { salt }) => {
  const { queue, logs } = scene.world
  const move = (): void => logs.home.moveLeader(journalOf(group))
  queue.after(new Prng(salt).below(20 * US_PER_MS), { fire: move })
})

const brokerLost: Injection = (scene, { salt }) => {
  logAt(scene, salt).loseBroker()
  return over
}

/** What the group's own state holds is in its image, and in the checkpoint that is made of it. */
const journalTrimmed: Injection = (scene, { whom, salt }) => {
  const group = groupAt(scene, whom)
  const site = siteAt(scene, salt)
  const progress = site?.cluster.leader(group)?.machine.outbox?.progress
  if (progress === undefined || progress.journaled === 0) return 'missed'
  const { logs, scenario } = scene.world
  const subject = { group: nameOf(group), journal: journalOf(group), seq: progress.journaled }
  const parts = { log: logs.home.client(), subject, bounds: scenario.profile.bounds }
  trimJournal(parts, ({ error }) => {
    if (error === undefined) scene.tally.hit('journal-trimmed')
  })
  return 'missed'
}

/** The newest that is still there to be copied. */
const cloned: Injection = ({ operator }) => {
  const site = operator.sites.at(-1)
  if (site === undefined) return 'missed'
  operator.clone(site)
  return over
}

const takenOver: Injection = ({ operator }) => {
  operator.takeOver()
  return over
}

const takenTwice: Injection = ({ operator }) => {
  operator.takeOver()
  operator.takeOver()
  return over
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
  'coordinator-moved': coordinatorMoved,
  'partition-moved': partitionMoved,
  'broker-lost': brokerLost,
  'journal-trimmed': journalTrimmed,
  cloned,
  'taken-over': takenOver,
  'taken-twice': takenTwice,
  'woken-late': wokenLate,
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
