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

interface Planned extends Fated {
  readonly call: LogCall
  /** Of anybody: undefined. */
  readonly client: number | undefined
}

/** What befalls a call; one that is late by no given time is late by any. */
export interface Fated {
  readonly fate: LogFate
  readonly lateMs?: number
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
  plan(call: LogCall, fated: Fated, client?: number): void {
    this.#planned.push({ ...fated, call, client })
  }

  clear(): void {
    this.#planned = []
  }

  /** Answered once: by the broker, or by the client's own patience. */
  ask<T>(caller: Caller, { call, waitMs = 0, deed }: Asking<T>, replied: Replied<T>): void {
    const { queue, prng, profile } = this.#parts
    const fated = this.#fated(call, caller)
    const lateUs = (kind: LogFate): number => {
      if (fated?.fate !== kind) return 0
      const { lateMs } = fated
      return lateMs === undefined ? prng.below(profile.lateMsMax * US_PER_MS) : lateMs * US_PER_MS
    }
    let isOver = false
    const finish = (reply: Reply<T>): void => {
      if (isOver) return
      isOver = true
      caller.admit(() => replied(reply))
    }
    const giveUpUs = (profile.answerMs + waitMs) * US_PER_MS
    queue.after(giveUpUs, { fire: () => finish({ code: 'no-answer' }) })
    if (fated?.fate === 'lost-call') return
    this.#travel(caller, lateUs('late-call'), () => {
      deed(reply => {
        if (fated?.fate === 'lost-answer') return
        this.#travel(caller, lateUs('late-answer'), () => finish(reply))
      })
    })
  }

  #fated(call: LogCall, { name }: Caller): Fated | undefined {
    const { prng, tally, profile } = this.#parts
    const at = this.#planned.findIndex(one => {
      return one.call === call && (one.client === undefined || one.client === name)
    })
    const [planned] = at < 0 ? [] : this.#planned.splice(at, 1)
    const fated = planned ?? drawn(prng, profile.fates)
    if (fated !== undefined) tally.hit(fated.fate)
    return fated
  }

  #travel(caller: Caller, lateUs: number, arrive: () => void): void {
    const { queue, prng, tally, profile } = this.#parts
    const { callMinUs, callMeanUs } = profile
    queue.after(callMinUs + prng.below(2 * callMeanUs) + lateUs, {
      fire: () => {
        if (caller.isCutOff || this.isDown) tally.hit('cut-off')
        else arrive()
      },
    })
  }
}

/** One draw for each kind, whatever its chance is: another rate leaves all else as it was. */
function drawn(prng: Prng, chances: Readonly<Record<LogFate, number>>): Fated | undefined {
  const [fate] = FATES.filter(one => prng.chance(chances[one]))
  return fate && { fate }
}
