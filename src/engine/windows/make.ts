/** The operator of an aggregate: by the kind of its window. */

import { unreachable } from '../../base/errors.ts'
import type { OperatorContext } from '../operators/context.ts'
import type { Operator } from '../operators/operator.ts'
import type { AggregateSpec } from '../plan/plan.ts'
import { aggregatesOf } from './calls.ts'
import { CountWindows } from './counted.ts'
import { SessionWindows } from './sessions.ts'
import { SlicedWindows } from './sliced.ts'
import { SlidingWindows } from './sliding.ts'

export function makeAggregate(spec: AggregateSpec, context: OperatorContext): Operator {
  const aggregates = aggregatesOf(spec, context)
  switch (spec.window.kind) {
    case 'tumbling':
    case 'hopping':
    case 'cumulate':
    case 'global':
      return new SlicedWindows(spec, aggregates, context)
    case 'session':
      return new SessionWindows(spec, aggregates, context)
    case 'count':
      return new CountWindows(spec, aggregates, context)
    case 'sliding':
    case 'sliding-rows':
      return new SlidingWindows(spec, aggregates, context)
    default:
      return unreachable(spec.window)
  }
}
