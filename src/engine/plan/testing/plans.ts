/** Test support: plans in few words, over users who say numbers. */

import type {
  Edge,
  Named,
  OperatorPlan,
  OperatorSpec,
  Plan,
  SinkPlan,
  SourcePlan,
} from '../plan.ts'
import { SEMANTICS } from '../plan.ts'

/** `operator`, or `operator.side`. */
export function edge(text: string): Edge {
  const [from = '', side] = text.split('.')
  return side === undefined ? { from } : { from, side }
}

export function source(id: string, more: Partial<SourcePlan> = {}): SourcePlan {
  const columns = [
    { name: 'user', type: 'TEXT' },
    { name: 'n', type: 'BIGINT' },
  ]
  return { id, columns, time: { lagMs: 0 }, options: {}, ...more }
}

/** `inputs`: edges as texts, with a space between. */
export function operator(id: string, inputs: string, spec: OperatorSpec): OperatorPlan {
  return { id, inputs: inputs.split(' ').map(edge), spec }
}

export function sink(id: string, from: string): SinkPlan {
  return { id, from: edge(from), key: [], options: {} }
}

/** One source named `in` and one sink named `out`, behind the last operator, unless others are. */
export function planOf(operators: readonly OperatorPlan[], more: Partial<Plan> = {}): Plan {
  const last = operators.at(-1)?.id ?? 'in'
  return {
    semantics: SEMANTICS,
    job: 'test',
    sources: [source('in')],
    operators,
    sinks: [sink('out', last)],
    errors: 'dead-letter',
    ...more,
  }
}

/** Columns that are keys under their own names; `name=expression` under another. */
export function keyBy(...columns: readonly string[]): readonly Named[] {
  return columns.map(column => {
    const [name = '', expression = name] = column.split('=')
    return { name, expression }
  })
}

export const union: OperatorSpec = { kind: 'union' }

export const filter = (where = 'n >= 0'): OperatorSpec => ({ kind: 'filter', where })

export const dedup = (...columns: readonly string[]): OperatorSpec => ({
  kind: 'dedup',
  key: keyBy(...columns),
})

export const project = (...columns: readonly string[]): OperatorSpec => ({
  kind: 'project',
  columns: keyBy(...columns),
})

/** Records of a key counted in windows of ten milliseconds. */
export const counts = (
  ...columns: readonly string[]
): Extract<OperatorSpec, { kind: 'aggregate' }> => ({
  kind: 'aggregate',
  key: keyBy(...columns),
  window: { kind: 'tumbling', sizeMs: 10, offsetMs: 0, time: 'event' },
  aggregates: [{ name: 'total', fn: 'count', args: [], distinct: false }],
  latenessMs: 0,
  mode: 'final',
})
