/** All that a case is put to: the engine batch by batch in step, and as groups with logs. */

import { checked, type Failure } from './check.ts'
import type { Case } from './generate/case.ts'
import { replayed } from './replay/check.ts'

/** Undefined: nothing is wrong. */
export function judged(one: Case): Failure | undefined {
  return checked(one) ?? replayed(one)
}
