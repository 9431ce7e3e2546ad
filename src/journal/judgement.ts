/**
 * What a read-back says to a publisher before it writes anything: whether the partition is still
 * its own, and whether what lies there is of the same history as its group. Pure; the cases stand
 * in the order in which they are looked at.
 */

import { WeirError } from '../base/errors.ts'
import { sinkAhead } from './ledger.ts'
import type { Outbox, Standing } from './outbox.ts'
import { isUnbegun, type Seat, type Subject } from './plan.ts'
import { JOURNAL_BEHIND, type Reading } from './reading.ts'
import type { Place } from './record.ts'
import type { Claim, Scheduled, Trouble } from './types.ts'

export type Judgement =
  | { readonly kind: 'ours' }
  /** For good. */
  | { readonly kind: 'halt'; readonly trouble: Trouble }
  /** Less than lay there: it is lost, or whoever said where it ends leads the partition no more. */
  | { readonly kind: 'behind'; readonly trouble: Trouble }
  /** More left than was ever committed here: if this replica still leads, that must not be. */
  | { readonly kind: 'ahead'; readonly trouble: Trouble }

interface Case {
  readonly seat: Seat
  readonly claim: Claim
  /** Another generation is to be begun. */
  readonly isUnbegun: boolean
  /** What the group had committed, and what was known to be out, when the reading began. */
  readonly known: Standing
  readonly reading: Reading
}

export function judge(subject: Subject, known: Standing, reading: Reading): Judgement {
  const { seat, claim } = subject
  const found: Case = { seat, claim, isUnbegun: isUnbegun(subject), known, reading }
  const lost = lostClaim(found)
  if (lost !== undefined) return { kind: 'halt', trouble: lost }
  const difference = foreignSchedule(found)
  if (difference !== undefined) return difference
  const behind = lostJournal(found) ?? missingClaim(found)
  if (behind !== undefined) return { kind: 'behind', trouble: behind }
  const ahead = foreignHistory(found) ?? trimmedHistory(found)
  return ahead === undefined ? { kind: 'ours' } : { kind: 'ahead', trouble: ahead }
}

function lostClaim({ seat, claim, reading }: Case): Trouble | undefined {
  const { found } = reading
  if (found === undefined || found.generation < claim.generation) return undefined
  const who = `generation ${found.generation} of ${seat.group}`
  if (found.isDeleted) {
    return { code: 'job-deleted', message: `${who} was deleted; nothing more is published` }
  }
  if (found.generation > claim.generation) {
    const message =
      `${who} runs elsewhere, this is ${claim.generation}; the job was started or restored ` +
      'again: stop this one, or start it anew to take the job back'
    return { code: 'generation-superseded', message }
  }
  if (found.owners.every(owner => owner === claim.owner)) return undefined
  const message =
    `${who} was claimed by another owner too; two clusters run this job: ` +
    'stop one of them and start the other anew'
  return { code: 'generation-contested', message }
}

/** Before its own claim lies what a deleted job may have left: that it was, is said behind. */
function foreignSchedule({ claim, reading }: Case): Judgement | undefined {
  const { difference, found } = reading
  if (difference === undefined) return undefined
  const { code, message } = difference
  const isShort = found !== undefined && found.generation < claim.generation
  return { kind: isShort ? 'behind' : 'halt', trouble: { code, message } }
}

/**
 * The marker must say what was known to be out, where a marker was known of at all. What was heard
 * since is another leader's, and may lie behind what was read.
 */
function lostJournal({ seat, known: before, reading }: Case): Trouble | undefined {
  const { journaled, offset, published } = before.progress
  const { hasJournal, sinks, journal } = seat
  const { toSeq = 0, published: shown = [] } = reading.marker ?? {}
  const reachedOf = (name: string) => shown.find(({ sink }) => sink === name)?.upTo ?? 0
  const cursors = published.filter(({ sink }) => sinks.includes(sink))
  const all = hasJournal
    ? [{ offset, upTo: journaled, reached: toSeq }]
    : cursors.map(known => ({ ...known, reached: reachedOf(known.sink) }))
  // Without an offset it is where the group began, behind the journals of others.
  const lost = all.find(known => known.offset > 0 && known.reached < known.upTo)
  if (lost === undefined) return undefined
  const message =
    `${journal.topic}/${journal.partition} reaches ${lost.reached} and held ${lost.upTo} before; ` +
    'its records were deleted: restore the job from a checkpoint to a new journal topic'
  return { code: JOURNAL_BEHIND, message }
}

/** All that earlier generations have journaled lies before the claim of the one to be begun. */
function missingClaim({ seat, claim, isUnbegun: isDue, reading }: Case): Trouble | undefined {
  if (!isDue || reading.found?.generation === claim.generation) return undefined
  const { topic, partition } = seat.journal
  const message =
    `${topic}/${partition} does not show the claim of generation ${claim.generation}; its ` +
    'records were deleted, or the job was not started by a claim: start it anew'
  return { code: JOURNAL_BEHIND, message }
}

/**
 * What a leader has committed since it began to read is in no journal: only the publisher that
 * reads would have written it. A reading that goes further is another's, of the same or not.
 */
function foreignHistory({ seat, known, reading }: Case): Trouble | undefined {
  const { marker } = reading
  if (marker === undefined) return undefined
  const isAhead = seat.hasJournal && marker.toSeq > known.lastSeq
  const sink = sinkAhead(marker.published, known.sinks)
  if (!isAhead && sink === undefined) return undefined
  const what = isAhead ? `seq ${marker.toSeq}` : `more of ${sink}`
  const message =
    `the journal of ${seat.group} holds ${what} than was ever committed here; the data folders ` +
    'are older than the journal: restore the job from a checkpoint'
  return { code: 'journal-ahead', message }
}

/**
 * A group trims what it knows to be journaled. Schedules that are gone and of which it does not
 * know were another's: whether they are what it committed, nobody can tell any more.
 */
function trimmedHistory({ seat, known, reading }: Case): Trouble | undefined {
  const { marker, since } = reading
  const { journaled } = known.progress
  if (!seat.hasJournal || marker === undefined || marker.toSeq <= journaled) return undefined
  if (since <= journaled + 1) return undefined
  const message =
    `the journal of ${seat.group} was trimmed up to seq ${since - 1}, and this group knows of ` +
    `${journaled}; another cluster publishes for the same job: stop one of them and restore the job`
  return { code: 'journal-ahead', message }
}

/** Looks whether the journal holds what the group committed, as far as it still knows. */
export function comparison(
  outbox: Outbox,
): (seq: number, recorded: Scheduled, place: Place) => WeirError | undefined {
  return (seq, { schedule, digest }, place) => {
    const held = outbox.schedule(seq)
    if (held === undefined) return undefined
    if (isEqual(held.schedule, schedule) && held.digest === digest) return undefined
    const { topic, partition, offset } = place
    return new WeirError(
      'journal-differs',
      `at offset ${offset} of ${topic}/${partition} seq ${seq} is not what this group committed; ` +
        'another cluster publishes for the same job: stop one of them and restore the job',
      { ...place },
    )
  }
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at])
}
