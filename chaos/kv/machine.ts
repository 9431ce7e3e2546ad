/**
 * A key-value store as a group replicates it: the machine that tests, drills and benchmarks run.
 * Keys are text, values are bytes. Its rows hold the whole state, and the index that they reflect
 * is written in the same batch: after the end of a process it goes on where the rows are.
 */

import { ByteReader, ByteWriter, utf8Of } from '../../src/base/bytes.ts'
import { invariant } from '../../src/base/errors.ts'
import type { ByteSource } from '../../src/base/source.ts'
import type { StateChange, StateSpace } from '../../src/base/state.ts'
import type { GroupMachine } from '../../src/raft/host/machine.ts'
import type { Entry, Image } from '../../src/raft/types.ts'
import { decodeCommand, type KvCommand, type KvResult, VALUE_BYTES_MAX } from './command.ts'
import { imageOf, joined, restoreRows } from './image.ts'

/** The first byte of a row's key: what the row is. */
const APPLIED = 0
const VALUE = 1
const NOTHING = new Uint8Array(0)
const appliedKey = Uint8Array.of(APPLIED)

function rowOf(key: string): Uint8Array {
  const text = utf8Of(key)
  const row = new Uint8Array(1 + text.length)
  row[0] = VALUE
  row.set(text, 1)
  return row
}

/** What this batch has changed so far, seen before it is written; undefined: not by this batch. */
type Overlay = Map<string, Uint8Array>

export class KvMachine implements GroupMachine {
  readonly #space: StateSpace
  #appliedIndex: number

  private constructor(space: StateSpace, appliedIndex: number) {
    this.#space = space
    this.#appliedIndex = appliedIndex
  }

  /** Rows without an index are what an interrupted restore left behind. */
  static open(space: StateSpace, done: (machine: KvMachine) => void): void {
    const applied = space.get(appliedKey)
    if (applied !== undefined) done(new KvMachine(space, readIndex(applied)))
    else space.clear(() => done(new KvMachine(space, 0)))
  }

  get appliedIndex(): number {
    return this.#appliedIndex
  }

  apply(entries: readonly Entry[], done: (results: readonly (KvResult | undefined)[]) => void) {
    const overlay: Overlay = new Map()
    const results = entries.map(entry => this.#run(entry, overlay))
    const changes: StateChange[] = [...overlay].map(([key, value]) => ({ key: rowOf(key), value }))
    changes.push({ key: appliedKey, value: indexBytes(this.#appliedIndex) })
    this.#space.write(changes, () => done(results))
  }

  /** Of what is applied; whoever wants a linearizable answer asks the group first. */
  read(key: string): Uint8Array | undefined {
    return this.#space.get(rowOf(key))
  }

  cut(): ByteSource {
    return imageOf(this.#space.cut(), this.#appliedIndex)
  }

  restore(image: Image, source: ByteSource, done: (isWhole: boolean) => void): void {
    this.#appliedIndex = 0
    // First of all the index goes: what is cut short from here on is void.
    this.#space.write([{ key: appliedKey }], () => {
      this.#space.clear(() => {
        restoreRows(source, this.#space, image.index, isWhole =>
          this.#restored(image, isWhole, done),
        )
      })
    })
  }

  close(done: () => void): void {
    done()
  }

  #restored(image: Image, isWhole: boolean, done: (isWhole: boolean) => void): void {
    if (!isWhole) {
      done(false)
      return
    }
    this.#appliedIndex = image.index
    this.#space.write([{ key: appliedKey, value: indexBytes(image.index) }], () => done(true))
  }

  #run(entry: Entry, overlay: Overlay): KvResult | undefined {
    invariant(entry.index === this.#appliedIndex + 1, 'KV applies without a gap', entry.index)
    this.#appliedIndex = entry.index
    return entry.kind === 'data' ? this.#obey(decodeCommand(entry.data), overlay) : undefined
  }

  #obey(command: KvCommand, overlay: Overlay): KvResult {
    const { kind, key, value } = command
    if (kind === 'write') return set(overlay, key, value)
    const found = overlay.get(key) ?? this.read(key)
    const isFit = kind === 'cas' ? equal(found, command.expected) : fits(found, value)
    if (!isFit) return { isDone: false, ...(found === undefined ? {} : { found }) }
    return set(overlay, key, kind === 'cas' ? value : joined(found ?? NOTHING, value))
  }
}

const done: KvResult = { isDone: true }

function set(overlay: Overlay, key: string, value: Uint8Array): KvResult {
  overlay.set(key, value)
  return done
}

function fits(found: Uint8Array | undefined, more: Uint8Array): boolean {
  return (found?.length ?? 0) + more.length <= VALUE_BYTES_MAX
}

function equal(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}

const out = new ByteWriter()

function indexBytes(index: number): Uint8Array {
  return out.varint(index).finish()
}

function readIndex(bytes: Uint8Array): number {
  const input = new ByteReader(bytes)
  const index = input.varint()
  input.done()
  return index
}
