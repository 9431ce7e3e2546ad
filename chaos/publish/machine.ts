/**
 * The simulator's publishing machine on rows of a node's state store: every entry that it takes is
 * a row, and what it holds in memory is what comes of taking them all again. It forgets none, so
 * that a judge can ask which inputs were committed.
 */

import { ByteReader, ByteWriter } from '../../src/base/bytes.ts'
import type { ByteSource } from '../../src/base/source.ts'
import type { StateChange, StateRow, StateSpace } from '../../src/base/state.ts'
import type { Outbox } from '../../src/journal/outbox.ts'
import type { GroupMachine } from '../../src/raft/host/machine.ts'
import type { Entry, Image } from '../../src/raft/types.ts'
import { imageOf, restoreRows } from '../kv/image.ts'
import { decodeInput, type Input } from '../sim/publish/entry.ts'
import { PublishMachine } from '../sim/publish/machine.ts'
import { AWAY, HOME, SIDE } from '../sim/publish/output.ts'

/** Of an input: its place among all, and the last outputs that it made. */
export interface TakenInput {
  readonly seq: number
  readonly home: number
  readonly side: number
  readonly away: number
}

export interface StoredParts {
  readonly generation: number
  readonly space: StateSpace
  /** Entries were applied, or an image was loaded. */
  onApplied(machine: StoredMachine): void
}

/** The first byte of a row's key: what the row is. */
const APPLIED = 0
const ENTRY = 1
const appliedKey = Uint8Array.of(APPLIED)
const NOTHING = new Uint8Array(0)
const TWO_32 = 2 ** 32

export class StoredMachine implements GroupMachine {
  readonly #parts: StoredParts
  #inner: PublishMachine
  #inputs: Input[] = []

  private constructor(parts: StoredParts) {
    this.#parts = parts
    this.#inner = this.#fresh()
  }

  /** Rows without an index are what an interrupted restore left behind. */
  static open(parts: StoredParts, done: (machine: StoredMachine) => void): void {
    const { space } = parts
    const machine = new StoredMachine(parts)
    const applied = space.get(appliedKey)
    if (applied === undefined) space.clear(() => done(machine))
    else machine.#takeAgain(indexIn(applied), () => done(machine))
  }

  get appliedIndex(): number {
    return this.#inner.appliedIndex
  }

  /** Of the newest entry that was applied by this process; 0: none was. */
  get appliedTerm(): number {
    return this.#inner.appliedTerm
  }

  /** undefined: nothing says yet where the group begins. */
  get outbox(): Outbox | undefined {
    return this.#inner.outbox
  }

  /** All that were ever taken, in their order. */
  get inputs(): readonly Input[] {
    return this.#inputs
  }

  apply(entries: readonly Entry[], done: (results: readonly TakenInput[]) => void): void {
    const changes: StateChange[] = []
    const results = entries.map(entry => {
      this.#inner.apply(entry)
      if (entry.kind === 'data') changes.push({ key: rowOf(entry.index), value: entry.data })
      return this.#standing()
    })
    changes.push({ key: appliedKey, value: indexBytes(this.appliedIndex) })
    this.#parts.space.write(changes, () => {
      done(results)
      this.#parts.onApplied(this)
    })
  }

  cut(): ByteSource {
    return imageOf(this.#parts.space.cut(), this.appliedIndex)
  }

  restore(image: Image, source: ByteSource, done: (isWhole: boolean) => void): void {
    const { space } = this.#parts
    this.#inner = this.#fresh()
    // First of all the index goes: what is cut short from here on is void.
    space.write([{ key: appliedKey }], () => {
      space.clear(() => {
        restoreRows(source, space, image.index, isWhole => {
          if (isWhole) this.#restored(image.index, () => done(true))
          else done(false)
        })
      })
    })
  }

  close(done: () => void): void {
    done()
  }

  #fresh(): PublishMachine {
    const inputs: Input[] = []
    this.#inputs = inputs
    return new PublishMachine({
      generation: this.#parts.generation,
      onEntry: ({ schedule }) => inputs.push(decodeInput(schedule)),
    })
  }

  #standing(): TakenInput {
    const { outbox } = this
    if (outbox === undefined) return { seq: 0, home: 0, side: 0, away: 0 }
    const { lastSeq: seq } = outbox
    const [home, side] = [outbox.lastOf(HOME), outbox.lastOf(SIDE)]
    return { seq, home, side, away: outbox.lastOf(AWAY) }
  }

  #restored(index: number, done: () => void): void {
    this.#takeAgain(index, () => {
      this.#parts.space.write([{ key: appliedKey, value: indexBytes(index) }], () => {
        done()
        this.#parts.onApplied(this)
      })
    })
  }

  #takeAgain(index: number, done: () => void): void {
    const cut = this.#parts.space.cut()
    const onRows = (rows: readonly StateRow[]): void => {
      for (const row of rows) this.#takeRow(row)
      if (rows.length > 0) cut.next(onRows)
      else {
        cut.close()
        this.#skipTo(index)
        done()
      }
    }
    cut.next(onRows)
  }

  #takeRow({ key, value }: StateRow): void {
    if (key[0] !== ENTRY) return
    const index = indexOf(key)
    this.#skipTo(index - 1)
    this.#inner.apply({ index, term: 0, kind: 'data', data: value })
  }

  /** What has no row changed nothing. */
  #skipTo(index: number): void {
    const inner = this.#inner
    while (inner.appliedIndex < index) {
      inner.apply({ index: inner.appliedIndex + 1, term: 0, kind: 'term', data: NOTHING })
    }
  }
}

/** In the order of the log. */
function rowOf(index: number): Uint8Array {
  const key = new Uint8Array(9)
  const view = new DataView(key.buffer)
  key[0] = ENTRY
  view.setUint32(1, Math.floor(index / TWO_32))
  view.setUint32(5, index % TWO_32)
  return key
}

function indexOf(key: Uint8Array): number {
  const view = new DataView(key.buffer, key.byteOffset)
  return view.getUint32(1) * TWO_32 + view.getUint32(5)
}

const indexBytes = (index: number): Uint8Array => new ByteWriter().varint(index).finish()

function indexIn(bytes: Uint8Array): number {
  const input = new ByteReader(bytes)
  const index = input.varint()
  input.done()
  return index
}
