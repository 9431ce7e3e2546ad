/**
 * Calls that would make what has no room, or search what has no end: each gives a value within the
 * bounds or a reason, whatever the size of its arguments; nothing is ever thrown but SqlError. The
 * work is counted in what was made and in steps, never in time.
 */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fuzzRuns } from '../base/testing/runs.ts'
import { allRows, recordsOf } from '../engine/columns/records.ts'
import { type Scalar, scalarAt } from '../engine/columns/vector.ts'
import { Schema } from '../engine/schema/schema.ts'
import {
  arrayOf,
  BIGINT,
  BYTES,
  DOUBLE,
  JSON_TYPE,
  TEXT,
  type Type,
} from '../engine/schema/type.ts'
import { isConstant, kernelOf, type Typed } from './check/typed.ts'
import { typedOf } from './compiler.ts'
import type { Param } from './functions/entry.ts'
import { entries } from './functions/registry.ts'
import { Budget, EVALUATION_STEPS_MAX, MADE_UNITS_MAX } from './kernels/budget.ts'
import { CALL_STEPS_MAX } from './regex/meter.ts'
import { Told } from './testing/evaluate.ts'
import { SqlError } from './text/trouble.ts'
import { Failure } from './value/failure.ts'
import { ARRAY_LENGTH_MAX, gaugeOf, TEXT_LENGTH_MAX } from './value/size.ts'

const letters = (count: number, letter = 'a') => letter.repeat(count)

/** By name: a type, and a value that is as large as a record may bring it, or hostile. */
const columns: Readonly<Record<string, readonly [Type, Scalar]>> = {
  t: [TEXT, letters(900_000, 'x')],
  s: [TEXT, letters(1000)],
  q: [TEXT, letters(10, '"')],
  w: [TEXT, 'lorem ipsum '.repeat(600)],
  h: [TEXT, '\ud83d\u0000😀'],
  n: [BIGINT, 9_223_372_036_854_775_807n],
  m: [BIGINT, -9_223_372_036_854_775_808n],
  k: [BIGINT, 1_048_576],
  d: [DOUBLE, 1.7e308],
  b: [BYTES, new Uint8Array(1_000_000)],
  j: [JSON_TYPE, `${'['.repeat(60)}${letters(50_000, '"",')}0${']'.repeat(60)}`],
  xs: [arrayOf(BIGINT), Array.from({ length: ARRAY_LENGTH_MAX }, (_, i) => i)],
  ts: [arrayOf(TEXT), Array.from({ length: 1000 }, (_, i) => `${i}`)],
}
const schema = new Schema(Object.entries(columns).map(([name, [type]]) => ({ name, type })))

/** A part of it, where many calls are tried. */
const part = (value: Scalar): Scalar => {
  const hasParts = typeof value === 'string' || value instanceof Uint8Array || Array.isArray(value)
  return hasParts && value.length > PART ? (value.slice(0, PART) as Scalar) : value
}
const PART = 20_000

const recordsLike = (count: number, of: (value: Scalar) => Scalar = value => value) => {
  const values = Object.entries(columns).map(([name, [, value]]) =>
    name === 'j' ? value : of(value),
  )
  return recordsOf(
    schema,
    Array.from({ length: count }, () => ({ time: 0, values })),
  )
}

interface Seen {
  readonly typed: Typed
  readonly values: readonly (Scalar | string)[]
  readonly budget: Budget
}

/** Codes of failures stand for the values of their rows. */
function seen(text: string, count = 1, records = recordsLike(count)): Seen {
  const typed = typedOf(text, schema)
  const failures = new Told()
  const budget = new Budget()
  const frame = { records, size: count, failures, budget }
  const vector = kernelOf(typed).evaluate(frame, allRows(count))
  const values = Array.from(allRows(count), row => {
    return failures.rows.get(row)?.code ?? scalarAt(vector, row)
  })
  return { typed, values, budget }
}

const many = (part: string, count: number, between = ', ') =>
  new Array(count).fill(part).join(between)
const nested = (call: string, count: number, inner: string) =>
  `${`${call}(`.repeat(count)}${inner}${')'.repeat(count)}`

describe('what is too large is not built', () => {
  test.each([
    ["replace(s, 'a', t)"],
    ["replace(t, 'x', s)"],
    ['array_join(ts, t)'],
    [`array_join(ARRAY[${many('t', 900)}], '')`],
    [`concat(${many('t', 620)})`],
    [`concat(${many(`ARRAY[${many('t', 4)}]`, 5)})`],
    [`concat_ws(t, ${many('s', 620)})`],
    [many('t', 250, ' || ')],
    [many('xs', 12, ' || ')],
    [many('b', 12, ' || ')],
    [`json_array(${many('t', 620)})`],
    [`json_object(${many("'a', t", 400)})`],
    [`CAST(ARRAY[${many('t', 900)}] AS TEXT)`],
    [`to_json(ARRAY[${many('xs', 900)}])`],
    [`ARRAY[${many(`ARRAY[${many('xs', 2)}]`, 4)}]`],
    [`regexp_replace(t, 'x+', '${'\\0'.repeat(400)}')`],
    [`length(${nested('hex', 11, 's')})`],
    [`length(${nested('hex', 20, 's')})`],
    [`length(${nested('base64', 60, 's')})`],
    ['url_encode(repeat(h, 200000))'],
    [`length(${nested('json_text(to_json', 26, 'q').replaceAll(')', '))')})`],
    ['array_append(xs, 1)'],
    ['array_prepend(xs, 1)'],
    ['array_concat(xs, xs)'],
    ['sequence(1, k)'],
    ['sequence(m, n)'],
    ['lpad(t, n)'],
    ["rpad(s, k, '😀')"],
    ['repeat(s, k)'],
    ['overlay(t, t, 900000)'],
  ])('%#', expression => {
    const { values, budget } = seen(expression)
    expect(values, expression.slice(0, 60)).toEqual(['sql-limit'])
    expect(budget.made).toBeLessThanOrEqual(30 * TEXT_LENGTH_MAX)
  })

  test('nor what would be too much in all, though each would fit', () => {
    const { values, budget } = seen('length(lpad(s, k))', 50)
    expect(values.filter(value => value === 1_048_576)).toHaveLength(MADE_UNITS_MAX / 1_048_576)
    expect(values.filter(value => value === 'sql-limit')).toHaveLength(50 - 32)
    expect(budget.made).toBe(50 * 1_048_576)
  })

  test('and what is just not too large is', () => {
    expect(seen("length(repeat('ab', k / 2))").values).toEqual([TEXT_LENGTH_MAX])
    expect(seen('array_length(sequence(1, 100000))').values).toEqual([ARRAY_LENGTH_MAX])
    expect(seen('length(replace(s, s, t) || s)').values).toEqual([901_000])
    expect(seen('length(concat(t, s, n))').values).toEqual([901_019])
  })
})

describe('regular expressions', () => {
  test.each([
    ["regexp_count(w, '(?:a?){900}b|')"],
    ["regexp_count(w, '(?:[a-z]{0,30}){0,30}[0-8]|')"],
    ["regexp_like(t, '(?:[a-z]?){900}[0-8]')"],
    ["regexp_position(t, '(?:[a-z]?){900}[0-8]')"],
    ["regexp_split(t, '')"],
  ])('%s is given up', expression => {
    const { values, budget } = seen(expression)
    expect(values).toEqual(['sql-limit'])
    expect(EVALUATION_STEPS_MAX - budget.left).toBeLessThanOrEqual(CALL_STEPS_MAX)
  })

  test('of all records of a batch together', () => {
    const { values, budget } = seen("regexp_count(left(w, 40), '(?:[a-z ]?){900}[0-8]|')", 20)
    expect(values[0]).toBe(41)
    expect(values.at(-1)).toBe('sql-limit')
    expect(budget.left).toBe(0)
  })

  test('that look no further than they must go through long texts', () => {
    expect(seen("regexp_count(w, '\\s+')").values).toEqual([1200])
    expect(seen("length(regexp_replace(w, '\\s+', ' '))").values).toEqual([7200])
    expect(seen("regexp_like(t, 'y$')").values).toEqual([false])
  })
})

describe('while an expression is read', () => {
  test.each([
    ["replace(repeat('a', 1000), 'a', repeat('x', 900000))"],
    [`length(${nested('hex', 13, "repeat('x', 100000)")})`],
    ["array_join(split(repeat('a,', 1000), ','), repeat('x', 900000))"],
    ["regexp_count(repeat('a', 250), '(?:a?){900}b|')"],
    ["repeat('x', 1000000) || repeat('x', 1000000)"],
  ])('%s is left to the records', expression => {
    expect(isConstant(typedOf(expression, schema))).toBe(false)
  })

  test('little is computed, and much of little is not', () => {
    expect(typedOf("upper(repeat('ab', 3))", schema)).toMatchObject({ value: 'ABABAB' })
    const one = "length(repeat('x', 60000))"
    expect(isConstant(typedOf(one, schema))).toBe(true)
    const parts = `ARRAY[${many(one, 200)}]`
    const typed = typedOf(parts, schema)
    const args = typed.kind === 'apply' ? typed.args : []
    expect(args.filter(isConstant).length).toBeGreaterThan(50)
    expect(args.filter(isConstant).length).toBeLessThan(100)
    expect(seen(parts).values).toEqual([new Array(200).fill(60_000)])
  })
})

const literals = ["'a'", "'$.a'", "'[a-z]*'", "'[a-z]?b|'", "'yyyy'", '0', '-1', '7', 'NULL']
const anyAtom = fc.constantFrom(...Object.keys(columns), ...literals)

/** Columns that a parameter takes, or what may be a constant for it. */
function atomFor(param: Param): fc.Arbitrary<string> {
  const taken = Object.entries(columns).filter(([, [type]]) => param.accepts(type) !== undefined)
  const isVariable = param.constant !== true && taken.length > 0
  return fc.constantFrom(...(isVariable ? taken.map(([name]) => name) : literals))
}

const calls = entries.flatMap(({ name, overloads = [], form }) => {
  const args = overloads.map(({ params, rest }) => {
    const more = rest === undefined ? [] : [atomFor(rest), atomFor(rest)]
    return fc.tuple(...params.map(atomFor), ...more)
  })
  const free = fc.array(anyAtom, { minLength: form?.least ?? 1, maxLength: 3 })
  return [...args, ...(form === undefined ? [] : [free])].map(of =>
    of.map(parts => `"${name}"(${parts.join(', ')})`),
  )
})
const call = fc.oneof(...calls)
const outer = fc.constantFrom('hex', 'upper', 'url_encode', 'to_json', 'array_sort', 'sha256')
const hostile = fc.oneof(
  { weight: 4, arbitrary: call },
  fc.tuple(outer, call).map(([of, inner]) => `${of}(${inner})`),
  fc.tuple(call, anyAtom).map(parts => parts.join(' || ')),
)

test('any function of large arguments gives a value within the bounds, or a reason', () => {
  const small = recordsLike(1, part)
  let evaluated = 0
  fc.assert(
    fc.property(hostile, text => {
      try {
        const { typed, values, budget } = seen(text, 1, small)
        evaluated++
        const [value = null] = values
        const isReason = typeof value === 'string' && value.startsWith('sql-')
        const units = isReason || value === null ? 0 : gaugeOf(typed.type)?.(value)
        if (typed.kind === 'apply') expect(units).not.toBeInstanceOf(Failure)
        expect(budget.made).toBeLessThanOrEqual(20 * TEXT_LENGTH_MAX)
        expect(budget.left).toBeGreaterThanOrEqual(EVALUATION_STEPS_MAX - 3 * CALL_STEPS_MAX)
      } catch (error) {
        if (!(error instanceof SqlError)) throw error
      }
    }),
    { numRuns: fuzzRuns(2000) },
  )
  expect(evaluated).toBeGreaterThan(60)
})
