/**
 * A small machine that turns inputs into numbered outputs for its sinks, as a group of a job will:
 * an input is an entry with a seq and a schedule, and what is not yet out is part of the state.
 */

import { ByteReader, ByteWriter } from '../../../src/base/bytes.ts'
import { invariant } from '../../../src/base/errors.ts'
import { Outbox } from '../../../src/journal/outbox.ts'
import { decodeOutbox, encodeOutbox } from '../../../src/journal/outbox-codec.ts'
import type { Recorded } from '../../../src/journal/replay.ts'
import type { OutEntry } from '../../../src/journal/types.ts'
import type { Entry } from '../../../src/raft/types.ts'
import type { ApplyResult, Machine } from '../machine.ts'
import { type Beginning, decodeEntry, decodeInput, encodeInput, type Input } from './entry.ts'
import { digestOf, runBytes, SINKS } from './output.ts'

export interface PublishParts {
  /** Of the claim under which its groups began. */
  readonly generation: number
  /** What it takes again comes out otherwise: it is not the machine that ran before. */
  readonly isFickle?: boolean
  /** An entry with a seq was applied here. */
  onEntry(entry: OutEntry): void
}

/** More than there are inputs in a run. */
const OTHER = 1_000_000

const TAKEN: ApplyResult = { ok: true }
const REFUSED: ApplyResult = { ok: false }

export class PublishMachine implements Machine {
  /** Another one when an image was loaded; undefined: nothing says yet where it begins. */
  outbox: Outbox | undefined
  readonly #parts: PublishParts
  #appliedIndex = 0
  #appliedTerm = 0

  constructor(parts: PublishParts) {
    this.#parts = parts
  }

  get appliedIndex(): number {
    return this.#appliedIndex
  }

  /** Of the newest entry; 0 behind an image, until another comes. */
  get appliedTerm(): number {
    return this.#appliedTerm
  }

  apply({ index, term, kind, data }: Entry): ApplyResult {
    invariant(index === this.#appliedIndex + 1, 'MACHINE applies without a gap', index)
    this.#appliedIndex = index
    this.#appliedTerm = term
    if (kind !== 'data') return TAKEN
    const command = decodeEntry(data)
    switch (command.kind) {
      case 'input':
        return this.#take(command)
      case 'progress':
        this.outbox?.advance(command.progress)
        return TAKEN
      case 'beginning':
        return this.#begin(command)
      case 'end':
        this.outbox?.end(command.generation)
        return TAKEN
      case 'resume':
        this.outbox?.resume(command.generation)
        return TAKEN
    }
  }

  /** Clients ask it nothing. */
  read(): number {
    return this.outbox?.lastSeq ?? 0
  }

  snapshot(): Uint8Array {
    const out = new ByteWriter().varint(this.#appliedIndex)
    const { outbox } = this
    out.uint8(outbox === undefined ? 0 : 1)
    if (outbox !== undefined) out.bytes(encodeOutbox(outbox))
    return out.finish()
  }

  restore(bytes: Uint8Array): void {
    const input = new ByteReader(bytes)
    this.#appliedIndex = input.varint()
    this.#appliedTerm = 0
    this.outbox = input.uint8() === 0 ? undefined : decodeOutbox(input.bytes())
    input.done()
  }

  empty(): void {
    this.#appliedIndex = 0
    this.#appliedTerm = 0
    this.outbox = undefined
  }

  stateHash(): number {
    return this.read()
  }

  recomputedHash(): number {
    return this.read()
  }

  #take(input: Input): ApplyResult {
    const { outbox } = this
    if (outbox === undefined) return REFUSED
    return this.#commit(outbox, input, outbox.generation) ? TAKEN : REFUSED
  }

  /** Whoever proposed it could not know whether another had. */
  #begin({ before, replayed, known }: Beginning): ApplyResult {
    if (this.outbox !== undefined) return REFUSED
    const outbox = new Outbox()
    this.outbox = outbox
    outbox.begin(before)
    for (const { generation, schedule, ...recorded } of replayed) {
      this.#commit(outbox, decodeInput(schedule), generation, recorded)
    }
    outbox.advance(known)
    outbox.resume(this.#parts.generation)
    return TAKEN
  }

  /** false: the log has ended. */
  #commit(outbox: Outbox, input: Input, generation: number, recorded?: Recorded): boolean {
    const isOther = recorded !== undefined && this.#parts.isFickle
    const id = isOther ? input.id + OTHER : input.id
    const runs = SINKS.filter(sink => input[sink] > 0).map(sink => ({
      sink,
      first: outbox.lastOf(sink) + 1,
      count: input[sink],
      bytes: runBytes(id, input[sink], input.bytes),
    }))
    const seq = outbox.lastSeq + 1
    const entry = { seq, generation, schedule: encodeInput(input), digest: digestOf(runs), runs }
    const isTaken = outbox.apply(entry, recorded)
    if (isTaken) this.#parts.onEntry(entry)
    return isTaken
  }
}
