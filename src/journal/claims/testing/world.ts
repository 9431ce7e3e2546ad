/** Test support: a model log with the journal of one job, and claims on it. */

import { Prng } from '../../../base/prng.ts'
import type { StreamLog } from '../../../base/stream-log.ts'
import { defaultJournalBounds } from '../../bounds.ts'
import { decodeRecord, encodeRecord, type JournalRecord } from '../../record.ts'
import { ModelClock } from '../../testing/clock.ts'
import { ModelLog } from '../../testing/model-log.ts'
import { scheduled } from '../../testing/rig.ts'
import type { Claim } from '../../types.ts'
import { claimJob, type LoggedLane } from '../claim-driver.ts'
import type { ClaimOutcome, ClaimWish } from '../claiming.ts'
import type { ClaimSeat } from '../seat.ts'

export const SEATS: readonly ClaimSeat[] = [0, 1, 2].map(partition => ({
  group: `job/stage/${partition}`,
  journal: { topic: 'journal', partition },
  transactionalId: `job-stage-${partition}`,
}))

interface ClaimHow {
  readonly seed?: number
  readonly log?: StreamLog
  readonly lanes?: readonly LoggedLane[]
}

export interface Told {
  outcome: ClaimOutcome | undefined
  cancel(): void
}

/** The same groups in another log. */
export const AWAY_SEATS: readonly ClaimSeat[] = SEATS.map(seat => {
  return { ...seat, journal: { ...seat.journal, topic: 'markers' } }
})

export class World {
  readonly log = new ModelLog()
  readonly away = new ModelLog()
  readonly clock = new ModelClock()
  readonly recorded: Claim[] = []

  constructor() {
    this.describe(SEATS.length)
  }

  describe(partitions: number, settings: Readonly<Record<string, string>> = {}): void {
    this.log.topics.set('journal', { partitions, replication: 3, settings })
    this.away.topics.set('markers', { partitions, replication: 3, settings })
  }

  /** Of a job that writes to both logs. */
  get lanes(): readonly LoggedLane[] {
    return [
      { log: this.log, seats: SEATS },
      { log: this.away, seats: AWAY_SEATS },
    ]
  }

  claim(
    wish: ClaimWish,
    seats = SEATS,
    { seed = 1, log = this.log, lanes = [{ log, seats }] }: ClaimHow = {},
  ): Told {
    const told: Told = { outcome: undefined, cancel: () => {} }
    const { clock } = this
    const parts = { clock, lanes, wish, bounds: defaultJournalBounds, random: new Prng(seed) }
    const record = (claim: Claim, done: () => void) => {
      this.recorded.push(claim)
      clock.after(3, done)
    }
    told.cancel = claimJob({ ...parts, record }, outcome => {
      told.outcome = outcome
    })
    return told
  }

  settle(ms = 5000): void {
    for (let passed = 0; passed < ms; passed += 5) {
      this.log.settle()
      this.away.settle()
      this.clock.pass(5)
    }
  }

  decided(wish: ClaimWish, seats = SEATS, how: ClaimHow = {}): ClaimOutcome | undefined {
    const told = this.claim(wish, seats, how)
    this.settle(200)
    return told.outcome
  }

  records(seat: ClaimSeat, log = this.log): readonly JournalRecord[] {
    return log
      .decided(seat.journal)
      .map(({ value, offset }) => decodeRecord(value, seat.group, { ...seat.journal, offset }))
  }

  /** The newest record of each partition. */
  get owners(): readonly string[] {
    return SEATS.map(seat => ownerIn(this.records(seat)))
  }

  /** The same of the other log. */
  get awayOwners(): readonly string[] {
    return AWAY_SEATS.map(seat => ownerIn(this.records(seat, this.away)))
  }

  put(partition: number, ...records: readonly Partial<JournalRecord>[]): void {
    this.#put(this.log, SEATS[partition] as ClaimSeat, records)
  }

  putAway(partition: number, ...records: readonly Partial<JournalRecord>[]): void {
    this.#put(this.away, AWAY_SEATS[partition] as ClaimSeat, records)
  }

  #put(log: ModelLog, seat: ClaimSeat, records: readonly Partial<JournalRecord>[]): void {
    const signed = { group: seat.group, owner: 'eve', generation: 1, seats: SEATS.length }
    const values = records.map(record =>
      encodeRecord({ kind: 'generation', ...signed, ...record } as JournalRecord),
    )
    log.write(seat.journal, values)
  }
}

function ownerIn(records: readonly JournalRecord[]): string {
  const last = records.at(-1)
  return last === undefined ? 'nobody' : `${last.kind} ${last.generation} ${last.owner}`
}

export const submit = (owner = 'ann'): ClaimWish => ({ kind: 'submit', owner })
export const start = (owner = 'bob'): ClaimWish => ({ kind: 'start', owner })
export const published = {
  kind: 'published' as const,
  fromSeq: 1,
  toSeq: 1,
  schedules: [scheduled(1)],
  published: [],
}
