/**
 * Small numbers for keys: each key that was seen has an id, counted from 0, so that whatever is
 * kept for keys can stand in arrays. A cache: `clear` forgets all, and ids begin anew.
 */

import { ByteWriter } from '../../base/bytes.ts'
import { slotOf } from '../../base/hash.ts'
import { TextBuilder, vectorOf } from '../columns/builder.ts'
import { isNull, type Scalar, type TextVector, type Vector } from '../columns/vector.ts'
import type { Type } from '../schema/type.ts'
import { keyParts, writeKey } from './group-key.ts'
import { KeyRanks } from './key-ranks.ts'
import { GROUP_KEY_BYTES_MAX } from './row-key.ts'

const CAPACITY_FIRST = 1024
const ARENA_FIRST = 32 * 1024
const EMPTY = -1
/** Of a key that is too long to be kept. */
export const NO_ID = -1
const PRESENT = 1
const ESCAPE = 0xff
const HASH_FACTOR = 0x9e3779b1
const HASH_SEED = 0x2545f491

/** A part of some bytes. */
interface Stretch {
  readonly start: number
  readonly end: number
  readonly hash: number
}

export class KeyTable {
  readonly #types: readonly Type[]
  readonly #out = new ByteWriter()
  /** By hash, open addressing, an id and its hash each: at most half are taken. */
  #places = new Int32Array(4 * CAPACITY_FIRST).fill(EMPTY)
  #capacity = CAPACITY_FIRST
  #starts = new Int32Array(CAPACITY_FIRST + 1)
  #slots = new Int16Array(CAPACITY_FIRST)
  #arena = new Uint8Array(ARENA_FIRST)
  #view = viewOf(this.#arena)
  #hashes = new Int32Array(0)
  #size = 0
  #refused = 0
  /** Decoded when first asked for. */
  #parts: (readonly Scalar[] | undefined)[] = []
  readonly #ranks = new KeyRanks(this)

  constructor(types: readonly Type[]) {
    this.#types = types
  }

  get size(): number {
    return this.#size
  }

  /** How many keys were too long, of all time. */
  get refused(): number {
    return this.#refused
  }

  /** The id of each row's key, into `ids`; NO_ID where it is too long, which counts as refused. */
  idsOf(vectors: readonly Vector[], size: number, ids: Int32Array): void {
    const [only] = vectors
    if (vectors.length === 1 && only?.store === 'text') {
      this.#textIds(only, size, ids)
      return
    }
    for (let row = 0; row < size; row++) {
      ids[row] = this.#general(vectors, row)
    }
  }

  /** Of a key in bytes. */
  idOf(key: Uint8Array): number {
    const at = this.#starts[this.#size] as number
    this.#fit(at + key.length)
    this.#arena.set(key, at)
    return this.#found(at + key.length)
  }

  /** A view; it holds until the next key comes. */
  keyOf(id: number): Uint8Array {
    return this.#arena.subarray(this.#starts[id] as number, this.#starts[id + 1] as number)
  }

  writeKey(out: ByteWriter, id: number): void {
    out.part(this.#arena, this.#starts[id] as number, this.#starts[id + 1] as number)
  }

  /** Of NO_ID the first. */
  slotOf(id: number): number {
    return this.#slots[id] ?? 0
  }

  /** The columns of a key. */
  partsOf(id: number): readonly Scalar[] {
    const known = this.#parts[id]
    if (known !== undefined) return known
    const parts = keyParts(this.#types, this.keyOf(id))
    this.#parts[id] = parts
    return parts
  }

  /** Column by column, the parts of these keys. */
  vectorsOf(ids: readonly number[]): readonly Vector[] {
    const [first, ...others] = this.#types
    if (first?.kind === 'text' && others.length === 0) return [this.#texts(ids)]
    const parts = ids.map(id => this.partsOf(id))
    return this.#types.map((type, place) =>
      vectorOf(
        type,
        parts.map(part => part[place] as Scalar),
      ),
    )
  }

  /** Copied as they stand in their keys: nothing is decoded that may be encoded next. */
  #texts(ids: readonly number[]): TextVector {
    const starts = this.#starts
    const arena = this.#arena
    const size = ids.reduce((sum, id) => {
      return sum + (starts[id + 1] as number) - (starts[id] as number)
    }, 0)
    const source = new Uint8Array(size)
    const builder = new TextBuilder(ids.length, source)
    let at = 0
    ids.forEach((id, row) => {
      const first = starts[id] as number
      const last = (starts[id + 1] as number) - 1
      if (arena[first] !== PRESENT) return
      const start = at
      let hasZero = false
      for (let from = first + 1; from < last; from++) {
        source[at++] = arena[from] as number
        if (arena[from] === 0) hasZero = true
      }
      if (hasZero) builder.set(row, this.partsOf(id)[0] as Scalar)
      else builder.setPart(row, start, at)
    })
    return builder.finish(ids.length)
  }

  /** By slot, then by key in bytes: an order that does not depend on when keys were seen. */
  compare(one: number, other: number): number {
    const slots = this.slotOf(one) - this.slotOf(other)
    return slots === 0 ? this.#compareKeys(one, other) : slots
  }

  /** In that order. No id comes twice. */
  sorted(ids: readonly number[]): readonly number[] {
    return this.#ranks.sorted(ids)
  }

  /** In that order where that costs little; else as they are. */
  maybeSorted(ids: readonly number[]): readonly number[] {
    return this.#ranks.areCheapFor(ids.length) ? this.#ranks.sorted(ids) : ids
  }

  clear(): void {
    this.#places.fill(EMPTY)
    this.#size = 0
    this.#parts = []
    this.#ranks.clear()
  }

  #compareKeys(one: number, other: number): number {
    const arena = this.#arena
    let at = this.#starts[one] as number
    let place = this.#starts[other] as number
    const end = this.#starts[one + 1] as number
    const placeEnd = this.#starts[other + 1] as number
    while (at < end && place < placeEnd) {
      const order = (arena[at++] as number) - (arena[place++] as number)
      if (order !== 0) return order
    }
    return end - at - (placeEnd - place)
  }

  #general(vectors: readonly Vector[], row: number): number {
    writeKey(this.#out, this.#types, vectors, row)
    return this.idOf(this.#out.finish())
  }

  /**
   * One column of text, the most frequent key: looked for where it stands. In three rounds, each of
   * which reads memory that is far away without waiting for what it read before.
   */
  #textIds(vector: TextVector, size: number, ids: Int32Array): void {
    const { source, starts, ends } = vector
    const text = viewOf(source)
    const hashes = this.#hashesOf(vector, text, size)
    this.#guess(hashes, size, ids)
    const one = [vector]
    for (let row = 0; row < size; row++) {
      const start = starts[row] as number
      const end = ends[row] as number
      if (start < 0 || isNull(vector, row)) ids[row] = this.#general(one, row)
      else if (!this.#isText(ids[row] as number, text, start, end)) {
        ids[row] = this.#textId(source, text, { start, end, hash: hashes[row] as number })
      }
    }
  }

  /** Of texts that do not stand in the source: any. */
  #hashesOf({ starts, ends }: TextVector, text: DataView, size: number): Int32Array {
    if (size > this.#hashes.length) this.#hashes = new Int32Array(2 * size)
    const hashes = this.#hashes
    for (let row = 0; row < size; row++) {
      const start = starts[row] as number
      if (start >= 0) hashes[row] = hashOf(text, start, ends[row] as number, 0)
    }
    return hashes
  }

  /** The first key that stands where one of this hash would. */
  #guess(hashes: Int32Array, size: number, ids: Int32Array): void {
    const places = this.#places
    const mask = places.length - 1
    for (let row = 0; row < size; row++) {
      ids[row] = places[(2 * (hashes[row] as number)) & mask] as number
    }
  }

  /**
   * Known keys are found by the bytes of the text, which are those of the key but for the first and
   * the last. A text that holds a 0 is never found so, since its key has more bytes.
   */
  #textId(source: Uint8Array, text: DataView, { start, end, hash }: Stretch): number {
    const places = this.#places
    const mask = places.length - 1
    let place = (2 * hash) & mask
    for (;;) {
      const id = places[place] as number
      if (id === EMPTY) return this.#newText(source, start, end)
      if (places[place + 1] === hash && this.#isText(id, text, start, end)) return id
      place = (place + 2) & mask
    }
  }

  #isText(id: number, text: DataView, start: number, end: number): boolean {
    if (id === EMPTY) return false
    const arena = this.#arena
    const view = this.#view
    const first = this.#starts[id] as number
    const size = end - start
    if ((this.#starts[id + 1] as number) - first !== size + 2) return false
    if (arena[first] !== PRESENT || arena[first + size + 1] !== 0) return false
    let at = 0
    for (; at + 4 <= size; at += 4) {
      if (view.getInt32(first + 1 + at) !== text.getInt32(start + at)) return false
    }
    for (; at < size; at++) {
      if (arena[first + 1 + at] !== text.getUint8(start + at)) return false
    }
    return true
  }

  #newText(source: Uint8Array, start: number, end: number): number {
    let at = this.#starts[this.#size] as number
    this.#fit(at + 2 * (end - start) + 2)
    const arena = this.#arena
    arena[at++] = PRESENT
    for (let from = start; from < end; from++) {
      const byte = source[from] as number
      arena[at++] = byte
      if (byte === 0) arena[at++] = ESCAPE
    }
    arena[at++] = 0
    return this.#found(at)
  }

  /** Of the key that stands in the arena behind all others, up to `end`. */
  #found(end: number): number {
    const start = this.#starts[this.#size] as number
    const hash = hashOf(this.#view, start + 1, end - 1, this.#arena[end - 1] as number)
    const places = this.#places
    const mask = places.length - 1
    let place = (2 * hash) & mask
    for (;;) {
      const id = places[place] as number
      if (id === EMPTY) return this.#add(hash, place, end)
      if (places[place + 1] === hash && this.#isSame(id, end)) return id
      place = (place + 2) & mask
    }
  }

  #isSame(id: number, end: number): boolean {
    const arena = this.#arena
    let at = this.#starts[this.#size] as number
    let other = this.#starts[id] as number
    const otherEnd = this.#starts[id + 1] as number
    if (otherEnd - other !== end - at) return false
    while (at < end) {
      if (arena[at++] !== arena[other++]) return false
    }
    return true
  }

  #add(hash: number, place: number, end: number): number {
    if (end - (this.#starts[this.#size] as number) > GROUP_KEY_BYTES_MAX) {
      this.#refused++
      return NO_ID
    }
    const id = this.#size++
    this.#places[place] = id
    this.#places[place + 1] = hash
    this.#starts[id + 1] = end
    this.#slots[id] = slotOf(this.keyOf(id))
    if (this.#size === this.#capacity) this.#grow()
    return id
  }

  #grow(): void {
    const capacity = 2 * this.#size
    this.#starts = grown(this.#starts, new Int32Array(capacity + 1))
    this.#slots = grown(this.#slots, new Int16Array(capacity))
    const before = this.#places
    const places = new Int32Array(4 * capacity).fill(EMPTY)
    const mask = places.length - 1
    for (let at = 0; at < before.length; at += 2) {
      const [id, hash] = [before[at] as number, before[at + 1] as number]
      if (id === EMPTY) continue
      let place = (2 * hash) & mask
      while (places[place] !== EMPTY) place = (place + 2) & mask
      places[place] = id
      places[place + 1] = hash
    }
    this.#places = places
    this.#capacity = capacity
  }

  #fit(end: number): void {
    if (end <= this.#arena.length) return
    this.#arena = grown(this.#arena, new Uint8Array(Math.max(end, 2 * this.#arena.length)))
    this.#view = viewOf(this.#arena)
  }
}

/**
 * Not the hash of slots: it is nobody's but this table's, and must be quick. Of a key it takes all
 * bytes but the first, the last one by itself.
 */
function hashOf(bytes: DataView, start: number, end: number, last: number): number {
  let hash = HASH_SEED
  let at = start
  for (; at + 4 <= end; at += 4) {
    hash = Math.imul(hash ^ bytes.getInt32(at, true), HASH_FACTOR)
    hash ^= hash >>> 15
  }
  for (; at < end; at++) hash = Math.imul(hash ^ bytes.getUint8(at), HASH_FACTOR)
  hash = Math.imul(hash ^ last, HASH_FACTOR)
  return hash ^ (hash >>> 13)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function grown<T extends Int32Array | Int16Array | Uint8Array>(from: T, to: T): T {
  to.set(from)
  return to
}
