/** Whole jobs over replicas in memory: each output once, whoever leads, and the same as alone. */

import { describe, expect, test } from 'vitest'
import { Prng } from '../base/prng.ts'
import { rowsOf } from '../engine/columns/records.ts'
import { LocalJob } from '../engine/local/local-job.ts'
import type { Plan } from '../engine/plan/plan.ts'
import { counts, dedup, filter, operator, planOf, sink } from '../engine/plan/testing/plans.ts'
import { testCompiler } from '../engine/testing/compiler.ts'
import { recordsFrom } from '../engine/windows/testing/events.ts'
import { Town } from './testing/town.ts'

const twoStages: Plan = planOf([
  operator('once', 'in', dedup('n')),
  operator('sums', 'once', counts('user')),
])

/** Of a partition: `user,n` by ascending number, each twice, and none that another has. */
function textsOf(partition: number, from: number, to: number): readonly string[] {
  const numbers = Array.from({ length: to - from }, (_, at) => 2 * (from + at) + partition)
  return numbers.flatMap(n => [`u${n % 5},${n}`, `u${n % 5},${n}`])
}

/** The same by itself, in one process: all of a sink, sorted. */
function alone(plan: Plan, texts: readonly (readonly string[])[], name = 'out'): readonly string[] {
  const partitions = new Map([['in', texts.length]])
  const job = new LocalJob(plan, testCompiler, { groups: 2, partitions })
  for (const [partition, own] of texts.entries()) {
    const events = own.map(text => {
      const [user = '', n] = text.split(',')
      return { user, n: Number(n), time: Number(n) }
    })
    job.push('in', recordsFrom(events), partition)
  }
  job.run()
  const records = job.takeOutputs().get(name)
  const rows = records === undefined ? [] : rowsOf(records)
  return rows.map(({ time, values }) => `${time} ${values.join(',')}`).sort()
}

const END = ['z,5000']
const inputs = [0, 1].map(partition => [...textsOf(partition, 0, 60), ...END])

function writeAll(town: Town): void {
  for (const [partition, texts] of inputs.entries()) town.write(partition, texts)
}

describe('a job of two stages', () => {
  const expected = alone(twoStages, inputs)

  test('gives what it gives alone', () => {
    const town = new Town(twoStages)
    writeAll(town)
    expect(town.until(() => town.out('out').length >= expected.length)).toBe(true)
    town.pass(300)
    expect(town.out('out')).toEqual(expected)
    expect(expected.length).toBeGreaterThan(20)
  })

  test('gives the same where all groups are led anew in the midst of it', () => {
    const town = new Town(twoStages)
    const half = inputs.map(texts => Math.floor(texts.length / 2))
    for (const [partition, texts] of inputs.entries()) {
      town.write(partition, texts.slice(0, half[partition]))
    }
    for (let moves = 0; moves < 5; moves++) {
      town.pass(17 + moves)
      town.moveAll()
    }
    for (const [partition, texts] of inputs.entries()) {
      town.write(partition, texts.slice(half[partition]))
    }
    town.pass(11)
    town.moveAll(2)
    expect(town.until(() => town.out('out').length >= expected.length)).toBe(true)
    town.pass(300)
    expect(town.out('out')).toEqual(expected)
  })

  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'gives the same whoever leads, and whenever it is heard of (%i)',
    seed => {
      const prng = new Prng(seed)
      const town = new Town(twoStages)
      const left = inputs.map(texts => [...texts])
      while (left.some(texts => texts.length > 0)) {
        for (const [partition, texts] of left.entries()) {
          town.write(partition, texts.splice(0, prng.below(20)))
        }
        town.pass(prng.below(12))
        const group = prng.pick(town.groups)
        if (prng.chance(0.4)) group.lead(prng.below(3))
        town.pass(prng.below(4))
        if (prng.chance(0.7)) town.tellMoved(group.ref)
      }
      for (const { ref } of town.groups) town.tellMoved(ref)
      expect(town.until(() => town.out('out').length >= expected.length)).toBe(true)
      town.pass(200)
      expect(town.out('out')).toEqual(expected)
    },
  )

  test('lets go of what the next stage has committed', () => {
    const town = new Town(twoStages)
    writeAll(town)
    const held = () => town.groups.map(({ work }) => work.machine.state.outbox.bytes)
    expect(town.until(() => town.out('out').length >= expected.length)).toBe(true)
    expect(town.until(() => held().every(bytes => bytes === 0))).toBe(true)
  })

  test('does not say that it has stopped before it knows all that was committed', () => {
    const town = new Town(twoStages)
    for (const { works } of town.groups) for (const work of works) work.stop()
    const [group] = town.groups
    if (group === undefined) throw new Error('a town has groups')
    expect(town.until(() => group.work.facts.state === 'stopped')).toBe(true)
    // It leads anew, and what opens its term is not applied yet.
    group.term++
    expect([group.work.facts.state, group.work.isDrained]).toEqual(['stopping', false])
    group.lead(group.leader)
    expect(group.work.facts.state).toBe('stopped')
  })

  test('stops when it is told to, and goes on under another claim', () => {
    const town = new Town(twoStages)
    for (const [partition, texts] of inputs.entries()) town.write(partition, texts.slice(0, 80))
    town.pass(60)
    const all = () => town.groups.flatMap(({ works }) => works)
    for (const work of all()) work.stop()
    expect(town.until(() => all().every(({ facts }) => facts.state === 'stopped'))).toBe(true)
    for (const [partition, texts] of inputs.entries()) town.write(partition, texts.slice(80))
    const before = town.out('out')
    town.pass(200)
    expect(town.out('out')).toEqual(before)
    town.claim({ generation: 2, owner: 'bob' })
    expect(town.until(() => town.out('out').length >= expected.length)).toBe(true)
    town.pass(300)
    expect(town.out('out')).toEqual(expected)
    expect(all().map(({ facts }) => [facts.state, facts.generation])).toEqual(
      all().map(() => ['running', 2]),
    )
  })

  test('cuts an epoch in all of its groups, at one place of each channel', () => {
    const town = new Town(twoStages)
    for (const [partition, texts] of inputs.entries()) town.write(partition, texts.slice(0, 60))
    town.pass(40)
    const works = () => town.groups.map(({ work }) => work)
    for (const work of works()) work.onEpochOpened(1)
    town.pass(3)
    town.moveAll()
    for (const work of works()) work.onEpochOpened(1)
    for (const [partition, texts] of inputs.entries()) town.write(partition, texts.slice(60))
    const epochs = () => works().map(({ machine }) => machine.state.book.epoch)
    expect(town.until(() => epochs().every(epoch => epoch === 1))).toBe(true)
    for (const { works: all } of town.groups) for (const work of all) work.onEpochClosed(1)
    expect(town.until(() => town.out('out').length >= expected.length)).toBe(true)
    expect(town.out('out')).toEqual(expected)
  })
})

describe('a job without keys', () => {
  const plan = planOf([operator('some', 'in', filter('n >= 10'))])

  test('passes what its source has for sinks, and letters, once', () => {
    const town = new Town(plan)
    const texts = inputs.map(own => [...own.slice(0, 40), 'nonsense'])
    for (const [partition, own] of texts.entries()) town.write(partition, own)
    town.pass(30)
    town.moveAll()
    const expected = alone(
      plan,
      inputs.map(own => own.slice(0, 40)),
    )
    expect(town.until(() => town.out('out').length >= expected.length)).toBe(true)
    town.pass(300)
    expect(town.out('out')).toEqual(expected)
    expect(town.out('dead-letters')).toEqual(['0 in,malformed', '0 in,malformed'])
  })
})

test('a sink right behind a source has its records from the stage that is fed, too', () => {
  const plan = { ...twoStages, sinks: [sink('out', 'sums'), sink('raw', 'in')] }
  const town = new Town(plan)
  writeAll(town)
  const raw = alone(plan, inputs, 'raw')
  expect(town.until(() => town.out('raw').length >= raw.length)).toBe(true)
  expect(town.out('raw')).toEqual(raw)
})
