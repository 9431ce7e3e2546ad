/**
 * The door to what a group keeps besides its log: ordered rows, as many as there are. Its body
 * tells of no trouble: one that cannot write any more says so to its owner and answers nothing
 * further, since nothing that follows could be trusted.
 */

export interface StateRow {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** Without a value the row goes. */
export interface StateChange {
  readonly key: Uint8Array
  readonly value?: Uint8Array
}

/** The rows of one group, or a part of them; nobody else sees or changes them. */
export interface StateSpace {
  get(key: Uint8Array): Uint8Array | undefined
  /**
   * Seen by `get` at once; `done`, perhaps within this call, when more may be written. Whatever is
   * kept is all that was written up to some call, and none of what came later; all is kept only
   * when the store is closed in peace.
   */
  write(changes: readonly StateChange[], done: () => void): void
  /**
   * Every row goes, behind what was written before, in the order of the keys; some may be left if
   * the process dies meanwhile. Nothing is read or written before `done`.
   */
  clear(done: () => void): void
  /** The rows as they are now, whatever is written later. */
  cut(): StateCut
}

export interface StateCut {
  /** Rows in the order of their keys; none: that was all. */
  next(done: (rows: readonly StateRow[]) => void): void
  close(): void
}
