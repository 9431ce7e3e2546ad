/**
 * Makes a failing case smaller while it still fails: fewer sinks and operators, fewer records,
 * fewer batches, shorter lists in what is left. A smaller case is what a person can read.
 */

import { columnsOf } from '../oracle/columns.ts'
import type { Batch } from '../oracle/input.ts'
import { answered } from '../oracle/oracle.ts'
import type { Edge, Operator, Plan, Spec } from '../oracle/plan.ts'
import type { Case } from './generate/case.ts'

/** Cases that one shrinking may try. */
const TRIES_MAX = 3000

export interface Shrunk {
  readonly one: Case
  readonly tries: number
}

export function shrunk(one: Case, fails: (smaller: Case) => boolean): Shrunk {
  let best = one
  let tries = 0
  for (let isSmaller = true; isSmaller && tries < TRIES_MAX; ) {
    isSmaller = false
    for (const smaller of candidates(best)) {
      if (tries++ >= TRIES_MAX) break
      if (!isSound(smaller) || !fails(smaller)) continue
      best = smaller
      isSmaller = true
      break
    }
  }
  return { one: best, tries }
}

/** What was taken away may be what something else reads. */
function isSound({ plan, input }: Case): boolean {
  try {
    const columns = columnsOf(plan)
    answered(plan, input)
    return plan.sinks.every(({ from, key }) => {
      const names = columns(from).map(({ name }) => name)
      return key.every(name => names.includes(name))
    })
  } catch {
    return false
  }
}

/** The largest steps first. */
function* candidates(one: Case): Generator<Case> {
  for (const plan of smallerPlans(one.plan)) yield { ...one, plan: pruned(plan) }
  for (const batches of smallerBatches(one.input.batches)) {
    yield { ...one, input: { ...one.input, batches } }
  }
  const { setting } = one
  if (setting.groups > 1) yield { ...one, setting: { ...setting, groups: 1 } }
  if (setting.between !== 'nothing') yield { ...one, setting: { ...setting, between: 'nothing' } }
}

function* smallerPlans(plan: Plan): Generator<Plan> {
  if (plan.sinks.length > 1) for (const sink of plan.sinks) yield { ...plan, sinks: [sink] }
  for (const operator of plan.operators) {
    for (const edge of operator.inputs) yield without(plan, operator, edge)
  }
  for (const operator of plan.operators) {
    for (const spec of smallerSpecs(operator.spec)) {
      const operators = plan.operators.map(other =>
        other === operator ? { ...other, spec } : other,
      )
      yield { ...plan, operators }
    }
  }
}

/** Whoever reads the operator reads this input of it. */
function without(plan: Plan, operator: Operator, edge: Edge): Plan {
  const rewired = (other: Edge): Edge => (other.from === operator.id ? edge : other)
  return {
    ...plan,
    operators: plan.operators
      .filter(other => other !== operator)
      .map(other => ({ ...other, inputs: other.inputs.map(rewired) })),
    sinks: plan.sinks.map(sink => ({ ...sink, from: rewired(sink.from) })),
  }
}

function* smallerSpecs(spec: Spec): Generator<Spec> {
  if (spec.kind === 'project') {
    for (const columns of withoutOne(spec.columns)) yield { ...spec, columns }
  }
  if (spec.kind !== 'aggregate') return
  for (const aggregates of withoutOne(spec.aggregates)) yield { ...spec, aggregates }
  const { lateSide, earlyMs, ...rest } = spec
  if (earlyMs !== undefined) yield { ...rest, ...(lateSide === undefined ? {} : { lateSide }) }
  if (lateSide !== undefined) yield { ...rest, ...(earlyMs === undefined ? {} : { earlyMs }) }
  if (spec.latenessMs > 0) yield { ...spec, latenessMs: 0 }
  for (const call of spec.aggregates) {
    const { filter, ...bare } = call
    if (filter === undefined) continue
    const aggregates = spec.aggregates.map(other => (other === call ? bare : other))
    yield { ...spec, aggregates }
  }
}

/** At least one is left. */
function* withoutOne<T>(list: readonly T[]): Generator<readonly T[]> {
  if (list.length < 2) return
  for (let at = 0; at < list.length; at++) yield list.filter((_, place) => place !== at)
}

/** Without operators and sources that no sink needs. */
function pruned(plan: Plan): Plan {
  const needed = new Set(plan.sinks.map(({ from }) => from.from))
  for (const { id, inputs } of plan.operators.toReversed()) {
    if (needed.has(id)) for (const { from } of inputs) needed.add(from)
  }
  return { ...plan, operators: plan.operators.filter(({ id }) => needed.has(id)) }
}

/** By halves, then by quarters, down to single ones. */
function* smallerBatches(batches: readonly Batch[]): Generator<readonly Batch[]> {
  const places = batches.flatMap(({ arrivals }, batch) => arrivals.map((_, at) => ({ batch, at })))
  for (let size = Math.ceil(places.length / 2); size >= 1; size = size > 1 ? size >> 1 : 0) {
    for (let from = 0; from < places.length; from += size) {
      const gone = new Set(places.slice(from, from + size).map(({ batch, at }) => `${batch}/${at}`))
      yield batches.map((one, batch) => ({
        ...one,
        arrivals: one.arrivals.filter((_, at) => !gone.has(`${batch}/${at}`)),
      }))
    }
  }
  for (const batch of batches) {
    if (batch.arrivals.length === 0 && !batch.ended) yield batches.filter(other => other !== batch)
    for (const mark of batch.marks) {
      const marks = batch.marks.filter(other => other !== mark)
      yield batches.map(other => (other === batch ? { ...batch, marks } : other))
    }
  }
}
