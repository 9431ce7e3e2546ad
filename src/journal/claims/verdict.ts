/**
 * What the claims say that were found in the partitions of a job: which of them its publishers go
 * by, what was deleted, who has lost. Pure.
 */

import type { Found, Reading } from '../reading.ts'
import type { Claim, Trouble } from '../types.ts'

/** A job lives where its newest claim of these is complete, and above what was deleted. */
export function liveClaim(claims: readonly Found[], deleted: number): Claim | undefined {
  const live = claims.filter(one => one.generation > deleted && isComplete(one, claims))
  const generation = highestOf(live)
  const owner = live.find(one => one.generation === generation)?.owners[0]
  return owner === undefined ? undefined : { generation, owner }
}

/** 0: there is none. */
export function highestOf(claims: readonly Found[]): number {
  return claims.reduce((highest, { generation }) => Math.max(highest, generation), 0)
}

/** In one partition is enough: whoever deletes says so only where the whole job is his. */
export function deletedUpTo(claims: readonly Found[]): number {
  return highestOf(claims.filter(({ isDeleted }) => isDeleted))
}

/** How many partitions a job has that was not deleted, by what its claims say. */
export function seatsClaimed(claims: readonly Found[], deleted: number): number {
  const left = claims.filter(({ generation }) => generation > deleted)
  return left.reduce((most, { seats = 0 }) => Math.max(most, seats), 0)
}

/** Somebody else has claimed as much or more. */
export function isLost({ found }: Reading, { generation, owner }: Claim): boolean {
  if (found === undefined || found.generation < generation) return false
  return found.generation > generation || found.owners.some(other => other !== owner)
}

/** Its publishers write only once it stands in all partitions: one of their records says it all. */
function isComplete({ generation, owners, seats = 0 }: Found, claims: readonly Found[]): boolean {
  const same = claims.filter(
    one => one.generation === generation && one.owners.join() === owners.join(),
  )
  const isAlone = owners.length === 1
  return isAlone && (same.some(one => one.hasPublished) || (seats > 0 && same.length >= seats))
}

export function jobExists({ generation, owner }: Claim): Trouble {
  const message =
    `a job of this name runs or has run: generation ${generation}, owner ${owner}; ` +
    'choose another name, start that job, or delete it'
  return { code: 'job-exists', message }
}

export function superseded(highest: number, { generation }: Claim): Trouble {
  const message =
    `generation ${highest} of this job runs elsewhere, this is ${generation}; ` +
    'delete it there, or start it here first'
  return { code: 'generation-superseded', message }
}

export function tooNarrow(wanted: number, read: number): Trouble {
  const message =
    `this job has ${wanted} journal partitions, and this claim ${read}: claim all of them, or ` +
    'others go on in the rest'
  return { code: 'claim-too-narrow', message }
}
