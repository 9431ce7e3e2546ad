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
   * All of the changes or none; in the order of the calls. Durable only as far as the store is
   * closed in peace.
   */
  write(changes: readonly StateChange[], done: () => void): void
  /** Every row goes, in the order of the keys; some may be left if the process dies meanwhile. */
  clear(done: () => void): void
  /** The rows as they are now, whatever is written later. */
  cut(): StateCut
}

export interface StateCut {
  /** Rows in the order of their keys; none: that was all. */
  next(done: (rows: readonly StateRow[]) => void): void
  close(): void
}
