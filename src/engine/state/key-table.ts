/**
 * Small numbers for keys: each key that was seen has an id, counted from 0, so that whatever is
 * kept for keys can stand in arrays. A cache: `clear` forgets all, and ids begin anew.
 */

import { ByteWriter } from '../../base/bytes.ts'
import { slotOf } from '../../base/hash.ts'
import { TextBuilder, vectorOf } from '../columns/builder.ts'
import { isNull, type Scalar, type TextVector, type Vector } from '../columns/vector.ts'
import type { Type } from '../schema/type.ts'
import { compareKeys } from '../store/entry.ts'
import { keyParts, writeKey } from './group-key.ts'
import { GROUP_KEY_BYTES_MAX } from './row-key.ts'

const CAPACITY_FIRST = 1024
const ARENA_FIRST = 32 * 1024
const EMPTY = -1
/** Of a key that is too long to be kept. */
export const NO_ID = -1
/** Up to this part of all keys, ids are sorted; more of them are found by a walk over all. */
const FEW = 16
const PRESENT = 1
const ESCAPE = 0xff
const HASH_FACTOR = 0x9e3779b1
const HASH_SEED = 0x2545f491

export class KeyTable {
  readonly #types: readonly Type[]
  readonly #out = new ByteWriter()
  /** By hash, open addressing, an id and its hash each: at most half are taken. */
  #places = new Int32Array(4 * CAPACITY_FIRST).fill(EMPTY)
  #capacity = CAPACITY_FIRST
  #starts = new Int32Array(CAPACITY_FIRST + 1)
  #slots = new Int16Array(CAPACITY_FIRST)
  #arena = new Uint8Array(ARENA_FIRST)
  #size = 0
  #refused = 0
  /** Decoded when first asked for. */
  #parts: (readonly Scalar[] | undefined)[] = []
  /** All ids in order, and the place of each there; made anew when keys came. */
  #ranked = new Int32Array(0)
  #ranks = new Int32Array(0)

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

  /**
   * By slot, then by key in bytes: an order that does not depend on when keys were seen. No id
   * comes twice.
   */
  sorted(ids: readonly number[]): number[] {
    if (this.#ranked.length !== this.#size && 2 * ids.length < this.#size) {
      return [...ids].sort((one, other) => this.#compare(one, other))
    }
    if (this.#ranked.length !== this.#size) this.#rank()
    if (FEW * ids.length < this.#size) {
      const ranks = Int32Array.from(ids, id => this.#ranks[id] as number).sort()
      return Array.from(ranks, rank => this.#ranked[rank] as number)
    }
    const wanted = new Uint8Array(this.#size)
    for (const id of ids) wanted[this.#ranks[id] as number] = 1
    const sorted: number[] = []
    for (let rank = 0; rank < wanted.length; rank++) {
      if (wanted[rank] === 1) sorted.push(this.#ranked[rank] as number)
    }
    return sorted
  }

  clear(): void {
    this.#places.fill(EMPTY)
    this.#size = 0
    this.#parts = []
    this.#ranked = new Int32Array(0)
  }

  #rank(): void {
    const ids = Array.from({ length: this.#size }, (_, id) => id)
    this.#ranked = Int32Array.from(ids.sort((one, other) => this.#compare(one, other)))
    this.#ranks = new Int32Array(this.#size)
    this.#ranked.forEach((id, rank) => {
      this.#ranks[id] = rank
    })
  }

  #compare(one: number, other: number): number {
    const slots = this.slotOf(one) - this.slotOf(other)
    return slots === 0 ? compareKeys(this.keyOf(one), this.keyOf(other)) : slots
  }

  #general(vectors: readonly Vector[], row: number): number {
    writeKey(this.#out, this.#types, vectors, row)
    return this.idOf(this.#out.finish())
  }

  /** One column of text, the most frequent key: looked for where it stands. */
  #textIds(vector: TextVector, size: number, ids: Int32Array): void {
    const one = [vector]
    for (let row = 0; row < size; row++) {
      const start = vector.starts[row] as number
      const plain = start >= 0 && !isNull(vector, row)
      ids[row] = plain
        ? this.#textId(vector.source, start, vector.ends[row] as number)
        : this.#general(one, row)
    }
  }

  /**
   * Known keys are found by the bytes of the text, which are those of the key but for the first and
   * the last. A text that holds a 0 is never found so, since its key has more bytes.
   */
  #textId(source: Uint8Array, start: number, end: number): number {
    const hash = hashOf(source, start, end, 0)
    const places = this.#places
    const mask = places.length - 1
    let place = (2 * hash) & mask
    for (;;) {
      const id = places[place] as number
      if (id === EMPTY) return this.#newText(source, start, end)
      if (places[place + 1] === hash && this.#isText(id, source, start, end)) return id
      place = (place + 2) & mask
    }
  }

  #isText(id: number, source: Uint8Array, start: number, end: number): boolean {
    const arena = this.#arena
    const first = this.#starts[id] as number
    const size = end - start
    if ((this.#starts[id + 1] as number) - first !== size + 2) return false
    if (arena[first] !== PRESENT || arena[first + size + 1] !== 0) return false
    for (let at = 0; at < size; at++) {
      if (arena[first + 1 + at] !== source[start + at]) return false
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
    const hash = hashOf(this.#arena, start + 1, end - 1, this.#arena[end - 1] as number)
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
  }
}

/**
 * Not the hash of slots: it is nobody's but this table's, and must be quick. Of a key it takes all
 * bytes but the first, the last one by itself.
 */
function hashOf(bytes: Uint8Array, start: number, end: number, last: number): number {
  let hash = HASH_SEED
  let at = start
  for (; at + 4 <= end; at += 4) {
    const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8)
    const word = low | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)
    hash = Math.imul(hash ^ word, HASH_FACTOR)
    hash ^= hash >>> 15
  }
  for (; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), HASH_FACTOR)
  hash = Math.imul(hash ^ last, HASH_FACTOR)
  return hash ^ (hash >>> 13)
}

function grown<T extends Int32Array | Int16Array | Uint8Array>(from: T, to: T): T {
  to.set(from)
  return to
}
