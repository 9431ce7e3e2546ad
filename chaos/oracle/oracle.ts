/**
 * What a plan must say of its input: each operator computed from all that ever came to it, in the
 * order of the plan. Nothing is incremental, nothing is shared with the engine, nothing is quick.
 */

import { aggregated } from './aggregate.ts'
import { clocked, timeOf } from './clock.ts'
import { deduped } from './dedup.ts'
import { type Input, type Moment, momentsOf } from './input.ts'
import type { Edge, Operator, Plan, Source } from './plan.ts'
import { filtered, keyed, projected, split, united, unnested } from './stateless.ts'
import { type Outcome, outcomeOf, type Row, type Table } from './table.ts'

export interface Answer {
  /** By sink. */
  readonly sinks: Readonly<Record<string, Table>>
  /** By operator. */
  readonly late: Readonly<Record<string, number>>
  /** By operator and source. */
  readonly failed: Readonly<Record<string, number>>
  /** By operator: what must be said before windows end. */
  readonly early: Readonly<Record<string, readonly Row[]>>
}

export function answered(plan: Plan, input: Input): Answer {
  const known = new Map<string, Known>()
  const heard = clocked(plan, input)
  for (const source of plan.sources) {
    const outcome = timed(source, arrivedAt(source.id, input))
    known.set(source.id, { outcome, sources: new Set([source.id]) })
  }
  for (const operator of plan.operators) {
    const sources = new Set(
      operator.inputs.flatMap(({ from }) => [...knownAt(known, from).sources]),
    )
    const inputs = operator.inputs.map(edge => tableAt(known, edge))
    const outcome = performed(operator, inputs, momentsOf(heard, sources))
    known.set(operator.id, { outcome, sources })
  }
  const sinks = plan.sinks.map(({ id, from }) => [id, tableAt(known, from)] as const)
  return { sinks: Object.fromEntries(sinks), ...lost(known) }
}

interface Known {
  readonly outcome: Outcome
  /** Those that feed it. */
  readonly sources: ReadonlySet<string>
}

function arrivedAt(source: string, { channels, batches }: Input): Row[] {
  const own = new Set(channels.filter(channel => channel.source === source).map(({ id }) => id))
  return batches.flatMap(({ arrivals }, batch) =>
    arrivals
      .filter(({ channel }) => own.has(channel))
      .map(({ time, values }): Row => ({ batch, time, values, kind: 'insert' })),
  )
}

/** A record whose column names no moment belongs to the dead letters. */
function timed(source: Source, rows: readonly Row[]): Outcome {
  const told = rows.flatMap(row => {
    const time = timeOf(source, row)
    return time === undefined ? [] : [{ ...row, time }]
  })
  return outcomeOf({ columns: source.columns, rows: told }, { failed: rows.length - told.length })
}

function knownAt(known: ReadonlyMap<string, Known>, id: string): Known {
  const found = known.get(id)
  if (found === undefined) throw new Error(`${id} does not stand before who reads it`)
  return found
}

function tableAt(known: ReadonlyMap<string, Known>, { from, side }: Edge): Table {
  const { outcome } = knownAt(known, from)
  const table = side === undefined ? outcome.main : outcome.sides[side]
  if (table === undefined) throw new Error(`${from} has no side ${side}`)
  return table
}

function lost(known: ReadonlyMap<string, Known>) {
  const ofEach = <T>(what: (outcome: Outcome) => T) =>
    Object.fromEntries([...known].map(([id, { outcome }]) => [id, what(outcome)]))
  return {
    late: ofEach(({ late }) => late),
    failed: ofEach(({ failed }) => failed),
    early: ofEach(({ early }) => early),
  }
}

function performed(
  { spec }: Operator,
  inputs: readonly Table[],
  moments: readonly Moment[],
): Outcome {
  const input = inputs[0] as Table
  switch (spec.kind) {
    case 'filter':
      return filtered(spec.where, input)
    case 'project':
      return projected(spec.columns, input)
    case 'unnest':
      return unnested(spec, input)
    case 'union':
      return united(inputs)
    case 'split':
      return split(spec, input)
    case 'key-by':
      return keyed(spec.key, input)
    case 'aggregate':
      return aggregated(spec, input, moments)
    case 'dedup':
      return deduped(spec, input, moments)
  }
}
