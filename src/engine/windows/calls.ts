/** The aggregate calls of a spec, compiled, and the cells in which they accumulate. */

import { WeirError } from '../../base/errors.ts'
import type { Accumulators, Additions, Aggregate, Elements } from '../aggregates/accumulators.ts'
import { listBytesMax } from '../aggregates/bounds.ts'
import { mustBeDistinct } from '../aggregates/distinct.ts'
import { mustFindAggregate } from '../aggregates/registry.ts'
import type { Expression } from '../columns/expression.ts'
import { FailedRows } from '../columns/failed-rows.ts'
import { recordsOf } from '../columns/records.ts'
import { type BooleanVector, type Scalar, scalarAt, type Vector } from '../columns/vector.ts'
import type { OperatorContext } from '../operators/context.ts'
import type { AggregateCall, AggregateSpec } from '../plan/plan.ts'
import type { Schema } from '../schema/schema.ts'
import { typeText } from '../schema/type.ts'
import { Cells } from './cells.ts'

export interface Call {
  readonly name: string
  readonly accumulators: Accumulators
  readonly args: readonly Expression[]
  readonly filter?: Expression | undefined
}

export interface CallInput {
  readonly args: readonly Vector[]
  readonly filter: BooleanVector | undefined
}

export interface Aggregates {
  readonly calls: readonly Call[]
  readonly cells: Cells
}

export function aggregatesOf(spec: AggregateSpec, context: OperatorContext): Aggregates {
  const cells = new Cells(context.state)
  const table = context.table('elements')
  const calls = spec.aggregates.map((call, number) => {
    const bytesMax = listBytesMax(spec.aggregates.length)
    return callOf(call, context, { bytesMax, elements: () => cells.elementsFor(number, table) })
  })
  cells.use(calls.map(({ accumulators }) => accumulators))
  return { calls, cells }
}

function callOf(
  call: AggregateCall,
  context: OperatorContext,
  own: Pick<Parts, 'elements' | 'bytesMax'>,
): Call {
  const { compiler, inputs } = context
  const input = inputs[0] as Schema
  const args = call.args.map(arg => compiler.expression(arg, input))
  const aggregate = mustFindAggregate(call.fn)
  const filter = call.filter === undefined ? undefined : compiler.expression(call.filter, input)
  const made = accumulatorsOf(call, { aggregate, args, input, ...own })
  return { name: call.name, accumulators: made, args, filter }
}

interface Parts {
  readonly aggregate: Aggregate
  readonly args: readonly Expression[]
  readonly input: Schema
  readonly elements: () => Elements
  readonly bytesMax: number
}

function accumulatorsOf(
  { fn, distinct }: AggregateCall,
  { aggregate, args, input, elements, bytesMax }: Parts,
): Accumulators {
  const types = args.map(({ type }) => type)
  if (aggregate.resultOf(types) === undefined) {
    const given = `${fn}(${types.map(typeText).join(', ')})`
    const takes = aggregate.types.map(([one]) => `${fn}(${one})`).join(', ')
    throw new WeirError('wrong-type', `there is no ${given}; there is ${takes}`)
  }
  const constants = args.map(arg => constantOf(arg, input))
  if (distinct) return mustBeDistinct({ aggregate, args: types, constants }, elements())
  return aggregate.make(types, constants, bytesMax)
}

/** The value of what reads no column; undefined: it reads some. */
function constantOf(expression: Expression, input: Schema): Scalar | undefined {
  if (expression.reads.length > 0) return undefined
  const nothing = { time: 0, values: input.columns.map(() => null) }
  const failures = new FailedRows((_row, code, reason) => {
    throw new WeirError(code, reason)
  })
  return scalarAt(expression.evaluate(recordsOf(input, [nothing]), Int32Array.of(0), failures), 0)
}

/** Adds to each call's accumulators what its filter lets pass. `cells[i]` is of `rows[i]`. */
export function addAll(
  calls: readonly Call[],
  inputs: readonly CallInput[],
  { rows, cells, times }: Omit<Additions, 'args'>,
): void {
  calls.forEach(({ accumulators }, place) => {
    const { args, filter } = inputs[place] as CallInput
    const passed = filter === undefined ? { rows, cells } : passing(filter, rows, cells)
    if (passed.rows.length > 0) accumulators.add({ ...passed, args, times })
  })
}

function passing({ flags, nulls }: BooleanVector, rows: Int32Array, cells: Int32Array) {
  const passes = (row: number) => flags[row] === 1 && nulls?.[row] !== 1
  return {
    rows: rows.filter(passes),
    cells: cells.filter((_, i) => passes(rows[i] as number)),
  }
}
