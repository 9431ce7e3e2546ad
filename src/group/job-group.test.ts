/** What joins the parts of a group: all hear who leads, the journal says whether there is room. */

import { beforeEach, expect, test } from 'vitest'
import { Prng } from '../base/prng.ts'
import type { Frame } from '../engine/channels/frame.ts'
import { dedup } from '../engine/plan/testing/plans.ts'
import { recordsFrom } from '../engine/windows/testing/events.ts'
import { defaultJournalBounds } from '../journal/bounds.ts'
import { Budget } from '../journal/budget.ts'
import { encodeRecord } from '../journal/record.ts'
import { ModelLog } from '../journal/testing/model-log.ts'
import { ManualClock } from '../raft/host/testing/world.ts'
import { encodeGeneration } from './command.ts'
import { JobGroup, type JobGroupParts } from './job-group.ts'
import type { Duties } from './leader.ts'
import { frameOf, JOURNAL, OUT, ROUTING, SEAT, stageOf } from './testing/job.ts'

const BOUNDS = { ...defaultJournalBounds, outboxBytesMax: 600 }

let clock: ManualClock
let log: ModelLog
let group: JobGroup
let leads: number
let isAnswered: boolean
let duties: Duties[]
let told: string[]

/** Whatever is proposed is committed at once. */
function propose(term: number, data: Uint8Array, done: () => void): boolean {
  if (term !== leads) {
    clock.after(0, done)
    return false
  }
  clock.after(0, () => {
    apply(term, data)
    done()
  })
  return true
}

function apply(term: number, data?: Uint8Array): void {
  const index = group.machine.appliedIndex + 1
  const entry = { index, term, kind: data === undefined ? 'term' : 'data' } as const
  group.machine.apply([{ ...entry, data: data ?? new Uint8Array(0) }], () => undefined)
}

function lead(term: number): void {
  leads = term
  apply(term)
  pass()
}

/** Time, with a log that does at once whatever is asked. */
function pass(ms = 500): void {
  for (let at = 0; at < ms; at += 5) {
    clock.pass(5)
    log.settle()
  }
}

function opened(more: Partial<JobGroupParts> = {}): JobGroup {
  return new JobGroup({
    clock,
    random: new Prng(7),
    replica: {
      leads: () => leads,
      propose,
      read: done => clock.after(0, () => done(isAnswered)),
    },
    listener: {
      onDuties: one => duties.push(one),
      onLost: () => told.push('lost'),
      onReleased: seq => told.push(`released ${seq}`),
      onPublished: (sink, upTo) => told.push(`${sink} ${upTo}`),
      onTrouble: code => told.push(code),
      onTroubleOver: () => told.push('over'),
    },
    routing: ROUTING,
    claim: { generation: 1, owner: 'ann' },
    slot: 0,
    stage: stageOf(),
    bounds: BOUNDS,
    lanes: [{ log, seat: SEAT, budget: new Budget(BOUNDS.transactionsMax) }],
    channels: () => [[0, 0]],
    render: ({ first, count }) =>
      Array.from({ length: count }, (_, at) => {
        const value = Uint8Array.of(first + at)
        return { ...OUT, record: { key: null, value, headers: [], timestampMs: 0 } }
      }),
    ...more,
  })
}

beforeEach(() => {
  clock = new ManualClock()
  log = new ModelLog()
  leads = 0
  isAnswered = true
  duties = []
  told = []
  group = opened()
})

/** Of a number that has no key. */
function failingFrame(): Frame {
  const frame = frameOf(0, [0, 1])
  const records = recordsFrom([{ user: 'c0', time: 0, n: -1 }])
  return { ...frame, records: { ...records, origin: { channel: 0, offsets: Float64Array.of(0) } } }
}

/** The second generation, in the journal. */
function claimByBob(): void {
  const claim = { ...{ generation: 2, owner: 'bob', seats: 1 }, group: 'job/0' }
  const value = encodeRecord({ kind: 'generation', ...claim })
  const record = { key: null, value, headers: [], timestampMs: 0 }
  log.append([{ ...JOURNAL, records: [record] }], () => undefined)
  log.settle()
}

const published = () => log.decided(OUT).map(({ value }) => value?.[0])

test('what comes in while it leads goes out, and all who want to know are told', () => {
  lead(1)
  group.onFrame(frameOf(0, [0, 5]), 100)
  pass(5000)
  expect(published()).toEqual([1, 2, 3, 4])
  expect(told).toContain('released 2')
  expect(told).toContain('out 4')
  expect(group.machine.state.outbox.bytes).toBe(0)
})

test('nothing is taken where what is committed finds no way out, until it does', () => {
  lead(1)
  log.refusal = () => 'unavailable'
  for (let from = 0; from < 60; from += 5) {
    group.onFrame(frameOf(0, [from, from + 5]), 100)
    pass(50)
  }
  const held = group.machine.state.outbox.bytes
  expect(held).toBeLessThan(2 * BOUNDS.outboxBytesMax)
  expect(group.machine.state.book.channels.get(0)?.cursor).toBeLessThan(60)
  log.refusal = () => undefined
  pass(10_000)
  expect(group.machine.state.book.channels.get(0)?.cursor).toBe(60)
  expect(published().length).toBe(40)
})

test('before an image its state is told what is out, so that the image does not hold it', () => {
  lead(1)
  group.onFrame(frameOf(0, [0, 5]), 100)
  pass(100)
  const { outbox } = group.machine.state
  expect([published().length, outbox.bytes > 0]).toEqual([4, true])
  let held: number | undefined
  group.machine.beforeCut(() => {
    held = outbox.bytes
  })
  pass(50)
  expect(held).toBe(0)
})

test('an image waits for nobody where the log is away, or another leads', () => {
  let cuts = 0
  group.machine.beforeCut(() => cuts++)
  pass(1)
  lead(1)
  log.refusal = () => 'unavailable'
  group.onFrame(frameOf(0, [0, 5]), 100)
  pass(100)
  group.machine.beforeCut(() => cuts++)
  pass(1)
  expect(cuts).toBe(2)
})

test('who leads no more is told so by the question before the id is taken', () => {
  isAnswered = false
  lead(1)
  leads = 0
  pass()
  expect(told).toContain('lost')
  expect([group.runtime.leader, group.onFrame(frameOf(0, [0, 1]), 100)]).toEqual([
    undefined,
    undefined,
  ])
})

test('where another owns the job nothing is taken any more', () => {
  claimByBob()
  lead(1)
  expect(told).toContain('generation-superseded')
  const { seq } = group.machine.state.book
  group.onFrame(frameOf(0, [0, 2]), 100)
  pass()
  expect([group.machine.state.book.seq, published()]).toEqual([seq, []])
})

test('another state has a journal of its own', () => {
  apply(1, encodeGeneration(1))
  const { journal } = group
  const source = group.machine.cut()
  const members = { voters: [], outgoing: [], learners: [] }
  const image = { index: 9, term: 1, members, membersIndex: 0, chain: 0 }
  group.machine.restore(image, source, () => undefined)
  expect(group.journal).not.toBe(journal)
  lead(2)
  group.onFrame(frameOf(0, [0, 2]), 100)
  pass()
  expect(published()).toEqual([1, 2])
})

test('whoever is closed tells nothing more', () => {
  lead(1)
  group.close()
  told = []
  pass()
  expect([told, clock.pending]).toEqual([[], 0])
})

test('its log ends when the job is to stop, and goes on under another claim', () => {
  lead(1)
  group.onFrame(frameOf(0, [0, 5]), 100)
  pass(20)
  group.end()
  expect(group.isDrained).toBe(false)
  pass(5000)
  expect([group.isDrained, group.machine.state.isOpen, published()]).toEqual([
    true,
    false,
    [1, 2, 3, 4],
  ])
  group.onFrame(frameOf(0, [5, 9]), 100)
  pass(200)
  expect(group.machine.state.book.channels.get(0)?.cursor).toBe(5)
  group.onClaim({ generation: 2, owner: 'bob' })
  pass(1000)
  expect([group.machine.state.generation, group.machine.state.isOpen]).toEqual([2, true])
  group.onFrame(frameOf(0, [5, 9], { generation: 2 }), 100)
  pass(5000)
  expect(published()).toEqual([1, 2, 3, 4, 5, 6])
})

test('another claim goes on behind what nobody was told of, though nothing more is applied', () => {
  lead(1)
  log.refusal = () => 'unavailable'
  group.onFrame(frameOf(0, [0, 5]), 100)
  pass(200)
  group.end()
  pass(200)
  expect([group.machine.state.isOpen, published()]).toEqual([false, []])
  log.refusal = () => undefined
  claimByBob()
  group.onClaim({ generation: 2, owner: 'bob' })
  pass(5000)
  expect([group.machine.state.generation, published()]).toEqual([2, [1, 2, 3, 4]])
})

test('where an epoch cuts a source is told as it stands in the state', () => {
  lead(1)
  const found: unknown[] = []
  group.mark(1, { epoch: 3, channel: 0, offset: 40 }, place => found.push(place))
  group.mark(1, { epoch: 3, channel: 0, offset: 50 }, place => found.push(place))
  group.mark(7, { epoch: 4, channel: 0, offset: 60 }, place => found.push(place))
  pass(100)
  expect(found).toEqual([{ epoch: 3, offset: 40 }, { epoch: 3, offset: 40 }, undefined])
})

test('a record with which the job is to fail ends what it takes, and is told', () => {
  group = opened({ stage: { ...stageOf(dedup('m=fail(n)')), errors: 'fail' } })
  lead(1)
  group.onFrame(failingFrame(), 100)
  pass(500)
  expect(told.filter(one => one === 'negative')).toEqual(['negative'])
  expect([group.isHalted, group.machine.state.book.channels.get(0)?.cursor]).toEqual([true, 0])
})
