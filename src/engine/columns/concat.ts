/** Several batches of records as one, in order: column by column. */

import { invariant } from '../../base/errors.ts'
import type { Schema } from '../schema/schema.ts'
import { builderOf } from './builder.ts'
import { joinVectors } from './join.ts'
import { INSERT, type Records } from './records.ts'

/** Where they came from is kept if all came from one channel. */
export function concat(schema: Schema, parts: readonly Records[]): Records {
  const [first] = parts
  if (first !== undefined && parts.length === 1) return first
  const sizes = parts.map(part => part.size)
  const size = sizes.reduce((sum, one) => sum + one, 0)
  const vectors = schema.columns.map(({ type }, place) => {
    if (parts.length === 0) return builderOf(type, 0).finish(0)
    const column = parts.map(({ vectors: from }) => {
      const vector = from[place]
      invariant(vector !== undefined, 'parts-have-all-columns')
      return vector
    })
    return joinVectors(column, sizes)
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
