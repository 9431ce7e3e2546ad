/**
 * Jobs whose log refuses them: what is told, once, that it is over, once, and that nothing is lost
 * or repeated by it, whoever leads meanwhile.
 */

import { expect, test } from 'vitest'
import type { LogErrorCode } from '../base/stream-log.ts'
import type { Plan } from '../engine/plan/plan.ts'
import { counts, dedup, operator, planOf } from '../engine/plan/testing/plans.ts'
import { Town } from './testing/town.ts'

const plan: Plan = planOf([
  operator('once', 'in', dedup('n')),
  operator('sums', 'once', counts('user')),
])
const MINUTE = 60_000
const END = ['z,5000']

/** Of a partition: `user,n` by ascending number, each twice. */
function textsOf(partition: number): readonly string[] {
  const numbers = Array.from({ length: 60 }, (_, at) => 2 * at + partition)
  return [...numbers.flatMap(n => [`u${n % 5},${n}`, `u${n % 5},${n}`]), ...END]
}

const inputs = [0, 1].map(textsOf)

function write(town: Town, from: number, to?: number): void {
  for (const [partition, texts] of inputs.entries()) town.write(partition, texts.slice(from, to))
}

/** What it gives with a log that never refuses anything. */
function undisturbed(): readonly string[] {
  const town = new Town(plan)
  write(town, 0)
  town.pass(3000)
  expect(town.told).toEqual([])
  return town.out('out')
}

const expected = undisturbed()

const isWrite = (what: string) => /^(init|send|commit|abort) /.test(what)

function refuseWrites(town: Town, code: LogErrorCode | undefined): void {
  town.log.refusal = what => (code !== undefined && isWrite(what) ? code : undefined)
}

function expectAll(town: Town): void {
  expect(town.until(() => town.out('out').length >= expected.length, MINUTE)).toBe(true)
  town.pass(2000)
  expect(town.out('out')).toEqual(expected)
}

const states = (town: Town) => new Set(town.groups.map(({ work }) => work.facts.state))

test('there is something to lose', () => {
  expect(expected.length).toBeGreaterThan(20)
})

test.each(['unavailable', 'not-authorized', 'busy'] as const)(
  'a log that refuses writes for minutes (%s) is told once for each group, and so is its end',
  code => {
    const town = new Town(plan)
    write(town, 0, 70)
    town.pass(200)
    refuseWrites(town, code)
    write(town, 70)
    town.pass(3 * MINUTE)
    const troubled = town.told.length
    // Those that had nothing to write have nothing to tell.
    expect(town.told).toEqual(Array(troubled).fill(code))
    expect(troubled).toBeGreaterThan(0)
    expect(troubled).toBeLessThanOrEqual(town.groups.length)
    expect(states(town)).toContain('stalled')
    expect(states(town)).not.toContain('failed')
    const before = town.out('out').length
    refuseWrites(town, undefined)
    expectAll(town)
    expect(before).toBeLessThan(expected.length)
    expect(town.told.slice(troubled)).toEqual(Array(troubled).fill('over'))
    expect(states(town)).toEqual(new Set(['running']))
  },
)

test('whoever takes over meanwhile says it too, and nothing is lost or repeated', () => {
  const town = new Town(plan)
  write(town, 0, 70)
  town.pass(200)
  refuseWrites(town, 'unavailable')
  write(town, 70)
  for (let moves = 0; moves < 3; moves++) {
    town.pass(MINUTE)
    town.moveAll()
  }
  town.pass(MINUTE)
  expect(new Set(town.told)).toEqual(new Set(['unavailable']))
  refuseWrites(town, undefined)
  expectAll(town)
  expect(states(town)).toEqual(new Set(['running']))
})

test('an input that gives no answer for minutes is told once by its readers, and goes on', () => {
  const town = new Town(plan)
  write(town, 0, 70)
  town.pass(200)
  town.refuseReaders('unavailable')
  write(town, 70)
  town.pass(3 * MINUTE)
  const told = [...town.told]
  expect(told).toEqual(Array(inputs.length).fill('unavailable'))
  town.refuseReaders(undefined)
  expectAll(town)
  expect(town.told).toEqual([...told, ...Array(inputs.length).fill('over')])
})

test.each(['no-such-topic', 'offset-out-of-range'] as const)(
  'an input that is gone (%s) ends its readers, for good, until the job is started again',
  code => {
    const town = new Town(plan)
    write(town, 0, 70)
    town.pass(200)
    town.refuseReaders(code)
    write(town, 70)
    town.pass(MINUTE)
    expect(town.told).toEqual(Array(inputs.length).fill(code))
    expect(states(town)).toContain('failed')
    const before = town.out('out')
    // The same topic is there again: nobody believes it before somebody says so.
    town.refuseReaders(undefined)
    town.pass(MINUTE)
    expect(town.out('out')).toEqual(before)
    expect(states(town)).toContain('failed')
    town.claim({ generation: 2, owner: 'bob' })
    expectAll(town)
    expect(states(town)).toEqual(new Set(['running']))
  },
)
