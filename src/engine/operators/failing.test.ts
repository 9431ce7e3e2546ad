/** Records that cannot be computed, and operators that cannot be made: what is said to whom. */

import { describe, expect, test } from 'vitest'
import { BrokenInvariant, WeirError } from '../../base/errors.ts'
import { DELETE, INSERT, recordsOf, UPDATE } from '../columns/records.ts'
import type { Scalar } from '../columns/vector.ts'
import type { OperatorSpec } from '../plan/plan.ts'
import { Schema } from '../schema/schema.ts'
import { arrayOf, BIGINT, BOOLEAN, decimal, TEXT } from '../schema/type.ts'
import { type Made, MadeCompiler, operatorOf, type Taken, taken } from './testing/taking.ts'

const schema = new Schema([
  { name: 'n', type: BIGINT },
  { name: 'list', type: arrayOf(BIGINT) },
])

const records = recordsOf(
  schema,
  [0, 1, 2, 3, 4, 5].map(n => ({ time: n, values: [n, [n, n]] })),
)

/** Fails for multiples of a number, else says whether n is at least another. */
const condition = (failsAt: number, least: number): Made => ({
  type: BOOLEAN,
  of: ([n]) =>
    (n as number) % failsAt === 0 ? { failure: `by-${failsAt}` } : (n as number) >= least,
})

/** Fails for some numbers, else is the number. */
const number = (...failsFor: readonly Scalar[]): Made => ({
  type: BIGINT,
  of: ([n]) => (failsFor.includes(n as Scalar) ? { failure: 'no-number' } : (n as Scalar)),
})

const firsts = ({ rows }: Pick<Taken, 'rows'>) => rows.map(({ values }) => values[0])

describe('a record for which an expression fails goes nowhere', () => {
  test('behind a filter, and is told once', () => {
    const compiler = new MadeCompiler({ where: condition(2, 3) })
    const out = taken(operatorOf({ kind: 'filter', where: 'where' }, schema, compiler), records)
    expect(firsts(out)).toEqual([3, 5])
    expect(out.failed).toEqual(['0 by-2: row 0', '2 by-2: row 2', '4 by-2: row 4'])
  })

  test('behind a project, not even those of its columns that can be computed', () => {
    const compiler = new MadeCompiler({ a: number(1), b: number(1, 4), c: number() })
    const columns = ['a', 'b', 'c'].map(name => ({ name, expression: name }))
    const out = taken(operatorOf({ kind: 'project', columns }, schema, compiler), records)
    expect(out.rows.map(({ time, values }) => [time, ...values])).toEqual(
      [0, 2, 3, 5].map(n => [n, n, n, n]),
    )
    expect(out.failed).toEqual(['1 no-number: row 1', '4 no-number: row 4'])
  })

  test('behind a project; the others keep their kinds and know where they came from', () => {
    const compiler = new MadeCompiler({ a: number(1, 2) })
    const offsets = Float64Array.of(10, 11, 12, 13, 14, 15)
    const kinds = Uint8Array.of(INSERT, UPDATE, DELETE, UPDATE, DELETE, INSERT)
    const columns = [{ name: 'a', expression: 'a' }]
    const project = operatorOf({ kind: 'project', columns }, schema, compiler)
    const [made] = taken(project, { ...records, kinds, origin: { channel: 3, offsets } }).main
    expect(made?.kinds).toEqual(Uint8Array.of(INSERT, DELETE, DELETE, UPDATE, DELETE, INSERT))
    expect(made?.origin).toEqual({ channel: 3, offsets })
  })

  test('behind a project, but for updates and deletes, which take back what was', () => {
    const compiler = new MadeCompiler({ a: number(0, 1, 2) })
    const columns = ['a', 'n'].map(expression => ({ name: expression, expression }))
    const kinds = Uint8Array.of(INSERT, UPDATE, DELETE, INSERT, UPDATE, DELETE)
    const project = operatorOf({ kind: 'project', columns }, schema, compiler)
    const out = taken(project, { ...records, kinds })
    expect(out.rows.map(({ kind = INSERT, values }) => [kind, ...values])).toEqual([
      [DELETE, null, 1],
      [DELETE, null, 2],
      [INSERT, 3, 3],
      [UPDATE, 4, 4],
      [DELETE, 5, 5],
    ])
    expect(out.failed).toEqual(['0 no-number: row 0', '1 no-number: row 1'])
  })

  test('behind a filter, but for updates, which take back; deletes are not asked about', () => {
    const compiler = new MadeCompiler({ where: condition(2, 2) })
    const kinds = Uint8Array.of(INSERT, UPDATE, UPDATE, UPDATE, DELETE, DELETE)
    const filter = operatorOf({ kind: 'filter', where: 'where' }, schema, compiler)
    const out = taken(filter, { ...records, kinds })
    expect(out.rows.map(({ kind, values }) => [kind, values[0]])).toEqual([
      [DELETE, 1],
      [DELETE, 2],
      [UPDATE, 3],
      [DELETE, 4],
      [DELETE, 5],
    ])
    expect(out.failed).toEqual(['0 by-2: row 0', '2 by-2: row 2'])
    expect(compiler.asked.get('where')).toEqual([0, 1, 2, 3])
  })

  test('behind a project of which all records fail', () => {
    const compiler = new MadeCompiler({ a: number(0, 1, 2, 3, 4, 5) })
    const columns = [{ name: 'a', expression: 'a' }]
    const out = taken(operatorOf({ kind: 'project', columns }, schema, compiler), records)
    expect(out.rows).toEqual([])
    expect(out.failed).toHaveLength(6)
  })

  test('behind an unnest, with none of its elements, kept empty or not', () => {
    const list: Made = {
      type: arrayOf(BIGINT),
      of: ([n, elements]) => {
        if (n === 2) return { failure: 'no-list' }
        return n === 3 ? null : (elements as Scalar)
      },
    }
    for (const keepEmpty of [false, true]) {
      const compiler = new MadeCompiler({ elements: list })
      const spec = { kind: 'unnest', array: 'elements', as: 'one', keepEmpty } as const
      const out = taken(operatorOf(spec, schema, compiler), records)
      const empty = keepEmpty ? [3] : []
      expect(firsts(out)).toEqual([0, 0, 1, 1, ...empty, 4, 4, 5, 5])
      expect(out.failed).toEqual(['2 no-list: row 2'])
    }
  })

  test('behind a split, to no side, though a later branch were true for it', () => {
    const compiler = new MadeCompiler({
      first: condition(3, 5),
      second: condition(2, 1),
      third: condition(7, 0),
    })
    const branches = ['first', 'second', 'third'].map(side => ({ side, where: side }))
    const out = taken(operatorOf({ kind: 'split', branches }, schema, compiler), records)
    expect(out.failed).toEqual(['0 by-3: row 0', '3 by-3: row 3', '2 by-2: row 2', '4 by-2: row 4'])
    const said = branches.map(({ side }) => firsts({ rows: out.rowsOf(side) }))
    expect([...said, firsts(out)]).toEqual([[5], [1], [], []])
  })
})

test('a branch is not asked about records that an earlier one took or failed for', () => {
  const compiler = new MadeCompiler({ first: condition(3, 5), second: condition(2, 1) })
  const branches = ['first', 'second'].map(side => ({ side, where: side }))
  taken(operatorOf({ kind: 'split', branches }, schema, compiler), records)
  expect(compiler.asked.get('first')).toEqual([0, 1, 2, 3, 4, 5])
  expect(compiler.asked.get('second')).toEqual([1, 2, 4])
})

test('each column of a project is asked about all records, so that none depends on another', () => {
  const compiler = new MadeCompiler({ a: number(1), b: number(2) })
  const columns = ['a', 'b'].map(name => ({ name, expression: name }))
  taken(operatorOf({ kind: 'project', columns }, schema, compiler), records)
  expect(compiler.asked.get('b')).toEqual([0, 1, 2, 3, 4, 5])
})

describe('an unnest', () => {
  test.each([
    [BIGINT, 'BIGINT'],
    [decimal(5, 2), 'DECIMAL(5, 2)'],
    [TEXT, 'TEXT'],
  ])('of a %j is refused, with its type', (type, text) => {
    const compiler = new MadeCompiler({ it: { type, of: () => null } })
    const spec = { kind: 'unnest', array: 'it', as: 'one', keepEmpty: false } as const
    const wanted = new WeirError('wrong-type', `it is ${text}; only an ARRAY can be unnested`)
    expect(() => operatorOf(spec, schema, compiler)).toThrow(wanted)
  })

  test('names its columns behind those of its input', () => {
    const spec = { kind: 'unnest', array: 'list', as: 'one', keepEmpty: false } as const
    expect(`${operatorOf(spec, schema).schema}`).toBe('n BIGINT, list ARRAY<BIGINT>, one BIGINT')
    const numbered = operatorOf({ ...spec, ordinality: 'at' }, schema).schema
    expect(`${numbered}`).toBe('n BIGINT, list ARRAY<BIGINT>, one BIGINT, at BIGINT')
  })
})

describe('a union', () => {
  const union: OperatorSpec = { kind: 'union' }
  const other = (type = BIGINT, name = 'n') => new Schema([{ name, type }])

  test('of inputs with the same columns takes each of them', () => {
    const operator = operatorOf(union, [other(), other(), other()])
    for (const input of [0, 1, 2]) {
      const one = recordsOf(other(), [{ time: input, values: [input] }])
      expect(taken(operator, one, input).rows).toEqual([{ time: input, values: [input] }])
    }
  })

  test('says records under its own schema, whichever object theirs is', () => {
    const [first, second] = [other(), other()]
    const out = taken(operatorOf(union, [first, second]), recordsOf(second, []), 1)
    expect(out.main[0]?.schema).toBe(first)
  })

  test.each([
    [other(TEXT), 'these are (n BIGINT) and (n TEXT)'],
    [other(BIGINT, 'm'), 'these are (n BIGINT) and (m BIGINT)'],
    [new Schema([]), 'these are (n BIGINT) and ()'],
    [schema, 'these are (n BIGINT) and (n BIGINT, list ARRAY<BIGINT>)'],
  ])('refuses an input with other columns, and shows both: %s', (odd, sentence) => {
    const make = () => operatorOf(union, [other(), other(), odd])
    expect(make).toThrow(WeirError)
    expect(make).toThrow(`inputs-differ: a union's inputs have the same columns; ${sentence}`)
  })

  test('refuses decimals of another scale: their digits mean something else', () => {
    const [one, two] = [decimal(9, 2), decimal(9, 3)].map(type => new Schema([{ name: 'n', type }]))
    expect(() => operatorOf(union, [one as Schema, two as Schema])).toThrow('inputs-differ')
  })
})

describe('a plan that makes no sense is refused', () => {
  test.each<[string, OperatorSpec]>([
    [
      'a project',
      { kind: 'project', columns: ['n', 'n'].map(name => ({ name, expression: 'n' })) },
    ],
    ['an unnest', { kind: 'unnest', array: 'list', as: 'n', keepEmpty: false }],
    [
      'an unnest with ordinality',
      { kind: 'unnest', array: 'list', as: 'o', ordinality: 'o', keepEmpty: false },
    ],
  ])('%s has no column twice', (_, spec) => {
    expect(() => operatorOf(spec, schema)).toThrow(WeirError)
    expect(() => operatorOf(spec, schema)).toThrow(
      /^duplicate-column: two columns are called [no];/,
    )
  })

  test('but a kind that is not known is a mistake of ours', () => {
    const spec = { kind: 'join' } as unknown as OperatorSpec
    expect(() => operatorOf(spec, schema)).toThrow(BrokenInvariant)
    expect(() => operatorOf(spec, schema)).toThrow('unreachable: {"kind":"join"}')
  })
})

describe('what an operator says of itself', () => {
  test('names the sides of a split in their order, each with the columns of its input', () => {
    const branches = ['b', 'a'].map(side => ({ side, where: 'n >= 1' }))
    const { schema: main, sides } = operatorOf({ kind: 'split', branches }, schema)
    expect(main.equals(schema)).toBe(true)
    expect([...sides.keys()]).toEqual(['b', 'a'])
    expect([...sides.values()].every(one => one.equals(schema))).toBe(true)
  })

  test.each<OperatorSpec>([
    { kind: 'filter', where: 'n >= 1' },
    { kind: 'project', columns: [] },
    { kind: 'unnest', array: 'list', as: 'one', keepEmpty: false },
    { kind: 'union' },
    { kind: 'key-by', key: [] },
    { kind: 'dedup', key: [{ name: 'n', expression: 'n' }] },
    {
      kind: 'aggregate',
      key: [],
      window: { kind: 'global' },
      aggregates: [],
      latenessMs: 0,
      mode: 'final',
    },
  ])('says that nothing leaves it by the side: %j', spec => {
    expect([...operatorOf(spec, schema).sides]).toEqual([])
  })

  test('has the types of its expressions', () => {
    const columns = [
      { name: 'x', expression: 'list' },
      { name: 'y', expression: 'n >= 3' },
      { name: 'z', expression: '7' },
    ]
    const project = operatorOf({ kind: 'project', columns }, schema)
    expect(`${project.schema}`).toBe('x ARRAY<BIGINT>, y BOOLEAN, z BIGINT')
  })
})
