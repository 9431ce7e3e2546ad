/**
 * Numbers of a column in bytes. Whole ones, if all of them are, as differences from one to the next
 * (times, offsets and ids lie near each other); else as they are. Canonical: the writer looks for
 * the first form that fits, and the reader refuses the second where the first would have done.
 */

import { type ByteReader, type ByteWriter, malformed } from '../../base/bytes.ts'
import { unzigzag, zigzag } from './scalar-codec.ts'

const WHOLE = 0
const FLOATS = 1
/** Two numbers within it differ by what a varint takes: twice 2^52 would not be safe. */
const WHOLE_MAX = 2 ** 51 - 1

/** A minus zero is no whole number here: it would come back as zero. */
function isWhole(value: number): boolean {
  return Math.abs(value) <= WHOLE_MAX && Math.trunc(value) === value && !Object.is(value, -0)
}

function areWhole(numbers: Float64Array): boolean {
  for (let at = 0; at < numbers.length; at++) {
    if (!isWhole(numbers[at] as number)) return false
  }
  return true
}

export function writeNumbers(out: ByteWriter, numbers: Float64Array): void {
  if (!areWhole(numbers)) {
    out.uint8(FLOATS)
    for (let at = 0; at < numbers.length; at++) {
      out.float64(numbers[at] as number)
    }
    return
  }
  out.uint8(WHOLE)
  let before = 0
  for (let at = 0; at < numbers.length; at++) {
    const number = numbers[at] as number
    out.varint(zigzag(number - before))
    before = number
  }
}

export function readNumbers(reader: ByteReader, size: number): Float64Array {
  const form = reader.uint8()
  if (form === WHOLE) return readWhole(reader, size)
  if (form !== FLOATS) throw malformed('numbers have an unknown form')
  if (8 * size > reader.left) throw malformed('there are fewer numbers than rows')
  const numbers = new Float64Array(size)
  for (let at = 0; at < size; at++) {
    numbers[at] = reader.float64()
  }
  if (areWhole(numbers)) throw malformed('whole numbers have the form of others')
  return numbers
}

function readWhole(reader: ByteReader, size: number): Float64Array {
  if (size > reader.left) throw malformed('there are fewer numbers than rows')
  const numbers = new Float64Array(size)
  let before = 0
  for (let at = 0; at < size; at++) {
    before += unzigzag(reader.varint())
    if (!isWhole(before)) throw malformed('a whole number is out of bounds')
    numbers[at] = before
  }
  return numbers
}
