/**
 * What the claims say that were found in the partitions of a job: which of them its publishers go
 * by, what was deleted, who has lost. Pure.
 */

import type { Found, Reading } from '../reading.ts'
import type { Claim, Trouble } from '../types.ts'
import type { ClaimLane, SeatState } from './seat.ts'

/** What of a seat says who has claimed it. */
type Seen = Pick<SeatState, 'lane' | 'reading'>

/** A job lives where its newest claim of these is complete, and above what was deleted. */
export function liveClaim(
  seats: readonly Seen[],
  deleted: number,
  asker?: string,
): Claim | undefined {
  const stands = standing(seats).filter(one => {
    const { claim, isPublished, found, wanted } = one
    // What the asker left himself, when he had to begin anew, nobody runs by.
    const isMeant = claim.generation > deleted && claim.owner !== asker
    return isMeant && (isPublished || (wanted > 0 && found >= wanted))
  })
  return stands.sort((a, b) => b.claim.generation - a.claim.generation)[0]?.claim
}

interface Standing {
  readonly claim: Claim
  /**
   * Its publishers write only once it stands in all partitions: one of their records says it all.
   */
  isPublished: boolean
  /** In so many partitions of the home log, which is written last. */
  found: number
  /** Of so many. */
  wanted: number
}

/** Claims that have their number for themselves, wherever that was seen. */
function standing(seats: readonly Seen[]): Standing[] {
  const all = new Map<string, Standing>()
  for (const { lane, reading } of seats) {
    for (const { generation, owners, hasPublished, seats: wanted = 0 } of reading.claims) {
      const [owner, another] = owners
      if (owner === undefined || another !== undefined) continue
      const name = `${generation} ${owner}`
      const fresh = { claim: { generation, owner }, isPublished: false, found: 0, wanted: 0 }
      const one = all.get(name) ?? fresh
      all.set(name, one)
      one.isPublished ||= hasPublished
      if (lane > 0) continue
      one.found++
      one.wanted = Math.max(one.wanted, wanted)
    }
  }
  return [...all.values()]
}

/** 0: there is none. */
export function highestOf(claims: readonly Found[]): number {
  return claims.reduce((highest, { generation }) => Math.max(highest, generation), 0)
}

/**
 * Of the home log: any claim that may still become whole is missing where the lowest stands, since
 * none is written under a higher one. The only seat there is comes last.
 */
export function firstOf(home: readonly SeatState[]): SeatState | undefined {
  const height = ({ reading }: SeatState) => reading.found?.generation ?? 0
  return home.length < 2 ? undefined : home.reduce((a, b) => (height(b) < height(a) ? b : a))
}

/** In one partition is enough: whoever deletes says so only where the whole job is his. */
export function deletedUpTo(claims: readonly Found[]): number {
  const own = highestOf(claims.filter(({ isDeleted }) => isDeleted))
  return Math.max(own, ...claims.map(({ deleted }) => deleted))
}

/** The job of this claim, or one that came after it under the name. */
export function isDeletedAmong(claims: readonly Found[], { generation }: Claim): boolean {
  return deletedUpTo(claims) >= generation
}

/** A log in which the job has, or had by a claim that was not deleted, more than these. */
export function narrowLane(
  lanes: readonly (readonly SeatState[])[],
  deleted: number,
): Trouble | undefined {
  for (const seats of lanes) {
    const topics = seats.reduce((sum, { partitions }) => sum + partitions, 0)
    const claims = seats.flatMap(({ reading }) => reading.claims)
    const wanted = Math.max(topics, seatsClaimed(claims, deleted))
    if (wanted > seats.length) return tooNarrow(wanted, seats)
  }
  return undefined
}

function seatsClaimed(claims: readonly Found[], deleted: number): number {
  const left = claims.filter(({ generation }) => generation > deleted)
  return left.reduce((most, { seats = 0 }) => Math.max(most, seats), 0)
}

/** Somebody else has claimed as much or more. */
export function isLost({ found }: Reading, { generation, owner }: Claim): boolean {
  if (found === undefined || found.generation < generation) return false
  return found.generation > generation || found.owners.some(other => other !== owner)
}

/** What deletes that claim needs to write nothing here. */
export function isOver(reading: Reading, claim: Claim): boolean {
  return isLost(reading, claim) || isDeletedAmong(reading.claims, claim)
}

export function jobExists({ generation, owner }: Claim): Trouble {
  const message =
    `a job of this name runs or has run: generation ${generation}, owner ${owner}; ` +
    'choose another name, start that job, or delete it'
  return { code: 'job-exists', message }
}

export function jobDeleted(deleted: number): Trouble {
  const message =
    `the job of this name was deleted, up to generation ${deleted}, and a deleted job is not ` +
    'started: submit it anew'
  return { code: 'job-deleted', message }
}

export function superseded(highest: number, { generation }: Claim): Trouble {
  const message =
    `generation ${highest} of this job runs elsewhere, this is ${generation}; ` +
    'delete it there, or start it here first'
  return { code: 'generation-superseded', message }
}

function tooNarrow(wanted: number, seats: readonly SeatState[]): Trouble {
  const message =
    `this job has ${wanted} partitions in ${seats[0]?.seat.journal.topic}, and this claim ` +
    `${seats.length}: claim all of them, or others go on in the rest`
  return { code: 'claim-too-narrow', message }
}

/** Of the home log, which holds outputs and journal. */
export function adviceOf([home]: readonly ClaimLane[]): readonly Trouble[] {
  if (home?.log.isOneProcess !== true) return []
  const message =
    `the journal ${home.seats[0]?.journal.topic} and the outputs are in one log, which is one ` +
    'process on one disk: with that disk both are lost, and with them what a restore needs; ' +
    'copy the disk, or put the job on Kafka'
  return [{ code: 'journal-shares-fate', message }]
}
