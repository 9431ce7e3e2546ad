/**
 * The changes of a batch in bytes, strictly ascending by key. For each: the key's size, the key,
 * then 0 where the row goes, else the value's size and one, then the value; sizes are varints, in
 * their shortest form, so that equal changes are equal bytes. A slice of an image's rows has the
 * same form. The writer trusts its caller; the reader trusts nobody.
 */

import { ByteWriter, malformed } from '../../base/bytes.ts'
import { invariant } from '../../base/errors.ts'
import { DELTA_BYTES_MAX, KEY_BYTES_MAX, VALUE_BYTES_MAX, WRITER_BYTES_KEPT } from './bounds.ts'
import { copyBytes, DELETED, type Entry, type Rows } from './entry.ts'
import { KeyOrder } from './key-order.ts'

const NO_BYTES = new Uint8Array(0)
/** Neither a size of a key nor one of a value needs more. */
const SIZE_BYTES_MAX = 4

/** Goes through the entries; what is malformed throws `malformed-bytes`, and nothing else does. */
export class DeltaReader implements Rows {
  keyBytes: Uint8Array = NO_BYTES
  keyAt = 0
  keySize = 0
  valueBytes: Uint8Array = NO_BYTES
  valueAt = 0
  valueSize = DELETED
  #at = 0
  #isFirst = true

  constructor(bytes: Uint8Array = NO_BYTES) {
    this.open(bytes)
  }

  /** Begins again, with others. */
  open(bytes: Uint8Array): this {
    this.keyBytes = bytes
    this.valueBytes = bytes
    this.#at = 0
    this.#isFirst = true
    return this
  }

  /** Views: they are as good as the bytes that the reader was opened on. */
  get key(): Uint8Array {
    return this.keyBytes.subarray(this.keyAt, this.keyAt + this.keySize)
  }

  /** `undefined`: the row goes. */
  get value(): Uint8Array | undefined {
    const { valueAt, valueSize } = this
    return valueSize < 0 ? undefined : this.valueBytes.subarray(valueAt, valueAt + valueSize)
  }

  next(): boolean {
    if (this.#at === this.keyBytes.length) return false
    const size = this.#size()
    this.#check(size <= KEY_BYTES_MAX, 'a key is too long')
    const at = this.#skip(size)
    this.#check(this.#isFirst || this.#isAbove(at, size), 'keys do not ascend')
    this.#isFirst = false
    this.keyAt = at
    this.keySize = size
    this.valueSize = this.#size() - 1
    this.#check(this.valueSize <= VALUE_BYTES_MAX, 'a value is too large')
    this.valueAt = this.#skip(Math.max(0, this.valueSize))
    return true
  }

  #skip(size: number): number {
    const at = this.#at
    this.#check(size <= this.keyBytes.length - at, 'the bytes end too early')
    this.#at = at + size
    return at
  }

  /** Is the key there above the one before it? */
  #isAbove(at: number, size: number): boolean {
    const bytes = this.keyBytes
    const common = Math.min(size, this.keySize)
    for (let i = 0; i < common; i++) {
      const order = (bytes[at + i] as number) - (bytes[this.keyAt + i] as number)
      if (order !== 0) return order > 0
    }
    return size > this.keySize
  }

  #size(): number {
    const first = this.keyBytes[this.#at]
    if (first === undefined || first >= 0x80) return this.#longSize()
    this.#at++
    return first
  }

  #longSize(): number {
    let size = 0
    for (let i = 0; i < SIZE_BYTES_MAX; i++) {
      const byte = this.keyBytes[this.#skip(1)] as number
      size |= (byte & 0x7f) << (7 * i)
      if (byte >= 0x80) continue
      this.#check(byte > 0 || i === 0, 'a size is longer than it needs to be')
      return size
    }
    return this.#malformed('a size does not end')
  }

  #check(holds: boolean, what: string): void {
    if (!holds) this.#malformed(what)
  }

  #malformed(what: string): never {
    throw malformed(what, { at: this.#at, size: this.keyBytes.length })
  }
}

/** Throws unless every entry can be read. */
export function checkDelta(bytes: Uint8Array, reader = new DeltaReader()): void {
  reader.open(bytes)
  while (reader.next());
}

const FIRST_ENTRIES = 256
/** Of each entry: where the key begins, its size, where the entry begins and ends. */
const MEASURES = 4

/**
 * Takes changes in any order; of those to one key the last counts. Reusable after `finish`. Entries
 * are written as they stand in the delta: what comes in order is copied as one.
 */
export class DeltaWriter {
  #out = new ByteWriter()
  #measures = new Int32Array(FIRST_ENTRIES * MEASURES)
  #count = 0
  /** Where the size of what is being written goes. */
  #gap = 0
  readonly #order = new KeyOrder(MEASURES)

  /** Changes so far, each to one key counted. */
  get count(): number {
    return this.#count
  }

  put(key: Uint8Array, value: Uint8Array): void {
    invariant(key.length <= KEY_BYTES_MAX, 'a-key-is-bounded', key.length)
    invariant(value.length <= VALUE_BYTES_MAX, 'a-value-is-bounded', value.length)
    this.begin().raw(key)
    this.middle().raw(value)
    this.end()
  }

  delete(key: Uint8Array): void {
    invariant(key.length <= KEY_BYTES_MAX, 'a-key-is-bounded', key.length)
    this.begin().raw(key)
    this.endDeleted()
  }

  /** A row, or the end of one. */
  add(entry: Entry): void {
    const { keyBytes, keyAt, keySize, valueBytes, valueAt, valueSize } = entry
    this.begin().part(keyBytes, keyAt, keyAt + keySize)
    if (valueSize < 0) {
      this.endDeleted()
    } else {
      this.middle().part(valueBytes, valueAt, valueAt + valueSize)
      this.end()
    }
  }

  /** A change whose key is written to what this gives; then comes `middle`, or `endDeleted`. */
  begin(): ByteWriter {
    if ((this.#count + 1) * MEASURES > this.#measures.length) {
      const grown = new Int32Array(2 * this.#measures.length)
      grown.set(this.#measures)
      this.#measures = grown
    }
    this.#gap = this.#out.gap()
    this.#measures[this.#count * MEASURES + 2] = this.#gap
    return this.#out
  }

  /** The key is whole; its value is written to what this gives; then comes `end`. */
  middle(): ByteWriter {
    this.#endKey()
    this.#gap = this.#out.gap()
    return this.#out
  }

  end(): void {
    const size = this.#out.size - this.#gap - 1
    invariant(size <= VALUE_BYTES_MAX, 'a-value-is-bounded', size)
    this.#out.fill(this.#gap, size + 1)
    this.#endEntry()
  }

  /** The key is whole, and its row goes. */
  endDeleted(): void {
    this.#endKey()
    this.#out.uint8(0)
    this.#endEntry()
  }

  /** The delta. The writer is empty again. */
  finish(): Uint8Array {
    const bytes = this.#out.view
    const order = this.#order.of(bytes, this.#measures, this.#count)
    const kept = this.#dropOlder(order)
    const delta = new Uint8Array(this.#sizeOf(order, kept))
    let at = 0
    for (let i = 0; i < kept; ) {
      const start = this.#startOf(order[i] as number)
      let last = order[i++] as number
      while (i < kept && this.#isBehind(order[i] as number, last)) last = order[i++] as number
      const size = this.#endOf(last) - start
      copyBytes(bytes, start, size, delta, at)
      at += size
    }
    this.#count = 0
    if (this.#out.size > WRITER_BYTES_KEPT) this.#out = new ByteWriter()
    else this.#out.clear()
    return delta
  }

  #endKey(): void {
    const at = this.#count * MEASURES
    const size = this.#out.size - this.#gap - 1
    invariant(size <= KEY_BYTES_MAX, 'a-key-is-bounded', size)
    this.#measures[at] = this.#out.fill(this.#gap, size)
    this.#measures[at + 1] = size
  }

  #endEntry(): void {
    invariant(this.#out.size <= DELTA_BYTES_MAX, 'a-delta-is-bounded', this.#out.size)
    this.#measures[this.#count++ * MEASURES + 3] = this.#out.size
  }

  /** Moves the last change of each key to the front, and says how many they are. */
  #dropOlder(order: Int32Array): number {
    let kept = 0
    for (let i = 0; i < this.#count; i++) {
      const isOlder = i + 1 < this.#count && this.#order.isSameAsNext(i)
      if (!isOlder) order[kept++] = order[i] as number
    }
    return kept
  }

  #startOf(entry: number): number {
    return this.#measures[entry * MEASURES + 2] as number
  }

  #endOf(entry: number): number {
    return this.#measures[entry * MEASURES + 3] as number
  }

  /** It stands right behind the other: what was refused would lie between them. */
  #isBehind(entry: number, other: number): boolean {
    return entry === other + 1 && this.#startOf(entry) === this.#endOf(other)
  }

  #sizeOf(order: Int32Array, kept: number): number {
    let size = 0
    for (let i = 0; i < kept; i++) {
      const entry = order[i] as number
      size += this.#endOf(entry) - this.#startOf(entry)
    }
    return size
  }
}

/** Of a number below 2^28: no size is above. */
export function varintSize(value: number): number {
  if (value < 2 ** 7) return 1
  if (value < 2 ** 14) return 2
  return value < 2 ** 21 ? 3 : 4
}

/** Says where it ends. */
export function writeVarint(bytes: Uint8Array, start: number, value: number): number {
  let at = start
  let rest = value
  while (rest > 0x7f) {
    bytes[at++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  bytes[at++] = rest
  return at
}
