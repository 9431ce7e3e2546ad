/** Numbers of a column: the form that is the shortest, at the edge of what it can hold. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { readNumbers, writeNumbers } from './number-codec.ts'

const WHOLE = 0
const FLOATS = 1
const EDGE = 2 ** 51

function written(numbers: readonly number[]): Uint8Array {
  const out = new ByteWriter()
  writeNumbers(out, Float64Array.from(numbers))
  return out.finish()
}

function read(bytes: Uint8Array, size: number): readonly number[] {
  const reader = new ByteReader(bytes)
  const numbers = [...readNumbers(reader, size)]
  reader.done()
  return numbers
}

const formOf = (...numbers: readonly number[]) => written(numbers)[0]

describe('numbers of a column', () => {
  test('near the edge of the short form come back, from one edge to the other too', () => {
    const anyEdge = fc
      .tuple(fc.constantFrom(-2, -1, 1, 2), fc.integer({ min: -2, max: 2 }))
      .map(([factor, more]) => factor * EDGE + more)
    fc.assert(
      fc.property(fc.array(anyEdge, { maxLength: 6 }), numbers => {
        expect(read(written(numbers), numbers.length)).toEqual(numbers)
      }),
    )
  })

  test.each([
    [[0], WHOLE],
    [[], WHOLE],
    [[EDGE - 1, 1 - EDGE], WHOLE],
    [[-EDGE, EDGE], FLOATS],
    [[0.5], FLOATS],
    [[-0], FLOATS],
    [[Number.NaN], FLOATS],
    [[Number.POSITIVE_INFINITY], FLOATS],
    [[1, 2, 3, 4.5], FLOATS],
  ])('%j have form %i', (numbers, form) => {
    expect(formOf(...numbers)).toBe(form)
  })

  test('are read up to their last byte and no further', () => {
    const reader = new ByteReader(Uint8Array.from([...written([5, 6]), 77]))
    expect([...readNumbers(reader, 2)]).toEqual([5, 6])
    expect(reader.uint8()).toBe(77)
  })

  test('of any bytes are refused, or would be written just so', () => {
    const wild = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(5), fc.nat(1))
    fc.assert(
      fc.property(wild, ([bytes, size, form]) => {
        bytes[0] = form
        const reader = new ByteReader(bytes)
        let numbers: Float64Array
        try {
          numbers = readNumbers(reader, size)
        } catch (error) {
          expect(error).toHaveProperty('code', 'malformed-bytes')
          return
        }
        expect(written([...numbers])).toEqual(bytes.subarray(0, bytes.length - reader.left))
      }),
      { numRuns: 500 },
    )
  })

  test('that are announced in millions and are not there cost no memory', () => {
    for (const form of [WHOLE, FLOATS]) {
      const reader = new ByteReader(Uint8Array.of(form, 0, 0))
      expect(() => readNumbers(reader, 1_000_000_000)).toThrow('fewer numbers than rows')
    }
  })
})
