/** How a job's groups are connected: every record has one way, and channels stay what they are. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Plan } from '../engine/plan/plan.ts'
import { edgeText, schemasOf } from '../engine/plan/schemas.ts'
import {
  counts,
  dedup,
  filter,
  operator,
  planOf,
  sink,
  source,
} from '../engine/plan/testing/plans.ts'
import { testCompiler } from '../engine/testing/compiler.ts'
import { type Way, type Wiring, wiringOf } from './wiring.ts'

interface Sizes {
  readonly groups?: number
  readonly partitions?: number
}

function wired(plan: Plan, { groups = 2, partitions = 3 }: Sizes = {}): Wiring {
  return wiringOf({
    plan,
    schemas: schemasOf(plan, testCompiler),
    groupsOf: () => groups,
    partitionsOf: () => Array.from({ length: partitions }, (_, at) => at),
  })
}

/** `2: in/0 by sums/0 -> sums.0`, with `/1` behind the stage where one group takes alone. */
function shown({ channel, from, by, to, onlyIndex, into }: Way): string {
  const where =
    from.kind === 'source' ? `${from.source}/${from.partition}` : `${from.stage}/${from.index}`
  const alone = onlyIndex === undefined ? '' : `/${onlyIndex}`
  const what = into.kind === 'sink' ? `=>${into.sink}` : `${into.operator}.${into.input}`
  return `${channel}: ${where} by ${by.stage}/${by.index} -> ${to}${alone} ${what}`
}

const all = (wiring: Wiring) => wiring.groups.flatMap(ref => wiring.waysBy(ref)).map(shown)

const summed = planOf([operator('sums', 'in', counts('user'))])

describe('a source that feeds a stage', () => {
  test('is read by its groups in turn, for all of them; letters go to the group that reads', () => {
    expect(all(wired(summed))).toEqual([
      '0: in/0 by sums/0 -> sums sums.0',
      '1: in/0 by sums/0 -> sums/0 =>dead-letters',
      '4: in/2 by sums/0 -> sums sums.0',
      '5: in/2 by sums/0 -> sums/0 =>dead-letters',
      '2: in/1 by sums/1 -> sums sums.0',
      '3: in/1 by sums/1 -> sums/1 =>dead-letters',
    ])
  })

  test('and tells a sink has a way for that, and the stage has the sink', () => {
    const plan = { ...summed, sinks: [sink('out', 'sums'), sink('raw', 'in')] }
    const wiring = wired(plan, { groups: 1, partitions: 1 })
    expect(all(wiring)).toEqual([
      '0: in/0 by sums/0 -> sums sums.0',
      '1: in/0 by sums/0 -> sums/0 =>raw',
      '2: in/0 by sums/0 -> sums/0 =>dead-letters',
    ])
    expect(wiring.stages.map(({ sinks }) => sinks)).toEqual([['out', 'raw', 'dead-letters']])
    expect(wiring.front('in').exchanges.map(({ to }) => to)).toEqual(['sums'])
  })

  test('of which nobody made groups for keys has one group', () => {
    const wiring = wired(planOf([operator('sums', 'in', counts())]), { groups: 4 })
    expect(wiring.groups).toEqual([{ stage: 'sums', index: 0 }])
  })
})

describe('a source that feeds none', () => {
  test('has a stage without operators', () => {
    const wiring = wired(planOf([operator('some', 'in', filter())]), { partitions: 2 })
    expect(wiring.stages).toMatchObject([
      {
        name: 'in',
        groups: 2,
        site: { operators: [], exchanges: [] },
        sinks: ['out', 'dead-letters'],
      },
    ])
    expect(all(wiring)).toEqual([
      '0: in/0 by in/0 -> in/0 =>out',
      '1: in/0 by in/0 -> in/0 =>dead-letters',
      '2: in/1 by in/1 -> in/1 =>out',
      '3: in/1 by in/1 -> in/1 =>dead-letters',
    ])
  })

  test('beside one that does: each has its own', () => {
    const plan = planOf([operator('sums', 'right', counts('user'))], {
      sources: [source('left'), source('right')],
      sinks: [sink('l', 'left'), sink('r', 'sums')],
    })
    const wiring = wired(plan, { groups: 1, partitions: 1 })
    expect(wiring.stages.map(({ name, sinks }) => [name, ...sinks])).toEqual([
      ['left', 'l', 'dead-letters'],
      ['sums', 'r', 'dead-letters'],
    ])
  })
})

describe('a stage behind another', () => {
  const plan = planOf([
    operator('once', 'in', dedup('user')),
    operator('sums', 'once', counts('n')),
  ])

  test('takes from each of its groups', () => {
    const wiring = wired(plan, { partitions: 1 })
    expect(all(wiring)).toEqual([
      '0: in/0 by once/0 -> once once.0',
      '1: in/0 by once/0 -> once/0 =>dead-letters',
      '2: once/0 by once/0 -> sums sums.0',
      '5: once/1 by once/1 -> sums sums.0',
    ])
    expect(wiring.waysInto({ stage: 'sums', index: 1 }).map(({ channel }) => channel)).toEqual([
      2, 5,
    ])
    expect(wiring.way(5)?.from).toEqual({ kind: 'stage', stage: 'once', index: 1 })
    expect(wiring.way(4)).toBe(undefined)
  })

  test('takes each edge by its own input', () => {
    const two = planOf([
      operator('once', 'in', dedup('user')),
      operator('sums', 'once in', counts('n')),
    ])
    const inputs = wired(two, { groups: 1, partitions: 1 }).waysInto({ stage: 'sums', index: 0 })
    expect(inputs.map(way => [way.from.kind, way.into])).toEqual([
      ['source', { kind: 'operator', operator: 'sums', input: 1 }],
      ['stage', { kind: 'operator', operator: 'sums', input: 0 }],
    ])
    expect(inputs.map(({ exchange }) => exchange && edgeText(exchange.edge))).toEqual([
      'in',
      'once',
    ])
  })
})

test('a channel stays what it is when partitions are added', () => {
  const sizes = fc.record({
    groups: fc.integer({ min: 1, max: 5 }),
    few: fc.nat(6),
    more: fc.nat(6),
  })
  fc.assert(
    fc.property(sizes, ({ groups, few, more }) => {
      const before = wired(summed, { groups, partitions: few })
      const after = wired(summed, { groups, partitions: few + more })
      for (const ref of before.groups) {
        for (const way of before.waysInto(ref)) expect(after.way(way.channel)).toEqual(way)
      }
    }),
  )
})

test('what nobody has is asked for in vain', () => {
  const wiring = wired(summed)
  expect(() => wiring.stage('other')).toThrow('unknown-stage')
  expect(() => wiring.front('other')).toThrow('unknown-source')
})
