/** Whether the engine says of a case what the oracle says, and what it says else if it does not. */

import { BrokenInvariant, WeirError } from '../../src/base/errors.ts'
import type { Compiler } from '../../src/engine/columns/expression.ts'
import { compilerOf } from '../../src/sql/compiler.ts'
import { type Answer, answered } from '../oracle/oracle.ts'
import type { Edge, Plan, Sink } from '../oracle/plan.ts'
import { misnamed } from './compare/names.ts'
import { difference, type Naming, rowText } from './compare/tables.ts'
import { takenBackWrongly } from './compare/taken-back.ts'
import { unsaid } from './compare/timely.ts'
import type { Case, Setting } from './generate/case.ts'
import { type EngineAnswer, runEngine } from './run/engine.ts'
import { expressionsOf } from './run/texts.ts'
import { treeCompiler } from './run/trees.ts'

export type Seen = EngineAnswer

export interface Failure {
  readonly checker: string
  readonly detail: string
}

/** Undefined: nothing is wrong. */
export function checked(one: Case): Failure | undefined {
  const wanted = answered(one.plan, one.input)
  try {
    if (one.setting.errors === 'fail' && failedIn(wanted) > 0) return unstopped(one)
    const seen = ran(one, one.setting)
    const other = ran(one, { ...one.setting, between: otherWay(one.setting) })
    return objection(one, wanted, [seen, other]) ?? unnamed(one, wanted)
  } catch (error) {
    return failureOf(error)
  }
}

export function failedIn({ failed }: Answer): number {
  return Object.values(failed).reduce((sum, count) => sum + count, 0)
}

/** A job that is told to stop at what fails says no more: what it said by then is not asked. */
function unstopped(one: Case): Failure | undefined {
  try {
    ran(one, one.setting)
  } catch (error) {
    if (error instanceof WeirError) return undefined
    throw error
  }
  return { checker: 'ENGINE-8 a job stops at what fails where it is to', detail: 'it went on' }
}

/** To what the engine said, without and with restarts, or the other way round. */
export function objection(
  one: Case,
  wanted: Answer,
  [seen, other]: readonly [Seen, Seen],
): Failure | undefined {
  return (
    differing(one, wanted, seen) ??
    wronglyTakenBack(one, seen) ??
    miscounted(one, wanted, seen) ??
    unsaidEarly(one, wanted, seen) ??
    untimely(one, wanted, seen) ??
    unrepeated(one, seen, other)
  )
}

const otherWay = ({ between }: Setting): Setting['between'] =>
  between === 'restart' ? 'nothing' : 'restart'

function ran({ plan, input }: Case, setting: Setting): EngineAnswer {
  return runEngine(plan, input, { ...setting, compiler: compilerFor(plan, setting) })
}

function compilerFor(plan: Plan, { expressions }: Setting): Compiler {
  return expressions === 'sql' ? compilerOf() : treeCompiler(expressionsOf(plan))
}

export function failureOf(error: unknown): Failure {
  if (error instanceof BrokenInvariant) return { checker: 'INVARIANT', detail: error.message }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { checker: 'CRASH', detail }
}

/** Of whatever names results, a job file may take any one column for the key of a sink. */
function unnamed({ plan }: Case, wanted: Answer): Failure | undefined {
  const detail = misnamed(plan, wanted, compilerOf())
  return detail === undefined
    ? undefined
    : { checker: 'ENGINE-9 a key that job files may have names what stands', detail }
}

/** The first sink of which something is to be said. */
function ofSinks(
  { plan }: Case,
  checker: string,
  say: (sink: Case['plan']['sinks'][number]) => string | undefined,
): Failure | undefined {
  for (const sink of plan.sinks) {
    const detail = say(sink)
    if (detail !== undefined) return { checker, detail: `${sink.id}: ${detail}` }
  }
  return undefined
}

function differing(one: Case, wanted: Answer, seen: Seen): Failure | undefined {
  return ofSinks(one, 'ENGINE-1 sinks have what the oracle says', sink => {
    const [want, see] = [wanted.sinks[sink.id], seen.sinks[sink.id]]
    if (want === undefined || see === undefined) return 'no answer'
    return difference(want, see, namingOf(one.plan, sink))
  })
}

function wronglyTakenBack(one: Case, seen: Seen): Failure | undefined {
  return ofSinks(one, 'ENGINE-2 what is taken back was said', ({ id, key }) => {
    const table = seen.sinks[id]
    return table === undefined ? undefined : takenBackWrongly(table, key)
  })
}

function miscounted({ plan }: Case, wanted: Answer, seen: Seen): Failure | undefined {
  const lost = plan.operators.filter(
    ({ spec }) => spec.kind === 'aggregate' && spec.lateSide === undefined,
  )
  const late = lost.reduce((sum, { id }) => sum + (wanted.late[id] ?? 0), 0)
  if (late !== seen.late) {
    const detail = `${seen.late} were too late, not ${late}`
    return { checker: 'ENGINE-3 what is too late is counted', detail }
  }
  const dead = failedIn(wanted)
  if (dead === seen.dead) return undefined
  const detail = `${seen.dead} went there, not ${dead}`
  return { checker: 'ENGINE-4 what fails goes to the dead letters', detail }
}

/** Others may be said besides: of keys that came to the same slot. */
function unsaidEarly(one: Case, wanted: Answer, seen: Seen): Failure | undefined {
  return ofSinks(one, 'ENGINE-6 early results are said when they are due', ({ id, from }) => {
    const table = seen.sinks[id]
    const early = from.side === undefined ? wanted.early[from.from] : undefined
    return table && early && unsaid(early, table.rows)
  })
}

/** Where nothing is said early, what is said again is said with the batch that changed it. */
function untimely(one: Case, wanted: Answer, seen: Seen): Failure | undefined {
  return ofSinks(one, 'ENGINE-7 results are said again when they change', ({ id, from, key }) => {
    const [want, see] = [wanted.sinks[id], seen.sinks[id]]
    if (key.length === 0 || isEarly(one.plan, from) || !want || !see) return undefined
    return unsaid(want.rows, see.rows) ?? unsaid(see.rows, want.rows)
  })
}

/** Of what is said early, nobody knows how often: without a key there is one row, the last. */
export function namingOf(plan: Plan, { key, from }: Sink): Naming {
  return key.length > 0 || isEarly(plan, from) ? key : undefined
}

function isEarly(plan: Plan, { from, side }: Edge): boolean {
  const operator = plan.operators.find(({ id }) => id === from)
  if (operator === undefined || side !== undefined) return false
  const { inputs, spec } = operator
  return (
    (spec.kind === 'aggregate' && spec.earlyMs !== undefined) ||
    inputs.some(one => isEarly(plan, one))
  )
}

/** Whoever knows the saved state alone goes on just so, to the order of the outputs. */
export function unrepeated(one: Case, seen: Seen, other: Seen): Failure | undefined {
  return ofSinks(one, 'ENGINE-5 a restart changes nothing', ({ id }) => {
    const [rows, others] = [seen.sinks[id]?.rows ?? [], other.sinks[id]?.rows ?? []]
    const at = rows.findIndex((row, place) => rowText(row) !== rowText(others[place]))
    if (at >= 0) return `row ${at} is ${rowText(others[at])}, not ${rowText(rows[at])}`
    return rows.length === others.length ? undefined : `${others.length} rows, not ${rows.length}`
  })
}
