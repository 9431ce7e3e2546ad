/** How many values were added to each cell. */

import type { ByteReader, ByteWriter } from '../../../base/bytes.ts'
import type { Nulls } from '../../columns/vector.ts'
import type { Additions } from '../accumulators.ts'
import { roomInFloats } from '../cells.ts'

export class Counts {
  #counts: Float64Array = new Float64Array(0)

  room(cells: number): void {
    this.#counts = roomInFloats(this.#counts, cells)
  }

  clear(cell: number): void {
    this.#counts[cell] = 0
  }

  /** All that are not null. */
  addColumn(nulls: Nulls, { rows, cells }: Additions): void {
    const counts = this.#counts
    if (nulls === undefined) {
      for (let i = 0; i < cells.length; i++) {
        const cell = cells[i] as number
        counts[cell] = (counts[cell] as number) + 1
      }
      return
    }
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i] as number
      counts[cell] = (counts[cell] as number) + 1 - (nulls[rows[i] as number] as number)
    }
  }

  /** All that are true. */
  addFlags(flags: Uint8Array, nulls: Nulls, { rows, cells }: Additions): void {
    const counts = this.#counts
    for (let i = 0; i < cells.length; i++) {
      const row = rows[i] as number
      const cell = cells[i] as number
      const absent = nulls === undefined ? 0 : (nulls[row] as number)
      counts[cell] = (counts[cell] as number) + ((flags[row] as number) & (1 - absent))
    }
  }

  count(cell: number): number {
    return this.#counts[cell] as number
  }

  merge(into: number, from: number): void {
    this.#counts[into] = this.count(into) + this.count(from)
  }

  write(out: ByteWriter, cell: number): void {
    out.varint(this.count(cell))
  }

  read(reader: ByteReader, cell: number): void {
    this.#counts[cell] = reader.varint()
  }
}
