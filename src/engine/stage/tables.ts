/**
 * Numbers of a stage's tables, by operator and name, as the state has them: an operator finds its
 * rows again under the same number, whatever was put before it in the plan since. New ones follow
 * the largest there is, in the order in which operators of the plan ask; of an operator that is
 * gone the numbers stay taken, as its rows do. The first few tables are the stage's own.
 */

import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { invariant } from '../../base/errors.ts'
import { PLACE_BYTES, RowKeyWriter, TABLES_MAX } from '../state/row-key.ts'
import type { State } from '../state/state.ts'

/** Cursors and watermarks of channels. */
export const CHANNEL_TABLE = 0
/** How many outputs each sink has had. */
export const OUTPUT_TABLE = 1
/** The numbers of operators' tables. */
const NUMBER_TABLE = 2
const FIRST_FREE = 16

export class Tables {
  readonly #state: State
  readonly #slot: number
  readonly #writer = new RowKeyWriter()
  readonly #out = new ByteWriter()
  /** By the key of its row behind table and slot, one character a byte. */
  readonly #numbers = new Map<string, number>()
  /** Those that are not in the state. */
  #unsaved = new Map<string, number>()
  #next = FIRST_FREE

  constructor(state: State) {
    this.#state = state
    this.#slot = state.slots.from
    this.load()
  }

  of(operator: string, name: string): number {
    const key = latin1(this.#out.text(operator).text(name).finish())
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    const number = this.#next++
    invariant(number < TABLES_MAX, 'tables-are-bounded')
    this.#numbers.set(key, number)
    this.#unsaved.set(key, number)
    return number
  }

  save(): void {
    for (const [key, number] of this.#unsaved) {
      this.#state.put(this.#row().raw(bytesOf(key)).finish(), this.#out.varint(number).finish())
    }
    this.#unsaved.clear()
  }

  /** What was saved may be gone. */
  load(): void {
    this.#unsaved = new Map(this.#numbers)
    const from = this.#row().finish()
    const to = this.#writer.begin(NUMBER_TABLE, this.#slot + 1).finish()
    this.#state.walk(from, to, (row, value) => {
      const key = latin1(row.subarray(PLACE_BYTES))
      const number = new ByteReader(value).varint()
      const known = this.#numbers.get(key) ?? number
      invariant(known === number, 'tables-keep-their-numbers', key)
      this.#numbers.set(key, number)
      this.#unsaved.delete(key)
      this.#next = Math.max(this.#next, number + 1)
      return true
    })
  }

  #row(): RowKeyWriter {
    return this.#writer.begin(NUMBER_TABLE, this.#slot)
  }
}

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes)
const bytesOf = (key: string): Uint8Array => Uint8Array.from(key, one => one.charCodeAt(0))
