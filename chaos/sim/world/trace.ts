/**
 * What happened, as one number that changes when anything does, always kept; and as lines for
 * people, built only when somebody listens.
 */

import { mix52 } from '../../../src/base/hash.ts'
import type { EventQueue } from './clock.ts'

/** What a trace is made of. Numbers never change their meaning: kept hashes would lie. */
export const happenings = {
  deliver: 1,
  drop: 2,
  tick: 3,
  start: 4,
  stop: 5,
  durable: 6,
  apply: 7,
  fault: 8,
  propose: 9,
  read: 10,
  image: 11,
  pause: 12,
  suspect: 13,
  demand: 14,
  visible: 15,
} as const

export type Happening = (typeof happenings)[keyof typeof happenings]

export class Trace {
  hash = 0
  readonly #queue: EventQueue
  readonly #tell: ((line: string) => void) | undefined

  constructor(queue: EventQueue, tell?: (line: string) => void) {
    this.#queue = queue
    this.#tell = tell
  }

  /** Lines are wanted: build one only then. */
  get isTold(): boolean {
    return this.#tell !== undefined
  }

  note(what: Happening, node: number, a: number, b: number): void {
    const at = this.#queue.nowUs
    this.hash = mix52(this.hash, at, what * 64 + node, Math.imul(a, 0x9e3779b1) ^ b)
  }

  tell(line: string): void {
    this.#tell?.(`${this.#queue.nowMs.toFixed(3).padStart(10)}  ${line}`)
  }
}
