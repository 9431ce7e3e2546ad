/**
 * The image of a key-value machine: its format, the index, then every row in the order of the keys,
 * so that equal states have equal bytes. Neither side holds more than a piece of it.
 */

import { ByteWriter } from '../../src/base/bytes.ts'
import type { ByteSource, Piece } from '../../src/base/source.ts'
import type { StateCut, StateRow, StateSpace } from '../../src/base/state.ts'

const FORMAT = 1
/** Rows of one write while an image is loaded. */
const RESTORE_BYTES_MAX = 256 * 1024
/** No row is larger: whoever says so has sent something else. */
const ROW_BYTES_MAX = 4 * 1024 * 1024
/** The format and, in two halves, the index. */
const HEADER_BYTES = 9
/** The sizes of key and value. */
const SIZES_BYTES = 8
const TWO_32 = 2 ** 32

export function imageOf(cut: StateCut, index: number): ByteSource {
  const out = new ByteWriter().uint8(FORMAT)
  out.uint32(index % TWO_32).uint32(Math.floor(index / TWO_32))
  const onRows = (rows: readonly StateRow[], done: (piece: Piece) => void) => {
    // The row of the index stands in the beginning already.
    for (const { key, value } of rows.filter(row => row.key.length > 1)) {
      out.uint32(key.length).uint32(value.length).raw(key).raw(value)
    }
    const hasMore = rows.length > 0 || out.size > 0
    done(hasMore ? { kind: 'bytes', bytes: out.finish() } : { kind: 'end' })
  }
  return {
    next: done => cut.next(rows => onRows(rows, done)),
    close: () => cut.close(),
  }
}

/** Writes what a source brings into an empty space. false: no whole image of this index. */
export function restoreRows(
  source: ByteSource,
  space: StateSpace,
  index: number,
  done: (isWhole: boolean) => void,
): void {
  const parser = new RowParser(index)
  const step = () => {
    source.next(piece => {
      if (piece.kind === 'broken') return end(false)
      if (piece.kind === 'end') return end(parser.isAtEnd)
      const rows = parser.take(piece.bytes)
      if (rows === undefined) return end(false)
      writeInTurns(rows, space, step)
    })
  }
  const end = (isWhole: boolean) => {
    source.close()
    done(isWhole)
  }
  step()
}

function writeInTurns(rows: readonly StateRow[], space: StateSpace, done: () => void): void {
  if (rows.length === 0) {
    done()
    return
  }
  let bytes = 0
  const ends = rows.findIndex(({ key, value }) => {
    bytes += key.length + value.length
    return bytes >= RESTORE_BYTES_MAX
  })
  const count = ends < 0 ? rows.length : ends + 1
  space.write(rows.slice(0, count), () => writeInTurns(rows.slice(count), space, done))
}

/** Finds rows in pieces that are cut anywhere. */
class RowParser {
  readonly #index: number
  #bytes: Uint8Array = new Uint8Array(0)
  #at = 0
  #isBegun = false

  constructor(index: number) {
    this.#index = index
  }

  /** Nothing is left over, and there was a beginning. */
  get isAtEnd(): boolean {
    return this.#isBegun && this.#at === this.#bytes.length
  }

  /** undefined: this is no image of the index. The rows are views of what was taken. */
  take(more: Uint8Array): readonly StateRow[] | undefined {
    this.#bytes = joined(this.#bytes.subarray(this.#at), more)
    this.#at = 0
    const rows: StateRow[] = []
    if (!this.#isBegun) {
      if (this.#left() < HEADER_BYTES) return rows
      if (!this.#begin()) return undefined
    }
    while (this.#left() >= SIZES_BYTES) {
      const [keyBytes, valueBytes] = [this.#uint32(this.#at), this.#uint32(this.#at + 4)]
      if (keyBytes + valueBytes > ROW_BYTES_MAX) return undefined
      if (this.#left() < SIZES_BYTES + keyBytes + valueBytes) break
      this.#at += SIZES_BYTES
      rows.push({ key: this.#raw(keyBytes), value: this.#raw(valueBytes) })
    }
    return rows
  }

  #begin(): boolean {
    const isOurs = this.#bytes[0] === FORMAT
    const index = this.#uint32(1) + this.#uint32(5) * TWO_32
    this.#at = HEADER_BYTES
    this.#isBegun = true
    return isOurs && index === this.#index
  }

  #left(): number {
    return this.#bytes.length - this.#at
  }

  #uint32(at: number): number {
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset + at, 4).getUint32(0, true)
  }

  #raw(size: number): Uint8Array {
    this.#at += size
    return this.#bytes.subarray(this.#at - size, this.#at)
  }
}

export function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second
  const whole = new Uint8Array(first.length + second.length)
  whole.set(first)
  whole.set(second, first.length)
  return whole
}
