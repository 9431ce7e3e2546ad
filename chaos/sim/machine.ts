/**
 * The state machine that the simulator replicates: registers, append-only lists and queues under
 * many keys. Deterministic. Its state hash is the exclusive or of one fingerprint per item, so
 * that a command changes it in constant time, and can be computed again from nothing.
 */

import { ByteReader, ByteWriter } from '../../src/base/bytes.ts'
import { invariant } from '../../src/base/errors.ts'
import { mix52 } from '../../src/base/hash.ts'
import type { Entry } from '../../src/raft/types.ts'
import type { Command } from './command.ts'
import { commandsOf, decodeCommand, kindOf } from './command.ts'

/** What a key holds: a register's value (0: never written), or the items of a list or queue. */
export type Value = number | readonly number[]

export interface ApplyResult {
  /** cas: the value was the expected one. dequeue: there was an item. Everything else: true. */
  readonly ok: boolean
  /** dequeue: the item. */
  readonly value?: number
}

export interface Machine {
  readonly appliedIndex: number
  apply(entry: Entry): ApplyResult
  read(key: number): Value
  snapshot(): Uint8Array
  restore(bytes: Uint8Array): void
  /** Nothing is left, as before the first entry. */
  empty(): void
  stateHash(): number
  /** The state hash computed again from the whole state. */
  recomputedHash(): number
}

interface Sequence {
  items: number[]
  /** Items taken out of a queue so far; the first of `items` has this position. */
  taken: number
}

const done: ApplyResult = { ok: true }
const undone: ApplyResult = { ok: false }
const TWO_32 = 2 ** 32

const IMAGE_STEP = 11
const IMAGE_PADDING_BYTES_MAX = 37

/** Salts, so that no two kinds of facts have one fingerprint. */
const REGISTER = 1
const ITEM = 2
const TAKEN = 3

/** Fingerprints under exclusive or, in two lanes because that operator sees 32 bits. */
class Mixture {
  #low = 0
  #high = 0

  flip(salt: number, key: number, value: number, position: number): void {
    const print = mix52(salt, key, value, position)
    this.#low ^= print >>> 0
    this.#high ^= Math.floor(print / TWO_32)
  }

  value(): number {
    return (this.#high >>> 0) * TWO_32 + (this.#low >>> 0)
  }
}

export class TestMachine implements Machine {
  #appliedIndex = 0
  /** Commands that ran here, and images taken here: no part of the state. */
  #ran = 0
  #images = 0
  #registers = new Map<number, number>()
  #sequences = new Map<number, Sequence>()
  #mixture = new Mixture()

  get appliedIndex(): number {
    return this.#appliedIndex
  }

  apply(entry: Entry): ApplyResult {
    invariant(entry.index === this.#appliedIndex + 1, 'MACHINE applies without a gap', entry.index)
    this.#appliedIndex = entry.index
    return entry.kind === 'data' ? this.#run(decodeCommand(entry.data)) : done
  }

  read(key: number): Value {
    if (kindOf(key) === 'register') return this.#registers.get(key) ?? 0
    return [...(this.#sequences.get(key)?.items ?? [])]
  }

  stateHash(): number {
    return this.#mixture.value()
  }

  recomputedHash(): number {
    return this.#mix().value()
  }

  /** What the state holds under one key, as bytes for a row. */
  row(key: number): Uint8Array {
    const out = new ByteWriter()
    if (kindOf(key) === 'register') return out.varint(this.#registers.get(key) ?? 0).finish()
    const { items, taken } = this.#sequences.get(key) ?? { items: [], taken: 0 }
    out.varint(taken).varint(items.length)
    for (const item of items) out.varint(item)
    return out.finish()
  }

  /** Every key that has a row. */
  keys(): readonly number[] {
    return [...this.#registers.keys(), ...this.#sequences.keys()]
  }

  empty(): void {
    this.adopt(0, [])
  }

  /** Takes such rows for its whole state. */
  adopt(appliedIndex: number, rows: Iterable<readonly [number, Uint8Array]>): void {
    this.#appliedIndex = appliedIndex
    this.#registers = new Map()
    this.#sequences = new Map()
    for (const [key, bytes] of rows) {
      const input = new ByteReader(bytes)
      if (kindOf(key) === 'register') this.#registers.set(key, input.varint())
      else {
        const taken = input.varint()
        const items = Array.from({ length: input.varint() }, () => input.varint())
        this.#sequences.set(key, { items, taken })
      }
      input.done()
    }
    this.#mixture = this.#mix()
  }

  /**
   * Equal states need not have equal bytes: what this machine has been through shows in them.
   * Whoever mixes the images of two replicas gets what no machine can load, or loads into another
   * state.
   */
  snapshot(): Uint8Array {
    const out = new ByteWriter()
    this.#images++
    out.bytes(new Uint8Array((this.#images * IMAGE_STEP + this.#ran) % IMAGE_PADDING_BYTES_MAX))
    out.varint(this.#appliedIndex).varint(this.#registers.size)
    for (const [key, value] of byKey(this.#registers)) out.varint(key).varint(value)
    out.varint(this.#sequences.size)
    for (const [key, { items, taken }] of byKey(this.#sequences)) {
      out.varint(key).varint(taken).varint(items.length)
      for (const item of items) out.varint(item)
    }
    return out.finish()
  }

  restore(bytes: Uint8Array): void {
    const input = new ByteReader(bytes)
    input.bytes()
    this.#appliedIndex = input.varint()
    this.#registers = new Map()
    this.#sequences = new Map()
    for (let left = input.varint(); left > 0; left--) {
      this.#registers.set(input.varint(), input.varint())
    }
    for (let left = input.varint(); left > 0; left--) {
      const key = input.varint()
      const taken = input.varint()
      const items = Array.from({ length: input.varint() }, () => input.varint())
      this.#sequences.set(key, { items, taken })
    }
    input.done()
    this.#mixture = this.#mix()
  }

  #mix(): Mixture {
    const mixture = new Mixture()
    for (const [key, value] of this.#registers) mixture.flip(REGISTER, key, value, 0)
    for (const [key, { items, taken }] of this.#sequences) {
      if (taken > 0) mixture.flip(TAKEN, key, taken, 0)
      for (const [i, item] of items.entries()) mixture.flip(ITEM, key, item, taken + i)
    }
    return mixture
  }

  #run(command: Command): ApplyResult {
    const { name, key } = command
    this.#ran++
    invariant(commandsOf[kindOf(key)].includes(name), 'MACHINE commands fit their keys', name)
    switch (name) {
      case 'write':
        return this.#write(key, command.value)
      case 'cas':
        return this.read(key) === command.expected ? this.#write(key, command.value) : undone
      case 'append':
      case 'enqueue':
        return this.#push(key, command.value)
      case 'dequeue':
        return this.#shift(key)
    }
  }

  #write(key: number, value: number): ApplyResult {
    const old = this.#registers.get(key)
    if (old !== undefined) this.#mixture.flip(REGISTER, key, old, 0)
    this.#mixture.flip(REGISTER, key, value, 0)
    this.#registers.set(key, value)
    return done
  }

  #push(key: number, value: number): ApplyResult {
    const sequence = this.#sequences.get(key) ?? { items: [], taken: 0 }
    this.#sequences.set(key, sequence)
    this.#mixture.flip(ITEM, key, value, sequence.taken + sequence.items.length)
    sequence.items.push(value)
    return done
  }

  #shift(key: number): ApplyResult {
    const sequence = this.#sequences.get(key)
    const value = sequence?.items.shift()
    if (sequence === undefined || value === undefined) return undone
    this.#mixture.flip(ITEM, key, value, sequence.taken)
    if (sequence.taken > 0) this.#mixture.flip(TAKEN, key, sequence.taken, 0)
    sequence.taken++
    this.#mixture.flip(TAKEN, key, sequence.taken, 0)
    return { ok: true, value }
  }
}

function byKey<T>(map: Map<number, T>): [number, T][] {
  return [...map].sort(([a], [b]) => a - b)
}
