/**
 * What a plan was fed, in the order in which it was taken: batches of arrivals, each followed by
 * the point to which watermarks and processing time have moved.
 */

import type { Value } from './value.ts'

export interface Arrival {
  readonly source: string
  readonly channel: number
  readonly time: number
  readonly values: readonly Value[]
}

export interface Batch {
  readonly arrivals: readonly Arrival[]
  readonly now: number
  /** By source, after the batch; null: nobody can say yet. */
  readonly watermarks: Readonly<Record<string, number | null>>
  /** The input ends with this batch. */
  readonly ended: boolean
}

/** What one operator knew of time in one batch. */
export interface Moment {
  /** The watermark under which the batch was taken. */
  readonly before: number
  readonly after: number
  readonly now: number
  readonly ended: boolean
}

/** As an operator sees it that is fed by these sources. */
export function momentsOf(batches: readonly Batch[], sources: ReadonlySet<string>): Moment[] {
  let before = Number.NEGATIVE_INFINITY
  return batches.map(({ watermarks, now, ended }) => {
    const least = Math.min(...[...sources].map(id => watermarks[id] ?? Number.NEGATIVE_INFINITY))
    const after = ended ? Number.POSITIVE_INFINITY : Math.max(before, least)
    const moment = { before, after, now, ended }
    before = after
    return moment
  })
}
