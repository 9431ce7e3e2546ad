/** Who stands by, by itself: what it asks while it follows, and from when it leads. */

import { describe, expect, it } from 'vitest'
import { Prng } from '../../base/prng.ts'
import type { LogErrorCode } from '../../base/stream-log.ts'
import { defaultJournalBounds } from '../bounds.ts'
import type { Answer } from '../calls.ts'
import { Inspection, journalTopic } from '../settings.ts'
import { Standby } from './standby.ts'

const { readyMs, stallMs } = defaultJournalBounds
const TOPICS = [
  { topic: 'journal', use: 'journal', partitions: 1 },
  { topic: 'home', use: 'output', partitions: 2 },
] as const
const good = journalTopic('any', 4, 3)
const bad = { ...good, settings: { ...good.settings, 'min.insync.replicas': '1' } }

const described = (value: typeof good): Answer => ({ kind: 'describe', answer: { value } })
const prepared: Answer = { kind: 'prepare', answer: { value: undefined } }
const fails = (kind: 'describe' | 'prepare', code: LogErrorCode): Answer => ({
  kind,
  answer: { error: { code, message: 'a test says so' } },
})

class Bench {
  readonly inspection = new Inspection(TOPICS)
  readonly standby: Standby
  #nowMs = 0
  /** Of what was asked last. */
  serial = 0

  constructor() {
    const { inspection } = this
    const random = new Prng(1)
    this.standby = new Standby({ inspection, bounds: defaultJournalBounds, random })
  }

  pass(ms: number): this {
    this.#nowMs += ms
    this.standby.tick(this.#nowMs)
    return this
  }

  lead(): this {
    this.standby.onLead()
    return this
  }

  /** What is asked now, for people. */
  get asked(): string | undefined {
    const { call } = this.standby.takeDuties()
    if (call === undefined) return undefined
    this.serial = call.serial
    return call.kind === 'describe' ? `describe ${call.topic}` : call.kind
  }

  /** What the publisher is told of it; null: nothing. */
  answer(answer: Answer, serial = this.serial): string | undefined | null {
    this.standby.onAnswer(serial, answer)
    const { inspected, call } = this.standby.takeDuties()
    if (call !== undefined) throw new Error(`${call.kind} is asked at once`)
    return inspected === undefined ? null : inspected.met?.code
  }
}

describe('who follows', () => {
  it('has its log get ready at once, and again in a while', () => {
    const bench = new Bench()
    expect(bench.asked).toBe('prepare')
    expect([bench.asked, bench.standby.wakeAtMs()]).toEqual([undefined, undefined])
    expect(bench.answer(prepared)).toBeNull()
    expect(bench.asked).toBeUndefined()
    const wakeMs = bench.standby.wakeAtMs() ?? Number.NaN
    expect(wakeMs).toBeGreaterThanOrEqual(readyMs / 2)
    expect(wakeMs).toBeLessThanOrEqual(readyMs)
    expect(bench.pass(wakeMs - 1).asked).toBeUndefined()
    expect(bench.pass(1).asked).toBe('prepare')
  })

  it('waits as long when it could not, and tells nobody', () => {
    const bench = new Bench()
    expect(bench.asked).toBe('prepare')
    expect(bench.answer(fails('prepare', 'not-authorized'))).toBeNull()
    expect(bench.pass(readyMs / 2 - 1).asked).toBeUndefined()
    expect(bench.pass(readyMs / 2 + 1).asked).toBe('prepare')
  })

  it('looks at no topic, and a topic that it saw while it led is looked at again', () => {
    const bench = new Bench().lead()
    expect(bench.asked).toBe('describe journal')
    bench.standby.onAnswer(bench.serial, described(good))
    bench.standby.onDeposed()
    expect(bench.asked).toBeUndefined()
    expect(bench.pass(readyMs).asked).toBe('prepare')
    expect(bench.lead().asked).toBe('describe journal')
  })

  it('is not deposed, and has nothing to wait for', () => {
    const bench = new Bench()
    bench.standby.onDeposed()
    expect(bench.asked).toBe('prepare')
  })
})

describe('who leads', () => {
  it('looks at one topic after the other, then asks nothing', () => {
    const bench = new Bench().lead()
    expect(bench.asked).toBe('describe journal')
    bench.standby.onAnswer(bench.serial, described(good))
    const { inspected, call } = bench.standby.takeDuties()
    expect([inspected, call]).toMatchObject([{}, { kind: 'describe', topic: 'home' }])
    expect(bench.answer(described(good), call?.serial)).toBeUndefined()
    expect([bench.inspection.topic, bench.standby.wakeAtMs()]).toEqual([undefined, undefined])
  })

  it('does not wait for what it asked when it followed, nor for its answer', () => {
    const bench = new Bench()
    expect(bench.asked).toBe('prepare')
    const { serial } = bench
    expect(bench.lead().asked).toBe('describe journal')
    expect(bench.answer(prepared, serial)).toBeNull()
    expect(bench.standby.wakeAtMs()).toBeUndefined()
  })

  it('believes nothing that was found in another term, even if it comes now', () => {
    const bench = new Bench().lead()
    expect(bench.asked).toBe('describe journal')
    const { serial } = bench
    bench.standby.onDeposed()
    expect(bench.lead().asked).toBe('describe journal')
    expect(bench.answer(described(good), serial)).toBeNull()
    expect(bench.inspection.topic).toBe('journal')
  })

  it('asks again soon where nobody answers', () => {
    const bench = new Bench().lead()
    expect(bench.asked).toBe('describe journal')
    expect(bench.answer(fails('describe', 'unavailable'))).toBe('unavailable')
    expect([bench.inspection.isRefused, bench.pass(10).asked]).toEqual([false, 'describe journal'])
  })

  it.each([
    ['bad-settings', described(bad)],
    ['no-such-topic', fails('describe', 'no-such-topic')],
  ] as const)('says %s, and looks again when people had time', (code, answer) => {
    const bench = new Bench().lead()
    expect(bench.asked).toBe('describe journal')
    expect(bench.answer(answer)).toBe(code)
    expect([bench.inspection.isRefused, bench.pass(stallMs - 1).asked]).toEqual([true, undefined])
    expect(bench.pass(1).asked).toBe('describe journal')
    bench.standby.onAnswer(bench.serial, described(good))
    // Only when all of them are good is what was refused forgotten.
    expect([bench.inspection.isRefused, bench.asked]).toEqual([true, 'describe home'])
    expect(bench.answer(described(good))).toBeUndefined()
    expect(bench.inspection.isRefused).toBe(false)
  })
})
