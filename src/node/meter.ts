/** Durations that a node measures while it works; whoever wants distributions counts them. */

export interface Meter {
  /** The log was synced. */
  onSync(ms: number): void
  /** Entries were applied to a group's state. */
  onApply(ms: number): void
  /** An image was written, all but its last sync. */
  onImage(ms: number): void
}

/** Longer than this, an apply is counted as slow. */
export const SLOW_APPLY_MS = 100
