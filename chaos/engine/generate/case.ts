/** One case of the differential tests: a plan and its input, both from one seed. */

import { Prng } from '../../../src/base/prng.ts'
import type { Input } from '../../oracle/input.ts'
import type { Plan } from '../../oracle/plan.ts'
import { drawInput } from './inputs.ts'
import { drawPlan } from './plans.ts'

export interface Case {
  readonly seed: number
  readonly plan: Plan
  readonly input: Input
}

export interface CaseLimits {
  /** What SQL over tables can say: nothing late, nothing said twice. */
  readonly finite: boolean
}

export function drawCase(seed: number, limits: CaseLimits = { finite: false }): Case {
  const prng = new Prng(seed)
  const plan = drawPlan(prng.fork('plan'), limits)
  return { seed, plan, input: drawInput(prng.fork('input'), plan, limits) }
}
