/** Expressions of job files: those of SQL; aggregates are known where they have no place. */

import { aggregateNames } from '../../engine/aggregates/registry.ts'
import type { Compiler } from '../../engine/columns/expression.ts'
import { compilerOf } from '../../sql/compiler.ts'

export function jobCompiler(): Compiler {
  return compilerOf(new Set(aggregateNames))
}
