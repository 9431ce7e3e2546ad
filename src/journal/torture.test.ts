/**
 * One group, three replicas, two logs, and everything that may go wrong in any order: answers lost,
 * calls that take effect late, markers that land late, transactions whose time is over, leaders
 * that were deposed and have not heard, leaders of partitions likewise. Whatever is visible is a
 * prefix of what was committed, at every step, and of an entry all or nothing for the sinks of one
 * log; nothing is released before its schedule is durable; and once all is well again, everything
 * is visible.
 */

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fuzzLimit, fuzzRuns } from '../base/testing/runs.ts'
import { decodeRecord } from './record.ts'
import type { ModelLog, Pending } from './testing/model-log.ts'
import { GROUP, JOURNAL, Rig, SINKS } from './testing/rig.ts'
import type { StaleLog } from './testing/stale-log.ts'

const RUNS = 300
const REPLICAS = 3
/** So that a transaction holds little, and every bound is met. */
const SMALL = {
  outputBytesMax: 300,
  scheduleBytesMax: 60,
  recordBytesMax: 25,
  sendBytesMax: 200,
  journalMs: 50,
}

/** For the other sink of each lane. */
interface More {
  readonly side: number
  readonly afar: number
}

type Step =
  | { readonly kind: 'take' | 'deliver' | 'finish' | 'lose' | 'late'; readonly pick: number }
  | { readonly kind: 'land' | 'expire' | 'trim' | 'replace' }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'answer'; readonly pick: number; readonly isLost: boolean }
  | { readonly kind: 'commit'; readonly home: number; readonly away: number; readonly more?: More }
  | { readonly kind: 'apply'; readonly replica: number; readonly count: number }
  | { readonly kind: 'elect' | 'depose'; readonly replica: number }
  | { readonly kind: 'shows'; readonly count: number }

const pick = fc.nat(5)
const replica = fc.nat(REPLICAS - 1)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 30,
    arbitrary: fc.record({
      kind: fc.constantFrom('take' as const, 'deliver', 'finish', 'finish', 'finish'),
      pick,
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('lose' as const, 'late'), pick }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('land' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('expire' as const, 'trim') }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('replace' as const) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      ms: fc.constantFrom(1, 5, 30, 250),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      pick,
      isLost: fc.integer({ min: 0, max: 9 }).map(n => n === 0),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('commit' as const),
      home: fc.nat(5),
      away: fc.nat(2),
      more: fc.record({ side: fc.nat(3), afar: fc.nat(1) }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('apply' as const), replica, count: fc.nat(6) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('elect' as const, 'depose'), replica }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('shows' as const),
      count: fc.constantFrom(1, 1, 2, 99),
    }),
  },
)

function oneOf<T>(from: readonly T[], at: number): T | undefined {
  return from[at % Math.max(1, from.length)]
}

/** Of both logs. */
function pendingOf(rig: Rig, at: number): readonly [ModelLog, Pending] | undefined {
  const all = [rig.log, rig.awayLog].flatMap(log => log.pending.map(one => [log, one] as const))
  return oneOf(all, at)
}

function touch(rig: Rig, kind: 'take' | 'deliver' | 'finish' | 'lose', at: number): void {
  const found = pendingOf(rig, at)
  if (found === undefined) return
  const [log, one] = found
  log[kind](one)
}

function late(rig: Rig, at: number): void {
  const log = [rig.log, rig.awayLog][at % 2]
  const one = oneOf(log?.late ?? [], at)
  if (log === undefined || one === undefined || one.hasEffect) return
  log.take(one)
}

/** When their leaders were to be replaced the last time. */
const endsBefore = new WeakMap<ModelLog, ModelLog['ends']>()

/** Those that led the last time answer again: meanwhile others have published. */
function replace(log: ModelLog, door: StaleLog): void {
  door.replaceAll(endsBefore.get(log) ?? log.ends)
  endsBefore.set(log, log.ends)
}

function play(rig: Rig, what: Step): void {
  const logs = [rig.log, rig.awayLog]
  switch (what.kind) {
    case 'take':
    case 'deliver':
    case 'finish':
    case 'lose':
      touch(rig, what.kind, what.pick)
      return
    case 'late':
      late(rig, what.pick)
      return
    case 'land':
    case 'expire':
      for (const log of logs) log[what.kind]()
      return
    case 'trim':
      rig.log.trim(JOURNAL, trimmable(rig))
      return
    case 'replace':
      replace(rig.log, rig.doors[0])
      replace(rig.awayLog, rig.doors[1])
      return
    case 'pass':
      rig.clock.pass(what.ms)
      return
    case 'answer': {
      const question = oneOf(rig.questions, what.pick)
      if (question !== undefined) rig.answerQuestion(question, what.isLost)
      return
    }
    case 'commit': {
      const { home, away, more = {} } = what
      rig.commit({ home, away, ...more })
      return
    }
    case 'apply': {
      const chosen = rig.replicas[what.replica]
      chosen?.apply(Math.min(rig.committed.length, chosen.applied + what.count))
      return
    }
    case 'elect':
      if (what.replica !== rig.leader) rig.elect(what.replica)
      return
    case 'depose':
      if (what.replica !== rig.leader) rig.depose(what.replica)
      return
    case 'shows':
      for (const log of logs) log.shows = what.count
  }
}

function check(rig: Rig): void {
  for (const sink of SINKS) expect(rig.trouble(sink)).toBeUndefined()
  rig.checkSchedules()
  rig.checkTogether()
}

/**
 * All faults end; whoever does not lead hears of it. What such a one has left open, the log aborts
 * when its time is over.
 */
function heal(rig: Rig): void {
  for (const door of rig.doors) door.meetLeaders()
  for (const log of [rig.log, rig.awayLog]) {
    log.shows = Number.POSITIVE_INFINITY
    for (const one of log.late.splice(0)) if (!one.hasEffect) log.take(one)
  }
  for (const index of rig.replicas.keys()) if (index !== rig.leader) rig.depose(index)
  rig.settle(1000)
  for (const log of [rig.log, rig.awayLog]) log.expire()
  rig.settle(6000)
}

/** As far as the group itself knows to be journaled; the last record always stays. */
function trimmable({ committed, log }: Rig): number {
  const told = committed.findLast(entry => entry.kind === 'progress')
  const journaled = told?.progress.journaled ?? 0
  const records = log.visible(JOURNAL)
  const wanted = records.find(({ value, offset }) => {
    const record = decodeRecord(value, GROUP, { ...JOURNAL, offset })
    return record.kind !== 'published' || record.toSeq > journaled
  })
  return (wanted ?? records.at(-1))?.offset ?? 0
}

function torture(steps: readonly Step[]): Rig {
  const rig = new Rig({ replicas: REPLICAS, hasAway: true, bounds: SMALL })
  rig.elect(0)
  for (const one of steps) {
    play(rig, one)
    check(rig)
  }
  heal(rig)
  return rig
}

/** Whoever leads has let out all that was committed, and nothing waits. */
function mustBeOut(rig: Rig): void {
  const told = rig.replicas.flatMap(one => one.told)
  expect(told.filter(line => /halted|stalled/.test(line))).toEqual([])
  for (const sink of SINKS) expect(rig.visible(sink)).toEqual(rig.expected(sink))
  const { outbox } = rig.replicas[rig.leader] ?? rig.one
  expect(rig.journaled).toBe(outbox.lastSeq)
  expect([outbox.bytes, outbox.progress.journaled]).toEqual([0, outbox.lastSeq])
}

describe('whatever happens', () => {
  it('every committed output is visible once and in order', fuzzLimit(RUNS), () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 50, maxLength: 400 }), steps => {
        mustBeOut(torture(steps))
      }),
      { numRuns: fuzzRuns(RUNS) },
    )
  })

  // A beginning was given up and asked for again, and took effect while the second one published.
  it.each(['late-beginning'])('and so in the history of %s', name => {
    const path = new URL(`testdata/${name}.json`, import.meta.url)
    mustBeOut(torture(JSON.parse(readFileSync(path, 'utf8')) as Step[]))
  })
})
