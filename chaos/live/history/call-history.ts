/** The recorded calls of clients as evidence: linearizable, or not. */

import type { Random } from '../../../src/base/env.ts'
import type { Evidence, Judgement, Sabotage, Spoilt } from '../evidence.ts'
import { type HistoryEvent, linesOf } from './event.ts'
import { sabotaged } from './sabotage.ts'
import { judge } from './verdict.ts'

export class CallHistory implements Evidence {
  readonly #events: readonly HistoryEvent[]

  constructor(events: readonly HistoryEvent[]) {
    this.#events = events
  }

  get lines(): string {
    return linesOf(this.#events)
  }

  judged(): Judgement {
    const { keys, calls, impossible, undecided } = judge(this.#events)
    return {
      summary:
        `linearizable: ${keys} keys, ${calls} calls placed, ` +
        `${impossible.length} impossible, ${undecided.length} undecided`,
      wrong: [
        ...impossible.map(why => `not linearizable: ${why}`),
        ...undecided.map(key => `undecided: ${key}: the search was given up`),
      ],
    }
  }

  spoilt(how: Sabotage, random: Random): Spoilt | undefined {
    const spoilt = sabotaged(this.#events, how, random)
    if (spoilt === undefined) return undefined
    const { events, key, deed } = spoilt
    const touched = new CallHistory(events.filter(event => event.key === key))
    return { evidence: new CallHistory(events), touched, deed }
  }
}
