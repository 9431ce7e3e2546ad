/** A whole plan in one process: whatever the number of groups and partitions, it says the same. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Records, rowsOf } from '../columns/records.ts'
import type { Plan } from '../plan/plan.ts'
import {
  counts,
  dedup,
  filter,
  keyBy,
  operator,
  planOf,
  project,
  sink,
  source,
  union,
} from '../plan/testing/plans.ts'
import { DEAD_LETTERS } from '../stage/dead-letters.ts'
import { testCompiler } from '../testing/compiler.ts'
import { anyBatches, type Event, recordsFrom } from '../windows/testing/events.ts'
import { LocalJob, type LocalOptions } from './local-job.ts'

const clicks = (...times: readonly number[]): Records =>
  recordsFrom(times.map((time, n) => ({ user: 'a', time, n })))

const shown = (records: Records) =>
  rowsOf(records).map(({ time, values }) => `${time} ${values.join(',')}`)

class Trial {
  readonly job: LocalJob

  constructor(plan: Plan, options: LocalOptions = {}) {
    this.job = new LocalJob(plan, testCompiler, options)
  }

  /** What is said to each sink, sorted. */
  get said(): Readonly<Record<string, readonly string[]>> {
    const outputs = [...this.job.takeOutputs()].sort(([a], [b]) => (a < b ? -1 : 1))
    return Object.fromEntries(outputs.map(([to, records]) => [to, shown(records).sort()]))
  }

  ended(now?: number): Readonly<Record<string, readonly string[]>> {
    this.job.endAll()
    this.job.run(now)
    return this.said
  }
}

const SUMS = planOf([operator('sums', 'in', counts('user'))])

describe('a job', () => {
  test('says what is due when the watermark has passed it', () => {
    const trial = new Trial(SUMS)
    trial.job.push('in', clicks(3, 7, 12))
    trial.job.run()
    expect(trial.said).toEqual({ out: ['9 a,0,10,2'] })
    expect(trial.ended()).toEqual({ out: ['19 a,10,20,1'] })
  })

  test('says nothing twice, and nothing before it is run', () => {
    const trial = new Trial(SUMS)
    trial.job.push('in', clicks(3, 12))
    expect(trial.said).toEqual({})
    trial.job.run()
    expect([trial.said, trial.said]).toEqual([{ out: ['9 a,0,10,1'] }, {}])
  })

  test('without state says at once what it is pushed', () => {
    const trial = new Trial(planOf([operator('some', 'in', filter('n >= 1'))]))
    trial.job.push('in', clicks(3, 12))
    expect(trial.said).toEqual({ out: ['12 a,1'] })
  })

  test('waits for the records that may be out of order', () => {
    const late = planOf(SUMS.operators, { sources: [source('in', { time: { lagMs: 5 } })] })
    const trial = new Trial(late)
    trial.job.push('in', clicks(14, 9))
    trial.job.run()
    expect(trial.said).toEqual({})
    trial.job.push('in', clicks(15))
    trial.job.run()
    expect(trial.said).toEqual({ out: ['9 a,0,10,1'] })
  })

  test('counts what was too late', () => {
    const trial = new Trial(SUMS)
    for (const time of [50, 3, 4]) {
      trial.job.push('in', clicks(time))
      trial.job.run()
    }
    expect(trial.job.lateCount).toBe(2)
  })

  test('by the clock says what is due when it is run at that time', () => {
    const window = { kind: 'tumbling', sizeMs: 10, offsetMs: 0, time: 'processing' } as const
    const trial = new Trial(planOf([operator('sums', 'in', { ...counts('user'), window })]))
    trial.job.push('in', clicks(500, 600))
    trial.job.run(13)
    expect([trial.said, trial.job.wakeAt]).toEqual([{}, 20])
    trial.job.run(25)
    expect(trial.said).toEqual({ out: ['19 a,10,20,2'] })
    trial.job.run(3)
    trial.job.push('in', clicks(1))
    expect(trial.ended()).toEqual({ out: ['29 a,20,30,1'] })
  })
})

describe('partitions', () => {
  const two = { partitions: new Map([['in', 2]]) }

  test('hold time back until all of them have been heard', () => {
    const trial = new Trial(SUMS, two)
    trial.job.push('in', clicks(3, 50), 0)
    trial.job.run()
    expect(trial.said).toEqual({})
    trial.job.push('in', clicks(8, 11), 1)
    trial.job.run()
    expect(trial.said).toEqual({ out: ['9 a,0,10,2'] })
  })

  test('that ended hold nothing back', () => {
    const trial = new Trial(SUMS, two)
    trial.job.push('in', clicks(3, 50), 0)
    trial.job.end('in', 1)
    trial.job.run()
    expect(trial.said).toEqual({ out: ['9 a,0,10,1'] })
  })

  test('that there are not are our mistake, before anything is taken', () => {
    const trial = new Trial(planOf([]))
    expect(() => trial.job.push('in', clicks(3), 7)).toThrow('a-partition-was-announced')
    expect(trial.said).toEqual({})
  })
})

describe('names that the plan does not have', () => {
  const { job } = new Trial(SUMS)

  test('of a source are refused, to push and to end', () => {
    expect(() => job.push('nobody', clicks(1))).toThrow('unknown-source')
    expect(() => job.end('nobody')).toThrow('unknown-source')
  })

  test('of a sink are refused; that of the dead letters is always there', () => {
    expect(() => job.schemaOf('nobody')).toThrow('unknown-sink')
    expect(job.schemaOf('out').names).toEqual(['user', 'window_start', 'window_end', 'total'])
    expect(job.schemaOf('dead-letters').names[0]).toBe('operator')
  })
})

const failing = (text: string) => ({ ...counts(text), aggregates: counts().aggregates })
const bad = recordsFrom([
  { user: 'a', time: 1, n: -1 },
  { user: 'a', time: 2, n: 2 },
])

describe.each([1, 3])('records that fail, in %i groups', groups => {
  const letters = (plan: Plan) => {
    const trial = new Trial(plan, { groups })
    trial.job.push('in', bad)
    const all = trial.ended()
    const dead = (all['dead-letters'] ?? []).map(line => line.split(',').slice(0, 3).join(','))
    return { dead, out: all['out'] }
  }

  test('at the source are told once', () => {
    const plan = planOf([operator('names', 'in', project('m=fail(n)'))])
    expect(letters(plan)).toEqual({ dead: ['1 names,negative,-1 is negative'], out: ['2 2'] })
  })

  test('with the key of a stage are told once', () => {
    const plan = planOf([operator('sums', 'in', failing('m=fail(n)'))])
    expect(letters(plan).dead).toEqual(['1 sums,negative,-1 is negative'])
  })

  test('with the key of a second stage are told once, and go no further', () => {
    const plan = planOf([
      operator('first', 'in', dedup('n')),
      operator('sums', 'first', failing('m=fail(n)')),
    ])
    expect(letters(plan)).toEqual({
      dead: ['1 sums,negative,-1 is negative'],
      out: ['9 2,0,10,1'],
    })
  })

  test('with a key by which they were only to be together are told once', () => {
    const key = keyBy('m=fail(n)')
    const plan = planOf([operator('keyed', 'in', { kind: 'key-by', key })])
    expect(letters(plan)).toEqual({ dead: ['1 keyed,negative,-1 is negative'], out: ['2 a,2'] })
  })

  test('are left out where they are to be skipped', () => {
    const plan = planOf([operator('sums', 'in', failing('m=fail(n)'))], { errors: 'skip' })
    expect(letters(plan)).toEqual({ dead: [], out: ['9 2,0,10,1'] })
  })

  test('stop the job where it is to fail', () => {
    const plan = planOf([operator('sums', 'in', failing('m=fail(n)'))], { errors: 'fail' })
    expect(() => letters(plan)).toThrow('-1 is negative')
  })
})

const PLANS: Readonly<Record<string, Plan>> = {
  'one stage': SUMS,
  'two stages': planOf([
    operator('sums', 'in', counts('user')),
    operator('sizes', 'sums', {
      ...counts('size=total'),
      window: { kind: 'tumbling', sizeMs: 50, offsetMs: 0, time: 'event' },
    }),
  ]),
  'a chain in one stage': planOf([
    operator('first', 'in', dedup('user', 'n')),
    operator('some', 'first', filter('n >= 1')),
    operator('sums', 'some', counts('user', 'n')),
  ]),
  'late records counted again': planOf(
    [
      operator('sums', 'in', { ...counts('n=user'), lateSide: 'late' }),
      operator('late', 'sums.late', { ...counts('n'), window: { kind: 'global' } }),
    ],
    { sinks: [sink('out', 'sums'), sink('late', 'late')] },
  ),
  'a union of a stage and its source': planOf([
    operator('first', 'in', dedup('user')),
    operator('both', 'first in', union),
    operator('sums', 'both', counts('user')),
  ]),
}

describe.each(Object.keys(PLANS))('%s', name => {
  const plan = PLANS[name] as Plan

  /** All that is said of the same records, in the same order of partitions. */
  function ended(batches: readonly (readonly Event[])[], groups: number) {
    const trial = new Trial(plan, { groups })
    const all: string[] = []
    for (const events of batches) {
      trial.job.push('in', recordsFrom(events))
      trial.job.run()
    }
    trial.job.endAll()
    trial.job.run()
    for (const [to, lines] of Object.entries(trial.said))
      all.push(...lines.map(one => `${to} ${one}`))
    return { all: all.sort(), late: trial.job.lateCount }
  }

  test('says the same in any number of groups', () => {
    fc.assert(
      fc.property(anyBatches, fc.integer({ min: 2, max: 5 }), (batches, groups) => {
        const events = batches.map(one => one.events)
        expect(ended(events, groups)).toEqual(ended(events, 1))
      }),
      { numRuns: 25 },
    )
  })
})

test('two sources are as far as the slower of them', () => {
  const plan = planOf(
    [operator('both', 'left right', union), operator('sums', 'both', counts('user'))],
    {
      sources: [source('left'), source('right')],
    },
  )
  const trial = new Trial(plan, { groups: 2 })
  trial.job.push('left', clicks(3, 90))
  trial.job.run()
  expect(trial.said).toEqual({})
  trial.job.push('right', clicks(5, 10))
  trial.job.run()
  expect(trial.said).toEqual({ out: ['9 a,0,10,2'] })
  expect(trial.ended()).toEqual({ out: ['19 a,10,20,1', '99 a,90,100,1'] })
})

test('rows of state are those of all groups, and go when time has passed', () => {
  const trial = new Trial(SUMS, { groups: 4 })
  const users = Array.from({ length: 50 }, (_, at) => ({ user: `u${at}`, time: at, n: 0 }))
  trial.job.push('in', recordsFrom(users))
  trial.job.run()
  expect(trial.job.rows).toBeGreaterThan(10)
  trial.ended()
  // How far each group has come, how much it has said, and the numbers of its five tables.
  expect(trial.job.rows).toBe(4 * (2 + 5))
})

test('records of which more comes than can wait for the next run are dead letters', () => {
  const plan = planOf([operator('some', 'in', filter())])
  const trial = new Trial(plan, { waitingBytesMax: 1000 })
  const push = (user: string) =>
    trial.job.push(
      'in',
      recordsFrom([
        { user, time: 1, n: 0 },
        { user, time: 2, n: 0 },
      ]),
    )
  for (const user of ['a', 'b'.repeat(2000), 'c']) push(user)
  const outputs = trial.job.takeOutputs()
  expect(['out', DEAD_LETTERS].map(to => outputs.get(to)?.size)).toEqual([4, 2])
  trial.job.run()
  push('d')
  expect(trial.said['out']).toHaveLength(2)
})
