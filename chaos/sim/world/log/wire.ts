/**
 * The way between the clients of a simulated log and its brokers, call by call: latency, calls and
 * answers that are lost or late, clients that are cut off. A call that a client has given up may
 * still arrive, and what it asks for is then done.
 */

import type { Prng } from '../../../../src/base/prng.ts'
import { US_PER_MS } from '../clock.ts'
import type { LogCall, LogFate } from './faults.ts'
import type { LogParts } from './partition.ts'
import type { Replied, Reply } from './replies.ts'

/** One end of the wire. */
export interface Caller {
  readonly name: number
  isCutOff: boolean
  /** Lets the process that asked take part: it may stand still, or be dead. */
  admit(happen: () => void): void
}

interface Planned {
  readonly call: LogCall
  readonly fate: LogFate
  /** Of anybody: undefined. */
  readonly client: number | undefined
}

export interface Asking<T> {
  readonly call: LogCall
  /** Besides what any call may take. */
  readonly waitMs?: number
  /** At the broker. */
  readonly deed: (replied: Replied<T>) => void
}

const FATES: readonly LogFate[] = ['lost-call', 'lost-answer', 'late-call', 'late-answer']

export class Wire {
  isDown = false
  readonly #parts: LogParts
  #planned: Planned[] = []

  constructor(parts: LogParts) {
    this.#parts = parts
  }

  /** Befalls the next such call. */
  plan(call: LogCall, fate: LogFate, client?: number): void {
    this.#planned.push({ call, fate, client })
  }

  clear(): void {
    this.#planned = []
  }

  /** Answered once: by the broker, or by the client's own patience. */
  ask<T>(caller: Caller, { call, waitMs = 0, deed }: Asking<T>, replied: Replied<T>): void {
    const { queue, profile } = this.#parts
    const fate = this.#fate(call, caller)
    let isOver = false
    const finish = (reply: Reply<T>): void => {
      if (isOver) return
      isOver = true
      caller.admit(() => replied(reply))
    }
    const giveUpUs = (profile.answerMs + waitMs) * US_PER_MS
    queue.after(giveUpUs, { fire: () => finish({ code: 'no-answer' }) })
    if (fate === 'lost-call') return
    this.#travel(caller, fate === 'late-call', () => {
      deed(reply => {
        if (fate === 'lost-answer') return
        this.#travel(caller, fate === 'late-answer', () => finish(reply))
      })
    })
  }

  #fate(call: LogCall, { name }: Caller): LogFate | undefined {
    const { prng, tally, profile } = this.#parts
    const at = this.#planned.findIndex(one => {
      return one.call === call && (one.client === undefined || one.client === name)
    })
    const planned = at < 0 ? undefined : this.#planned.splice(at, 1)[0]?.fate
    const fate = planned ?? drawn(prng, profile.fates)
    if (fate !== undefined) tally.hit(fate)
    return fate
  }

  #travel(caller: Caller, isLate: boolean, arrive: () => void): void {
    const { queue, prng, tally, profile } = this.#parts
    const { callMinUs, callMeanUs, lateMsMax } = profile
    const lateUs = isLate ? prng.below(lateMsMax * US_PER_MS) : 0
    queue.after(callMinUs + prng.below(2 * callMeanUs) + lateUs, {
      fire: () => {
        if (caller.isCutOff || this.isDown) tally.hit('cut-off')
        else arrive()
      },
    })
  }
}

/** One draw for each kind, whatever its chance is: another rate leaves all else as it was. */
function drawn(prng: Prng, chances: Readonly<Record<LogFate, number>>): LogFate | undefined {
  const hit = FATES.filter(fate => prng.chance(chances[fate]))
  return hit[0]
}
