/** Test support: a model log with the journal of one job, and claims on it. */

import { utf8Of } from '../../../base/bytes.ts'
import { Prng } from '../../../base/prng.ts'
import type { StreamLog } from '../../../base/stream-log.ts'
import { defaultJournalBounds } from '../../bounds.ts'
import { decodeRecord, encodeRecord, type JournalRecord } from '../../record.ts'
import { ModelClock } from '../../testing/clock.ts'
import { ModelLog } from '../../testing/model-log.ts'
import type { Claim } from '../../types.ts'
import { claimJob } from '../claim-driver.ts'
import type { ClaimOutcome, ClaimSeat, ClaimWish } from '../claiming.ts'

export const SEATS: readonly ClaimSeat[] = [0, 1, 2].map(partition => ({
  group: `job/stage/${partition}`,
  journal: { topic: 'journal', partition },
  transactionalId: `job-stage-${partition}`,
}))

export class World {
  readonly log = new ModelLog()
  readonly clock = new ModelClock()
  readonly recorded: Claim[] = []

  constructor() {
    this.describe(SEATS.length)
  }

  describe(partitions: number, settings: Readonly<Record<string, string>> = {}): void {
    this.log.topics.set('journal', { partitions, replication: 3, settings })
  }

  claim(
    wish: ClaimWish,
    seats = SEATS,
    { seed = 1, log = this.log }: { seed?: number; log?: StreamLog } = {},
  ): { outcome: ClaimOutcome | undefined } {
    const told: { outcome: ClaimOutcome | undefined } = { outcome: undefined }
    const { clock } = this
    const parts = { log, clock, seats, wish, bounds: defaultJournalBounds, random: new Prng(seed) }
    const record = (claim: Claim, done: () => void) => {
      this.recorded.push(claim)
      clock.after(3, done)
    }
    claimJob({ ...parts, record }, outcome => {
      told.outcome = outcome
    })
    return told
  }

  settle(ms = 5000): void {
    for (let passed = 0; passed < ms; passed += 5) {
      this.log.settle()
      this.clock.pass(5)
    }
  }

  decided(wish: ClaimWish, seats = SEATS): ClaimOutcome | undefined {
    const told = this.claim(wish, seats)
    this.settle(200)
    return told.outcome
  }

  records(seat: ClaimSeat): readonly JournalRecord[] {
    return this.log
      .decided(seat.journal)
      .map(({ value, offset }) => decodeRecord(value, seat.group, { ...seat.journal, offset }))
  }

  /** The newest record of each partition. */
  get owners(): readonly string[] {
    return SEATS.map(seat => {
      const last = this.records(seat).at(-1)
      return last === undefined ? 'nobody' : `${last.kind} ${last.generation} ${last.owner}`
    })
  }

  put(partition: number, ...records: readonly Partial<JournalRecord>[]): void {
    const seat = SEATS[partition] as ClaimSeat
    const signed = { group: seat.group, owner: 'eve', generation: 1, seats: SEATS.length }
    const values = records.map(record =>
      encodeRecord({ kind: 'generation', ...signed, ...record } as JournalRecord),
    )
    this.log.write(seat.journal, values)
  }
}

export const submit = (owner = 'ann'): ClaimWish => ({ kind: 'submit', owner })
export const start = (owner = 'bob'): ClaimWish => ({ kind: 'start', owner })
export const published = {
  kind: 'published' as const,
  fromSeq: 1,
  toSeq: 1,
  schedules: [utf8Of('schedule 1')],
  published: [],
}
