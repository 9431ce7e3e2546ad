/** The shape that a text gets: how operators bind, and what each of the spellings becomes. */

import { describe, expect, test } from 'vitest'
import type { Expression } from './ast.ts'
import { Cursor } from './cursor.ts'
import { parseExpression, parseOn } from './expression.ts'
import { printExpression } from './print.ts'
import { bare } from './testing/bare.ts'

const printed = (text: string): string => printExpression(parseExpression(text))

/** With every bracket that there could be, so that the tree shows. */
function shape(node: Expression): string {
  switch (node.kind) {
    case 'binary':
      return `(${shape(node.left)} ${node.operator} ${shape(node.right)})`
    case 'unary':
      return `(${node.operator} ${shape(node.of)})`
    case 'is':
      return `(${shape(node.of)} is ${node.negated ? 'not ' : ''}${node.truth})`
    case 'subscript':
      return `(${shape(node.of)}[${shape(node.index)}])`
    case 'field':
      return `(${shape(node.of)} . ${node.name})`
    case 'between':
      return `(${shape(node.of)} between ${shape(node.low)} ${shape(node.high)})`
    default:
      return printExpression(node)
  }
}

describe('operators bind', () => {
  test.each([
    ['a + b * c', '(a + (b * c))'],
    ['a * b + c', '((a * b) + c)'],
    ['a - b - c', '((a - b) - c)'],
    ['a / b % c', '((a / b) % c)'],
    ['(a - b) - (c - d)', '((a - b) - (c - d))'],
    ['a OR b AND c', '(a or (b and c))'],
    ['NOT a AND b', '((not a) and b)'],
    ['NOT a = b', '(not (a = b))'],
    ['NOT NOT a', '(not (not a))'],
    ['a = b IS NULL', '((a = b) is null)'],
    ['NOT a IS NULL', '(not (a is null))'],
    ['a IS NOT UNKNOWN', '(a is not unknown)'],
    ['a || b + c', '(a || (b + c))'],
    ['a || b = c', '((a || b) = c)'],
    ['- a + b', '((- a) + b)'],
    ['-a * -b', '((- a) * (- b))'],
    ['- - a', '(- (- a))'],
    ['+a', '(+ a)'],
    ["-a AT TIME ZONE 'x' + b", "(((- a) at time zone 'x') + b)"],
    ['a[1][2]', '((a[1])[2])'],
    ['a[b + 1]', '(a[(b + 1)])'],
    ['a[1].b', '((a[1]) . b)'],
    ["a->'b'->>'c'", "((a -> 'b') ->> 'c')"],
    ["a->-1->'b'", "((a -> (- 1)) -> 'b')"],
    ["a || b->>'c'", "(a || (b ->> 'c'))"],
    ['a BETWEEN b AND c AND d', '((a between b c) and d)'],
    ['a BETWEEN b + 1 AND c OR d', '((a between (b + 1) c) or d)'],
    ['a IS DISTINCT FROM b', '(a is distinct from b)'],
    ['a IS NOT DISTINCT FROM b AND c', '((a is not distinct from b) and c)'],
    ['a <> b', '(a <> b)'],
    ['a != b', '(a <> b)'],
    ['a <= b OR a >= b OR a < b OR a > b', '((((a <= b) or (a >= b)) or (a < b)) or (a > b))'],
  ])('%s', (text, expected) => {
    expect(shape(parseExpression(text))).toBe(expected)
  })
})

describe('one spelling for each', () => {
  test.each([
    ['a::BIGINT', 'CAST(a AS BIGINT)'],
    ['-a::BIGINT', '-CAST(a AS BIGINT)'],
    ["p->>'n'::INT", "CAST(p->>'n' AS INTEGER)"],
    ['a::text::int', 'CAST(CAST(a AS TEXT) AS INTEGER)'],
    ['try_cast(a as double precision)', 'TRY_CAST(a AS DOUBLE)'],
    ['EXTRACT(YEAR FROM ts)', "extract('year', ts)"],
    ["extract('year' from ts)", "extract('year', ts)"],
    ["position('a' IN b)", "position('a', b)"],
    ['POSITION(a, b)', 'position(a, b)'],
    ['substring(a FROM 2 FOR 3)', 'substring(a, 2, 3)'],
    ['substring(a FROM 2)', 'substring(a, 2)'],
    ['substring(a, 2, 3)', 'substring(a, 2, 3)'],
    ['trim(a)', 'trim(a)'],
    ["trim(BOTH 'x' FROM a)", "trim(a, 'x')"],
    ["trim(LEADING 'x' FROM a)", "ltrim(a, 'x')"],
    ['trim(TRAILING FROM a)', 'rtrim(a)'],
    ['trim(TRAILING a)', 'rtrim(a)'],
    ["trim('x' FROM a)", "trim(a, 'x')"],
    ['trim(FROM a)', 'trim(a)'],
    ['trim("both", a)', 'trim("both", a)'],
    ["overlay(a PLACING 'x' FROM 2 FOR 3)", "overlay(a, 'x', 2, 3)"],
    ['count(*)', 'count(*)'],
    ['COUNT(ALL x)', 'count(x)'],
    ['sum(DISTINCT x) FILTER (WHERE y > 1)', 'sum(DISTINCT x) FILTER (WHERE y > 1)'],
    ['f()', 'f()'],
    ['a NOT LIKE b ESCAPE c', 'a NOT LIKE b ESCAPE c'],
    ['NOT a LIKE b', 'NOT a LIKE b'],
    ['a ilike b', 'a ILIKE b'],
    ['a not in (1, 2)', 'a NOT IN (1, 2)'],
    ['a between symmetric 1 and 2', 'a BETWEEN SYMMETRIC 1 AND 2'],
    ['case when a then b end', 'CASE WHEN a THEN b END'],
    [
      'case a when 1 then 2 when 3 then 4 else 5 end',
      'CASE a WHEN 1 THEN 2 WHEN 3 THEN 4 ELSE 5 END',
    ],
    ['array[1, 2]', 'ARRAY[1, 2]'],
    ['array[]', 'ARRAY[]'],
    ["DATE '2024-2-3'", "DATE '2024-02-03'"],
    ["timestamp '2024-02-03T04:05:06.7'", "TIMESTAMP '2024-02-03 04:05:06.700'"],
    ["timestamptz '2024-02-03 04:05:06+02'", "TIMESTAMPTZ '2024-02-03 02:05:06Z'"],
    ["timestamp with time zone '2024-02-03'", "TIMESTAMPTZ '2024-02-03 00:00:00Z'"],
    ["timestamp without time zone '2024-02-03'", "TIMESTAMP '2024-02-03 00:00:00'"],
    ["interval '5' second", "INTERVAL '5' SECOND"],
    ["interval '5' minutes", "INTERVAL '300' SECOND"],
    ["interval '1-2' year to month", "INTERVAL '14' MONTH"],
    ["interval '1 02:03:04.5' day to second", "INTERVAL '93784500' MILLISECOND"],
    ["interval '1 day 2 hours'", "INTERVAL '93600' SECOND"],
    ['007', '7'],
    ['.50', '0.50'],
    ['1.', '1.0'],
    ['1E3', '1E3'],
    ['"a b"."c""d"', '"a b"."c""d"'],
    ['payload.end', 'payload.end'],
    ['(a->0).b', '(a->0).b'],
    ['(1).b', '(1).b'],
    ["'it''s'", "'it''s'"],
    ['a -- to the end\n + b', 'a + b'],
    ['a /* in /* itself */ too */ + b', 'a + b'],
    ['tRuE AND faLSE', 'TRUE AND FALSE'],
  ])('%s', (text, expected) => {
    expect(printed(text)).toBe(expected)
  })
})

describe('types', () => {
  test.each([
    ['BOOL', 'BOOLEAN'],
    ['smallint', 'INTEGER'],
    ['FLOAT(8)', 'DOUBLE'],
    ['varchar(20)', 'TEXT'],
    ['STRING', 'TEXT'],
    ['VARBINARY(4)', 'BYTES'],
    ['numeric', 'DECIMAL(38, 0)'],
    ['LONG', 'BIGINT'],
    ['decimal(5)', 'DECIMAL(5, 0)'],
    ['decimal(38, 38)', 'DECIMAL(38, 38)'],
    ['TIMESTAMP(3)', 'TIMESTAMP'],
    ['TIMESTAMP(3) WITH TIME ZONE', 'TIMESTAMPTZ'],
    ['TIMESTAMP WITHOUT TIME ZONE', 'TIMESTAMP'],
    ['TIMESTAMP_LTZ(3)', 'TIMESTAMPTZ'],
    ['TIMESTAMPTZ(3)', 'TIMESTAMPTZ'],
    ['CHARACTER VARYING(20)', 'TEXT'],
    ['double precision', 'DOUBLE'],
    ['DEC(10, 2)', 'DECIMAL(10, 2)'],
    ['INTERVAL YEAR', 'INTERVAL YEAR TO MONTH'],
    ['INTERVAL DAY TO SECOND(3)', 'INTERVAL DAY TO SECOND'],
    ['BIGINT[]', 'ARRAY<BIGINT>'],
    ['TEXT ARRAY', 'ARRAY<TEXT>'],
    ['ARRAY<ARRAY<INT>>', 'ARRAY<ARRAY<INTEGER>>'],
  ])('%s', (written, name) => {
    expect(printed(`CAST(a AS ${written})`)).toBe(`CAST(a AS ${name})`)
  })
})

test.each([
  ['TIMESTAMP(6)', 'TIMESTAMP(6) is finer than a millisecond, to which times are held'],
  ['TIMESTAMPTZ(0)', 'CAST keeps milliseconds; write TIMESTAMPTZ(3), and date_trunc'],
  ['FLOAT(54)', 'FLOAT(54) has not 1 to 53 bits; write DOUBLE'],
  ['TIME(3)', 'There is no type for times of day; write TEXT, or INTERVAL'],
])('%s is refused with a sentence', (written, sentence) => {
  expect(() => printed(`CAST(a AS ${written})`)).toThrow(sentence)
})

test('words are names where they mean nothing else', () => {
  const words = [
    'date',
    'timestamp',
    'interval',
    'position',
    'year',
    'at',
    'filter',
    'time',
    'zone',
  ]
  for (const word of words) {
    expect(bare(parseExpression(`${word} = 1`))).toMatchObject({
      left: { kind: 'name', parts: [word] },
    })
  }
})

test('names keep their case, functions do not', () => {
  expect(printed('UserId')).toBe('UserId')
  expect(printed('LOWER(UserId)')).toBe('lower(UserId)')
})

test('every node knows where it was written', () => {
  const text = 'a + lower( b ) IS NULL'
  const root = parseExpression(text)
  expect(text.slice(root.from, root.to)).toBe(text)
  const sum = root.kind === 'is' ? root.of : root
  const call = sum.kind === 'binary' ? sum.right : sum
  expect(text.slice(call.from, call.to)).toBe('lower( b )')
})

test('an expression on a cursor ends where a statement goes on', () => {
  const cursor = new Cursor('a + 1 AS b, c FROM t')
  expect(printExpression(parseOn(cursor))).toBe('a + 1')
  expect(cursor.maybeWord('AS')).toBe(true)
  expect(cursor.next().value).toBe('B')
  expect(cursor.maybeSymbol(',')).toBe(true)
  expect(printExpression(parseOn(cursor))).toBe('c')
  expect(cursor.isWord('FROM')).toBe(true)
})
