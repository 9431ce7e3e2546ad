/**
 * Where a journal partition may be cut: behind the oldest checkpoint that is kept, but never so
 * that the newest marker, or what lies behind it, goes. Without a marker nothing goes: there are
 * claims only, some dozen bytes each, and which of them the job lives by one partition cannot tell.
 * Nor does anything go where another is found to have claimed the partition since: what a job of
 * the same name wants, or who took over this one, is not known here. Reads all that there is before
 * anything goes: a later claim may lie behind what is wanted, and the answer rests on what lies
 * there and not on what somebody remembers.
 */

import { WeirError } from '../base/errors.ts'
import type { Fetched, Partition } from '../base/stream-log.ts'
import { isLost, superseded } from './claims/verdict.ts'
import { Reading } from './reading.ts'
import type { Claim, Trouble } from './types.ts'

export interface TrimSubject {
  readonly group: string
  /** Of whoever trims. */
  readonly claim: Claim
  readonly journal: Partition
  /**
   * Schedules up to here are of no use any more, and the group's own state says that they are
   * journaled: a leader that finds more gone than its group knows of takes it for another's deed.
   */
  readonly seq: number
}

export class Trimming {
  readonly reading: Reading
  readonly #claim: Claim
  readonly #end: number
  /** Of the first record with a schedule that is still wanted. */
  #wanted: number | undefined

  /** `start` and `end` as the log has them; the end is the committed one. */
  constructor({ group, claim, journal, seq }: TrimSubject, start: number, end: number) {
    this.#claim = claim
    this.#end = end
    this.reading = new Reading({
      group,
      journal,
      from: start,
      onRecord: (record, { offset }) => {
        if (record.kind === 'published' && record.toSeq > seq) this.#wanted ??= offset
      },
    })
  }

  /** What was fetched at its position, committed; the error says why nothing may be trimmed. */
  take(fetched: Fetched): Trouble | undefined {
    try {
      this.reading.take(fetched)
      const { found } = this.reading
      if (found === undefined || !isLost(this.reading, this.#claim)) return undefined
      return superseded(found.generation, this.#claim)
    } catch (error) {
      if (!(error instanceof WeirError)) throw error
      return { code: error.code, message: error.message }
    }
  }

  /** All was read. */
  get isDone(): boolean {
    return this.reading.position >= this.#end
  }

  /** `deleteRecords` up to here; undefined: there is nothing that may go. */
  get before(): number | undefined {
    return this.#wanted ?? this.reading.marker?.offset
  }
}
