/**
 * Sorts keys without calling a function for each two of them: the first bits that differ between
 * any of them, with the number of the entry in the last bits, are sorted as 64-bit integers, and
 * only where those bits are equal are whole keys compared. Keys of a batch have much in common (a
 * table, a time, how numbers are written), so those bits mostly tell all keys apart.
 */

const FIRST_CAPACITY = 256
const WORD_BITS = 32
const BYTE_BITS = 8
/** Bytes that are looked at for what keys have in common; behind them all bits may differ. */
const LOOKED_AT = 64
/** Runs of equal bits up to this length are put in order by insertion, longer ones by a sort. */
const SHORT_RUN = 16
/** Which half of a 64-bit integer comes first in memory. */
const isLittleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1
const LOW = isLittleEndian ? 0 : 1
const HIGH = 1 - LOW

/** Bits of one byte of a key, and where they go in a word: right by `low`, left by `shift`. */
interface Piece {
  readonly at: number
  readonly low: number
  readonly mask: number
  readonly shift: number
}

export class KeyOrder {
  readonly #stride: number
  #bytes: Uint8Array = new Uint8Array(0)
  #measures: Int32Array = new Int32Array(0)
  #words = new Uint32Array(2 * FIRST_CAPACITY)
  #longs = new BigUint64Array(this.#words.buffer)
  #order = new Int32Array(FIRST_CAPACITY)
  /** Bits that differ between keys, by place in the key. */
  readonly #differ = new Uint8Array(LOOKED_AT)
  #numberMask = 0

  /** `stride`: words that measure an entry; the first is where its key begins, then its size. */
  constructor(stride: number) {
    this.#stride = stride
  }

  /** Entries by key, equal keys as they came; good until the next call. */
  of(bytes: Uint8Array, measures: Int32Array, count: number): Int32Array {
    this.#bytes = bytes
    this.#measures = measures
    this.#room(count)
    const numberBits = WORD_BITS - Math.clz32(Math.max(1, count - 1))
    this.#numberMask = 2 ** numberBits - 1
    const shortest = this.#compareAll(count)
    const [high, at] = this.#piecesFrom(0, WORD_BITS, shortest)
    const [low] = this.#piecesFrom(at, WORD_BITS - numberBits, shortest)
    this.#fill(count, high, low)
    this.#longs.subarray(0, count).sort()
    for (let i = 0; i < count; i++) {
      this.#order[i] = (this.#words[2 * i + LOW] as number) & this.#numberMask
    }
    this.#orderTies(count)
    return this.#order
  }

  /** Of the last call's order: whether this entry's key is that of the next. */
  isSameAsNext(place: number): boolean {
    if (!this.#isTied(place, place + 1)) return false
    return this.#compare(this.#order[place] as number, this.#order[place + 1] as number) === 0
  }

  #room(count: number): void {
    if (count <= this.#order.length) return
    const capacity = Math.max(count, 2 * this.#order.length)
    this.#words = new Uint32Array(2 * capacity)
    this.#longs = new BigUint64Array(this.#words.buffer)
    this.#order = new Int32Array(capacity)
  }

  #keyAt(entry: number): number {
    return this.#measures[entry * this.#stride] as number
  }

  #keySize(entry: number): number {
    return this.#measures[entry * this.#stride + 1] as number
  }

  /** Finds out which bits differ; the size of the shortest key. */
  #compareAll(count: number): number {
    const bytes = this.#bytes
    const differ = this.#differ.fill(0)
    let shortest = count > 0 ? this.#keySize(0) : 0
    for (let i = 1; i < count; i++) shortest = Math.min(shortest, this.#keySize(i))
    const size = Math.min(shortest, LOOKED_AT)
    const first = count > 0 ? this.#keyAt(0) : 0
    for (let i = 1; i < count; i++) {
      const key = this.#keyAt(i)
      for (let at = 0; at < size; at++) {
        differ[at] =
          (differ[at] as number) | ((bytes[key + at] as number) ^ (bytes[first + at] as number))
      }
    }
    return shortest
  }

  /** As many bits as there is room for, of the bytes from this one on; and the byte behind them. */
  #piecesFrom(
    start: number,
    room: number,
    shortest: number,
  ): readonly [pieces: readonly Piece[], behind: number] {
    const pieces: Piece[] = []
    let shift = room
    for (let at = start; at < shortest + BYTE_BITS; at++) {
      const isKnown = at < Math.min(shortest, LOOKED_AT)
      const bits = isKnown ? (this.#differ[at] as number) : 0xff
      if (bits === 0) continue
      const low = WORD_BITS - 1 - Math.clz32(bits & -bits)
      const width = WORD_BITS - Math.clz32(bits) - low
      if (width > shift) return [pieces, at]
      shift -= width
      pieces.push({ at, low, mask: 2 ** width - 1, shift: shift + WORD_BITS - room })
    }
    return [pieces, shortest + BYTE_BITS]
  }

  #fill(count: number, high: readonly Piece[], low: readonly Piece[]): void {
    for (let i = 0; i < count; i++) {
      this.#words[2 * i + HIGH] = this.#wordOf(i, high)
      this.#words[2 * i + LOW] = this.#wordOf(i, low) | i
    }
  }

  /** Bytes behind the end count as zero. */
  #wordOf(entry: number, pieces: readonly Piece[]): number {
    const start = this.#keyAt(entry)
    const size = this.#keySize(entry)
    let word = 0
    for (let i = 0; i < pieces.length; i++) {
      const { at, low, mask, shift } = pieces[i] as Piece
      if (at >= size) return word
      word |= (((this.#bytes[start + at] as number) >> low) & mask) << shift
    }
    return word
  }

  #orderTies(count: number): void {
    let start = 0
    for (let i = 1; i <= count; i++) {
      if (i < count && this.#isTied(i - 1, i)) continue
      if (i - start > SHORT_RUN) this.#order.subarray(start, i).sort(this.#compareStably)
      else if (i - start > 1) this.#insertAll(start, i)
      start = i
    }
  }

  #insertAll(start: number, end: number): void {
    const order = this.#order
    for (let i = start + 1; i < end; i++) {
      const entry = order[i] as number
      let at = i
      while (at > start && this.#compareStably(order[at - 1] as number, entry) > 0) {
        order[at] = order[at - 1] as number
        at--
      }
      order[at] = entry
    }
  }

  /** By their places: the words of the two differ in nothing but the numbers. */
  #isTied(a: number, b: number): boolean {
    const words = this.#words
    if (words[2 * a + HIGH] !== words[2 * b + HIGH]) return false
    return (
      (((words[2 * a + LOW] as number) ^ (words[2 * b + LOW] as number)) & ~this.#numberMask) === 0
    )
  }

  readonly #compareStably = (a: number, b: number): number => this.#compare(a, b) || a - b

  #compare(a: number, b: number): number {
    const bytes = this.#bytes
    const aAt = this.#keyAt(a)
    const bAt = this.#keyAt(b)
    const size = Math.min(this.#keySize(a), this.#keySize(b))
    for (let at = 0; at < size; at++) {
      const order = (bytes[aAt + at] as number) - (bytes[bAt + at] as number)
      if (order !== 0) return order
    }
    return this.#keySize(a) - this.#keySize(b)
  }
}
