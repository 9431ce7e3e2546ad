/** Names, types of results, and what is refused. */

import { describe, expect, test } from 'vitest'
import { WeirError } from '../../base/errors.ts'
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  DOUBLE,
  decimal,
  INTEGER,
  INTERVAL,
  JSON_TYPE,
  MONTHS,
  TEXT,
  TIMESTAMP,
  TIMESTAMPTZ,
  type Type,
  typeText,
} from '../schema/type.ts'
import { KEPT_MAX } from './column.ts'
import { aggregateNames, aggregateOf, aggregates, mustFindAggregate } from './registry.ts'

describe('names', () => {
  test('are looked up without regard to case, aliases too', () => {
    expect(aggregateOf('SUM')).toBe(aggregateOf('sum'))
    expect(aggregateOf('Variance')).toBe(aggregateOf('var_samp'))
    expect(aggregateOf('stddev')).toBe(aggregateOf('stddev_samp'))
    expect(aggregateOf('every')).toBe(aggregateOf('bool_and'))
    expect(aggregateOf('some')).toBe(aggregateOf('bool_or'))
    expect(aggregateOf('mean')).toBe(aggregateOf('avg'))
    expect(aggregateOf('first_value')).toBe(aggregateOf('first'))
    expect(aggregateOf('last_value')).toBe(aggregateOf('last'))
  })

  test('mean one aggregate each, also those of every object', () => {
    expect(new Set(aggregateNames).size).toBe(aggregateNames.length)
    expect(aggregateNames).toEqual(aggregateNames.map(name => name.toLowerCase()))
    for (const name of ['__proto__', 'constructor', 'toString', 'summ', '']) {
      expect(aggregateOf(name)).toBeUndefined()
    }
  })

  test('that nothing has are an error that says which there are', () => {
    expect(() => mustFindAggregate('summ')).toThrow(
      /no aggregate summ; there are count, .*top_n_by/,
    )
    for (const name of aggregateNames) {
      expect(mustFindAggregate(name).make).toBeTypeOf('function')
    }
  })
})

const text = (type: Type | undefined) => (type === undefined ? 'refused' : typeText(type))
const ofOne = (name: string, type: Type) => text(mustFindAggregate(name).resultOf([type]))

describe('types of results', () => {
  test.each([
    ['sum', INTEGER, 'BIGINT'],
    ['sum', BIGINT, 'BIGINT'],
    ['sum', decimal(10, 2), 'DECIMAL(38, 2)'],
    ['sum', DOUBLE, 'DOUBLE'],
    ['sum', INTERVAL, 'INTERVAL DAY TO SECOND'],
    ['sum', MONTHS, 'INTERVAL YEAR TO MONTH'],
    ['sum', TEXT, 'refused'],
    ['sum', BOOLEAN, 'refused'],
    ['sum', TIMESTAMP, 'refused'],
    ['avg', INTEGER, 'DOUBLE'],
    ['avg', decimal(10, 2), 'DOUBLE'],
    ['avg', INTERVAL, 'INTERVAL DAY TO SECOND'],
    ['avg', MONTHS, 'refused'],
    ['avg', DATE, 'refused'],
    ['var_pop', BIGINT, 'DOUBLE'],
    ['stddev', DOUBLE, 'DOUBLE'],
    ['variance', INTERVAL, 'refused'],
    ['min', TEXT, 'TEXT'],
    ['max', BYTES, 'BYTES'],
    ['max', TIMESTAMPTZ, 'TIMESTAMPTZ'],
    ['min', decimal(9, 3), 'DECIMAL(9, 3)'],
    ['min', BOOLEAN, 'BOOLEAN'],
    ['min', JSON_TYPE, 'refused'],
    ['max', arrayOf(INTEGER), 'refused'],
    ['count', JSON_TYPE, 'BIGINT'],
    ['count_if', BOOLEAN, 'BIGINT'],
    ['count_if', INTEGER, 'refused'],
    ['every', BOOLEAN, 'BOOLEAN'],
    ['some', TEXT, 'refused'],
    ['first', arrayOf(TEXT), 'ARRAY<TEXT>'],
    ['last', JSON_TYPE, 'JSON'],
    ['collect', TEXT, 'refused'],
    ['top_n', TEXT, 'refused'],
  ])('%s of %o', (name, type, result) => {
    expect(ofOne(name, type)).toBe(result)
  })

  test.each([
    ['collect', [TEXT, INTEGER], 'ARRAY<TEXT>'],
    ['collect', [JSON_TYPE, BIGINT], 'ARRAY<JSON>'],
    ['collect', [TEXT, DOUBLE], 'refused'],
    ['top_n', [DOUBLE, INTEGER], 'ARRAY<DOUBLE>'],
    ['top_n', [JSON_TYPE, INTEGER], 'refused'],
    ['top_n', [DOUBLE, TEXT], 'refused'],
    ['top_n_by', [JSON_TYPE, DOUBLE, INTEGER], 'ARRAY<JSON>'],
    ['top_n_by', [DOUBLE, JSON_TYPE, INTEGER], 'refused'],
    ['top_n_by', [DOUBLE, INTEGER], 'refused'],
    ['count', [], 'BIGINT'],
    ['count', [TEXT, TEXT], 'refused'],
    ['sum', [], 'refused'],
    ['sum', [INTEGER, INTEGER], 'refused'],
    ['avg', [DOUBLE, DOUBLE], 'refused'],
    ['min', [], 'refused'],
    ['max', [TEXT, TEXT], 'refused'],
    ['stddev', [], 'refused'],
    ['bool_or', [BOOLEAN, BOOLEAN], 'refused'],
    ['first', [], 'refused'],
    ['last', [TEXT, TEXT], 'refused'],
  ] as const)('%s of %j', (name, types, result) => {
    expect(text(mustFindAggregate(name).resultOf(types))).toBe(result)
  })
})

describe('how many are kept', () => {
  const keeping = aggregates.filter(({ parameters }) => parameters.includes('n'))

  test.each(keeping)('$name takes constants from 1 to what is bounded', aggregate => {
    const types = aggregate.parameters.map(() => INTEGER)
    const make = (n: number | null | undefined) =>
      aggregate.make(
        types,
        types.map((_, place) => (place === types.length - 1 ? n : undefined)),
      )
    for (const n of [1, 2, KEPT_MAX]) {
      expect(make(n).type).toEqual(arrayOf(INTEGER))
    }
    for (const n of [0, -1, KEPT_MAX + 1, 1.5, null, undefined]) {
      expect(() => make(n)).toThrow(WeirError)
      expect(() => make(n)).toThrow(`${aggregate.name} keeps n values`)
    }
    expect(() => aggregate.make(types)).toThrow(WeirError)
  })
})
