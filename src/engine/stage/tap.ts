/**
 * What each operator of a stage does in a batch, as fingerprints: what comes out of it, what it
 * writes to the state, what it sends to the dead letters. For whoever looks for the operator that
 * does not do the same twice; nobody else listens.
 */

import { ByteWriter } from '../../base/bytes.ts'
import { fingerprint } from '../batch/digest.ts'
import type { Records } from '../columns/records.ts'
import { writeRecords } from '../columns/records-codec.ts'
import type { State } from '../state/state.ts'
import type { DeadRow } from './collector.ts'

export interface Tap {
  /** `side` missing: the main output. */
  output(operator: string, side: string | undefined, records: Records): void
  dead(row: DeadRow): void
  /** The same state, whose writes are seen. */
  state(operator: string, state: State): State
}

export type Part = 'output' | 'state' | 'dead letters'

/** Of one operator in one batch; 0 where there was nothing. */
export type Trace = Readonly<Record<Part, number>>

const NOTHING: Trace = { output: 0, state: 0, 'dead letters': 0 }

export class Traces implements Tap {
  readonly #traces = new Map<string, Trace>()
  readonly #out = new ByteWriter()

  of(operator: string): Trace {
    return this.#traces.get(operator) ?? NOTHING
  }

  output(operator: string, side: string | undefined, records: Records): void {
    this.#out.text(side ?? '')
    writeRecords(this.#out, records)
    this.#add(operator, 'output')
  }

  dead({ operator, row, code, reason }: DeadRow): void {
    this.#out.varint(row).text(code).text(reason)
    this.#add(operator, 'dead letters')
  }

  state(operator: string, state: State): State {
    return new TappedState(state, (key, value) => {
      this.#out.bytes(key).uint8(value === undefined ? 0 : 1)
      if (value !== undefined) this.#out.bytes(value)
      this.#add(operator, 'state')
    })
  }

  #add(operator: string, part: Part): void {
    const before = this.of(operator)
    const after = fingerprint(this.#out.finish(), before[part])
    this.#traces.set(operator, { ...before, [part]: after })
  }
}

/** `value` missing: the row goes. */
type OnWrite = (key: Uint8Array, value: Uint8Array | undefined) => void

class TappedState implements State {
  readonly slots: State['slots']
  readonly #inner: State
  readonly #onWrite: OnWrite
  readonly #out = new ByteWriter()
  #key: Uint8Array | undefined

  constructor(inner: State, onWrite: OnWrite) {
    this.slots = inner.slots
    this.#inner = inner
    this.#onWrite = onWrite
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#inner.get(key)
  }

  walk(...range: Parameters<State['walk']>): void {
    this.#inner.walk(...range)
  }

  lastKey(from: Uint8Array, to: Uint8Array): Uint8Array | undefined {
    return this.#inner.lastKey(from, to)
  }

  put(key: Uint8Array, value: Uint8Array): void {
    this.#onWrite(key, value)
    this.#inner.put(key, value)
  }

  remove(key: Uint8Array): void {
    this.#onWrite(key, undefined)
    this.#inner.remove(key)
  }

  begin(): ByteWriter {
    return this.#out
  }

  middle(): ByteWriter {
    this.#key = this.#out.finish()
    return this.#out
  }

  end(): void {
    this.put(this.#key ?? new Uint8Array(0), this.#out.finish())
  }

  endRemoved(): void {
    this.remove(this.#out.finish())
  }
}
