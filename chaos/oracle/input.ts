/**
 * What a plan was fed, in the order in which it was taken: batches of arrivals, each followed by
 * what the channels then said of time and by the point to which processing time had moved.
 */

import type { Value } from './value.ts'

export interface Input {
  /** By ascending id. */
  readonly channels: readonly Channel[]
  readonly batches: readonly Batch[]
}

export interface Channel {
  readonly id: number
  readonly source: string
}

export interface Batch {
  /** As the channels ascend. */
  readonly arrivals: readonly Arrival[]
  readonly marks: readonly Mark[]
  readonly now: number
  /** The input ends with this batch. */
  readonly ended: boolean
}

export interface Arrival {
  readonly channel: number
  readonly time: number
  readonly values: readonly Value[]
}

/** Said behind the batch's records. */
export interface Mark {
  readonly channel: number
  /** Nothing with an earlier time comes any more. The larger one wins. */
  readonly watermark?: number | undefined
  /** There is nothing to wait for, until a record comes. */
  readonly idle?: boolean | undefined
}

/** What one operator knew of time in one batch. */
export interface Moment {
  /** The watermark under which the batch was taken. */
  readonly before: number
  readonly after: number
  readonly now: number
  readonly ended: boolean
}

/**
 * As an operator sees it that is fed by these sources: the least of what the channels said that are
 * neither idle nor at their end, or, where all are idle, the largest, since nobody is waited for.
 */
export function momentsOf({ channels, batches }: Input, sources: ReadonlySet<string>): Moment[] {
  const feeding = channels.filter(({ source }) => sources.has(source)).map(({ id }) => id)
  let before = Number.NEGATIVE_INFINITY
  return batches.map(({ now, ended }, at) => {
    const heard = batches.slice(0, at + 1)
    const open = feeding.filter(channel => watermarkOf(channel, heard) < Number.POSITIVE_INFINITY)
    const live = open.filter(channel => !isIdle(channel, heard))
    const told = toldBy(open, live, channel => watermarkOf(channel, heard))
    const after = ended ? Number.POSITIVE_INFINITY : Math.max(before, told)
    // Channels may have ended each by itself.
    const moment = { before, after, now, ended: after === Number.POSITIVE_INFINITY }
    before = after
    return moment
  })
}

/** Who is idle may come back: only where all have ended, time has. */
function toldBy(
  open: readonly number[],
  live: readonly number[],
  watermark: (channel: number) => number,
): number {
  if (open.length === 0) return Number.POSITIVE_INFINITY
  return live.length > 0 ? Math.min(...live.map(watermark)) : Math.max(...open.map(watermark))
}

function watermarkOf(channel: number, heard: readonly Batch[]): number {
  const marks = heard.flatMap(batch => batch.marks).filter(mark => mark.channel === channel)
  return Math.max(...marks.map(mark => mark.watermark ?? Number.NEGATIVE_INFINITY))
}

/** It said so, and since then neither took it back nor had a record. */
function isIdle(channel: number, heard: readonly Batch[]): boolean {
  let idle = false
  for (const { arrivals, marks } of heard) {
    if (arrivals.some(arrival => arrival.channel === channel)) idle = false
    for (const mark of marks) {
      if (mark.channel === channel && mark.idle !== undefined) idle = mark.idle
    }
  }
  return idle
}
