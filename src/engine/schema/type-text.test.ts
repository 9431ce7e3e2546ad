/** Types as people write them: every alias, every way to space them, and what is no type. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyType } from '../testing/arbitrary.ts'
import { arrayOf, BIGINT, DOUBLE, decimal, INTEGER, SIMPLE_TYPES, TEXT, typeText } from './type.ts'
import { maybeType, refusalOf, TYPE_NAMES, typeOf } from './type-text.ts'

const shown = (text: string) => {
  const type = maybeType(text)
  return type && typeText(type)
}

describe('a type', () => {
  test('that we write is read as itself', () => {
    fc.assert(
      fc.property(anyType, type => {
        expect(typeOf(typeText(type))).toEqual(type)
      }),
    )
  })

  test('is one frozen object where it has no parameters', () => {
    for (const type of SIMPLE_TYPES) expect(typeOf(typeText(type))).toBe(type)
  })

  test('may be written in any case and with any space between its words', () => {
    const spaces = fc.constantFrom(' ', '  ', '\t', '\n ')
    const written = fc
      .tuple(fc.constantFrom(...SIMPLE_TYPES), spaces, fc.boolean())
      .map(([type, space, isLower]) => {
        const text = `${space}${typeText(type).replaceAll(' ', space)}${space}`
        return { type, text: isLower ? text.toLowerCase() : text }
      })
    fc.assert(
      fc.property(written, ({ type, text }) => {
        expect(typeOf(text)).toBe(type)
      }),
    )
  })

  test.each([
    ['bool', 'BOOLEAN'],
    ['int', 'INTEGER'],
    ['smallint', 'INTEGER'],
    ['tinyint', 'INTEGER'],
    ['long', 'BIGINT'],
    ['float', 'DOUBLE'],
    ['real', 'DOUBLE'],
    ['double precision', 'DOUBLE'],
    ['string', 'TEXT'],
    ['varchar', 'TEXT'],
    ['char', 'TEXT'],
    ['bytea', 'BYTES'],
    ['varbinary', 'BYTES'],
    ['timestamp without time zone', 'TIMESTAMP'],
    ['timestamp with time zone', 'TIMESTAMPTZ'],
    ['timestamp with local time zone', 'TIMESTAMPTZ'],
    ['timestamp_ltz', 'TIMESTAMPTZ'],
    ['interval', 'INTERVAL DAY TO SECOND'],
  ])('called %s is %s', (alias, name) => {
    expect(shown(alias)).toBe(name)
  })

  test('is found under every name that we suggest', () => {
    const bare = TYPE_NAMES.filter(name => name !== 'ARRAY')
    expect(bare.filter(name => maybeType(name) === undefined)).toEqual([])
    expect(maybeType('ARRAY')).toBeUndefined()
  })

  test.each([
    ['VARCHAR(20)', 'TEXT'],
    ['char ( 3 )', 'TEXT'],
    ['VARBINARY(16)', 'BYTES'],
    ['TIMESTAMP(3)', 'TIMESTAMP'],
    ['TIMESTAMP(3) WITH TIME ZONE', 'TIMESTAMPTZ'],
    ['TIMESTAMP_LTZ(3)', 'TIMESTAMPTZ'],
    ['TIMESTAMPTZ(3)', 'TIMESTAMPTZ'],
    ['TIMESTAMP(0) WITHOUT TIME ZONE', 'TIMESTAMP'],
    ['INTERVAL DAY TO SECOND(3)', 'INTERVAL DAY TO SECOND'],
    ['character varying(20)', 'TEXT'],
    ['CHAR VARYING (20)', 'TEXT'],
    ['CHARACTER(5)', 'TEXT'],
    ['BINARY VARYING(5)', 'BYTES'],
    ['FLOAT(24)', 'DOUBLE'],
    ['ARRAY<VARCHAR(3)>', 'ARRAY<TEXT>'],
    ['DEC(10,2)', 'DECIMAL(10, 2)'],
  ])('%s is %s: there is one length of texts, and one precision of times', (text, name) => {
    expect(shown(text)).toBe(name)
  })
})

describe('a decimal', () => {
  test.each([
    ['DECIMAL', decimal(38, 0)],
    ['NUMERIC', decimal(38, 0)],
    ['DECIMAL(12)', decimal(12, 0)],
    ['decimal(12,2)', decimal(12, 2)],
    ['numeric ( 12 , 2 )', decimal(12, 2)],
    ['DECIMAL(38, 38)', decimal(38, 38)],
  ])('%s', (text, type) => {
    expect(typeOf(text)).toEqual(type)
  })

  test.each([
    'DECIMAL(0)',
    'DECIMAL(39)',
    'DECIMAL(100, 2)',
    'DECIMAL(5, 6)',
    'DECIMAL(5, -1)',
    'DECIMAL()',
    'DECIMAL(5, 2, 1)',
    'DECIMAL(1.5)',
  ])('%s is none', text => {
    expect(maybeType(text)).toBeUndefined()
  })
})

describe('an array', () => {
  test.each([
    ['ARRAY<TEXT>', arrayOf(TEXT)],
    ['array < bigint >', arrayOf(BIGINT)],
    ['TEXT[]', arrayOf(TEXT)],
    ['TEXT [ ]', arrayOf(TEXT)],
    ['INT[][]', arrayOf(arrayOf(INTEGER))],
    ['ARRAY<DOUBLE>[]', arrayOf(arrayOf(DOUBLE))],
    ['ARRAY<DECIMAL(4, 2)>', arrayOf(decimal(4, 2))],
    ['ARRAY<ARRAY<INT[]> >', arrayOf(arrayOf(arrayOf(INTEGER)))],
  ])('%s', (text, type) => {
    expect(typeOf(text)).toEqual(type)
  })

  test.each(['ARRAY<>', '[]', 'ARRAY<NOTHING>', 'ARRAY<TEXT', 'ARRAYTEXT>', 'TEXT[3]'])(
    '%s is none',
    text => {
      expect(maybeType(text)).toBeUndefined()
    },
  )

  test('of arrays ends at a depth', () => {
    expect(shown(`${'ARRAY<'.repeat(8)}TEXT${'>'.repeat(8)}`)).toBeDefined()
    expect(maybeType(`${'ARRAY<'.repeat(9)}TEXT${'>'.repeat(9)}`)).toBeUndefined()
    expect(maybeType(`TEXT${'[]'.repeat(100_000)}`)).toBeUndefined()
  })
})

describe('what is no type', () => {
  test.each([
    '',
    ' ',
    'TEXTS',
    'TEXT TEXT',
    'constructor',
    '__proto__',
    'VARCHAR()',
    'b\u0131gint',
  ])('%j', text => {
    expect(maybeType(text)).toBeUndefined()
    expect(() => typeOf(text)).toThrow('unknown-type')
  })

  test('is named, beside some that there are', () => {
    expect(() => typeOf('uuid')).toThrow(/uuid is no type; there are, for example, BOOLEAN/)
  })

  test('is refused at once, however long', () => {
    fc.assert(
      fc.property(fc.constantFrom('[', ' ', '<', 'ARRAY<', '(', '>'), piece => {
        expect(maybeType(piece.repeat(50_000))).toBeUndefined()
      }),
    )
  })
})

describe('a type of SQL that cannot be held is refused with a sentence', () => {
  test.each([
    ['TIMESTAMP(6)', 'TIMESTAMP(6) is finer than a millisecond, to which times are held; write'],
    ['timestamptz(9)', 'TIMESTAMPTZ(9) is finer than a millisecond'],
    ['TIMESTAMP(6) WITH TIME ZONE', 'TIMESTAMP(6) is finer than a millisecond'],
    ['ARRAY<TIMESTAMP_LTZ(4)>', 'TIMESTAMP_LTZ(4) is finer than a millisecond'],
    ['FLOAT(54)', 'FLOAT(54) has not 1 to 53 bits; write DOUBLE'],
    ['TIME', 'there is no type for times of day; write TEXT, or INTERVAL'],
    ['time(3) without time zone', 'there is no type for times of day'],
    ['TIMETZ', 'there is no type for times of day'],
    ['DECIMAL(39, 2)', 'a DECIMAL has 1 to 38 digits'],
    ['NUMERIC(4, 5)', 'a DECIMAL has 1 to 38 digits'],
  ])('%s', (text, sentence) => {
    expect(maybeType(text)).toBeUndefined()
    expect(refusalOf(text)).toContain(sentence)
    expect(() => typeOf(text)).toThrow(`unknown-type: ${text} is no type: ${sentence}`)
  })

  test.each(['TIMESTAMP(3)', 'TEXT', 'BIGINT(20)', 'TIMES', 'ENUM', 'DECIMAL(10, 2)'])(
    'and not %s',
    text => {
      expect(refusalOf(text)).toBeUndefined()
    },
  )
})
