/** The operator of an aggregate: by the kind of its window. */

import { unreachable, WeirError } from '../../base/errors.ts'
import { aggregateOf } from '../aggregates/registry.ts'
import type { OperatorContext } from '../operators/context.ts'
import type { Operator } from '../operators/operator.ts'
import type { AggregateCall, AggregateSpec } from '../plan/plan.ts'
import type { Schema } from '../schema/schema.ts'
import { typeText } from '../schema/type.ts'
import { CountWindows } from './counted.ts'
import type { Call } from './grouping.ts'
import { SessionWindows } from './sessions.ts'
import { SlicedWindows } from './sliced.ts'
import { SlidingWindows } from './sliding.ts'

function callOf(call: AggregateCall, { compiler, inputs }: OperatorContext): Call {
  const input = inputs[0] as Schema
  const args = call.args.map(arg => compiler.expression(arg, input))
  const types = args.map(({ type }) => type)
  const aggregate = aggregateOf(call.fn)
  if (aggregate?.resultOf(types) === undefined) {
    const given = types.map(typeText).join(', ')
    throw new WeirError('unknown-aggregate', `there is no aggregate ${call.fn}(${given})`)
  }
  const filter = call.filter === undefined ? undefined : compiler.expression(call.filter, input)
  return { name: call.name, accumulators: aggregate.make(types), args, filter }
}

export function makeAggregate(spec: AggregateSpec, context: OperatorContext): Operator {
  const calls = spec.aggregates.map(call => callOf(call, context))
  switch (spec.window.kind) {
    case 'tumbling':
    case 'hopping':
    case 'cumulate':
    case 'global':
      return new SlicedWindows(spec, calls, context)
    case 'session':
      return new SessionWindows(spec, calls, context)
    case 'count':
      return new CountWindows(spec, calls, context)
    case 'sliding':
    case 'sliding-rows':
      return new SlidingWindows(spec, calls, context)
    default:
      return unreachable(spec.window)
  }
}
