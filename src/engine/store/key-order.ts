/**
 * Sorts keys. Mostly they come in a few runs that are in order already, since whoever writes rows
 * has them so, table by table: runs are merged, those of different tables by one look each.
 *
 * What does not come so is sorted without calling a function for each two keys: of their bytes, the
 * first bits in which any two differ make two words, and words are sorted digit by digit, in a time
 * that grows as their number does. Only where the words are equal are whole keys compared. Keys of
 * one table have much in common (a time, how numbers are written), so words mostly tell all of them
 * apart; what keys of two tables have in common says nothing, so each table, by the first bytes, is
 * sorted by itself.
 */

const FIRST_CAPACITY = 256
const WORD_BITS = 32
const BYTE_BITS = 8
const DIGITS = 2 ** BYTE_BITS
/** Bytes that are looked at for what keys have in common; behind them all bits may differ. */
const LOOKED_AT = 64
/** What rows of a table begin with. */
const TABLE_BITS = 16
/** Runs of equal words up to this length are put in order by insertion, longer ones by a sort. */
const SHORT_RUN = 16

/** More runs than these are not merged: their keys are sorted. */
const RUNS_MERGED = 8

/** Bits of one byte of a key, and where they go in a word: right by `low`, left by `shift`. */
interface Piece {
  readonly at: number
  readonly low: number
  readonly mask: number
  readonly shift: number
}

/** The pieces of a word, the byte behind them, and the lowest bit of the word that they take. */
interface Head {
  readonly pieces: readonly Piece[]
  readonly behind: number
  readonly lowest: number
}

/** Some places of the order, one behind the other. */
interface Run {
  readonly start: number
  readonly end: number
}

export class KeyOrder {
  readonly #stride: number
  #bytes: Uint8Array = new Uint8Array(0)
  #measures: Int32Array = new Int32Array(0)
  /** By entry: the first bits, and those behind them. */
  #firsts = new Uint32Array(FIRST_CAPACITY)
  #seconds = new Uint32Array(FIRST_CAPACITY)
  #order = new Int32Array(FIRST_CAPACITY)
  #spare = new Int32Array(FIRST_CAPACITY)
  readonly #ends = new Int32Array(DIGITS)
  /** Bits that differ between keys, by place in the key. */
  readonly #differ = new Uint8Array(LOOKED_AT)

  /** `stride`: words that measure an entry; the first is where its key begins, then its size. */
  constructor(stride: number) {
    this.#stride = stride
  }

  /** Entries by key, equal keys as they came; good until the next call. */
  of(bytes: Uint8Array, measures: Int32Array, count: number): Int32Array {
    this.#bytes = bytes
    this.#measures = measures
    this.#room(count)
    for (let i = 0; i < count; i++) this.#order[i] = i
    if (!this.#merged({ start: 0, end: count })) this.#sort(count)
    return this.#order
  }

  /** Whether it came in few runs, and is in order now. */
  #merged(run: Run): boolean {
    const starts = this.#runsOf(run)
    if (starts.length > RUNS_MERGED) return false
    for (let i = 1; i < starts.length; i++) {
      const middle = starts[i] as number
      this.#mergeAt(run.start, middle, starts[i + 1] ?? run.end)
    }
    return true
  }

  /** Where ascending keys begin; one more than are merged are enough. */
  #runsOf({ start, end }: Run): readonly number[] {
    const order = this.#order
    const starts = [start]
    for (let i = start + 1; i < end && starts.length <= RUNS_MERGED; i++) {
      if (this.#compare(order[i - 1] as number, order[i] as number) > 0) starts.push(i)
    }
    return starts
  }

  #mergeAt(start: number, middle: number, end: number): void {
    const [order, spare] = [this.#order, this.#spare]
    let to = this.#placeBehind(order[middle] as number, { start, end: middle })
    let left = to
    for (let i = left; i < middle; i++) spare[i] = order[i] as number
    for (let right = middle; left < middle; to++) {
      const isRight =
        right < end && this.#compare(order[right] as number, spare[left] as number) < 0
      order[to] = (isRight ? order[right++] : spare[left++]) as number
    }
  }

  /** The first place of a key that is above that of the entry. */
  #placeBehind(entry: number, { start, end }: Run): number {
    let low = start
    let high = end
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#compare(this.#order[middle] as number, entry) <= 0) low = middle + 1
      else high = middle
    }
    return low
  }

  #sort(count: number): void {
    const [order, tables] = [this.#order, this.#firsts]
    for (let i = 0; i < count; i++) tables[i] = this.#tableOf(i)
    this.#sortBy(tables, { start: 0, end: count }, WORD_BITS - TABLE_BITS)
    let start = 0
    for (let i = 1; i <= count; i++) {
      if (i < count && tables[order[i - 1] as number] === tables[order[i] as number]) continue
      const run = { start, end: i }
      if (!this.#merged(run)) this.#sortRun(run)
      start = i
    }
  }

  /** Of the last call's order: whether this entry's key is that of the next. */
  isSameAsNext(place: number): boolean {
    return this.#compare(this.#order[place] as number, this.#order[place + 1] as number) === 0
  }

  #room(count: number): void {
    if (count <= this.#order.length) return
    const capacity = Math.max(count, 2 * this.#order.length)
    this.#firsts = new Uint32Array(capacity)
    this.#seconds = new Uint32Array(capacity)
    this.#order = new Int32Array(capacity)
    this.#spare = new Int32Array(capacity)
  }

  #keyAt(entry: number): number {
    return this.#measures[entry * this.#stride] as number
  }

  #keySize(entry: number): number {
    return this.#measures[entry * this.#stride + 1] as number
  }

  /** In the highest bits; bytes behind the end count as zero, here and below. */
  #tableOf(entry: number): number {
    const at = this.#keyAt(entry)
    const size = this.#keySize(entry)
    const high = size > 0 ? (this.#bytes[at] as number) : 0
    const low = size > 1 ? (this.#bytes[at + 1] as number) : 0
    return (high << 24) | (low << 16)
  }

  #sortRun(run: Run): void {
    if (run.end - run.start <= SHORT_RUN) {
      this.#insertAll(run)
      return
    }
    const shortest = this.#compareAll(run)
    const first = this.#headFrom(0, shortest)
    const second = this.#headFrom(first.behind, shortest)
    this.#fill(this.#firsts, run, first)
    this.#fill(this.#seconds, run, second)
    this.#sortBy(this.#seconds, run, second.lowest)
    this.#sortBy(this.#firsts, run, first.lowest)
    this.#orderTies(run)
  }

  /** Finds out which bits differ; the size of the shortest key. */
  #compareAll({ start, end }: Run): number {
    const [bytes, order] = [this.#bytes, this.#order]
    const differ = this.#differ.fill(0)
    const first = this.#keyAt(order[start] as number)
    let shortest = this.#keySize(order[start] as number)
    for (let i = start + 1; i < end; i++) {
      const key = this.#keyAt(order[i] as number)
      shortest = Math.min(shortest, this.#keySize(order[i] as number))
      const size = Math.min(shortest, LOOKED_AT)
      for (let at = 0; at < size; at++) {
        const bits = (bytes[key + at] as number) ^ (bytes[first + at] as number)
        differ[at] = (differ[at] as number) | bits
      }
    }
    return shortest
  }

  /** As many of the bits that differ as a word has room for, from this byte on. */
  #headFrom(start: number, shortest: number): Head {
    const pieces: Piece[] = []
    let shift = WORD_BITS
    let at = start
    for (; at < shortest + BYTE_BITS; at++) {
      const isKnown = at < Math.min(shortest, LOOKED_AT)
      const bits = isKnown ? (this.#differ[at] as number) : DIGITS - 1
      if (bits === 0) continue
      const low = WORD_BITS - 1 - Math.clz32(bits & -bits)
      const width = WORD_BITS - Math.clz32(bits) - low
      if (width > shift) break
      shift -= width
      pieces.push({ at, low, mask: 2 ** width - 1, shift })
    }
    return { pieces, behind: at, lowest: shift }
  }

  #fill(words: Uint32Array, { start, end }: Run, { pieces }: Head): void {
    const [bytes, order] = [this.#bytes, this.#order]
    for (let i = start; i < end; i++) words[order[i] as number] = 0
    for (const { at, low, mask, shift } of pieces) {
      for (let i = start; i < end; i++) {
        const entry = order[i] as number
        if (at >= this.#keySize(entry)) continue
        const bits = ((bytes[this.#keyAt(entry) + at] as number) >> low) & mask
        words[entry] = (words[entry] as number) | (bits << shift)
      }
    }
  }

  /** Digit by digit, the last one first; entries of the same digit stay as they are. */
  #sortBy(words: Uint32Array, { start, end }: Run, lowest: number): void {
    const [order, spare, ends] = [this.#order, this.#spare, this.#ends]
    for (let shift = lowest - (lowest % BYTE_BITS); shift < WORD_BITS; shift += BYTE_BITS) {
      ends.fill(0)
      for (let i = start; i < end; i++) {
        const entry = order[i] as number
        spare[i] = entry
        const digit = digitOf(words[entry] as number, shift)
        ends[digit] = (ends[digit] as number) + 1
      }
      if (ends[digitOf(words[order[start] as number] as number, shift)] === end - start) continue
      let sum = start
      for (let digit = 0; digit < DIGITS; digit++) {
        sum += ends[digit] as number
        ends[digit] = sum
      }
      for (let i = end - 1; i >= start; i--) {
        const entry = spare[i] as number
        const digit = digitOf(words[entry] as number, shift)
        const place = (ends[digit] as number) - 1
        ends[digit] = place
        order[place] = entry
      }
    }
  }

  #orderTies({ start, end }: Run): void {
    const order = this.#order
    let first = start
    for (let i = start + 1; i <= end; i++) {
      if (i < end && this.#isTied(order[i - 1] as number, order[i] as number)) continue
      if (i - first > SHORT_RUN) order.subarray(first, i).sort(this.#compareStably)
      else if (i - first > 1) this.#insertAll({ start: first, end: i })
      first = i
    }
  }

  #insertAll({ start, end }: Run): void {
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

  #isTied(a: number, b: number): boolean {
    return this.#firsts[a] === this.#firsts[b] && this.#seconds[a] === this.#seconds[b]
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

function digitOf(word: number, shift: number): number {
  return (word >>> shift) & (DIGITS - 1)
}
