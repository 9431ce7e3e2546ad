/** Scalars in bytes: whole numbers at every edge, lists at their bounds, one form of everything. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  BYTES,
  DOUBLE,
  decimal,
  TEXT,
  type Type,
} from '../schema/type.ts'
import { whole } from '../testing/arbitrary.ts'
import { LIST_MAX, readScalar, unzigzag, writeScalar, zigzag } from './scalar-codec.ts'
import type { Scalar } from './vector.ts'

const SMALL = 1
const EDGE = 2 ** 51

function written(type: Type, value: Scalar): Uint8Array {
  const out = new ByteWriter()
  writeScalar(out, type, value)
  return out.finish()
}

function read(type: Type, bytes: Uint8Array): Scalar {
  const reader = new ByteReader(bytes)
  const value = readScalar(reader, type)
  reader.done()
  return value
}

describe('signs', () => {
  test('go into the lowest bit, and come out again', () => {
    expect([0, -1, 1, -2, 2].map(zigzag)).toEqual([0, 1, 2, 3, 4])
    const safe = fc.integer({ min: -(2 ** 52) + 1, max: 2 ** 52 - 1 })
    fc.assert(
      fc.property(safe, value => {
        expect(unzigzag(zigzag(value))).toBe(value)
      }),
    )
  })

  test('leave no minus at a zero', () => {
    expect(written(BIGINT, -0)).toEqual(written(BIGINT, 0))
    expect(read(BIGINT, written(BIGINT, -0))).toBe(0)
  })
})

describe('whole numbers', () => {
  const edges = [53n, 51n, 52n, 63n].flatMap(bits => [2n ** bits, -(2n ** bits)])

  test.each(edges.flatMap(edge => [edge - 1n, edge, edge + 1n]))('%i come back', value => {
    expect(read(decimal(38, 0), written(decimal(38, 0), whole(value)))).toBe(whole(value))
  })

  test('are numbers as long as that is safe', () => {
    const values = [2 ** 53 - 1, 1 - 2 ** 53].map(value => read(BIGINT, written(BIGINT, value)))
    expect(values.map(value => typeof value)).toEqual(['number', 'number'])
    expect(typeof read(BIGINT, written(BIGINT, 2n ** 53n))).toBe('bigint')
  })

  test('have the same bytes as number and as bigint', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), value => {
        expect(written(BIGINT, BigInt(value))).toEqual(written(BIGINT, value))
      }),
    )
  })

  test('in the short form stop where the long one begins', () => {
    const inSmall = (value: number) => {
      const out = new ByteWriter()
      return out.uint8(SMALL).varint(zigzag(value)).finish()
    }
    expect(read(BIGINT, inSmall(EDGE))).toBe(EDGE)
    expect(read(BIGINT, inSmall(-EDGE))).toBe(-EDGE)
    for (const value of [EDGE + 1, -EDGE - 1, 2 ** 52 - 1]) {
      expect(() => read(BIGINT, inSmall(value))).toThrow('the form of a small one')
    }
  })

  test.each(['0', '+5', '05', '1e30', '', ' 1', `1${'0'.repeat(40)}`, '9'.repeat(15)])(
    'are not written %j',
    text => {
      const bytes = new ByteWriter().uint8(2).text(text).finish()
      expect(() => read(decimal(38, 0), bytes)).toThrow('malformed-bytes')
    },
  )
})

describe('doubles', () => {
  test.each([0, -0, 0.1, Number.MAX_VALUE, Number.MIN_VALUE, Number.NEGATIVE_INFINITY, Number.NaN])(
    '%d comes back as it is',
    value => {
      expect(read(DOUBLE, written(DOUBLE, value))).toBe(value)
    },
  )
})

describe('lists', () => {
  test('of lists and of nulls come back', () => {
    const lists: readonly Scalar[] = [[], [null], ['a', null, '']]
    expect(read(arrayOf(arrayOf(TEXT)), written(arrayOf(arrayOf(TEXT)), lists))).toEqual(lists)
  })

  test('of nothing and no list at all are two things', () => {
    expect(written(arrayOf(TEXT), [])).not.toEqual(written(arrayOf(TEXT), null))
  })

  test('are bounded', () => {
    const many = new Array<Scalar>(LIST_MAX + 1).fill(true)
    expect(() => written(arrayOf(BOOLEAN), many)).toThrow('lists-are-bounded')
  })

  test('that say they are longer than their bytes cost no memory', () => {
    const bytes = new ByteWriter().uint8(1).varint(LIST_MAX).uint8(0).finish()
    expect(() => read(arrayOf(TEXT), bytes)).toThrow('longer than its bytes')
  })
})

test('bytes that were read stay, whatever becomes of the memory they were read from', () => {
  const bytes = written(BYTES, Uint8Array.of(7, 8))
  const value = read(BYTES, bytes)
  bytes.fill(0)
  expect(value).toEqual(Uint8Array.of(7, 8))
})

test('values cut anywhere are refused', () => {
  const samples: readonly (readonly [Type, Scalar])[] = [
    [TEXT, 'text'],
    [DOUBLE, 1.5],
    [BIGINT, 2n ** 60n],
    [BYTES, Uint8Array.of(1, 2, 3)],
    [arrayOf(TEXT), ['a', 'b']],
  ]
  for (const [type, value] of samples) {
    const bytes = written(type, value)
    for (let size = 0; size < bytes.length; size++) {
      expect(() => read(type, bytes.subarray(0, size))).toThrow('malformed-bytes')
    }
  }
})
