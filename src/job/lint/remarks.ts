/** Collects what is found in a checked job: errors and warnings with the places of its parts. */

import type { Remark } from '../finding.ts'
import { REMARKS_MAX } from '../shape/check.ts'
import type { Place } from '../shape/shape.ts'

export class Remarks {
  readonly #all: Remark[] = []

  error(at: Place, code: string, message: string, suggestion?: string): void {
    this.#add('error', at, { code, message, suggestion })
  }

  warning(at: Place, code: string, message: string, suggestion?: string): void {
    this.#add('warning', at, { code, message, suggestion })
  }

  /** In the order of the file. */
  get all(): readonly Remark[] {
    return this.#all.toSorted((a, b) => a.offset - b.offset)
  }

  get hasErrors(): boolean {
    return this.#all.some(({ level }) => level === 'error')
  }

  #add(
    level: Remark['level'],
    { path, start: offset }: Place,
    { code, message, suggestion }: Wording,
  ): void {
    if (this.#all.length >= REMARKS_MAX) return
    const hint = suggestion === undefined ? {} : { suggestion }
    this.#all.push({ level, code, message, path, offset, ...hint })
  }
}

interface Wording {
  readonly code: string
  readonly message: string
  readonly suggestion: string | undefined
}
