/** Some rows of vectors and records, as vectors and records of their own. */

import { unreachable } from '../../base/errors.ts'
import type { Records, Rows } from './records.ts'
import type { Nulls, NumberVector, TextVector, Vector, Wide } from './vector.ts'

function gatherNulls(nulls: Nulls, rows: Rows): Nulls {
  if (nulls === undefined) return undefined
  const out = new Uint8Array(rows.length)
  let any = 0
  for (let i = 0; i < rows.length; i++) {
    const flag = nulls[rows[i] as number] as number
    out[i] = flag
    any |= flag
  }
  return any === 0 ? undefined : out
}

function gatherWide(wide: Wide, rows: Rows): Wide {
  if (wide === undefined) return undefined
  const out = new Map<number, bigint>()
  for (let i = 0; i < rows.length; i++) {
    const value = wide.get(rows[i] as number)
    if (value !== undefined) out.set(i, value)
  }
  return out.size === 0 ? undefined : out
}

export function gatherNumbers(numbers: Float64Array, rows: Rows): Float64Array {
  const out = new Float64Array(rows.length)
  for (let i = 0; i < rows.length; i++) {
    out[i] = numbers[rows[i] as number] as number
  }
  return out
}

function gatherFlags(flags: Uint8Array, rows: Rows): Uint8Array {
  const out = new Uint8Array(rows.length)
  for (let i = 0; i < rows.length; i++) {
    out[i] = flags[rows[i] as number] as number
  }
  return out
}

function gatherNumber(vector: NumberVector, rows: Rows): NumberVector {
  return {
    store: 'number',
    nulls: gatherNulls(vector.nulls, rows),
    numbers: gatherNumbers(vector.numbers, rows),
    wide: gatherWide(vector.wide, rows),
  }
}

function gatherText(vector: TextVector, rows: Rows): TextVector {
  const size = rows.length
  const starts = new Int32Array(size)
  const ends = new Int32Array(size)
  for (let i = 0; i < size; i++) {
    const row = rows[i] as number
    starts[i] = vector.starts[row] as number
    ends[i] = vector.ends[row] as number
  }
  const { strings: known } = vector
  const strings = known.length === 0 ? [] : Array.from(rows, row => known[row])
  const nulls = gatherNulls(vector.nulls, rows)
  return { store: 'text', nulls, source: vector.source, starts, ends, strings }
}

function gatherValues<T>(values: readonly T[], rows: Rows): T[] {
  const out = new Array<T>(rows.length)
  for (let i = 0; i < rows.length; i++) {
    out[i] = values[rows[i] as number] as T
  }
  return out
}

/** Row `rows[i]` becomes row i; one may be named several times. */
export function gather(vector: Vector, rows: Rows): Vector {
  switch (vector.store) {
    case 'boolean': {
      const nulls = gatherNulls(vector.nulls, rows)
      return { store: 'boolean', nulls, flags: gatherFlags(vector.flags, rows) }
    }
    case 'number':
      return gatherNumber(vector, rows)
    case 'text':
      return gatherText(vector, rows)
    case 'bytes': {
      const nulls = gatherNulls(vector.nulls, rows)
      return { store: 'bytes', nulls, values: gatherValues(vector.values, rows) }
    }
    case 'list': {
      const nulls = gatherNulls(vector.nulls, rows)
      return { store: 'list', nulls, values: gatherValues(vector.values, rows) }
    }
    default:
      return unreachable(vector)
  }
}

/** What each record has besides its columns, of these rows. */
export function gatherRest(
  records: Records,
  rows: Rows,
): Pick<Records, 'times' | 'kinds' | 'origin'> {
  const { times, kinds, origin } = records
  return {
    times: gatherNumbers(times, rows),
    kinds: kinds && gatherFlags(kinds, rows),
    origin: origin && { ...origin, offsets: gatherNumbers(origin.offsets, rows) },
  }
}

export function gatherRecords(records: Records, rows: Rows): Records {
  const { schema, vectors } = records
  return {
    schema,
    size: rows.length,
    vectors: vectors.map(vector => gather(vector, rows)),
    ...gatherRest(records, rows),
  }
}
