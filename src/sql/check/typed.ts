/**
 * An expression of which everything is known: types, columns by place, functions chosen. Plain data
 * but for the functions, so that a planner can see which columns and paths it reads; `kernelOf`
 * makes of it what runs.
 */

import { unreachable } from '../../base/errors.ts'
import { vectorOf } from '../../engine/columns/builder.ts'
import { allRows, recordsOf } from '../../engine/columns/records.ts'
import { type Scalar, scalarAt } from '../../engine/columns/vector.ts'
import { Schema } from '../../engine/schema/schema.ts'
import { TEXT, type Type } from '../../engine/schema/type.ts'
import { Budget, FOLDED_STEPS_MAX, FOLDED_UNITS_MAX } from '../kernels/budget.ts'
import type { Columnwise, Frame, Kernel } from '../kernels/frame.ts'
import { apply, column, constant } from '../kernels/leaf.ts'
import { caseOf, coalesce, junction } from '../kernels/logic.ts'
import type { Span } from '../text/trouble.ts'
import type { Step } from '../value/json.ts'

interface Node extends Span {
  readonly type: Type
}

export interface Constant extends Node {
  readonly kind: 'constant'
  readonly value: Scalar
  /** A text or NULL as it was written: it becomes whatever type is wanted of it. */
  readonly loose: boolean
}

export interface ColumnRead extends Node {
  readonly kind: 'column'
  readonly place: number
}

export interface Apply extends Node {
  readonly kind: 'apply'
  /** For people. */
  readonly name: string
  readonly args: readonly Typed[]
  readonly run: Columnwise
  /** Of a JSON value: which part of it is read. */
  readonly path?: readonly Step[]
}

export interface Junction extends Node {
  readonly kind: 'and' | 'or'
  readonly args: readonly Typed[]
}

export interface Cases extends Node {
  readonly kind: 'case'
  readonly subject?: { readonly value: Typed; readonly equalities: readonly Columnwise[] }
  readonly branches: readonly { readonly when: Typed; readonly result: Typed }[]
  readonly otherwise?: Typed
}

export interface Coalesce extends Node {
  readonly kind: 'coalesce'
  readonly args: readonly Typed[]
}

export type Typed = Constant | ColumnRead | Apply | Junction | Cases | Coalesce

export function argsOf(node: Typed): readonly Typed[] {
  switch (node.kind) {
    case 'constant':
    case 'column':
      return []
    case 'apply':
    case 'and':
    case 'or':
    case 'coalesce':
      return node.args
    case 'case': {
      const { subject, branches, otherwise } = node
      const parts = branches.flatMap(({ when, result }) => [when, result])
      return [...(subject ? [subject.value] : []), ...parts, ...(otherwise ? [otherwise] : [])]
    }
    default:
      return unreachable(node)
  }
}

export function kernelOf(node: Typed): Kernel {
  switch (node.kind) {
    case 'constant':
      return constant(node.type, node.value)
    case 'column':
      return column(node.place)
    case 'apply':
      return apply(node.run, node.args.map(kernelOf))
    case 'and':
    case 'or':
      return junction(node.args.map(kernelOf), node.kind === 'or')
    case 'coalesce':
      return coalesce(node.type, node.args.map(kernelOf))
    case 'case':
      return caseKernel(node)
    default:
      return unreachable(node)
  }
}

function caseKernel({ type, subject, branches, otherwise }: Cases): Kernel {
  return caseOf({
    type,
    ...(subject && {
      subject: { kernel: kernelOf(subject.value), equalities: subject.equalities },
    }),
    branches: branches.map(({ when, result }) => ({
      when: kernelOf(when),
      result: kernelOf(result),
    })),
    ...(otherwise && { otherwise: kernelOf(otherwise) }),
  })
}

export function constantOf(type: Type, value: Scalar, { from, to }: Span): Constant {
  return { kind: 'constant', type, value, loose: false, from, to }
}

export const looseText = (value: string, { from, to }: Span): Constant => ({
  kind: 'constant',
  type: TEXT,
  value,
  loose: true,
  from,
  to,
})

export const looseNull = ({ from, to }: Span): Constant => ({
  kind: 'constant',
  type: TEXT,
  value: null,
  loose: true,
  from,
  to,
})

export const isConstant = (node: Typed): node is Constant => node.kind === 'constant'
const oneRow = recordsOf(new Schema([]), [{ time: 0, values: [] }])

/** One row that has nothing but the constants of an expression; says whether it failed. */
function trial(): { frame: Frame; failed: () => boolean } {
  let count = 0
  const failures = {
    add: () => {
      count = 1
    },
    has: () => count > 0,
    get count() {
      return count
    },
  }
  const budget = new Budget(FOLDED_UNITS_MAX, FOLDED_STEPS_MAX)
  return { frame: { records: oneRow, size: 1, failures, budget }, failed: () => count > 0 }
}

/**
 * The node, or its value where all arguments are constants. What fails stays as it is: perhaps no
 * record ever comes there. So does what is large, or what comes when much was computed already:
 * reading an expression must cost little, whatever it says.
 */
export function folded(node: Apply, folding?: Budget): Typed {
  if (!node.args.every(isConstant) || folding?.isSpent) return node
  const { frame, failed } = trial()
  const vectors = node.args.map(arg => vectorOf(arg.type, [arg.value]))
  const result = node.run(vectors, allRows(1), frame)
  folding?.drop(frame.budget.made)
  return failed() ? node : constantOf(node.type, scalarAt(result, 0), node)
}
