/** What is objected to: every fact that may be bad, alone, turns a drill. */

import { expect, test } from 'vitest'
import { Prng } from '../../src/base/prng.ts'
import { type Facts, objections, overKafka, slackened } from './drill.ts'
import { drills } from './drills.ts'
import { publisherApiKeys } from './faults/kafka-proxy.ts'
import { drawn, type FaultPlan, partitions, told, victimOf } from './faults/plan.ts'

const struck = { what: 'kill', victim: 'n1', led: 2, hits: 1, replacedMs: [] }

const good: Facts = {
  judgement: { summary: 'fine', wrong: [] },
  struck: [struck, { ...struck, led: 0 }],
  gapsMs: [
    [10, 20],
    [900, 3],
  ],
  calls: { called: 510, ok: 500, failed: 4, unknown: 6 },
  seconds: 10,
  toll: { fenced: 1, open: 0 },
  unnoticed: [],
  troubles: [],
}
const expects = { gapMsMax: 1000, okPerSecondMin: 50, toll: ['fenced'] }
const answered = (ok: number) => ({ calls: { ...good.calls, ok } })

test('nothing is objected to what is good', () => {
  expect(objections(expects, good)).toEqual([])
})

test('a busy machine is given more time and less to do', () => {
  const slack = slackened(expects, 4)
  expect(objections(slack, { ...good, gapsMs: [[4000]], ...answered(126) })).toEqual([])
  expect(objections(slack, { ...good, gapsMs: [[4001]], ...answered(124) })).toHaveLength(2)
})

test.each<[string, Partial<Facts>]>([
  ['r1: none fits', { judgement: { summary: '', wrong: ['r1: none fits'] } }],
  ['and 2 more', { judgement: { summary: '', wrong: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] } }],
  ['no fault hit any: fenced', { toll: { fenced: 0 } }],
  ['no fault hit any: fenced', { toll: {} }],
  ['no fault was carried out', { struck: [] }],
  ['hit nothing: pause', { struck: [struck, { ...struck, what: 'pause', hits: 0 }] }],
  ['nobody who was hit led a group', { struck: [{ ...struck, led: 0 }] }],
  ['no gap was measured', { gapsMs: [[], []] }],
  ['1001 ms without service, 1000 are allowed', { gapsMs: [[5], [1001]] }],
  ['only 499 calls were answered in 10 s', answered(499)],
  ['the check is blind: lose: event 3', { unnoticed: ['lose: event 3'] }],
  ['not served after kill', { troubles: ['not served after kill for 30 s'] }],
])('%s', (text, bad) => {
  const found = objections(expects, { ...good, ...bad })
  expect(found.join('\n')).toContain(text)
})

test('drills have names of their own, and faults', () => {
  expect(new Set(drills.map(({ name }) => name)).size).toBe(drills.length)
  for (const { name, faults, rounds } of drills) {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)+$/)
    expect(faults.length).toBeGreaterThan(0)
    expect(rounds).toBeGreaterThanOrEqual(faults.length)
  }
})

test('every fault comes once before any comes again', () => {
  const plans = drawn(partitions, 3 * partitions.length, new Prng(7))
  for (let from = 0; from < plans.length; from += partitions.length) {
    expect(new Set(plans.slice(from, from + partitions.length))).toEqual(new Set(partitions))
  }
  expect(plans.slice(0, 6)).not.toEqual(plans.slice(6, 12))
  expect(drawn(partitions, 4, new Prng(7))).toEqual(plans.slice(0, 4))
})

test('no call of a publisher is spared', () => {
  const { faults = [] } = drills.find(({ name }) => name === 'publish-lost-answer') ?? {}
  const lost = faults.flatMap(fault => (fault.kind === 'call' ? [fault.api] : []))
  expect(lost.sort()).toEqual(Object.keys(publisherApiKeys).sort())
})

test('every fault is told by words of its own', () => {
  const others: FaultPlan[] = [
    ...([{ kind: 'kill' }, { kind: 'pause' }, { kind: 'lose-disk' }] as const),
    { kind: 'broker', how: 'stop', whose: 'coordinator' },
    { kind: 'broker', how: 'kill', whose: 'coordinator' },
    { kind: 'broker', how: 'kill', whose: 'leader' },
    { kind: 'broker', how: 'pause', whose: 'leader' },
    { kind: 'call', api: 'EndTxn', fate: 'lost-answer' },
    { kind: 'call', api: 'EndTxn', fate: 'hang-up' },
    { kind: 'call', api: 'Produce', fate: 'hang-up' },
  ]
  const all = [...partitions, ...others].map(told)
  expect(new Set(all).size).toBe(all.length)
  expect(all).toContain('silence, in')
})

test('who leads most is hit; among equals anybody', () => {
  const leads = (a: number, b: number, c: number) =>
    new Map([
      ['a', Array(a).fill(1)],
      ['b', Array(b).fill(1)],
      ['c', Array(c).fill(1)],
    ])
  expect(victimOf(leads(1, 3, 2), new Prng(1))).toBe('b')
  const equals = Array.from({ length: 30 }, (_, seed) => victimOf(leads(2, 0, 2), new Prng(seed)))
  expect(new Set(equals)).toEqual(new Set(['a', 'c']))
  expect(victimOf(new Map(), new Prng(1))).toBe(undefined)
})

test('drills that kill or pause who leads are played over brokers too, and say so', () => {
  const over = drills.flatMap(drill => overKafka(drill) ?? [])
  expect(over.map(({ name, machine }) => [name, machine])).toEqual([
    ['kill-leader-kafka', 'kafka-job'],
    ['kill-reader-kafka', 'kafka-job'],
    ['kill-two-kafka', 'kafka-job'],
    ['pause-leader-kafka', 'kafka-job'],
  ])
  for (const { faults, rounds, groups, about } of over) {
    expect(drills.map(drill => drill.faults)).toContain(faults)
    expect([rounds > 1, groups, about.endsWith('; over three brokers')]).toEqual([true, 2, true])
  }
})
