/** Columns by name: as they are, and those of a key. */

import type { Named } from '../../engine/plan/plan.ts'
import type { KeyPart } from '../format/step.ts'
import { keyColumns } from '../lint/step.ts'
import type { Scope } from './scope.ts'

/** In quotes: a column may be called like a keyword. */
export const asIs = (name: string): Named => ({ name, expression: `"${name}"` })

/** Missing: one of its expressions was wrong, and that was said. */
export function namedKey(key: KeyPart | undefined, scope: Scope): readonly Named[] | undefined {
  return scope.named(keyColumns(key).map(({ name, expression }) => [name, expression] as const))
}
