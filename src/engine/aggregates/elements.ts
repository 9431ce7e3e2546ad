/**
 * Elements of cells as rows of the state: table, slot, the cell's key, the aggregate's number, the
 * element; without a value. What is not saved yet is in memory, for the state does not say it; so
 * is what was looked up, within bounds.
 *
 * The key of a cell may be the beginning of another's, but then a byte 255 comes behind it there
 * (state/group-key.ts), with which no number of an aggregate begins: so the rows of a cell begin
 * with nothing that those of another do.
 */

import { invariant } from '../../base/errors.ts'
import { RowKeyWriter } from '../state/row-key.ts'
import type { State } from '../state/state.ts'
import type { Elements } from './accumulators.ts'

export interface CellPlace {
  readonly slot: number
  readonly key: Uint8Array
  /** The state had nothing of the cell when it got its number: it need not be looked up. */
  readonly isNew: boolean
}

export interface ElementsOptions {
  readonly state: State
  readonly table: number
  /** Of the aggregate, among those that share the table. */
  readonly number: number
  placeOf(cell: number): CellPlace
  readonly bounds?: ElementBounds | undefined
}

/** How many elements are remembered beyond the batch. */
export interface ElementBounds {
  readonly ofCell: number
  readonly ofAll: number
}

export const ELEMENT_BOUNDS: ElementBounds = { ofCell: 4096, ofAll: 262_144 }
/** Rows that are copied at a time when a cell is walked through. */
const PIECE = 512
/** Its first byte, and that of the number behind it, are below 255. */
const NUMBER_MAX = 0xfefe
const NO_VALUE = new Uint8Array(0)

/** Names of elements are their bytes as characters: they sort alike. */
interface Known {
  /** What every row of the cell begins with. */
  readonly prefix: Uint8Array
  /** Behind the last row of the cell. */
  readonly end: Uint8Array
  /** In the state. */
  readonly saved: Set<string>
  readonly unsaved: Set<string>
  /** What is not in one of them is not there. */
  isComplete: boolean
}

function nameOf(bytes: Uint8Array): string {
  let name = ''
  for (let at = 0; at < bytes.length; at++) {
    name += String.fromCharCode(bytes[at] as number)
  }
  return name
}

function bytesOf(name: string): Uint8Array {
  return Uint8Array.from(name, character => character.charCodeAt(0))
}

export class StateElements implements Elements {
  readonly #options: ElementsOptions
  readonly #bounds: ElementBounds
  readonly #writer = new RowKeyWriter()
  readonly #cells = new Map<number, Known>()
  /** Cells that were cleared in this batch, by the beginning of their rows. */
  readonly #cleared = new Map<string, Known>()
  #known = 0

  constructor(options: ElementsOptions) {
    invariant(options.number <= NUMBER_MAX, 'aggregates-have-small-numbers', options.number)
    this.#options = options
    this.#bounds = options.bounds ?? ELEMENT_BOUNDS
  }

  add(cell: number, element: Uint8Array): boolean {
    const known = this.#knownOf(cell)
    const name = nameOf(element)
    if (known.saved.has(name) || known.unsaved.has(name)) return false
    if (!known.isComplete && this.#isSaved(known, element)) {
      known.saved.add(name)
      this.#known++
      return false
    }
    known.unsaved.add(name)
    return true
  }

  each(cell: number, visit: (element: Uint8Array) => void): void {
    const known = this.#knownOf(cell)
    if (known.isComplete) {
      for (const name of [...known.saved, ...known.unsaved].sort()) {
        visit(bytesOf(name))
      }
      return
    }
    const unsaved = [...known.unsaved].sort()
    let next = 0
    this.#eachSaved(known, row => {
      const name = nameOf(row.subarray(known.prefix.length))
      while (next < unsaved.length && (unsaved[next] as string) < name) {
        visit(bytesOf(unsaved[next++] as string))
      }
      visit(bytesOf(name))
    })
    for (const name of unsaved.slice(next)) {
      visit(bytesOf(name))
    }
  }

  clear(cell: number): void {
    const known = this.#knownOf(cell)
    const mayHaveRows = !known.isComplete || known.saved.size > 0
    if (mayHaveRows) this.#cleared.set(nameOf(known.prefix), known)
    this.forget(cell)
  }

  forget(cell: number): void {
    this.#known -= this.#cells.get(cell)?.saved.size ?? 0
    this.#cells.delete(cell)
  }

  /** Of every cell, and of what was cleared: what was not saved is lost. */
  forgetAll(): void {
    this.#cells.clear()
    this.#cleared.clear()
    this.#known = 0
  }

  /** At the end of a batch. */
  save(): void {
    const { state } = this.#options
    for (const known of this.#cleared.values()) {
      this.#eachSaved(known, row => {
        state.remove(row)
      })
    }
    this.#cleared.clear()
    for (const known of this.#cells.values()) {
      this.#saveCell(known)
    }
    if (this.#known > this.#bounds.ofAll) this.#letGo()
  }

  #saveCell(known: Known): void {
    const { state } = this.#options
    const { saved, unsaved } = known
    for (const name of unsaved) {
      state.put(this.#rowOf(known, bytesOf(name)), NO_VALUE)
      saved.add(name)
    }
    this.#known += unsaved.size
    unsaved.clear()
    if (saved.size > this.#bounds.ofCell) this.#letGoOf(known)
  }

  #letGo(): void {
    for (const known of this.#cells.values()) {
      this.#letGoOf(known)
    }
  }

  /** The cell itself stays known: it is not as new any more as it was said to be. */
  #letGoOf(known: Known): void {
    if (known.saved.size === 0) return
    this.#known -= known.saved.size
    known.saved.clear()
    known.isComplete = false
  }

  #knownOf(cell: number): Known {
    const found = this.#cells.get(cell)
    if (found !== undefined) return found
    const { table, number, placeOf } = this.#options
    const { slot, key, isNew } = placeOf(cell)
    const begin = (last: number) =>
      this.#writer
        .begin(table, slot)
        .raw(key)
        .raw(Uint8Array.of(last >>> 8, last & 0xff))
        .finish()
    const prefix = begin(number)
    const isComplete = isNew || this.#cleared.has(nameOf(prefix))
    const end = begin(number + 1)
    const known = { prefix, end, saved: new Set<string>(), unsaved: new Set<string>(), isComplete }
    this.#cells.set(cell, known)
    return known
  }

  #rowOf({ prefix }: Known, element: Uint8Array): Uint8Array {
    const row = new Uint8Array(prefix.length + element.length)
    row.set(prefix)
    row.set(element, prefix.length)
    return row
  }

  #isSaved(known: Known, element: Uint8Array): boolean {
    return this.#options.state.get(this.#rowOf(known, element)) !== undefined
  }

  /** Copies, piece by piece: the state may be asked meanwhile. */
  #eachSaved({ prefix, end }: Known, visit: (row: Uint8Array) => void): void {
    let from = prefix
    for (;;) {
      const rows: Uint8Array[] = []
      this.#options.state.walk(from, end, row => {
        rows.push(row.slice())
        return rows.length < PIECE
      })
      rows.forEach(visit)
      const last = rows.at(-1)
      if (last === undefined || rows.length < PIECE) return
      from = new Uint8Array(last.length + 1)
      from.set(last)
    }
  }
}
