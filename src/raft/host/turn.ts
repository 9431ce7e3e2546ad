/**
 * A turn: what the inputs of one round of the event loop have woken is done together. First the
 * cores say what they want; then the packets leave, before anything is written; then the store is
 * given the writes; then the machines work for at most a slice; then whoever waits is answered.
 * What all this wakes again is done in the same turn, so that a proposal in an idle host waits for
 * nothing but its disk and its peers.
 */

import type { Clock, Timer } from '../../base/env.ts'
import type { GroupId } from '../../base/ids.ts'
import type { Write } from '../ready.ts'
import { ROUNDS_MAX } from './bounds.ts'
import type { Woken } from './works.ts'

export interface TurnParts {
  readonly clock: Clock
  flush(): void
  write(group: GroupId, write: Write): void
  /** Writes that `body` asks for begin together. */
  gather(body: () => void): void
  /** true: there is more to do. */
  runMachines(): boolean
  pumpImages(): void
  onTurn(tookMs: number): void
}

interface Handed {
  readonly group: GroupId
  readonly write: Write
}

export class Turn {
  readonly #parts: TurnParts
  #woken: Woken[] = []
  #writes: Handed[] = []
  #answers: (() => void)[] = []
  #timer: Timer | undefined
  #isInside = false
  #isStopped = false

  constructor(parts: TurnParts) {
    this.#parts = parts
  }

  wake(woken: Woken): void {
    if (!woken.isWoken) {
      woken.isWoken = true
      this.#woken.push(woken)
    }
    this.plan()
  }

  write(group: GroupId, write: Write): void {
    this.#writes.push({ group, write })
  }

  answer(give: () => void): void {
    if (this.#isStopped) {
      this.#parts.clock.after(0, give)
      return
    }
    this.#answers.push(give)
    this.plan()
  }

  /** There will be a turn. */
  plan(): void {
    if (this.#timer !== undefined || this.#isInside || this.#isStopped) return
    this.#timer = this.#parts.clock.after(0, () => this.#run())
  }

  /** No turn comes any more; what waits to be answered is answered. */
  stop(): void {
    this.#isStopped = true
    this.#timer?.cancel()
    this.#timer = undefined
    this.#giveAnswers()
  }

  #run(): void {
    const { clock } = this.#parts
    this.#timer = undefined
    this.#isInside = true
    const beganMs = clock.monotonicMs()
    const hasMore = this.#rounds(beganMs)
    this.#parts.pumpImages()
    this.#isInside = false
    this.#parts.onTurn(clock.monotonicMs() - beganMs)
    if (hasMore || this.#woken.length > 0 || this.#answers.length > 0) this.plan()
  }

  #rounds(nowMs: number): boolean {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      this.#settle(nowMs)
      // A state that was read may be replaced by an image in the very same turn: answers first.
      this.#giveAnswers()
      const hasMore = this.#parts.runMachines()
      this.#giveAnswers()
      if (hasMore || this.#isStopped) return hasMore
      if (this.#woken.length === 0) return false
    }
    return true
  }

  #settle(nowMs: number): void {
    const woken = this.#woken
    this.#woken = []
    for (const one of woken) {
      one.isWoken = false
      if (!one.isClosed) one.settle(nowMs)
    }
    this.#parts.flush()
    const writes = this.#writes
    if (writes.length === 0) return
    this.#writes = []
    this.#parts.gather(() => {
      for (const { group, write } of writes) this.#parts.write(group, write)
    })
  }

  #giveAnswers(): void {
    const answers = this.#answers
    if (answers.length === 0) return
    this.#answers = []
    for (const give of answers) give()
  }
}
