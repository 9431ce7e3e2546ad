/** Rows that failed, each told once, with what failed first. */

import type { Failures } from './expression.ts'

export class FailedRows implements Failures {
  readonly #rows = new Set<number>()
  readonly #tell: (row: number, code: string, reason: string) => void

  constructor(tell: (row: number, code: string, reason: string) => void) {
    this.#tell = tell
  }

  get count(): number {
    return this.#rows.size
  }

  has(row: number): boolean {
    return this.#rows.has(row)
  }

  add(row: number, code: string, reason: string): void {
    if (this.#rows.has(row)) return
    this.#rows.add(row)
    this.#tell(row, code, reason)
  }
}
