/**
 * A text put together of pieces, which are counted before they are joined: what would be too long
 * is never built.
 */

import type { Failure } from './failure.ts'
import { TEXT_LENGTH_MAX, tooLong } from './size.ts'

export class Joined {
  readonly #pieces: string[] = []
  readonly #separator: string
  #length = 0

  constructor(separator = '') {
    this.#separator = separator
  }

  /** Says so once it is too long, and takes nothing that makes it so. */
  add(piece: string): boolean {
    this.#length += piece.length + (this.#pieces.length > 0 ? this.#separator.length : 0)
    if (this.#length > TEXT_LENGTH_MAX) return false
    this.#pieces.push(piece)
    return true
  }

  finish(): string | Failure {
    return this.#length > TEXT_LENGTH_MAX ? tooLong : this.#pieces.join(this.#separator)
  }
}
