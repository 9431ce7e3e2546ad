/** What a job calls its topics, transactional ids and groups in logs; fixed for ever. */

import type { StageRef } from '../group/wiring.ts'

/** One partition for each group of the job, in the order of `wiring.ts`. */
export const journalTopic = (job: string): string => `weir.${job}.journal`

/** Of a lane that is not the home log's. */
export const markersTopic = (job: string, lane: string): string => `weir.${job}.markers.${lane}`

/** In the home log. */
export const deadLettersTopic = (job: string): string => `${job}.dead-letters`

/** In records of the journal. */
export const groupName = (job: string, { stage, index }: StageRef): string =>
  `${job}/${stage}/${index}`

/**
 * `lane`: '' for that of the journal. An index is of digits and the name of a lane begins with a
 * letter, so that no two are equal whatever points a stage's name has.
 */
export function transactionalId(job: string, { stage, index }: StageRef, lane: string): string {
  return `weir.${job}.${stage}.${index}${lane === '' ? '' : `.${lane}`}`
}

/** Topics that a job may not write its outputs to. */
export const isOurs = (topic: string): boolean => topic.startsWith('weir.')
