/**
 * Whether every key that a job file may give to a sink names the results that it keeps: whoever
 * keeps the last of each has by it what stands, and no result takes the place of another.
 */

import type { Compiler } from '../../../src/engine/columns/expression.ts'
import { schemasOf } from '../../../src/engine/plan/schemas.ts'
import { keyTrouble, type Part } from '../../../src/job/plan/naming.ts'
import { Namings } from '../../../src/job/plan/namings.ts'
import type { Answer } from '../../oracle/oracle.ts'
import type { Plan } from '../../oracle/plan.ts'
import { enginePlan } from '../run/texts.ts'
import { difference } from './tables.ts'

/** Keys that are tried of one sink. */
const KEYS_MAX = 32

/** The first that does not; undefined: all do. */
export function misnamed(plan: Plan, wanted: Answer, compiler: Compiler): string | undefined {
  const texts = enginePlan(plan)
  const schemas = schemasOf(texts, compiler)
  const namings = new Namings(texts, edge => schemas.of(edge), compiler)
  for (const { id, from } of plan.sinks) {
    const [naming, table] = [namings.of(from), wanted.sinks[id]]
    if (naming === undefined || table === undefined) continue
    const keys = choices(naming.parts).filter(key => keyTrouble(naming, key) === undefined)
    for (const key of keys.slice(0, KEYS_MAX)) {
      const detail = difference(table, table, key)
      if (detail !== undefined) return `${id} by ${key.join(', ')}: ${detail}`
    }
  }
  return undefined
}

/** One column of each part. */
function choices(parts: readonly Part[]): readonly (readonly string[])[] {
  return parts.reduce<readonly (readonly string[])[]>(
    (keys, part) => keys.flatMap(key => part.map(column => [...key, column])).slice(0, KEYS_MAX),
    [[]],
  )
}
