/** What columns the edges of a plan have. */

import { resultColumns } from './members.ts'
import type { Edge, Operator, Plan } from './plan.ts'
import { unnestedColumns } from './stateless.ts'
import { namedColumns } from './table.ts'
import type { Column } from './type.ts'

export function columnsOf(plan: Plan): (edge: Edge) => readonly Column[] {
  const known = new Map(plan.sources.map(({ id, columns }) => [id, { main: columns, in: columns }]))
  const at = ({ from, side }: Edge): readonly Column[] => {
    const found = known.get(from)
    if (found === undefined) throw new Error(`${from} is not of the plan`)
    // Side outputs have the records as they came in.
    return side === undefined ? found.main : found.in
  }
  for (const { id, inputs, spec } of plan.operators) {
    const input = at(inputs[0] as Edge)
    known.set(id, { main: mainColumns(spec, input), in: input })
  }
  return at
}

function mainColumns(spec: Operator['spec'], input: readonly Column[]): readonly Column[] {
  if (spec.kind === 'project') return namedColumns(spec.columns, input)
  if (spec.kind === 'unnest') return unnestedColumns(spec, input)
  return spec.kind === 'aggregate' ? resultColumns(spec, input) : input
}
