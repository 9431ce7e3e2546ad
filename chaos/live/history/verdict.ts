/** Is the recorded history one that a single, never failing store could have given? */

import { STEPS_MAX } from '../../sim/checkers/linear/linearizable.ts'
import { decide } from '../../sim/checkers/linearizability.ts'
import { callsByKey } from './calls.ts'
import { type HistoryEvent, kindOfKey } from './event.ts'

export interface Verdict {
  readonly keys: number
  /** Calls that had to be placed. */
  readonly calls: number
  /** Keys for whose calls there is no order, and why; empty: linearizable, as far as decided. */
  readonly impossible: readonly string[]
  /** Keys whose search was given up; never taken for a yes. */
  readonly undecided: readonly string[]
}

export function judge(events: readonly HistoryEvent[], stepsMax = STEPS_MAX): Verdict {
  const impossible: string[] = []
  const undecided: string[] = []
  const byKey = callsByKey(events)
  let count = 0
  for (const [key, calls] of byKey) {
    count += calls.length
    const found = decide(kindOfKey(key), calls, stepsMax)
    if (found.kind === 'undecided') undecided.push(key)
    if (found.kind === 'impossible') {
      const stuck = found.stuck.map(({ move, called }) => {
        const seen = move.seen === undefined ? '' : ` saw ${JSON.stringify(move.seen)}`
        return `event ${called}: ${move.name} ${move.value}${seen}`
      })
      impossible.push(
        `${key}: behind ${found.prefix.length} calls none fits of ${stuck.join('; ')}`,
      )
    }
  }
  return { keys: byKey.size, calls: count, impossible, undecided }
}

export const isGood = ({ impossible, undecided }: Verdict): boolean =>
  impossible.length === 0 && undecided.length === 0
