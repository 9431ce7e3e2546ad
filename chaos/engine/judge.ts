/**
 * All that a case is put to: the engine batch by batch in step, as groups with logs, and fed with
 * records that mean harm.
 */

import { checked, type Failure } from './check.ts'
import type { Case } from './generate/case.ts'
import { harmed } from './harm.ts'
import { replayed } from './replay/check.ts'

/** Undefined: nothing is wrong. */
export function judged(one: Case): Failure | undefined {
  return checked(one) ?? replayed(one) ?? harmed(one)
}
