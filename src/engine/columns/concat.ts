/** Several batches of records as one, in order. */

import { invariant } from '../../base/errors.ts'
import type { Schema } from '../schema/schema.ts'
import { builderOf } from './builder.ts'
import { INSERT, type Records } from './records.ts'
import { scalarAt } from './vector.ts'

/** Where they came from is kept if all came from one channel. */
export function concat(schema: Schema, parts: readonly Records[]): Records {
  const [first] = parts
  if (first !== undefined && parts.length === 1) return first
  const size = parts.reduce((sum, part) => sum + part.size, 0)
  const vectors = schema.columns.map(({ type }, place) => {
    const builder = builderOf(type, size)
    let at = 0
    for (const { size: rows, vectors: from } of parts) {
      const vector = from[place]
      invariant(vector !== undefined, 'parts-have-all-columns')
      for (let row = 0; row < rows; row++) builder.set(at++, scalarAt(vector, row))
    }
    return builder.finish(size)
  })
  const times = joined(parts, size, ({ times: own }) => own)
  return {
    schema,
    size,
    vectors,
    times,
    kinds: kindsOf(parts, size),
    origin: originOf(parts, size),
  }
}

function joined(parts: readonly Records[], size: number, of: (part: Records) => Float64Array) {
  const all = new Float64Array(size)
  let at = 0
  for (const part of parts) {
    all.set(of(part), at)
    at += part.size
  }
  return all
}

function kindsOf(parts: readonly Records[], size: number): Records['kinds'] {
  if (parts.every(({ kinds }) => kinds === undefined)) return undefined
  const all = new Uint8Array(size).fill(INSERT)
  let at = 0
  for (const { kinds, size: rows } of parts) {
    if (kinds !== undefined) all.set(kinds, at)
    at += rows
  }
  return all
}

function originOf(parts: readonly Records[], size: number): Records['origin'] {
  const channel = parts[0]?.origin?.channel
  if (channel === undefined || parts.some(({ origin }) => origin?.channel !== channel)) {
    return undefined
  }
  return { channel, offsets: joined(parts, size, ({ origin }) => origin?.offsets ?? NO_NUMBERS) }
}

const NO_NUMBERS = new Float64Array(0)
