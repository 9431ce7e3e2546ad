/** Memory by cell, which grows as cells are given out. What is new is zero. */

const CELLS_FIRST = 64

function sizeFor(size: number, cells: number): number {
  return Math.max(cells, 2 * size, CELLS_FIRST)
}

/** The same array if it has room. */
export function roomInFloats(floats: Float64Array, cells: number): Float64Array {
  if (cells <= floats.length) return floats
  const grown = new Float64Array(sizeFor(floats.length, cells))
  grown.set(floats)
  return grown
}

export function roomInFlags(flags: Uint8Array, cells: number): Uint8Array {
  if (cells <= flags.length) return flags
  const grown = new Uint8Array(sizeFor(flags.length, cells))
  grown.set(flags)
  return grown
}
