/**
 * What makes sense together in a plan. Types are checked where operators are made; here it is what
 * things may be called, what windows can do, and what can be done with results that are said again.
 */

import { WeirError } from '../../base/errors.ts'
import { DEAD_LETTERS } from '../stage/dead-letters.ts'
import type { AggregateSpec, OperatorKind, OperatorPlan, Plan } from './plan.ts'

export interface Trouble {
  readonly operator: string
  readonly code: string
  /** A sentence that says what to do. */
  readonly message: string
}

export function mustBeSound(plan: Plan): void {
  const trouble = nameTrouble(plan) ?? troubleIn(plan)
  if (trouble !== undefined) throw new WeirError(trouble.code, trouble.message)
}

/** Edges and outputs are known by texts that are put together of names by these. */
const NOT_IN_NAMES = /[.<>]/

/** Names by which one thing would be taken for another. */
function nameTrouble({ sources, operators, sinks }: Plan): Trouble | undefined {
  const inputs = [...sources, ...operators].map(({ id }) => id)
  const outputs = sinks.map(({ id }) => id)
  for (const names of [inputs, outputs]) {
    const odd = names.find(name => NOT_IN_NAMES.test(name))
    if (odd !== undefined) {
      const message = `the name ${odd} has a sign that names cannot have, one of . < >`
      return { operator: odd, code: 'name-refused', message }
    }
    const twice = names.find((name, at) => names.indexOf(name) < at)
    if (twice !== undefined) {
      const message = `two are called ${twice}; give one of them another name`
      return { operator: twice, code: 'duplicate-name', message }
    }
  }
  if (!outputs.includes(DEAD_LETTERS)) return undefined
  return { operator: DEAD_LETTERS, code: 'name-refused', message: DEAD_LETTERS_REFUSED }
}

export const DEAD_LETTERS_REFUSED =
  `${DEAD_LETTERS} is where records go that cannot be worked on, and no sink's name; ` +
  'call the sink something else'

/** The first, if there is any. */
export function troubleIn({ operators }: Plan): Trouble | undefined {
  const again = new Set<string>()
  for (const operator of operators) {
    const { id, inputs, spec } = operator
    // Side outputs are records as they came.
    const source = inputs.find(({ from, side }) => side === undefined && again.has(from))
    const own = spec.kind === 'aggregate' ? windowTrouble(id, spec) : undefined
    const trouble = own ?? (source && updateTrouble(operator, source.from))
    if (trouble !== undefined) return trouble
    const saysAgain = spec.kind === 'aggregate' && isSaidAgain(spec)
    if (saysAgain || source !== undefined) again.add(id)
  }
  return undefined
}

/** Its results may be replaced, or taken back, by later ones. */
export function isSaidAgain({ mode, latenessMs, earlyMs }: AggregateSpec): boolean {
  return mode === 'updating' || latenessMs > 0 || earlyMs !== undefined
}

/** What handles each record alone, updates and deletes too. */
const ALONE: readonly OperatorKind[] = ['filter', 'project', 'union']

/** Of results that come again, only what handles each alone makes sense: no sums, no branches. */
function updateTrouble({ id, spec }: OperatorPlan, from: string): Trouble | undefined {
  if (ALONE.includes(spec.kind)) return undefined
  const why = `the results of ${from} may be said again, and ${id} (${spec.kind}) would count each`
  const what = `let ${from} say each once: mode final, without lateness and early results`
  return { operator: id, code: 'results-come-again', message: `${why}; ${what}` }
}

type Option = 'mode: updating' | 'early results' | 'lateness' | 'a late side'

/** What windows by record cannot do; the others can do all of it, but not both of the first two. */
const IMPOSSIBLE: Readonly<Record<string, readonly Option[]>> = {
  count: ['mode: updating', 'early results', 'lateness', 'a late side'],
  sliding: ['mode: updating', 'early results', 'lateness'],
  'sliding-rows': ['mode: updating', 'early results', 'lateness'],
}

function windowTrouble(operator: string, spec: AggregateSpec): Trouble | undefined {
  const code = 'window-without-option'
  const { window, mode, earlyMs, latenessMs, lateSide } = spec
  const asked: readonly (readonly [Option, boolean])[] = [
    ['mode: updating', mode === 'updating'],
    ['early results', earlyMs !== undefined],
    ['lateness', latenessMs > 0],
    ['a late side', lateSide !== undefined],
  ]
  for (const [option, isAsked] of asked) {
    if (!isAsked || !IMPOSSIBLE[window.kind]?.includes(option)) continue
    const what = `${option} has no meaning with a ${window.kind} window`
    return { operator, code, message: `${operator}: ${what}; leave it out` }
  }
  if (mode === 'updating' && earlyMs !== undefined) {
    const what = 'updating results are said whenever they change; early ones add nothing'
    return { operator, code, message: `${operator}: ${what}, leave them out` }
  }
  return undefined
}
