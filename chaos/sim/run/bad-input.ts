/** INPUT-1: whatever nobody should ask or say is refused, with a code that says what is wrong. */

import type { RefusalCode } from '../../../src/raft/refusal.ts'
import { Rule } from '../checkers/rule.ts'
import type { FaultKind } from '../world/faults.ts'

export interface Answer {
  readonly kind: FaultKind
  /** Any of these will do: more than one thing may be wrong. */
  readonly expected: readonly RefusalCode[]
  /** Missing: it was taken. */
  readonly said: RefusalCode | undefined
}

export class BadInput extends Rule {
  readonly name = 'INPUT-1 bad input is refused'

  readonly judge = ({ kind, expected, said }: Answer): void => {
    const isRefused = said !== undefined && expected.includes(said)
    this.must(isRefused, () => `${kind}: ${said ?? 'taken'} and not ${expected.join(' or ')}`)
  }
}
