/** What goes into a transaction: whole, in order, within bounds, and never ahead of the journal. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultJournalBounds, type JournalBounds } from './bounds.ts'
import { Ledger } from './ledger.ts'
import { Outbox } from './outbox.ts'
import {
  hasOutputs,
  knownDurable,
  type Plan,
  planned,
  type Seat,
  type Subject,
  sizeOf,
  unpublishedBytes,
} from './plan.ts'
import { decodeRecord, type PublishedRecord } from './record.ts'
import { AWAY, CLAIM, GROUP, HOME, rendered, scheduled } from './testing/rig.ts'

interface Given {
  readonly counts: readonly Counts[]
  readonly outputBytes?: number
  readonly bounds?: Partial<JournalBounds>
  readonly seat?: Seat
}

/** By sink, or for the first sink of the seat. */
type Counts = number | Readonly<Record<string, number>>

/** Entries with so many outputs each. */
function subjectOf({ counts, outputBytes = 8, bounds = {}, seat = HOME }: Given): Subject {
  const outbox = new Outbox()
  const [usual = ''] = seat.sinks
  for (const [at, some] of counts.entries()) {
    const all = Object.entries(typeof some === 'number' ? { [usual]: some } : some)
    const runs = all.flatMap(([sink, count]) => {
      const first = outbox.lastOf(sink) + 1
      return count === 0 ? [] : [{ sink, first, count, bytes: new Uint8Array(count * outputBytes) }]
    })
    outbox.apply({ seq: at + 1, generation: 1, ...scheduled(at + 1), runs })
  }
  const all = { ...defaultJournalBounds, ...bounds }
  return { seat, claim: CLAIM, outbox, ledger: new Ledger(), bounds: all, render: rendered }
}

/** As if it had been committed. */
function learn({ ledger, seat }: Subject, { toSeq, published }: Plan): void {
  if (seat.hasJournal) ledger.journal(toSeq, 0)
  for (const { sink, upTo } of published) ledger.publish(sink, upTo)
}

interface Shown {
  readonly values: readonly string[]
  readonly journal: readonly PublishedRecord[]
}

/** `sink`: of its values only. */
function shown({ sends }: Plan, { seat }: Subject, sink?: string): Shown {
  const values: string[] = []
  const journal: PublishedRecord[] = []
  for (const { topic, partition, records } of sends.flat()) {
    for (const { value } of records) {
      if (topic !== seat.journal.topic) {
        if (topic === (sink ?? topic)) values.push(new TextDecoder().decode(value ?? undefined))
      } else {
        const record = decodeRecord(value, GROUP, { topic, partition, offset: 0 })
        if (record.kind === 'published') journal.push(record)
      }
    }
  }
  return { values: values.map(value => value.replace(/\.+$/, '')), journal }
}

const reached = ({ published }: Plan, name = 'home') =>
  published.find(({ sink }) => sink === name)?.upTo ?? 0
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
    expect([plan.toSeq, reached(plan), plan.entries, plan.outputs]).toEqual([3, 3, 3, 3])
  })

  it('may end inside of an entry, and goes on there with a marker of its own', () => {
    const subject = subjectOf({ counts: [1, 6], bounds: { outputBytesMax: 300 } })
    const first = planned(subject) as Plan
    const { journal } = shown(first, subject)
    expect(numbers(shown(first, subject).values)).toEqual([1, 2, 3, 4])
    expect(journal.map(({ fromSeq, toSeq }) => [fromSeq, toSeq])).toEqual([[1, 2]])
    subject.ledger.journal(first.toSeq, 0)
    subject.ledger.publish('home', reached(first))
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

describe('what one entry has for several sinks of a log', () => {
  /** Some 70 bytes an output. */
  const bounds = { outputBytesMax: 300 }

  it('goes into one transaction, with its schedule and one marker', () => {
    const subject = subjectOf({ counts: [{ side: 1, home: 2 }, { home: 1 }] })
    const plan = planned(subject) as Plan
    expect(plan.outputs).toBe(4)
    expect(plan.published).toEqual([
      { sink: 'home', upTo: 3 },
      { sink: 'side', upTo: 1 },
    ])
    expect(shown(plan, subject).journal).toEqual([
      expect.objectContaining({ fromSeq: 1, toSeq: 2, published: plan.published }),
    ])
  })

  it('waits whole for the next one where there is no room for all of it', () => {
    const subject = subjectOf({ counts: [{ home: 2 }, { home: 2, side: 1 }, 1], bounds })
    const first = planned(subject) as Plan
    expect([first.outputs, first.toSeq]).toEqual([2, 2])
    expect(first.published).toEqual([{ sink: 'home', upTo: 2 }])
    learn(subject, first)
    expect(planned(subject)?.published).toEqual([
      { sink: 'home', upTo: 5 },
      { sink: 'side', upTo: 1 },
    ])
  })

  it('goes alone, past the bound, where it is larger than that', () => {
    const counts = [{ home: 4, side: 4 }, 1]
    const plan = planned(subjectOf({ counts, bounds })) as Plan
    expect([plan.outputs, plan.entries]).toEqual([8, 2])
    expect(planned(subjectOf({ counts, bounds }), 1 / 4096)?.outputs).toBe(8)
  })

  it('goes at once, however much it is', () => {
    const many = 200_000
    const subject = subjectOf({ counts: [{ home: many, side: 1 }], outputBytes: 1 })
    expect(planned(subject)?.outputs).toBe(many + 1)
  })

  it('goes in the order of entries, whichever sink they are for', () => {
    const counts = [{ side: 2 }, { home: 1 }, { side: 1 }, { home: 2 }]
    const plan = planned(subjectOf({ counts, bounds })) as Plan
    expect(plan.published).toEqual([
      { sink: 'home', upTo: 1 },
      { sink: 'side', upTo: 3 },
    ])
  })

  it('is waited for, whichever sink it is for', () => {
    const subject = subjectOf({ counts: [{ side: 2, files: 1 }] })
    expect([hasOutputs(subject), unpublishedBytes(subject) > 0]).toEqual([true, true])
    expect(subject.outbox.lastSeqBeside(subject.seat.sinks)).toBe(1)
    learn(subject, planned(subject) as Plan)
    expect([hasOutputs(subject), unpublishedBytes(subject)]).toEqual([false, 0])
    expect(knownDurable(subject)).toBe(3)
  })

  it('is nothing to a lane that has the journal alone', () => {
    const subject = subjectOf({ counts: [{ away: 2 }, { away: 1 }], seat: { ...HOME, sinks: [] } })
    expect([hasOutputs(subject), unpublishedBytes(subject)]).toEqual([false, 0])
    expect(subject.outbox.lastSeqBeside(subject.seat.sinks)).toBe(2)
    expect(planned(subject)).toMatchObject({ toSeq: 2, outputs: 0, published: [] })
  })

  it('is in one transaction of a log of markers, too, once it is released', () => {
    const counts = [{ away: 1, afar: 1, home: 1 }, { away: 3, afar: 2 }, { afar: 1 }]
    const subject = subjectOf({ counts, seat: AWAY, bounds })
    subject.ledger.journal(2, 0)
    const sent: unknown[] = []
    for (let plan = planned(subject); plan !== undefined; plan = planned(subject)) {
      learn(subject, plan)
      sent.push(shown(plan, subject).journal.map(({ published }) => published))
    }
    expect(sent).toEqual([
      [
        [
          { sink: 'afar', upTo: 1 },
          { sink: 'away', upTo: 1 },
        ],
      ],
      [
        [
          { sink: 'afar', upTo: 3 },
          { sink: 'away', upTo: 4 },
        ],
      ],
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

const anyCount = fc.nat(6)
const anyGiven = fc.record({
  counts: fc.array(fc.record({ home: anyCount, side: fc.oneof(fc.constant(0), anyCount) }), {
    minLength: 1,
    maxLength: 12,
  }),
  outputBytesMax: fc.integer({ min: 1, max: 600 }),
  scheduleBytesMax: fc.integer({ min: 1, max: 60 }),
  recordBytesMax: fc.integer({ min: 1, max: 40 }),
  sendBytesMax: fc.integer({ min: 1, max: 400 }),
})

/** After how many outputs of each sink an entry that has both is begun, and whole. */
function wholes(counts: readonly { home: number; side: number }[]) {
  const sums = { home: 0, side: 0 }
  return counts.flatMap(({ home, side }) => {
    const before = { ...sums }
    sums.home += home
    sums.side += side
    return home > 0 && side > 0 ? [{ before, after: { ...sums } }] : []
  })
}

describe('one transaction after the other', () => {
  it('lets out everything once, in order, within the bounds, with its schedule', () => {
    fc.assert(
      fc.property(anyGiven, ({ counts, ...bounds }) => {
        const subject = subjectOf({ counts, bounds })
        const values = { home: [] as number[], side: [] as number[] }
        const journal: PublishedRecord[] = []
        for (let turns = 0; turns < 200; turns++) {
          const plan = planned(subject)
          if (plan === undefined) break
          for (const send of plan.sends) {
            const sizes = send.flatMap(({ records, ...of }) =>
              records.map(record => sizeOf({ ...of, record })),
            )
            const total = sizes.reduce((sum, size) => sum + size, 0)
            expect(sizes.length === 1 || total <= bounds.sendBytesMax).toBe(true)
          }
          for (const sink of ['home', 'side'] as const) {
            values[sink].push(...numbers(shown(plan, subject, sink).values))
            expect(values[sink]).toEqual(upTo(1, reached(plan, sink)))
            const made = counts.slice(0, plan.toSeq).reduce((sum, count) => sum + count[sink], 0)
            expect(reached(plan, sink)).toBeLessThanOrEqual(made)
          }
          journal.push(...shown(plan, subject).journal)
          learn(subject, plan)
          for (const { before, after } of wholes(counts)) {
            const isOut = (['home', 'side'] as const).map(
              sink => values[sink].length > before[sink],
            )
            const isWhole = values.home.length >= after.home && values.side.length >= after.side
            expect(isWhole || !isOut.includes(true)).toBe(true)
          }
        }
        for (const sink of ['home', 'side'] as const) {
          const all = counts.reduce((sum, count) => sum + count[sink], 0)
          expect(values[sink]).toEqual(upTo(1, all))
        }
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
