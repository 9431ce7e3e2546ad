/**
 * Whether a stream that a group opens is one that this node can serve: facts in, verdict out. A
 * refusal is for the group's node to read, which then asks elsewhere, or waits.
 */

import type { Opening, Refusal } from './talk.ts'

/** What this node knows of what was asked for. */
export interface Known {
  readonly cluster: string
  /** Missing: no such job is known here. */
  readonly generation: number | undefined
  /** This node leads the group that sends on the channel, and has applied an entry of its term. */
  readonly isSender: boolean
  /** Groups of the stage that takes; missing: it has no such channel. */
  readonly groups: number | undefined
}

/** In the order in which they are asked: the first that holds is told. Missing: it is welcome. */
export function refusalOf(opening: Opening, known: Known): Refusal | undefined {
  const { job, generation, channel, group } = opening
  if (opening.cluster !== known.cluster) {
    const what = `this node is of cluster ${known.cluster}, not of ${opening.cluster}`
    return { code: 'other-cluster', message: `${what}: see the addresses it was given` }
  }
  if (known.generation === undefined) {
    return { code: 'unknown-job', message: `job ${job} is not known here, or not any more` }
  }
  if (generation < known.generation) {
    const what = `generation ${generation} of ${job} is over, this is ${known.generation}`
    return { code: 'generation-over', message: `${what}: the group that asks has to end` }
  }
  if (generation > known.generation) {
    const what = `generation ${generation} of ${job} is not known here yet`
    return { code: 'generation-ahead', message: `${what}: ask again` }
  }
  if (known.groups === undefined || group >= known.groups) {
    const what = `${job} has no channel ${channel} to a group ${group}`
    return { code: 'unknown-channel', message: `${what} in generation ${generation}` }
  }
  if (!known.isSender) {
    const what = `this node does not lead the group that sends on channel ${channel} of ${job}`
    return { code: 'not-the-sender', message: `${what}: ask the one that does` }
  }
  return undefined
}
