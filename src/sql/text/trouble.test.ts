/** What is said about unsound texts: at which place, in which words, and never by another error. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HEIGHT_MAX, ITEMS_MAX, NESTING_MAX, TEXT_LENGTH_MAX } from './bounds.ts'
import { parseExpression } from './expression.ts'
import { closestOf, didYouMean, slips } from './suggestion.ts'
import { placeOf, SqlError } from './trouble.ts'

function troubleOf(text: string): SqlError {
  try {
    parseExpression(text)
  } catch (error) {
    if (error instanceof SqlError) return error
    throw error
  }
  throw new Error(`${text} was taken`)
}

describe('what is wrong, and where', () => {
  test.each([
    ['', 'A value, a name or a function is missing; the text ends here', 0],
    ['a +', 'A value, a name or a function is missing; the text ends here', 3],
    ['a b', 'The expression is over before this', 2],
    ['a + * b', 'A value, a name or a function is missing; found *', 4],
    ['(a', ') is missing to close the bracket', 2],
    ['(a, b)', 'A list in brackets only stands after IN', 2],
    ['a < b < c', 'Comparisons do not chain; write a < b AND b < c', 6],
    ['a = b <> c', 'Comparisons do not chain', 6],
    ['from', 'A value is missing here; a column of this name is written in "', 0],
    ['a IS b', 'After IS comes NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM; found b', 5],
    ['a IN 1', '( is missing after IN', 5],
    ['a IN ()', 'IN needs at least one value', 0],
    ['a BETWEEN 1', 'AND is missing between the two ends of BETWEEN', 11],
    ['a.', 'A name is missing after the dot', 2],
    ['a[1', '] is missing after the subscript', 3],
    ['f(a', ') is missing after the arguments', 3],
    ['f(DISTINCT)', 'DISTINCT needs an argument', 11],
    ['trim(a,)', 'An argument is missing', 0],
    ['case end', 'A value is missing here', 5],
    ['case a end', 'WHEN is missing in CASE', 7],
    ['case when a b', 'THEN is missing after the condition of WHEN; found b', 12],
    ['case when a then b', 'END is missing to close CASE', 18],
    ['cast(a)', 'AS is missing between the value and the type of CAST', 6],
    ['cast(a as )', 'A type is missing, such as BIGINT or TEXT', 10],
    ['cast(a as bigit)', 'There is no type bigit. Did you mean "BIGINT"?', 10],
    ['cast(a as decimal(39))', 'A whole number from 1 to 38 belongs here; found 39', 18],
    ['cast(a as decimal(5, 6))', 'A whole number from 0 to 5 belongs here; found 6', 21],
    ['cast(a as array)', '< is missing after ARRAY: write ARRAY<BIGINT>', 15],
    ['cast(a as interval)', 'A unit is missing: INTERVAL YEAR TO MONTH', 18],
    ['cast(a as interval year to day)', 'An interval is of years and months, or of', 30],
    ["a AT TIME 'x'", 'ZONE is missing after AT TIME', 10],
    ["date '2023-02-29'", "This is no date; write DATE '2024-01-31'", 0],
    ["timestamp '2023-02-28 24:00:00'", 'This is no timestamp', 0],
    ["interval 'x' second", 'This is no interval', 0],
    ["interval '1-12' year to month", 'This is no interval', 0],
    ["interval '1' second to day", 'This is no interval', 0],
    ["interval '1 day 2 months'", 'This is no interval', 0],
    ["interval '1' day to secnd", 'A unit such as SECOND belongs here. Did you mean "second"?', 20],
    ["'abc", "This text has no end; close it with '", 0],
    ['a + "abc', 'This name has no end; close it with "', 4],
    ['""', 'A name cannot be empty', 0],
    ['a /* b', 'This comment has no end; close it with */', 2],
    ['12ab', 'A number ends in letters; a name that begins with a digit is written in "', 0],
    ['`a`', 'The character ` means nothing here; a name is quoted with "', 0],
    ['a ? b', "The character ? means nothing here; a text is quoted with '", 2],
    ["'\ud800'", 'There is half a character (a lone surrogate); take it out', 1],
  ])('%s', (text, sentence, from) => {
    const trouble = troubleOf(text)
    expect(trouble.sentence).toContain(sentence)
    expect(trouble.from).toBe(from)
  })
})

test('an error has a code, a place and a range', () => {
  const trouble = troubleOf('a\n + date(\n')
  expect(trouble).toMatchObject({ code: 'sql-syntax', line: 3, column: 1, from: 11, to: 11 })
  expect(trouble.message).toContain('(line 3, column 1)')
  expect(trouble.data).toEqual({ line: 3, column: 1, from: 11, to: 11 })
})

test('places count lines by line feeds and columns from one', () => {
  expect(placeOf('ab\ncd', 0)).toEqual({ line: 1, column: 1 })
  expect(placeOf('ab\ncd', 2)).toEqual({ line: 1, column: 3 })
  expect(placeOf('ab\ncd', 3)).toEqual({ line: 2, column: 1 })
  expect(placeOf('ab\ncd', 99)).toEqual({ line: 2, column: 3 })
})

describe('bounds hold on both sides', () => {
  test('length', () => {
    const blanks = ' '.repeat(TEXT_LENGTH_MAX - 1)
    expect(parseExpression(`${blanks}a`).kind).toBe('name')
    expect(troubleOf(`${blanks} a`).code).toBe('sql-limit')
  })

  test.each([
    ['(', ')'],
    ['- ', ''],
    ['NOT ', ''],
    ['f(', ')'],
    ['ARRAY[', ']'],
    ['CASE WHEN ', ' THEN 1 END'],
    ['CAST(', ' AS TEXT)'],
    ['a IN (', ')'],
    ['a[', ']'],
  ])('nesting of %s', (open, close) => {
    const nested = (depth: number) => `${open.repeat(depth)}a${close.repeat(depth)}`
    expect(parseExpression(nested(NESTING_MAX / 2 - 1))).toBeDefined()
    expect(troubleOf(nested(NESTING_MAX)).sentence).toContain('levels are inside each other')
    const hostile = nested(Math.floor(TEXT_LENGTH_MAX / (open.length + close.length)) - 1)
    expect(troubleOf(hostile).code).toBe('sql-limit')
  })

  test('height of a chain', () => {
    const chain = (count: number) => Array.from({ length: count }, () => 'a').join(' + ')
    expect(parseExpression(chain(HEIGHT_MAX)).kind).toBe('binary')
    expect(troubleOf(chain(HEIGHT_MAX + 1)).sentence).toContain('operators hang on each other')
    expect(troubleOf(chain(TEXT_LENGTH_MAX / 4)).code).toBe('sql-limit')
    expect(troubleOf(`a${'::INT'.repeat(HEIGHT_MAX)}`).code).toBe('sql-limit')
  })

  test('lists', () => {
    const list = (count: number) => Array.from({ length: count }, () => '1').join(',')
    expect(parseExpression(`a IN (${list(ITEMS_MAX)})`).kind).toBe('in')
    expect(troubleOf(`a IN (${list(ITEMS_MAX + 1)})`).code).toBe('sql-limit')
    const branches = (count: number) => `CASE ${'WHEN a THEN 1 '.repeat(count)}END`
    expect(parseExpression(branches(ITEMS_MAX)).kind).toBe('case')
    expect(troubleOf(branches(ITEMS_MAX + 1)).code).toBe('sql-limit')
  })

  test('arrays of arrays, digits', () => {
    expect(troubleOf(`CAST(a AS INT${'[]'.repeat(9)})`).code).toBe('sql-limit')
    expect(troubleOf(`CAST(a AS ${'ARRAY<'.repeat(9)}INT${'>'.repeat(9)})`).code).toBe('sql-limit')
    expect(troubleOf('1'.repeat(401)).code).toBe('sql-limit')
  })
})

describe('names that were probably meant', () => {
  const known = ['page', 'payload', 'user_id', 'status']
  test.each([
    ['pgae', 'page'],
    ['PAGE', 'page'],
    ['userid', 'user_id'],
    ['statsu', 'status'],
    ['nothing', undefined],
    ['x', undefined],
  ])('%s', (name, meant) => {
    expect(closestOf(name, known)).toBe(meant)
  })

  test('as the end of a sentence', () => {
    expect(didYouMean('pag', known)).toBe(' Did you mean "page"?')
    expect(didYouMean('zzz', known)).toBe('')
  })

  test('slips are counted', () => {
    expect(slips('kitten', 'sitting')).toBe(3)
    expect(slips('ab', 'ba')).toBe(1)
    expect(slips('', 'abc')).toBe(3)
    expect(slips('a'.repeat(100), 'a')).toBe(64)
    const short = fc.string({ maxLength: 8 })
    fc.assert(
      fc.property(short, short, (a, b) => {
        expect(slips(a, b)).toBe(slips(b, a))
        expect(slips(a, b) === 0).toBe(a === b)
        expect(slips(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length))
      }),
    )
  })
})
