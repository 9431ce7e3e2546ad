/** The table of conversions, cell by cell, so that an empty cell is one on purpose. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Scalar } from '../../../engine/columns/vector.ts'
import {
  arrayOf,
  BIGINT,
  BYTES,
  DATE,
  DOUBLE,
  decimal,
  INTEGER,
  INTERVAL,
  JSON_TYPE,
  SIMPLE_TYPES,
  TEXT,
  TIMESTAMP,
  TIMESTAMPTZ,
  type Type,
  typeText,
} from '../../../engine/schema/type.ts'
import { bytesOf } from '../testing/raw.ts'
import { Trouble } from '../trouble.ts'
import { base64In, base64Size, writeBase64 } from './base64.ts'
import { type ConversionOptions, conversionOf } from './conversion.ts'
import { wholeIn } from './digits.ts'

type Kind = 'text' | 'number'

function made(type: Type, kind: Kind, text: string, options?: ConversionOptions): Scalar {
  const bytes = bytesOf(`..${text}..`)
  const value = conversionOf(type, options)[kind](bytes, 2, bytes.length - 2)
  return value instanceof Trouble ? value.code : value
}

const types: readonly Type[] = [
  ...SIMPLE_TYPES.filter(({ kind }) => kind !== 'json'),
  decimal(6, 2),
]

describe('the table', () => {
  const TEXTS = ['true', '12', '2026-11-21', 'PT1S', 'P1M', 'QUJD']
  const cells = (options?: ConversionOptions) =>
    Object.fromEntries(
      types.map(type => {
        const yes = conversionOf(type, options).boolean(true)
        const all = [
          ...TEXTS.map(text => made(type, 'text', text, options)),
          made(type, 'number', '12', options),
          yes instanceof Trouble ? yes.code : yes,
        ]
        return [typeText(type), all.map(cell => (cell === 'no-such-value' ? '' : cell))]
      }),
    )
  const no = 'wrong-type'
  const days = 20_778

  test('when it is strict', () => {
    expect(cells()).toEqual({
      BOOLEAN: [no, no, no, no, no, no, no, true],
      INTEGER: ['', 12, '', '', '', '', 12, no],
      BIGINT: ['', 12, '', '', '', '', 12, no],
      DOUBLE: [no, no, no, no, no, no, 12, no],
      TEXT: [...TEXTS, no, no],
      BYTES: [
        Uint8Array.of(182, 187, 158),
        '',
        '',
        Uint8Array.of(61, 61, 82),
        '',
        bytesOf('ABC'),
        no,
        no,
      ],
      DATE: ['', '', days, '', '', '', no, no],
      TIMESTAMP: ['', '', days * 86_400_000, '', '', '', 12, no],
      TIMESTAMPTZ: ['', '', days * 86_400_000, '', '', '', 12, no],
      'INTERVAL DAY TO SECOND': ['', '', '', 1000, '', '', 12, no],
      'INTERVAL YEAR TO MONTH': ['', '', '', '', 1, '', 12, no],
      'DECIMAL(6, 2)': ['', 1200, '', '', '', '', 1200, no],
    })
  })

  test('when it is lenient', () => {
    const strict = cells()
    expect(cells({ lenient: true })).toEqual({
      ...strict,
      BOOLEAN: [true, '', '', '', '', '', no, true],
      DOUBLE: ['', 12, '', '', '', '', 12, no],
      TEXT: [...TEXTS, '12', 'true'],
    })
  })

  test('of texts for what is not finite, where that is said', () => {
    const texts = ['NaN', 'Infinity', '-Infinity', '12', 'nan', '']
    expect(texts.map(text => made(DOUBLE, 'text', text, { notFinite: true }))).toEqual([
      ...[Number.NaN, Infinity, -Infinity],
      ...['no-such-value', 'no-such-value', 'no-such-value'],
    ])
    expect(cells({ notFinite: true })).toEqual({
      ...cells(),
      DOUBLE: ['', '', '', '', '', '', 12, no],
    })
  })

  test('has no rows for what is made of whole values', () => {
    for (const type of [JSON_TYPE, arrayOf(TEXT)]) {
      expect(() => conversionOf(type)).toThrow('a-conversion-is-of-single-values')
    }
  })
})

describe('numbers that are moments', () => {
  test('count in their unit, and fall to the millisecond below', () => {
    expect(made(TIMESTAMPTZ, 'number', '1700000000.1239', { unit: 's' })).toBe(1_700_000_000_123)
    expect(made(TIMESTAMPTZ, 'number', '-1.5', { unit: 'ms' })).toBe(-2)
    expect(made(TIMESTAMPTZ, 'number', '1700000000123456', { unit: 'us' })).toBe(1_700_000_000_123)
    expect(made(TIMESTAMP, 'number', '-1', { unit: 'us' })).toBe(-1)
    expect(made(INTERVAL, 'number', '1.5', { unit: 's' })).toBe(1500)
    expect(made(TIMESTAMP, 'number', '1e-30')).toBe(0)
    expect(made(TIMESTAMP, 'number', '-1e-30')).toBe(-1)
  })

  test('have a range', () => {
    expect(made(TIMESTAMPTZ, 'number', '253402300799999')).toBe(253_402_300_799_999)
    expect(made(TIMESTAMPTZ, 'number', '253402300800', { unit: 's' })).toBe('out-of-range')
    expect(made(TIMESTAMP, 'number', '-62135596800000000', { unit: 'us' })).toBe(
      -62_135_596_800_000,
    )
    for (const far of ['253402300800000', '-62135596800001', '8640000000000000', '9e18']) {
      expect(made(TIMESTAMPTZ, 'number', far)).toBe('out-of-range')
    }
  })

  test('have it as texts, too, and so have dates', () => {
    expect(made(TIMESTAMPTZ, 'text', '9999-12-31T23:59:59.999Z')).toBe(253_402_300_799_999)
    expect(made(TIMESTAMPTZ, 'text', '0001-01-01')).toBe(-62_135_596_800_000)
    expect(made(DATE, 'text', '0001-01-01')).toBe(-719_162)
    for (const far of ['+010000-01-01', '+999999-01-01', '0000-12-31', '-000001-01-01']) {
      expect(made(TIMESTAMPTZ, 'text', far)).toBe('out-of-range')
      expect(made(DATE, 'text', far)).toBe('out-of-range')
    }
    expect(made(TIMESTAMPTZ, 'text', '9999-12-31T23:59-01:00')).toBe('out-of-range')
  })
})

describe('digits', () => {
  test('with any point and exponent are exact', () => {
    const number = fc.tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.nat(12))
    fc.assert(
      fc.property(number, ([whole, zeros]) => {
        const shifted = whole * 10n ** BigInt(zeros)
        expect(BigInt(wholeIn(`${whole}e${zeros}`, { scale: 0 }))).toBe(shifted)
        expect(BigInt(wholeIn(`${shifted}E-${zeros}`, { scale: 0 }))).toBe(whole)
        expect(BigInt(wholeIn(`${whole}`, { scale: zeros }))).toBe(shifted)
        expect(BigInt(wholeIn(`${whole}.${'0'.repeat(zeros + 1)}`, { scale: 0 }))).toBe(whole)
      }),
    )
  })

  test('cost nothing that grows with an exponent', () => {
    expect(wholeIn('1e999999999', { scale: 0 })).toBe('out-of-range')
    expect(wholeIn('1e-999999999', { scale: 0 })).toBe('inexact')
    expect(wholeIn('0e999999999', { scale: 0 })).toBe(0)
    expect(wholeIn(`1e${'9'.repeat(400)}`, { scale: 0 })).toBe('out-of-range')
    expect(wholeIn(`-1e-${'9'.repeat(400)}`, { scale: 0, floors: true })).toBe(-1)
    expect(wholeIn('-0', { scale: 0 })).toBe(0)
  })

  test.each(['', '-', '+1', '01', '1.', '.5', '1e', ' 1', '1 ', '0x1', 'NaN', '1_000', '\u0661'])(
    '%o are none',
    text => {
      expect(made(BIGINT, 'text', text)).toBe('no-such-value')
    },
  )

  test('of an INTEGER have a range', () => {
    const edges = ['-2147483648', '2147483647', '-2147483649', '2147483648']
    expect(edges.map(text => made(INTEGER, 'number', text))).toEqual([
      -2_147_483_648,
      2_147_483_647,
      'out-of-range',
      'out-of-range',
    ])
  })
})

describe('base64', () => {
  test('is what Node writes, and comes back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), bytes => {
        const out = new Uint8Array(base64Size(bytes) + 2)
        writeBase64(bytes, out, 1)
        const text = new TextDecoder().decode(out.subarray(1, -1))
        expect(text).toBe(Buffer.from(bytes).toString('base64'))
        expect(base64In(out, 1, out.length - 1)).toEqual(bytes)
      }),
    )
  })

  test.each(['A', 'AA', 'AAA', 'A===', '====', 'AA=A', 'AB==', 'AAB=', 'AA A', 'AA_-', 'AAAA='])(
    '%o is none',
    text => {
      expect(made(BYTES, 'text', text)).toBe('no-such-value')
    },
  )
})
