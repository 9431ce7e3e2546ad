import type { ByteReader, ByteWriter } from '../../base/bytes.ts'
import type { Vector } from '../columns/vector.ts'
import { BIGINT } from '../schema/type.ts'
import type { Accumulators, Additions, Aggregate } from './accumulators.ts'

class Count implements Accumulators {
  readonly type = BIGINT
  #counts = new Float64Array(0)
  room(cells: number): void {
    const counts = new Float64Array(cells)
    counts.set(this.#counts)
    this.#counts = counts
  }
  clear(cell: number): void {
    this.#counts[cell] = 0
  }
  add({ cells }: Additions): void {
    const counts = this.#counts
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i] as number
      counts[cell] = (counts[cell] as number) + 1
    }
  }
  merge(into: number, from: number): void {
    this.#counts[into] = (this.#counts[into] as number) + (this.#counts[from] as number)
  }
  write(out: ByteWriter, cell: number): void {
    out.varint(this.#counts[cell] as number)
  }
  read(reader: ByteReader, cell: number): void {
    this.#counts[cell] = reader.varint()
  }
  results(cells: Int32Array): Vector {
    return {
      store: 'number',
      nulls: undefined,
      wide: undefined,
      numbers: Float64Array.from(cells, c => this.#counts[c] as number),
    }
  }
}
export function aggregateOf(name: string): Aggregate | undefined {
  return name === 'count'
    ? { name, about: '', resultOf: () => BIGINT, make: () => new Count() }
    : undefined
}
