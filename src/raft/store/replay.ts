/**
 * Folds the frames of a log, oldest first, into what each group had stored. A log may begin in the
 * middle: its first head tells how far groups had come, and the entries before it are missing until
 * an image covers them. One that is still missing at the end is damage.
 */

import { MALFORMED_BYTES } from '../../base/bytes.ts'
import { WeirError } from '../../base/errors.ts'
import type { GroupId, ReplicaId } from '../../base/ids.ts'
import { FRAME_HEAD_BYTES, frameSize } from '../../base/segments/frame.ts'
import type { Entry, Stored } from '../types.ts'
import { advance, type GroupStates } from './group-state.ts'
import type { Head } from './head.ts'
import { REPLAY_COPY_BYTES } from './limits.ts'
import { type LogRecord, readRecords } from './record.ts'
import { Segments } from './segments.ts'

export interface StoredGroup {
  readonly group: GroupId
  readonly replica: ReplicaId
  readonly stored: Stored
}

export class Replay {
  readonly segments = new Segments()
  readonly states: GroupStates = new Map()
  /** The entries of a group that are known: without a gap, up to its last. */
  readonly #tails = new Map<GroupId, Entry[]>()

  /** The first head of the log; later ones say again what is known. */
  begin(head: Head): void {
    for (const [group, state] of head.states) this.states.set(group, { ...state })
  }

  /** Frames that were walked, as far as they are turns. */
  takeFrames(bytes: Uint8Array, from: number, to: number): void {
    let start = from
    let end = from
    while (start < to) {
      while (end < to && end - start < REPLAY_COPY_BYTES) end += frameSize(bytes, end)
      this.#takeCopy(bytes.slice(start, end))
      start = end
    }
  }

  take(record: LogRecord): void {
    const { group, created, install, hardState } = record
    check(created !== undefined || this.states.has(group), 'of an unknown group')
    const isWhole = install !== undefined && hardState !== undefined
    check(created === undefined || isWhole, 'of a group that begins without image or hard state')
    const lastIndex = this.states.get(group)?.lastIndex ?? 0
    this.segments.take(record, this.states)
    this.#takeEntries(record, install?.image.index ?? lastIndex)
    advance(this.states, record)
    if (record.compact !== undefined) this.#compact(record.group)
  }

  /** Each group, whole; throws when an entry is missing. */
  finish(): Map<GroupId, StoredGroup> {
    const groups = new Map<GroupId, StoredGroup>()
    for (const [group, state] of this.states) {
      const { replica, hardState, lastIndex } = state
      const { image } = state.filed
      const entries = this.#tails.get(group) ?? []
      check(lastIndex === image.index + entries.length, 'behind which entries are missing')
      check(hardState.commit <= lastIndex, 'that knows more committed than it has')
      groups.set(group, { group, replica, stored: { hardState, image, entries } })
    }
    return groups
  }

  #takeCopy(bytes: Uint8Array): void {
    let at = 0
    while (at < bytes.length) {
      const end = at + frameSize(bytes, at)
      readRecords(bytes.subarray(at + FRAME_HEAD_BYTES, end), record => this.take(record))
      at = end
    }
  }

  #takeEntries(record: LogRecord, lastIndex: number): void {
    const { group, entries } = record
    if (record.isRemoved === true || record.install !== undefined) this.#tails.delete(group)
    const [first] = entries
    if (first === undefined) return
    check(first.index <= lastIndex + 1, 'that leaves out entries')
    let tail = this.#tails.get(group)
    if (tail === undefined) {
      tail = []
      this.#tails.set(group, tail)
    }
    const firstKnown = lastIndex - tail.length + 1
    tail.length = Math.max(0, first.index - firstKnown)
    const covered = record.install?.image.index ?? this.states.get(group)?.filed.image.index ?? 0
    for (const [i, entry] of entries.entries()) {
      check(entry.index === first.index + i, 'whose entries are out of order')
      if (entry.index > covered) tail.push(entry)
    }
  }

  #compact(group: GroupId): void {
    const state = this.states.get(group)
    const tail = this.#tails.get(group)
    if (state === undefined || tail === undefined) return
    const behind = state.lastIndex - state.filed.image.index
    tail.splice(0, Math.max(0, tail.length - behind))
  }
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new WeirError(MALFORMED_BYTES, `there is a record ${what}`)
}
