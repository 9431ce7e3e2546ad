/**
 * What one batch does to sessions, until it is settled: which it changed, what had been said of
 * them and of those that went into them, and where the cells went that are no more.
 */

import type { KeyTable } from '../state/key-table.ts'
import type { Cells } from './cells.ts'
import type { Session } from './session-book.ts'

/** A result as it is, or was: of a session's bounds, in a cell. */
export interface Said {
  readonly id: number
  readonly start: number
  readonly end: number
  readonly cell: number
}

export class SessionChanges {
  readonly #keys: KeyTable
  readonly #cells: Cells
  readonly #gapMs: number
  /** What had been said of each, and of those that it took in. */
  readonly #touched = new Map<Session, Said[]>()
  /** Cells that went into others: where the records go that are for them. */
  readonly #into = new Map<number, number>()

  constructor({ keys, cells }: { keys: KeyTable; cells: Cells }, gapMs: number) {
    this.#keys = keys
    this.#cells = cells
    this.#gapMs = gapMs
  }

  /** What would be said of it now. */
  saidOf({ id, start, last, cell }: Session): Said {
    return { id, start, end: last + this.#gapMs, cell }
  }

  /** It is about to change: what was said of it is kept as it was. */
  touch(session: Session): void {
    if (this.#touched.has(session)) return
    const { isSaid, stale } = session
    const cell = isSaid ? this.#cells.copy(session.cell) : stale
    const said = this.saidOf(session)
    this.#touched.set(session, cell === undefined ? [] : [{ ...said, cell }])
    session.isSaid = false
    session.stale = undefined
  }

  /** A later one goes into it, with what was said of that. */
  join(session: Session, later: Session): void {
    const old = this.#touched.get(later)
    if (old !== undefined) {
      this.#touched.set(session, [...(this.#touched.get(session) ?? []), ...old])
      this.#touched.delete(later)
    }
    this.#into.set(later.cell, session.cell)
  }

  /** Where the records of a cell are now. */
  ownerOf(cell: number): number {
    let owner = cell
    for (let next = this.#into.get(owner); next !== undefined; next = this.#into.get(owner)) {
      owner = next
    }
    return owner
  }

  /** Those that changed, by key and time: an order that does not depend on how they came. */
  sorted(): readonly Session[] {
    const byKey = new Map<number, Session[]>()
    for (const session of this.#touched.keys()) {
      const list = byKey.get(session.id) ?? []
      list.push(session)
      byKey.set(session.id, list)
    }
    return this.#keys
      .sorted([...byKey.keys()])
      .flatMap(id => (byKey.get(id) ?? []).sort((one, other) => one.start - other.start))
  }

  /**
   * What was said and holds no more: results with other bounds, which are to be taken back. One
   * with the bounds that the session has now is stale until it is said again.
   */
  settle(session: Session): readonly Said[] {
    const { start, end } = this.saidOf(session)
    const isSame = (said: Said) => said.start === start && said.end === end
    const old = this.#touched.get(session) ?? []
    session.stale = old.find(isSame)?.cell
    return old.filter(said => !isSame(said))
  }

  /** All are settled: cells that went into others are given back. */
  close(): void {
    for (const cell of this.#into.keys()) this.#cells.giveBack(cell)
    this.forget()
  }

  forget(): void {
    this.#touched.clear()
    this.#into.clear()
  }
}
