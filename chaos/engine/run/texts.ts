/** A plan of the oracle as the engine reads it: expressions and types as texts. */

import {
  type Plan as EnginePlan,
  type OperatorSpec,
  SEMANTICS,
} from '../../../src/engine/plan/plan.ts'
import type { Expr } from '../../oracle/expression.ts'
import type { AggregateSpec, Named, Plan, Spec } from '../../oracle/plan.ts'
import { printed } from '../../oracle/print.ts'
import { typeText } from '../../oracle/type.ts'

export function enginePlan({ sources, operators, sinks }: Plan): EnginePlan {
  return {
    ...{ semantics: SEMANTICS, job: 'drawn', errors: 'dead-letter' },
    sources: sources.map(({ id, columns, time, lagMs = 0 }) => ({
      ...{ id, time: { column: time, lagMs }, options: {} },
      columns: columns.map(({ name, type }) => ({ name, type: typeText(type) })),
    })),
    operators: operators.map(({ id, inputs, spec }) => ({ id, inputs, spec: specOf(spec) })),
    sinks: sinks.map(({ id, from, key }) => ({ id, from, key, options: {} })),
  }
}

const text = (expr: Expr): string => printed(expr, 'weir')

const named = (all: readonly Named[]) =>
  all.map(({ name, expression }) => ({ name, expression: text(expression) }))

function specOf(spec: Spec): OperatorSpec {
  switch (spec.kind) {
    case 'filter':
      return { ...spec, where: text(spec.where) }
    case 'project':
      return { ...spec, columns: named(spec.columns) }
    case 'unnest':
      return { ...spec, array: text(spec.array) }
    case 'split':
      return {
        ...spec,
        branches: spec.branches.map(({ side, where }) => ({ side, where: text(where) })),
      }
    case 'key-by':
    case 'dedup':
      return { ...spec, key: named(spec.key) }
    case 'aggregate':
      return aggregateOf(spec)
    case 'union':
      return spec
  }
}

function aggregateOf(spec: AggregateSpec): OperatorSpec {
  const aggregates = spec.aggregates.map(({ filter, args, ...call }) => ({
    ...{ ...call, args: args.map(text) },
    ...(filter === undefined ? {} : { filter: text(filter) }),
  }))
  return { ...spec, key: named(spec.key), aggregates }
}

/** All expressions of a plan, each with the columns that it is over. */
export function* expressionsOf(plan: Plan): Generator<Expr> {
  for (const { spec } of plan.operators) {
    if (spec.kind === 'filter') yield spec.where
    if (spec.kind === 'unnest') yield spec.array
    if (spec.kind === 'project') for (const { expression } of spec.columns) yield expression
    if (spec.kind === 'split') for (const { where } of spec.branches) yield where
    if ('key' in spec) for (const { expression } of spec.key) yield expression
    if (spec.kind !== 'aggregate') continue
    for (const { args, filter } of spec.aggregates) {
      yield* args
      if (filter !== undefined) yield filter
    }
  }
}
