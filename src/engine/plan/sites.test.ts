/** Where a plan is cut: what keeps state for keys has its records together, and no more hops. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { OperatorPlan, OperatorSpec, Plan } from './plan.ts'
import { edgeText } from './schemas.ts'
import { keyOf, type Site, sitesOf } from './sites.ts'
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
} from './testing/plans.ts'

/** A line for each site: what runs there, what leaves, and what is told. */
function shown(plan: Plan): readonly string[] {
  return sitesOf(plan).map(({ id, operators, sinks, exchanges }) => {
    const runs = operators.map(one => one.id)
    const leaves = exchanges.map(
      ({ edge, to, key }) => `${edgeText(edge)}>${to}(${key.map(one => one.expression)})`,
    )
    const tells = sinks.map(one => `${edgeText(one.from)}=>${one.id}`)
    return `${id}: ${[...runs, ...leaves, ...tells].join(' ')}`
  })
}

describe('a plan without keys', () => {
  test('runs whole where its records are read', () => {
    const plan = planOf([operator('some', 'in', filter()), operator('few', 'some', project('n'))])
    expect(shown(plan)).toEqual(['source:in: some few few=>out'])
  })

  test('of two sources has in each of them what both feed', () => {
    const plan = planOf(
      [operator('both', 'left right', union), operator('some', 'both', filter())],
      {
        sources: [source('left'), source('right')],
      },
    )
    expect(shown(plan)).toEqual([
      'source:left: both some some=>out',
      'source:right: both some some=>out',
    ])
  })

  test('may tell a sink what a source reads, and nothing else', () => {
    expect(shown(planOf([]))).toEqual(['source:in: in=>out'])
  })

  test('with a union of a source with itself runs it once', () => {
    const plan = planOf([operator('twice', 'in in', union)])
    expect(shown(plan)).toEqual(['source:in: twice twice=>out'])
  })
})

describe('a stage', () => {
  test('begins with whatever has a key, and is named after it', () => {
    const plan = planOf([
      operator('some', 'in', filter()),
      operator('sums', 'some', counts('user')),
      operator('large', 'sums', filter('total >= 2')),
    ])
    expect(shown(plan)).toEqual([
      'source:in: some some>sums(user)',
      'stage:sums: sums large large=>out',
    ])
    expect(sitesOf(plan).map(({ source: from, entry }) => [from, entry])).toEqual([
      ['in', undefined],
      [undefined, 'sums'],
    ])
  })

  test.each<[string, OperatorSpec]>([
    ['aggregate', counts('user')],
    ['dedup', dedup('user')],
    ['key-by', { kind: 'key-by', key: keyBy('user') }],
  ])('begins with %s', (_, spec) => {
    expect(shown(planOf([operator('op', 'in', spec)]))).toEqual([
      'source:in: in>op(user)',
      'stage:op: op op=>out',
    ])
  })

  test('has as many groups as the operator that begins it says, and one without a key', () => {
    const groups = { partitions: 8 }
    const plan = planOf([
      { ...operator('sums', 'in', counts('user')), ...groups },
      { ...operator('again', 'sums', counts('user')), partitions: 3 },
      { ...operator('all', 'again', counts()), ...groups },
    ])
    expect(sitesOf(plan).map(({ id, partitions }) => [id, partitions])).toEqual([
      ['source:in', undefined],
      ['stage:sums', 8],
      ['stage:all', undefined],
    ])
  })

  test('of all records has an empty key', () => {
    expect(shown(planOf([operator('all', 'in', counts())]))[0]).toBe('source:in: in>all()')
  })

  test('is fed by every site in which its input is', () => {
    const operators = [
      operator('both', 'left right', union),
      operator('sums', 'both', counts('user')),
    ]
    const plan = planOf(operators, { sources: [source('left'), source('right')] })
    expect(shown(plan)).toEqual([
      'source:left: both both>sums(user)',
      'source:right: both both>sums(user)',
      'stage:sums: sums sums=>out',
    ])
  })

  test('is fed by one edge among several of an operator', () => {
    const branches = [{ side: 'odd', where: 'n >= 1' }]
    const plan = planOf([
      operator('cut', 'in', { kind: 'split', branches }),
      operator('sums', 'cut.odd', counts('user')),
    ])
    expect(shown(plan)[0]).toBe('source:in: cut cut.odd>sums(user)')
  })

  test('of its own has each of two readers of one source', () => {
    const plan = planOf([operator('a', 'in', counts('user')), operator('b', 'in', dedup('user'))], {
      sinks: [sink('one', 'a'), sink('two', 'b')],
    })
    expect(shown(plan)).toEqual([
      'source:in: in>a(user) in>b(user)',
      'stage:a: a a=>one',
      'stage:b: b b=>two',
    ])
  })
})

/** Whether the second of two keyed operators, or more, stays where the first is. */
function stays(...operators: readonly OperatorPlan[]): boolean {
  const sites = sitesOf(planOf(operators))
  const last = operators.at(-1)?.id
  const first = sites.find(({ entry }) => entry === operators[0]?.id) as Site
  return first.operators.some(({ id }) => id === last)
}

describe('records that are together', () => {
  const first = operator('a', 'in', dedup('user'))

  test('by the same key stay where they are', () => {
    expect(stays(first, operator('b', 'a', counts('user')))).toBe(true)
  })

  test.each([
    ['by another', dedup('user'), counts('n')],
    ['by a part of it', dedup('user', 'n'), counts('user')],
    ['by more', dedup('user'), counts('user', 'n')],
    ['by the same columns in another order', dedup('user', 'n'), counts('n', 'user')],
    ['all in one, by a key', counts(), counts('total')],
    ['by a key, all in one', dedup('user'), counts()],
  ])('%s are brought together anew', (_, one, other) => {
    expect(stays(operator('a', 'in', one), operator('b', 'a', other))).toBe(false)
  })

  test('all in one stay all in one', () => {
    expect(stays(operator('a', 'in', counts()), operator('b', 'a', counts()))).toBe(true)
  })

  test.each<[string, OperatorSpec]>([
    ['a filter', filter()],
    ['a split', { kind: 'split', branches: [] }],
    ['an unnest', { kind: 'unnest', array: 'tags', as: 'tag', keepEmpty: false }],
    ['a union of one', union],
    ['a projection that keeps the key', project('user', 'm=n')],
  ])('stay so behind %s', (_, between) => {
    expect(
      stays(first, operator('between', 'a', between), operator('b', 'between', counts('user'))),
    ).toBe(true)
  })

  test('are known by the name that a projection gives the key', () => {
    const named = operator('between', 'a', project('who=user', 'user=n'))
    expect(stays(first, named, operator('b', 'between', counts('who')))).toBe(true)
    expect(stays(first, named, operator('b', 'between', counts('user')))).toBe(false)
  })

  test('are not known any more behind a projection without the key', () => {
    const pair = operator('a', 'in', dedup('user', 'n'))
    const short = operator('between', 'a', project('user'))
    expect(stays(pair, short, operator('b', 'between', counts('user')))).toBe(false)
  })

  test('behind an aggregate are so by the names of its key', () => {
    const renamed = operator('a', 'in', counts('who=user'))
    expect(stays(renamed, operator('b', 'a', dedup('who')))).toBe(true)
    expect(stays(renamed, operator('b', 'a', dedup('user')))).toBe(false)
  })

  test('too late for an aggregate are so by the columns with which they came', () => {
    // Users under the name of numbers: what is late has both columns, each with its own content.
    const renamed = operator('a', 'in', { ...counts('n=user'), lateSide: 'late' })
    expect(stays(renamed, operator('b', 'a.late', dedup('n')))).toBe(false)
    expect(stays(renamed, operator('b', 'a.late', dedup('user')))).toBe(true)
  })

  test('behind a sliding window have the columns with which they came', () => {
    const window = { kind: 'sliding', sizeMs: 10 } as const
    const renamed = operator('a', 'in', { ...counts('n=user'), window })
    expect(stays(renamed, operator('b', 'a', dedup('n')))).toBe(false)
    expect(stays(renamed, operator('b', 'a', dedup('user')))).toBe(true)
  })

  test('in two operators of one stage stay so when these are united', () => {
    const halves = [
      first,
      operator('low', 'a', filter()),
      operator('high', 'a', filter('n >= 9')),
      operator('both', 'low high', union),
    ]
    expect(stays(...halves, operator('b', 'both', counts('user')))).toBe(true)
  })

  test('in two stages are not, though both have the same key', () => {
    const plan = planOf([
      operator('a', 'in', dedup('user')),
      operator('b', 'in', dedup('user')),
      operator('both', 'a b', union),
      operator('sums', 'both', counts('user')),
    ])
    expect(shown(plan)).toEqual([
      'source:in: in>a(user) in>b(user)',
      'stage:a: a both both>sums(user)',
      'stage:b: b both both>sums(user)',
      'stage:sums: sums sums=>out',
    ])
  })

  test('united with others that are not, are not', () => {
    const both = operator('both', 'a in', union)
    expect(stays(first, both, operator('b', 'both', counts('user')))).toBe(false)
  })
})

describe('a plan that reads what is not before it', () => {
  test.each([
    ['an operator', planOf([operator('a', 'nobody', filter())])],
    ['a keyed operator', planOf([operator('a', 'nobody', counts('user'))])],
    ['itself', planOf([operator('a', 'a', filter())])],
    ['a later one', planOf([operator('a', 'b', filter()), operator('b', 'in', filter())])],
    ['a sink', planOf([], { sinks: [sink('out', 'nobody')] })],
  ])('in %s is refused', (_, plan) => {
    expect(() => sitesOf(plan)).toThrow('unknown-input')
  })
})

test('a key is known of a spec that has one', () => {
  expect(keyOf(dedup('user'))).toEqual(keyBy('user'))
  expect(keyOf(counts())).toEqual([])
  expect(keyOf(union)).toBeUndefined()
})

describe('of any plan', () => {
  const specs = [filter(), union, dedup('user'), dedup('n'), counts('user'), project('user', 'n')]
  const anyPlan = fc
    .array(fc.tuple(fc.nat(), fc.nat(), fc.constantFrom(...specs)), { maxLength: 8 })
    .map(drawn => {
      const sources = ['s0', 's1']
      const ids = [...sources]
      const operators = drawn.map(([one, other, spec], at) => {
        const inputs = [ids[one % ids.length], ids[other % ids.length]]
        const id = `op${at}`
        ids.push(id)
        return operator(id, (spec === union ? inputs : inputs.slice(1)).join(' '), spec)
      })
      const sinks = ids.map(id => sink(`to-${id}`, id))
      return planOf(operators, { sources: sources.map(id => source(id)), sinks })
    })

  test('every keyed operator runs in one site, and every input reaches it there', () => {
    fc.assert(
      fc.property(anyPlan, plan => {
        const sites = sitesOf(plan)
        const where = (id: string) =>
          sites.filter(site => site.source === id || site.operators.some(one => one.id === id))
        for (const { id, inputs, spec } of plan.operators) {
          const own = where(id)
          if (keyOf(spec) !== undefined) expect(own).toHaveLength(1)
          for (const { from } of inputs) {
            const reached = where(from).every(
              site =>
                own.includes(site) ||
                site.exchanges.some(({ edge, to }) => edge.from === from && to === id),
            )
            expect(reached, `${from} reaches ${id}`).toBe(true)
          }
        }
      }),
    )
  })

  test('operators stand in the plan’s order in every site, and each sink is fed', () => {
    fc.assert(
      fc.property(anyPlan, plan => {
        const sites = sitesOf(plan)
        for (const { operators } of sites) {
          const places = operators.map(one => plan.operators.indexOf(one))
          expect(places).toEqual([...places].sort((a, b) => a - b))
        }
        const fed = new Set(sites.flatMap(({ sinks }) => sinks))
        expect(fed.size).toBe(plan.sinks.length)
      }),
    )
  })

  test('a record goes one way only: never both through a site and through an exchange', () => {
    fc.assert(
      fc.property(anyPlan, plan => {
        for (const { operators, exchanges } of sitesOf(plan)) {
          for (const { to } of exchanges) {
            expect(operators.some(({ id }) => id === to)).toBe(false)
          }
        }
      }),
    )
  })
})

test('a stage feeds no more sinks than its batches can name', () => {
  const feeding = (count: number) => {
    const sinks = Array.from({ length: count }, (_, n) => sink(`s${n}`, 'in'))
    return () => sitesOf(planOf([], { sinks }))
  }
  expect(feeding(255)).not.toThrow()
  expect(feeding(256)).toThrow(
    /^too-many-outputs: 257 sinks and other stages are fed from source:in/,
  )
})
