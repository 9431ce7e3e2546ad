/** Faults that wait for the moment in which a publisher is most easily misled. */

import { isAtHome, type Met } from './moments.ts'
import { journalOf } from './names.ts'
import type { PublishFault } from './scenario.ts'
import { after, groupAt, type Injection, type Scene, siteAt, trim, whenMet } from './scene.ts'

/** After it woke. */
const ALONE_MS = 1500
const DEAF_MS = 500
/** Of the time in which an answer is waited for. */
const LATE_SHARE = 0.8
/** Until a transaction is decided, and hardly anybody else has heard of it. */
const DECIDED_MS = 10
/** Until what a successor has committed is put on record. */
const RECORD_MS = 150

/** The next transaction of whoever leads is lost, decided or not: the journal is read back. */
function isSpoiled(scene: Scene, { salt, whom }: PublishFault): boolean {
  const site = siteAt(scene, salt)
  const member = site?.cluster.fleet.leaderNode(groupAt(scene, whom))
  if (site === undefined || member === undefined) return false
  const call = salt % 2 === 0 ? 'produce' : 'end-transaction'
  site.cluster.plan(member, call, 'lost-answer')
  return true
}

/** Meanwhile another leads and publishes: whoever wakes alone hears it from the journal first. */
export const readBackLate: Injection = (scene, fault) => {
  const { whom, salt, forMs } = fault
  if (!isSpoiled(scene, fault)) return 'missed'
  const moment = salt % 3 === 0 ? 'taking' : 'ended'
  whenMet(scene, 'read-back-late', isAtHome(moment, groupAt(scene, whom)), met => {
    wakesAlone(scene, met, forMs)
  })
  return 'missed'
}

function wakesAlone(scene: Scene, { cluster, member }: Met, forMs: number): void {
  after(scene, 0, () => {
    member.pause()
    after(scene, forMs + ALONE_MS, cluster.part(member))
    after(scene, forMs, () => member.resume())
  })
}

/**
 * What it asked for is shown late, and that another leads, publishes and says so, it hears later
 * still: its outbox has let go of what it is about to publish.
 */
export const readBackDeaf: Injection = (scene, fault) => {
  if (!isSpoiled(scene, fault)) return 'missed'
  const { whom, salt } = fault
  const group = groupAt(scene, whom)
  whenMet(scene, 'read-back-deaf', isAtHome('ended', group), ({ cluster, member }) => {
    const lateMs = LATE_SHARE * scene.world.logs.home.profile.answerMs
    cluster.plan(member, 'fetch', { fate: 'late-answer', lateMs })
    after(scene, lateMs + DEAF_MS, cluster.deafen(member))
    after(scene, 0, () => cluster.handOver(group, salt))
  })
  return 'missed'
}

/**
 * It wakes when its successor has published, and when the journal has been trimmed just up to the
 * end that it was told.
 */
export const readBackTrimmed: Injection = (scene, fault) => {
  const { whom, forMs } = fault
  if (!isSpoiled(scene, fault)) return 'missed'
  const { judge, moments } = scene.world
  const group = groupAt(scene, whom)
  const isPublishing = isAtHome('committing', group)
  whenMet(scene, 'read-back-trimmed', isAtHome('ended', group), met => {
    const { cluster, member: old } = met
    judge.look()
    const { journaled } = judge.truth.of(group)
    cluster.plan(old, 'fetch', 'lost-call')
    wakesAlone(scene, met, forMs)
    const isSuccessor = (one: Met) =>
      isPublishing(one) && one.cluster === cluster && one.member !== old
    moments.await(isSuccessor, () => {
      after(scene, RECORD_MS, () => trim(scene, cluster, group, { seqMax: journaled }))
      after(scene, 2 * RECORD_MS, () => old.resume())
    })
  })
  return 'missed'
}

/** Every commit is decided, and whoever asked for it is not told. */
export const commitsUnanswered: Injection = (scene, { whom }) => {
  const isCommitting = isAtHome('committing', groupAt(scene, whom))
  let isOver = false
  const again = (): void =>
    scene.world.moments.await(isCommitting, ({ cluster, member }) => {
      if (isOver) return
      cluster.plan(member, 'end-transaction', 'lost-answer')
      again()
    })
  again()
  return () => {
    isOver = true
  }
}

/** The end was told by one leader of the partition, and the records are asked of another. */
export const readBackMoved: Injection = (scene, fault) => {
  const group = groupAt(scene, fault.whom)
  if (!isSpoiled(scene, fault)) return 'missed'
  whenMet(scene, 'read-back-moved', isAtHome('ended', group), () => {
    const { home } = scene.world.logs
    if (fault.salt % 5 === 0) home.moveLeader(journalOf(group))
    else home.loseLeader(journalOf(group))
  })
  return 'missed'
}

/**
 * Whoever led the journal was replaced, and does not know it. A publisher has gone on behind what
 * that one tells: itself, or whoever leads next, reads the journal back.
 */
export const readBackStale: Injection = (scene, { whom, salt, forMs }) => {
  const group = groupAt(scene, whom)
  scene.world.logs.home.replaceLeader(journalOf(group), forMs, () => {
    whenMet(scene, 'read-back-stale', isAtHome('committing', group), ({ cluster, member }) => {
      if (salt % 2 === 0) cluster.plan(member, 'end-transaction', 'lost-answer')
      else after(scene, DECIDED_MS, () => cluster.handOver(group, salt >>> 4))
    })
  })
  return 'missed'
}

/**
 * It has committed a transaction, and has more to let out when it wakes. The id is its successor's
 * in a moment: what it still decides lies behind what that one knows.
 */
export const wokenAlone: Injection = (scene, { whom, forMs }) => {
  const group = groupAt(scene, whom)
  const isTaking = isAtHome('taking', group)
  whenMet(scene, 'woken-alone', isAtHome('committing', group), ({ cluster, member: old }) => {
    after(scene, 0, () => {
      old.pause()
      after(scene, forMs + ALONE_MS, cluster.part(old))
      after(scene, forMs, () => old.resume())
    })
    const isSuccessor = (met: Met) => isTaking(met) && met.cluster === cluster && met.member !== old
    scene.world.moments.await(isSuccessor, ({ member }) => {
      cluster.plan(member, 'init-producer', 'late-call')
      after(scene, 0, () => old.resume())
    })
  })
  return 'missed'
}
