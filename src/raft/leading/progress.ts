/**
 * How far a leader believes a follower to be, and how it sends to it.
 *
 *   probe      one append at a time, until it is known where the logs agree
 *   replicate  a pipeline: the next entries are sent before the last ones are acknowledged
 *   snapshot   chunks of an image; no entries
 *
 * match < next always, and match never falls: what was acknowledged is durable there.
 */

import type { ReplicaId } from '../../base/ids.ts'
import type { RaftLimits } from '../options.ts'
import type { Image } from '../types.ts'
import { Inflight } from './inflight.ts'

export type ProgressState = 'probe' | 'replicate' | 'snapshot'

/** An image on its way, one chunk at a time. */
export interface Sending {
  readonly image: Image
  offset: number
  /** Since the last chunk went out without an answer. */
  waitedMs: number
}

export class Progress {
  readonly id: ReplicaId
  match = 0
  next: number
  state: ProgressState = 'probe'
  /** A probe is out; nothing more before an answer or the next heartbeat's. */
  probing = false
  /** Since it was heard of, up to the last check of the quorum. */
  silentMs = 0
  /** Heard of within an election time. */
  active = true
  /** The last round of reads that it confirmed. */
  round = 0
  /** The highest commit index it was told. */
  commitSent = 0
  sending: Sending | undefined
  /** No longer a member; it is still told so, as long as it listens. */
  leaving = false
  readonly inflight: Inflight

  constructor(id: ReplicaId, next: number, limits: RaftLimits) {
    this.id = id
    this.next = next
    this.inflight = new Inflight(limits.inflightEntriesMax, limits.inflightBytesMax)
  }

  get isPaused(): boolean {
    if (this.state === 'replicate') return this.inflight.isFull
    return this.state === 'snapshot' || this.probing
  }

  becomeProbe(): void {
    this.#become('probe')
    this.next = this.match + 1
  }

  becomeReplicate(): void {
    this.#become('replicate')
    this.next = this.match + 1
  }

  becomeSnapshot(image: Image): void {
    this.#become('snapshot')
    this.sending = { image, offset: 0, waitedMs: 0 }
  }

  #become(state: ProgressState): void {
    this.state = state
    this.probing = false
    this.sending = undefined
    this.inflight.clear()
  }

  /** Entries up to `lastIndex` went out. */
  sent(lastIndex: number, entries: number, bytes: number): void {
    if (this.state === 'replicate') {
      this.next = lastIndex + 1
      if (entries > 0) this.inflight.add(lastIndex, entries, bytes)
    } else {
      this.probing = true
    }
  }

  /** true: it is further than was known. */
  acknowledged(index: number): boolean {
    this.probing = false
    if (index <= this.match) return false
    this.match = index
    this.next = Math.max(this.next, index + 1)
    this.inflight.free(index)
    return true
  }

  /**
   * The append behind `prevIndex` did not fit; the logs may agree at `hintIndex`. false: an old
   * answer, which says nothing of how things stand.
   */
  rejected(prevIndex: number, hintIndex: number): boolean {
    if (this.state === 'snapshot' || prevIndex <= this.match) return false
    if (this.state === 'probe' && prevIndex !== this.next - 1) return false
    this.becomeProbe()
    this.next = Math.max(this.match + 1, Math.min(prevIndex, hintIndex + 1))
    return true
  }
}
