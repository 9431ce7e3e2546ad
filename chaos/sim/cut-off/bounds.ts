/**
 * The product's bounds, scaled down so far that an hour of thin load reaches them: windows, tails,
 * images and log are a thousandth of what they are, about. Times are ten times the product's, which
 * makes an hour of them cheap. And what a node may hold by these bounds, each by its name.
 *
 * What waits on connections is bounded by the windows of all groups before it is by its own bound,
 * which must have room for a frame; with many groups it is the other way round.
 */

import { defaultBounds, type HostBounds } from '../../../src/raft/host/bounds.ts'
import { defaultLinkLimits, type LinkLimits } from '../../../src/raft/links/limits.ts'
import {
  defaultLimits,
  defaultTimes,
  type RaftLimits,
  type RaftTimes,
} from '../../../src/raft/options.ts'
import { defaultStoreLimits, type StoreLimits } from '../../../src/raft/store/limits.ts'

export interface CutOffBounds {
  readonly times: RaftTimes
  readonly raft: RaftLimits
  readonly host: HostBounds
  readonly links: LinkLimits
  readonly store: StoreLimits
}

const KIB = 1024
const SLOWER = 10

export const cutOffBounds: CutOffBounds = {
  times: {
    ...defaultTimes,
    heartbeatMs: SLOWER * defaultTimes.heartbeatMs,
    electionMs: SLOWER * defaultTimes.electionMs,
  },
  raft: {
    ...defaultLimits,
    messageBytesMax: 3 * KIB,
    inflightEntriesMax: 64,
    inflightBytesMax: 6 * KIB,
    uncommittedBytesMax: 16 * KIB,
    committedBytesMax: 8 * KIB,
    chunkBytesMax: 2 * KIB,
    tailEntries: 50,
  },
  host: {
    ...defaultBounds,
    gridMs: SLOWER * defaultBounds.gridMs,
    unappliedBytesMax: 32 * KIB,
    proposalsMax: 40,
    imageEntriesMax: 150,
    imageBytesMax: 512 * KIB,
  },
  links: { ...defaultLinkLimits, frameBytesMax: 24 * KIB, queuedBytesMax: 24 * KIB },
  store: {
    ...defaultStoreLimits,
    segmentBytes: 64 * KIB,
    logBytesMax: 256 * KIB,
    segmentsMax: 16,
    frameBytesMax: 16 * KIB,
  },
}

/** What may grow on a node; of groups and peers the one that has the most of it. */
export interface Hoard {
  /** Of one group, in memory. */
  readonly logEntries: number
  readonly uncommittedBytes: number
  readonly unappliedBytes: number
  readonly proposalsOpen: number
  /** To one peer, of one group. */
  readonly inflightEntries: number
  readonly inflightBytes: number
  /** To one peer, on both lanes. */
  readonly queuedBytes: number
  /** Of all groups, on disk. */
  readonly logBytes: number
  readonly segments: number
  readonly imageFiles: number
}

/** The load by which the bounds are reached. */
export const cutOffLoad = { paceMs: 400, entryBytes: 1000 } as const

export type Kept = keyof Hoard

/** The most that each may be, by the names of the bounds. */
export function mostOf(bounds: CutOffBounds, groups: number, entryBytes: number): Hoard {
  const { raft, host, links, store } = bounds
  return {
    // As much again may come while an image is written.
    logEntries: raft.tailEntries + 2 * host.imageEntriesMax,
    uncommittedBytes: raft.uncommittedBytesMax + entryBytes,
    unappliedBytes: host.unappliedBytesMax + raft.committedBytesMax,
    proposalsOpen: host.proposalsMax,
    inflightEntries: raft.inflightEntriesMax,
    inflightBytes: raft.inflightBytesMax + raft.messageBytesMax,
    // A frame on the image lane holds a chunk and what stands around it.
    queuedBytes: 2 * links.queuedBytesMax + links.imageFramesMax * 2 * raft.chunkBytesMax,
    // Groups are asked for images beyond the bound, and have until two more segments are full.
    logBytes: store.logBytesMax + 2 * (store.segmentBytes + store.frameBytesMax),
    segments: store.segmentsMax + 2,
    // The one on record, the next, and one that is received.
    imageFiles: 3 * groups,
  }
}
