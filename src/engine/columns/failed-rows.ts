/** Rows that failed, each told once, with what failed first. */

import type { Failures } from './expression.ts'

export class FailedRows implements Failures {
  /** Made when the first row fails: mostly, none does. */
  #rows: Set<number> | undefined
  readonly #tell: (row: number, code: string, reason: string) => void

  constructor(tell: (row: number, code: string, reason: string) => void) {
    this.#tell = tell
  }

  get count(): number {
    return this.#rows?.size ?? 0
  }

  has(row: number): boolean {
    return this.#rows?.has(row) ?? false
  }

  add(row: number, code: string, reason: string): void {
    if (this.has(row)) return
    this.#rows ??= new Set()
    this.#rows.add(row)
    this.#tell(row, code, reason)
  }
}
