/**
 * The streams of one sender: who listens on each of its branches, what they ask, and what they are
 * sent. A stream of a leader that another has replaced does not take the place of the other's.
 */

import type { Clock } from '../../base/env.ts'
import type { Sender } from '../../engine/exchange/sender.ts'
import type { Ask, Refusal } from '../../engine/exchange/talk.ts'
import type { Greeting, Outlet, Served } from './serving.ts'
import type { Destination } from './shaping.ts'

/** Who sends to groups as long as its own group is led here. */
export interface Sending {
  readonly branches: readonly Destination[]
  readonly desk: Served
  /** What may be sent may be more. */
  onAdvanced(): void
  onEpochOpened(epoch: number): void
  onEpochClosed(epoch: number): void
  /** The lead is lost: nothing is asked, read or said any more. */
  close(): void
}

export interface DeskParts {
  readonly clock: Clock
  readonly sender: Sender
  readonly branches: number
  /** Missing: the stream can be served from there. */
  refusal?(cursor: number): Refusal | undefined
  /** Somebody came, or asked for something. */
  onAsked(ask: 'hello' | Exclude<Ask, { kind: 'hello' }>): void
}

const REPLACED: Refusal = {
  code: 'leader-over',
  message: 'a later leader of the group that asks has a stream here already; end the lead',
}
const NOT_HERE: Refusal = {
  code: 'not-the-sender',
  message: 'this node led the group that sends here: ask the one that does now',
}

export class Desk implements Served {
  readonly #parts: DeskParts
  readonly #outlets: (Outlet | undefined)[]
  /** By branch, the highest of those who asked. */
  readonly #terms: number[]

  constructor(parts: DeskParts) {
    this.#parts = parts
    this.#outlets = Array.from({ length: parts.branches }, () => undefined)
    this.#terms = Array.from({ length: parts.branches }, () => 0)
  }

  /** A stream begins; the one before it of the same branch is over. */
  attach(branch: number, hello: Greeting, outlet: Outlet): void {
    const { clock, sender, refusal, onAsked } = this.#parts
    const isReplaced = hello.term < (this.#terms[branch] ?? 0)
    const why = isReplaced ? REPLACED : refusal?.(hello.cursor)
    if (why !== undefined) {
      outlet.end(why)
      return
    }
    this.#terms[branch] = hello.term
    this.#outlets[branch]?.end()
    this.#outlets[branch] = outlet
    sender.onHello(branch, hello, clock.monotonicMs())
    onAsked('hello')
  }

  detach(branch: number, outlet: Outlet): void {
    if (this.#outlets[branch] !== outlet) return
    this.#outlets[branch] = undefined
    this.#parts.sender.onStreamClosed(branch)
  }

  onAsk(branch: number, outlet: Outlet, ask: Exclude<Ask, { kind: 'hello' }>): void {
    if (this.#outlets[branch] !== outlet) return
    const { sender, onAsked, refusal } = this.#parts
    if (ask.kind === 'grant') sender.onGrant(branch, ask.bytes)
    else if (ask.kind === 'wanted') sender.onEpochOpened(ask.epoch)
    else if (ask.kind === 'taken') sender.onTaken(branch, ask.cursor)
    else {
      const why = refusal?.(ask.cursor)
      if (why !== undefined) outlet.end(why)
      else sender.onRewind(branch, ask)
    }
    onAsked(ask)
  }

  send(branch: number, bytes: Uint8Array): void {
    this.#outlets[branch]?.send(bytes)
  }

  /** Of all streams: they are asked for anew. */
  end(refusal = NOT_HERE): void {
    for (const outlet of [...this.#outlets]) outlet?.end(refusal)
  }
}
