/** What goes into a transaction: whole, in order, within bounds, and never ahead of the journal. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultJournalBounds, type JournalBounds } from './bounds.ts'
import { Ledger } from './ledger.ts'
import { Outbox } from './outbox.ts'
import { hasOutputs, type Plan, planned, type Seat, type Subject, sizeOf } from './plan.ts'
import { decodeRecord, type PublishedRecord } from './record.ts'
import { AWAY, CLAIM, GROUP, HOME, rendered, scheduled } from './testing/rig.ts'

interface Given {
  readonly counts: readonly number[]
  readonly outputBytes?: number
  readonly bounds?: Partial<JournalBounds>
  readonly seat?: Seat
}

/** Entries with so many outputs each, all for the sink of the seat. */
function subjectOf({ counts, outputBytes = 8, bounds = {}, seat = HOME }: Given): Subject {
  const outbox = new Outbox()
  let number = 1
  for (const [at, count] of counts.entries()) {
    const bytes = new Uint8Array(count * outputBytes)
    const runs = count === 0 ? [] : [{ sink: seat.sink, first: number, count, bytes }]
    number += count
    outbox.apply({ seq: at + 1, generation: 1, ...scheduled(at + 1), runs })
  }
  const all = { ...defaultJournalBounds, ...bounds }
  return { seat, claim: CLAIM, outbox, ledger: new Ledger(), bounds: all, render: rendered }
}

interface Shown {
  readonly values: readonly string[]
  readonly journal: readonly PublishedRecord[]
}

function shown({ sends }: Plan, { seat }: Subject): Shown {
  const values: string[] = []
  const journal: PublishedRecord[] = []
  for (const { topic, partition, records } of sends.flat()) {
    for (const { value } of records) {
      if (topic !== seat.journal.topic) values.push(new TextDecoder().decode(value ?? undefined))
      else {
        const record = decodeRecord(value, GROUP, { topic, partition, offset: 0 })
        if (record.kind === 'published') journal.push(record)
      }
    }
  }
  return { values: values.map(value => value.replace(/\.+$/, '')), journal }
}

const numbers = (values: readonly string[]) => values.map(Number).sort((a, b) => a - b)
const upTo = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at)

describe('a transaction', () => {
  it('is none where there is nothing', () => {
    const subject = subjectOf({ counts: [1] })
    subject.ledger.journal(1, 0)
    subject.ledger.publish('home', 1)
    expect([planned(subject), hasOutputs(subject)]).toEqual([undefined, false])
  })

  it('holds outputs, the schedules of what made them, and the marker last', () => {
    const subject = subjectOf({ counts: [2, 0, 1] })
    const plan = planned(subject) as Plan
    const { values, journal } = shown(plan, subject)
    expect(numbers(values)).toEqual([1, 2, 3])
    expect(journal).toEqual([
      {
        kind: 'published',
        group: GROUP,
        ...CLAIM,
        fromSeq: 1,
        toSeq: 3,
        schedules: [scheduled(1), scheduled(2), scheduled(3)],
        published: [{ sink: 'home', upTo: 3 }],
      },
    ])
    expect(plan.sends.at(-1)?.at(-1)?.topic).toBe(HOME.journal.topic)
    expect([plan.toSeq, plan.upTo, plan.entries, plan.outputs]).toEqual([3, 3, 3, 3])
  })

  it('may end inside of an entry, and goes on there with a marker of its own', () => {
    const subject = subjectOf({ counts: [1, 6], bounds: { outputBytesMax: 300 } })
    const first = planned(subject) as Plan
    const { journal } = shown(first, subject)
    expect(numbers(shown(first, subject).values)).toEqual([1, 2, 3, 4])
    expect(journal.map(({ fromSeq, toSeq }) => [fromSeq, toSeq])).toEqual([[1, 2]])
    subject.ledger.journal(first.toSeq, 0)
    subject.ledger.publish('home', first.upTo)
    const second = planned(subject) as Plan
    const rest = shown(second, subject)
    expect(numbers(rest.values)).toEqual([5, 6, 7])
    expect(rest.journal).toEqual([
      expect.objectContaining({
        fromSeq: 3,
        toSeq: 2,
        schedules: [],
        published: [{ sink: 'home', upTo: 7 }],
      }),
    ])
  })

  it('holds one output that is larger than all bounds, alone', () => {
    const bounds = { outputBytesMax: 10, sendBytesMax: 10 }
    const subject = subjectOf({ counts: [2], outputBytes: 500, bounds })
    const plan = planned(subject) as Plan
    expect([plan.outputs, plan.sends.length]).toEqual([1, 2])
  })

  it('says how far other sinks are, too', () => {
    const subject = subjectOf({ counts: [1] })
    subject.ledger.publish('files', 7)
    subject.ledger.publish('alerts', 3)
    const { journal } = shown(planned(subject) as Plan, subject)
    expect(journal.at(-1)?.published).toEqual([
      { sink: 'alerts', upTo: 3 },
      { sink: 'files', upTo: 7 },
      { sink: 'home', upTo: 1 },
    ])
  })

  it('puts many schedules into several records, and each into one', () => {
    const subject = subjectOf({ counts: new Array(9).fill(0), bounds: { recordBytesMax: 50 } })
    const { journal } = shown(planned(subject) as Plan, subject)
    expect(journal.map(({ fromSeq, toSeq }) => [fromSeq, toSeq])).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
      [9, 9],
    ])
  })
})

describe('a transaction of another log than that of the journal', () => {
  it('holds what is released and nothing else', () => {
    const subject = subjectOf({ counts: [1, 2, 3], seat: AWAY })
    expect([planned(subject), hasOutputs(subject)]).toEqual([undefined, false])
    subject.ledger.journal(2, 0)
    expect(hasOutputs(subject)).toBe(true)
    const plan = planned(subject) as Plan
    const { values, journal } = shown(plan, subject)
    expect(numbers(values)).toEqual([1, 2, 3])
    expect(journal).toEqual([
      expect.objectContaining({ fromSeq: 1, toSeq: 0, published: [{ sink: 'away', upTo: 3 }] }),
    ])
  })
})

const anyGiven = fc.record({
  counts: fc.array(fc.nat(6), { minLength: 1, maxLength: 12 }),
  outputBytesMax: fc.integer({ min: 1, max: 600 }),
  scheduleBytesMax: fc.integer({ min: 1, max: 60 }),
  recordBytesMax: fc.integer({ min: 1, max: 40 }),
  sendBytesMax: fc.integer({ min: 1, max: 400 }),
})

describe('one transaction after the other', () => {
  it('lets out everything once, in order, within the bounds, with its schedule', () => {
    fc.assert(
      fc.property(anyGiven, ({ counts, ...bounds }) => {
        const subject = subjectOf({ counts, bounds })
        const values: string[] = []
        const journal: PublishedRecord[] = []
        for (let turns = 0; turns < 200; turns++) {
          const plan = planned(subject)
          if (plan === undefined) break
          const seen = shown(plan, subject)
          for (const send of plan.sends) {
            const sizes = send.flatMap(({ records, ...of }) =>
              records.map(record => sizeOf({ ...of, record })),
            )
            const total = sizes.reduce((sum, size) => sum + size, 0)
            expect(sizes.length === 1 || total <= bounds.sendBytesMax).toBe(true)
          }
          values.push(...seen.values)
          journal.push(...seen.journal)
          subject.ledger.journal(plan.toSeq, 0)
          subject.ledger.publish('home', plan.upTo)
          expect(numbers(values)).toEqual(upTo(1, plan.upTo))
          const made = counts.slice(0, plan.toSeq).reduce((sum, count) => sum + count, 0)
          expect(plan.upTo).toBeLessThanOrEqual(made)
        }
        const all = counts.reduce((sum, count) => sum + count, 0)
        expect(numbers(values)).toEqual(upTo(1, all))
        const parts = [0, 1].map(part => values.map(Number).filter(n => n % 2 === part))
        expect(parts).toEqual(parts.map(part => [...part].sort((a, b) => a - b)))
        let next = 1
        for (const { fromSeq, toSeq } of journal) {
          expect(fromSeq).toBe(next)
          next = toSeq + 1
        }
        expect(next - 1).toBe(counts.length)
      }),
    )
  })
})
