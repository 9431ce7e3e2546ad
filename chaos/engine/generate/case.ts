/** One case of the differential tests: a plan and its input, both from one seed. */

import { Prng } from '../../../src/base/prng.ts'
import type { ErrorPolicy } from '../../../src/engine/plan/plan.ts'
import type { Input } from '../../oracle/input.ts'
import type { AggregateSpec, Plan } from '../../oracle/plan.ts'
import { drawInput } from './inputs.ts'
import { drawPlan } from './plans.ts'

export interface Case {
  readonly seed: number
  readonly plan: Plan
  readonly input: Input
  readonly setting: Setting
}

/** How the engine is made to run it, which is not to matter. */
export interface Setting {
  /** Of each stage. */
  readonly groups: number
  /** Rows that time may put out in one batch. It matters to who says again what they change. */
  readonly rowsDueMax: number
  /** What becomes of a group between batches. */
  readonly between: 'nothing' | 'discard' | 'restart'
  /** By the compiler of SQL; or by the oracle: then the operators alone are judged. */
  readonly expressions: 'sql' | 'trees'
  /** What becomes of a record that cannot be computed; missing: it is a dead letter. */
  readonly errors?: ErrorPolicy
}

export interface CaseLimits {
  /** What SQL over tables can say: nothing late, nothing said twice. */
  readonly finite: boolean
}

const ROWS_DUE_MAX = 10_000

export function drawCase(seed: number, { finite }: CaseLimits = { finite: false }): Case {
  const prng = new Prng(seed)
  const setting = drawSetting(prng.fork('setting'))
  const plan = drawPlan(prng.fork('plan'), { finite, grouped: setting.groups > 1 })
  const input = drawInput(prng.fork('input'), plan, { finite })
  const isCut = !tellsCuts(plan)
  return { seed, plan, setting: isCut ? setting : { ...setting, rowsDueMax: ROWS_DUE_MAX }, input }
}

function drawSetting(prng: Prng): Setting {
  return {
    groups: prng.pick([1, 2, 3, 7]),
    rowsDueMax: prng.pick([1, 3, ROWS_DUE_MAX]),
    between: prng.pick(['nothing', 'discard', 'restart']),
    expressions: prng.pick(['sql', 'sql', 'trees']),
    errors: prng.pick(['dead-letter', 'dead-letter', 'skip', 'skip', 'fail']),
  }
}

/**
 * It says its results again for each batch that changes them, and what changes them is due by time:
 * how often it does, and how often it fails to, is up to the cut.
 */
function tellsCuts({ operators }: Plan): boolean {
  const timely = new Set<string>()
  return operators.some(({ id, inputs, spec }) => {
    const isTold = inputs.some(({ from }) => timely.has(from))
    if (isTold || spec.kind === 'aggregate') timely.add(id)
    return isTold && spec.kind === 'aggregate' && saysAgain(spec)
  })
}

const saysAgain = ({ mode, earlyMs }: AggregateSpec): boolean =>
  mode === 'updating' || earlyMs !== undefined
