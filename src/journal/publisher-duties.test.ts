/**
 * A publisher by itself: the table of what it is doing and what happens to it. Whatever is on its
 * way when it is over is let go of: the producer, the turn, and the answers that come late.
 */

import { describe, expect, it, test } from 'vitest'
import { utf8Of } from '../base/bytes.ts'
import { Prng } from '../base/prng.ts'
import type { LogErrorCode } from '../base/stream-log.ts'
import { defaultJournalBounds } from './bounds.ts'
import type { Answer, Call, Duties } from './calls.ts'
import { Ledger } from './ledger.ts'
import { Outbox } from './outbox.ts'
import type { Subject } from './plan.ts'
import { Publisher } from './publisher.ts'
import { decodeRecord, encodeRecord } from './record.ts'
import { CLAIM, GROUP, HOME, JOURNAL, rendered, scheduled } from './testing/rig.ts'

const PLACE = { ...JOURNAL, offset: 3 }
const NO_TOPIC = { partitions: 0, replication: 0, settings: {} }
/** Where the journal was to be read from, and ends. */
const END = 3
const NO_RECORDS = { records: [], position: END, seenEnd: END }

/** What each call is answered when all is well. */
const well: Readonly<Record<Call['kind'], Answer>> = {
  describe: { kind: 'describe', answer: { value: NO_TOPIC } },
  prepare: { kind: 'prepare', answer: { value: undefined } },
  confirm: { kind: 'confirm', verdict: 'leads' },
  init: { kind: 'init', answer: { value: undefined } },
  end: { kind: 'end', answer: { value: END } },
  start: { kind: 'start', answer: { value: 0 } },
  fetch: { kind: 'fetch', answer: { value: NO_RECORDS } },
  turn: { kind: 'turn' },
  send: { kind: 'send', answer: { value: [7, 8, END] } },
  commit: { kind: 'commit', answer: { value: undefined } },
}

class Bench {
  readonly subject: Subject
  readonly publisher: Publisher
  duties: Duties

  constructor() {
    const outbox = new Outbox()
    outbox.advance({ journaled: 0, offset: END, published: [] })
    const run = { sink: 'home', first: 1, count: 2, bytes: new Uint8Array(16) }
    outbox.apply({ seq: 1, generation: 1, ...scheduled(1), runs: [run] })
    const ledger = new Ledger()
    const bounds = defaultJournalBounds
    this.subject = { seat: HOME, claim: CLAIM, outbox, ledger, bounds, render: rendered }
    this.publisher = new Publisher(this.subject, new Prng(1))
    this.publisher.tick(0)
    this.publisher.onLead(4)
    this.publisher.onApplied(4)
    this.duties = this.publisher.takeDuties()
  }

  get call(): Call {
    if (this.duties.call === undefined) throw new Error(`no call at ${this.publisher.at}`)
    return this.duties.call
  }

  answer(answer: Answer, serial = this.call.serial): Duties {
    this.publisher.onAnswer(serial, answer)
    this.duties = this.publisher.takeDuties()
    return this.duties
  }

  /** All goes well until this is asked. */
  until(kind: Call['kind']): this {
    for (let turn = 0; turn < 12 && this.call.kind !== kind; turn++)
      this.answer(well[this.call.kind])
    expect(this.call.kind).toBe(kind)
    return this
  }
}

const at = (kind: Call['kind']) => new Bench().until(kind)

describe('a publisher whose calls are answered well', () => {
  it('asks in this order', () => {
    const bench = new Bench()
    const asked: string[] = []
    while (bench.duties.call !== undefined) {
      asked.push(bench.call.kind)
      bench.answer(well[bench.call.kind])
    }
    expect(asked).toEqual(['confirm', 'init', 'end', 'turn', 'send', 'commit'])
    expect(bench.duties).toMatchObject({ close: false, giveBack: true, learned: true, news: [] })
    expect(bench.subject.ledger.progress).toEqual({
      journaled: 1,
      offset: END,
      published: [{ sink: 'home', upTo: 2, offset: 0 }],
    })
    expect(bench.publisher.wakeAtMs()).toBeUndefined()
  })

  it('never sends under seqs that its replica has let go of, heard of or not', () => {
    const bench = at('turn')
    const { outbox } = bench.subject
    outbox.apply({ seq: 2, generation: 1, ...scheduled(2), runs: [] })
    outbox.advance({ journaled: 1, offset: 3, published: [{ sink: 'home', upTo: 2, offset: 0 }] })
    const { call } = bench.answer(well.turn)
    const sent = call?.kind === 'send' ? call.records.flatMap(({ records }) => records) : []
    expect(sent.map(({ value }) => decodeRecord(value, GROUP, PLACE))).toMatchObject([
      { fromSeq: 2, toSeq: 2, schedules: [scheduled(2)] },
    ])
  })

  it('asks one thing at a time', () => {
    const bench = at('send')
    expect(bench.publisher.takeDuties().call).toBeUndefined()
    bench.publisher.onApplied(4)
    expect([bench.publisher.takeDuties().call, bench.publisher.wakeAtMs()]).toEqual([
      undefined,
      undefined,
    ])
  })
})

const kinds: readonly Call['kind'][] = ['confirm', 'init', 'end', 'turn', 'send', 'commit']
const hasTurn = (kind: Call['kind']) => kind === 'turn' || kind === 'send' || kind === 'commit'

describe.each(kinds)('a publisher that waits for %s', kind => {
  it('lets go of everything when it is deposed', () => {
    const bench = at(kind)
    bench.publisher.onDeposed()
    const { close, giveBack, call, news } = bench.publisher.takeDuties()
    expect([close, giveBack, call, news]).toEqual([true, hasTurn(kind), undefined, []])
    expect(bench.publisher.at).toBe('retired')
  })

  it('hears no answer that comes late', () => {
    const bench = at(kind)
    const late = bench.call.serial
    bench.publisher.onDeposed()
    bench.publisher.takeDuties()
    bench.answer(well[kind], late)
    expect([bench.publisher.at, bench.duties.call]).toEqual(['retired', undefined])
  })

  it('begins anew in another term, and hears no answer of the last', () => {
    const bench = at(kind)
    const late = bench.call.serial
    bench.publisher.onLead(5)
    expect(bench.publisher.takeDuties()).toMatchObject({ close: true, giveBack: hasTurn(kind) })
    bench.answer(well[kind], late)
    expect(bench.duties.call).toBeUndefined()
    bench.publisher.onApplied(5)
    bench.duties = bench.publisher.takeDuties()
    expect(bench.call).toMatchObject({ kind: 'confirm', term: 5 })
  })

  it('hears no answer twice', () => {
    const bench = at(kind)
    const { serial } = bench.call
    bench.answer(well[kind])
    const next = bench.duties.call?.kind
    bench.answer(well[kind], serial)
    expect(bench.duties.call).toBeUndefined()
    expect(next).not.toBe(kind)
  })
})

const errors: readonly LogErrorCode[] = ['fenced', 'unavailable', 'busy', 'not-authorized']

describe.each(['send', 'commit'] as const)('a transaction that fails in %s', kind => {
  test.each(errors)('by %s ends the life of its producer, and nothing is believed', code => {
    const bench = at(kind)
    const error = { code, message: code }
    const { close, giveBack, call, learned } = bench.answer({ kind, answer: { error } } as Answer)
    expect([close, giveBack, call, learned]).toEqual([true, true, undefined, false])
    expect([bench.publisher.at, bench.subject.ledger.journaled]).toEqual(['resting', 0])
    const restMs = bench.publisher.wakeAtMs() ?? 0
    const { stallMs, retryMinMs } = defaultJournalBounds
    if (code === 'not-authorized') expect(restMs).toBe(stallMs)
    else expect(restMs).toBeLessThanOrEqual(retryMinMs)
    bench.publisher.tick(restMs)
    bench.duties = bench.publisher.takeDuties()
    expect(bench.call.kind).toBe('confirm')
  })
})

describe('a publisher whose first record lies elsewhere than where its reading ended', () => {
  test.each([END - 1, END + 1, END + 100])('at %i begins anew, and commits nothing', offset => {
    const bench = at('send')
    const answer = { value: [7, 8, offset] }
    const { close, giveBack, call, learned, news } = bench.answer({ kind: 'send', answer })
    expect([close, giveBack, call, learned, news]).toEqual([true, true, undefined, false, []])
    expect([bench.publisher.at, bench.subject.ledger.journaled]).toEqual(['resting', 0])
    bench.publisher.tick(bench.publisher.wakeAtMs() ?? 0)
    bench.duties = bench.publisher.takeDuties()
    expect(bench.call.kind).toBe('confirm')
  })

  it('has proven the end with it, and does not look again', () => {
    const bench = at('commit')
    const { outbox } = bench.subject
    bench.answer(well.commit)
    const run = { sink: 'home', first: 3, count: 1, bytes: new Uint8Array(8) }
    outbox.apply({ seq: 2, generation: 1, ...scheduled(2), runs: [run] })
    bench.publisher.onApplied(4)
    bench.publisher.tick(1000)
    bench.duties = bench.publisher.takeDuties()
    bench.until('send').answer({ kind: 'send', answer: { value: [9, END + 9] } })
    expect(bench.call.kind).toBe('commit')
  })
})

describe('a publisher in doubt', () => {
  const ahead = encodeRecord({
    kind: 'published',
    group: GROUP,
    ...CLAIM,
    fromSeq: 1,
    toSeq: 2,
    schedules: [scheduled(1), scheduled(2)],
    published: [],
  })

  /** Two more stand in the partition, which is read in two parts: the record, and nothing. */
  function reads(bench: Bench, meanwhile: () => void = () => {}): Bench {
    bench.until('end').answer({ kind: 'end', answer: { value: END + 2 } })
    const record = { key: null, value: ahead, headers: [], timestampMs: 0, offset: END }
    const first = { records: [record], position: END + 1, seenEnd: END + 2 }
    bench.answer({ kind: 'fetch', answer: { value: first } })
    if (bench.publisher.at === 'halted') return bench
    meanwhile()
    const rest = { records: [], position: END + 2, seenEnd: END + 2 }
    bench.answer({ kind: 'fetch', answer: { value: rest } })
    return bench
  }

  function commits({ subject }: Bench, schedule: string): void {
    subject.outbox.apply({ seq: 2, generation: 1, schedule: utf8Of(schedule), digest: 2, runs: [] })
  }

  function doubtful(): Bench {
    const bench = reads(new Bench())
    expect([bench.publisher.at, bench.call.kind]).toEqual(['doubting', 'confirm'])
    return bench
  }

  it('reads again where the group has as much meanwhile, and goes on where it is the same', () => {
    const bench = doubtful()
    commits(bench, 'schedule 2')
    const { close, learned } = bench.answer(well.confirm)
    expect([close, learned, bench.call.kind]).toEqual([true, false, 'confirm'])
    reads(bench)
    expect([bench.duties.learned, bench.subject.ledger.journaled]).toEqual([true, 2])
  })

  it('halts where the group has as much meanwhile, and it is something else', () => {
    const bench = doubtful()
    commits(bench, 'another')
    const { learned } = bench.answer(well.confirm)
    expect([learned, bench.subject.ledger.journaled]).toEqual([false, 0])
    const { news } = reads(bench).duties
    expect(news).toMatchObject([{ kind: 'halted', code: 'journal-differs' }])
  })

  it('does not take for its own what the group commits while it is read', () => {
    const bench = new Bench()
    reads(bench, () => commits(bench, 'another'))
    expect([bench.publisher.at, bench.subject.ledger.journaled]).toEqual(['doubting', 0])
    bench.answer(well.confirm)
    const { news } = reads(bench).duties
    expect(news).toMatchObject([{ kind: 'halted', code: 'journal-differs' }])
  })

  it('retires where another leads', () => {
    const bench = doubtful()
    const { close, news } = bench.answer({ kind: 'confirm', verdict: 'deposed' })
    expect([close, news, bench.publisher.at]).toEqual([true, [], 'retired'])
  })

  it('asks again where nobody knows', () => {
    const bench = doubtful()
    bench.answer({ kind: 'confirm', verdict: 'unknown' })
    expect(bench.publisher.at).toBe('doubting')
    bench.publisher.tick(bench.publisher.wakeAtMs() ?? 0)
    expect(bench.publisher.takeDuties().call?.kind).toBe('confirm')
  })

  it('halts where it leads and never committed that, and does nothing ever after', () => {
    const bench = doubtful()
    const { close, news } = bench.answer(well.confirm)
    expect(close).toBe(true)
    expect(news).toMatchObject([{ kind: 'halted', code: 'journal-ahead' }])
    bench.publisher.onDeposed()
    bench.publisher.onLead(9)
    bench.publisher.onApplied(9)
    bench.publisher.tick(1e6)
    expect([bench.publisher.at, bench.publisher.takeDuties().call]).toEqual(['halted', undefined])
  })
})
