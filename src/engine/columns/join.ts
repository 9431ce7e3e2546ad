/** Vectors of one column as one, the rows of each behind those of the one before. */

import { invariant, unreachable } from '../../base/errors.ts'
import { copyBytes } from '../store/entry.ts'
import { isNull, type Nulls, type TextVector, type Vector, type Wide } from './vector.ts'

/** How many rows of each vector there are, and in all. */
interface Sizes {
  readonly each: readonly number[]
  readonly all: number
}

export function joinVectors(vectors: readonly Vector[], each: readonly number[]): Vector {
  const [first] = vectors
  invariant(first !== undefined && vectors.length === each.length, 'there-is-a-vector-to-join')
  const sizes = { each, all: each.reduce((sum, size) => sum + size, 0) }
  const nulls = joinNulls(vectors, sizes)
  switch (first.store) {
    case 'boolean': {
      const flags = parts(vectors, first.store).map(one => one.flags)
      return { store: 'boolean', nulls, flags: fill(flags, sizes, new Uint8Array(sizes.all)) }
    }
    case 'number': {
      const own = parts(vectors, first.store)
      const numbers = own.map(one => one.numbers)
      const wide = joinWide(
        own.map(one => one.wide),
        sizes,
      )
      const all = fill(numbers, sizes, new Float64Array(sizes.all))
      return { store: 'number', nulls, numbers: all, wide }
    }
    case 'text':
      return joinTexts(parts(vectors, first.store), sizes, nulls)
    case 'bytes': {
      const values = parts(vectors, first.store).map(one => one.values)
      return { store: 'bytes', nulls, values: joinValues(values, sizes) }
    }
    case 'list': {
      const values = parts(vectors, first.store).map(one => one.values)
      return { store: 'list', nulls, values: joinValues(values, sizes) }
    }
    default:
      return unreachable(first)
  }
}

function parts<S extends Vector['store']>(vectors: readonly Vector[], store: S) {
  invariant(
    vectors.every(vector => vector.store === store),
    'a-column-has-one-store',
  )
  return vectors as readonly Extract<Vector, { store: S }>[]
}

/** Missing parts leave what is there. */
function fill<A extends Uint8Array | Float64Array>(
  from: readonly (A | undefined)[],
  { each }: Sizes,
  all: A,
): A {
  let at = 0
  each.forEach((size, part) => {
    const own = from[part]
    if (own !== undefined) all.set(own.subarray(0, size), at)
    at += size
  })
  return all
}

function joinNulls(vectors: readonly Vector[], sizes: Sizes): Nulls {
  const all = vectors.map(({ nulls }) => nulls)
  if (all.every(nulls => nulls === undefined)) return undefined
  return fill(all, sizes, new Uint8Array(sizes.all))
}

function joinWide(all: readonly Wide[], { each }: Sizes): Wide {
  const joined = new Map<number, bigint>()
  let start = 0
  each.forEach((size, part) => {
    for (const [row, value] of all[part] ?? []) joined.set(start + row, value)
    start += size
  })
  return joined.size === 0 ? undefined : joined
}

function joinValues<T>(all: readonly (readonly T[])[], { each }: Sizes): T[] {
  return all.flatMap((values, part) => {
    return Array.from({ length: each[part] ?? 0 }, (_, row) => values[row] as T)
  })
}

/** Bytes are copied: each of the vectors may lie in other ones, of which it needs a small part. */
function joinTexts(all: readonly TextVector[], { each, all: size }: Sizes, nulls: Nulls) {
  const source = new Uint8Array(all.reduce((sum, text, part) => sum + sizeOf(text, each[part]), 0))
  const starts = new Int32Array(size)
  const ends = new Int32Array(size)
  const strings: (string | undefined)[] = []
  let row = 0
  let end = 0
  all.forEach((text, part) => {
    for (let from = 0; from < (each[part] ?? 0); from++, row++) {
      const start = text.starts[from] as number
      starts[row] = start < 0 ? start : end
      if (start < 0) strings[row] = text.strings[from]
      else if (!isNull(text, from)) {
        const bytes = (text.ends[from] as number) - start
        copyBytes(text.source, start, bytes, source, end)
        end += bytes
      }
      ends[row] = end
    }
  })
  return { store: 'text', nulls, source, starts, ends, strings } as const
}

function sizeOf(text: TextVector, rows = 0): number {
  let size = 0
  for (let row = 0; row < rows; row++) {
    const start = text.starts[row] as number
    if (start >= 0 && !isNull(text, row)) size += (text.ends[row] as number) - start
  }
  return size
}
