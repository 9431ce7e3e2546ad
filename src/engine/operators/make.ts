/** The operator of a spec. The table is total: the compiler counts its rows. */

import { unreachable } from '../../base/errors.ts'
import type { OperatorSpec } from '../plan/plan.ts'
import { makeAggregate } from '../windows/make.ts'
import type { OperatorContext } from './context.ts'
import { Dedup } from './dedup.ts'
import { Filter } from './filter.ts'
import { KeyBy } from './key-by.ts'
import type { Operator } from './operator.ts'
import { Project } from './project.ts'
import { Split } from './split.ts'
import { Through } from './through.ts'
import { Unnest } from './unnest.ts'

export function makeOperator(spec: OperatorSpec, context: OperatorContext): Operator {
  switch (spec.kind) {
    case 'filter':
      return new Filter(spec, context)
    case 'project':
      return new Project(spec, context)
    case 'unnest':
      return new Unnest(spec, context)
    case 'union':
      return new Through(context)
    case 'key-by':
      return new KeyBy(spec, context)
    case 'split':
      return new Split(spec, context)
    case 'aggregate':
      return makeAggregate(spec, context)
    case 'dedup':
      return new Dedup(spec, context)
    default:
      return unreachable(spec)
  }
}
