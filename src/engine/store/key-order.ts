/**
 * Sorts keys without calling a function for each two of them: the first bits that differ, with the
 * number of the entry in the last bits, are sorted as 64-bit integers, and only where those bits
 * are equal are whole keys compared. An order of magnitude quicker than a comparison of bytes.
 */

const FIRST_CAPACITY = 256
/** Which half of a 64-bit integer comes first in memory. */
const isLittleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1
const LOW = isLittleEndian ? 0 : 1
const HIGH = 1 - LOW

export class KeyOrder {
  readonly #stride: number
  #bytes: Uint8Array = new Uint8Array(0)
  #measures: Int32Array = new Int32Array(0)
  #words = new Uint32Array(2 * FIRST_CAPACITY)
  #longs = new BigUint64Array(this.#words.buffer)
  #order = new Int32Array(FIRST_CAPACITY)

  /** `stride`: words that measure an entry; the first is where its key begins, then its size. */
  constructor(stride: number) {
    this.#stride = stride
  }

  /** Entries by key, equal keys as they came; good until the next call. */
  of(bytes: Uint8Array, measures: Int32Array, count: number): Int32Array {
    this.#bytes = bytes
    this.#measures = measures
    this.#room(count)
    const numberBits = 32 - Math.clz32(Math.max(1, count - 1))
    const numberMask = 2 ** numberBits - 1
    this.#fill(count, numberMask)
    this.#longs.subarray(0, count).sort()
    for (let i = 0; i < count; i++) {
      this.#order[i] = (this.#words[2 * i + LOW] as number) & numberMask
    }
    this.#orderTies(count, ~numberMask)
    return this.#order
  }

  /** Two entries of the last call. */
  areEqual(a: number | undefined, b: number | undefined): boolean {
    return this.#compare(a as number, b as number) === 0
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

  #fill(count: number, numberMask: number): void {
    const skip = this.#commonToAll(count)
    for (let i = 0; i < count; i++) {
      const at = this.#keyAt(i) + skip
      const end = this.#keyAt(i) + this.#keySize(i)
      this.#words[2 * i + HIGH] = this.#wordAt(at, end)
      this.#words[2 * i + LOW] = (this.#wordAt(at + 4, end) & ~numberMask) | i
    }
  }

  /** Four bytes, the first the most significant; zeros behind the end. */
  #wordAt(at: number, end: number): number {
    const bytes = this.#bytes
    if (at + 4 <= end) {
      const high = ((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16)
      return high | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)
    }
    let word = 0
    for (let i = 0; i < 4 && at + i < end; i++) word |= (bytes[at + i] as number) << (24 - 8 * i)
    return word
  }

  #commonToAll(count: number): number {
    let common = count > 0 ? this.#keySize(0) : 0
    for (let i = 1; i < count && common > 0; i++) {
      common = Math.min(common, this.#keySize(i), this.#firstDifference(0, i, common))
    }
    return common
  }

  #firstDifference(a: number, b: number, size: number): number {
    const aAt = this.#keyAt(a)
    const bAt = this.#keyAt(b)
    let at = 0
    while (at < size && this.#bytes[aAt + at] === this.#bytes[bAt + at]) at++
    return at
  }

  #orderTies(count: number, mask: number): void {
    let start = 0
    for (let i = 1; i <= count; i++) {
      if (i < count && this.#isTied(i - 1, i, mask)) continue
      if (i - start > 1) this.#order.subarray(start, i).sort(this.#compareStably)
      start = i
    }
  }

  #isTied(a: number, b: number, mask: number): boolean {
    const words = this.#words
    const isHighEqual = words[2 * a + HIGH] === words[2 * b + HIGH]
    return (
      isHighEqual &&
      (((words[2 * a + LOW] as number) ^ (words[2 * b + LOW] as number)) & mask) === 0
    )
  }

  readonly #compareStably = (a: number, b: number): number => this.#compare(a, b) || a - b

  #compare(a: number, b: number): number {
    const size = Math.min(this.#keySize(a), this.#keySize(b))
    const at = this.#firstDifference(a, b, size)
    if (at === size) return this.#keySize(a) - this.#keySize(b)
    return (
      (this.#bytes[this.#keyAt(a) + at] as number) - (this.#bytes[this.#keyAt(b) + at] as number)
    )
  }
}
