/** What may be kept of records, in bytes: so that a row of the state has room for it. */

const MIB = 2 ** 20

/** Of a record that is kept whole. */
export const RECORD_BYTES_MAX = 4 * MIB
/** Of all aggregates of a key in a window; a session may be kept twice, as it is and as it was. */
export const CELL_BYTES_MAX = 4 * MIB
/** Of the values of one list. */
export const LIST_BYTES_MAX = MIB

/** Of one value among so many aggregates; of a list with what it left out, together. */
export function valueBytesMax(calls: number): number {
  return Math.floor(CELL_BYTES_MAX / (2 * Math.max(1, calls)))
}

export function listBytesMax(calls: number): number {
  return Math.min(LIST_BYTES_MAX, valueBytesMax(calls))
}
