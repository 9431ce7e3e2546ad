/**
 * Who is to blame when a replayed batch has another digest. What an operator may see is records,
 * state, time and watermark; one that looks at anything else, a clock or chance, does not do the
 * same twice from the same state. So the batch is run again, and again, with a tap on each
 * operator, and the first in the plan's order whose runs differ is named: those behind it differ
 * with it.
 */

import { WeirError } from '../../base/errors.ts'
import { StageGroup, type StageOptions, type StageWork } from './group.ts'
import { type Part, type Trace, Traces } from './tap.ts'

export const REPLAY_DIFFERS = 'replay-differs'

/** A clock shows only if it moves between two runs: small batches are run more often. */
const RUNS_MAX = 1000
const RUNS_MIN = 2
/** In all runs together. */
const ROWS_MAX = 200_000

const PARTS: readonly Part[] = ['output', 'state', 'dead letters']

export interface Suspicion {
  readonly seq: number
  /** Its store as it was before the batch, with nothing speculated on top. */
  readonly options: StageOptions
  readonly work: StageWork
  /** What its operators did when the batch was made, if that is known. */
  readonly recorded?: Traces | undefined
}

/** What each operator does in this batch. */
export function tracesOf({ options, work }: Pick<Suspicion, 'options' | 'work'>): Traces {
  const traces = new Traces()
  new StageGroup({ ...options, tap: traces }).step(work)
  return traces
}

/** The error to be told: of which batch, and by which operator, if one can be named. */
export function culpritOf(suspicion: Suspicion): WeirError {
  const { seq, recorded, work } = suspicion
  const first = recorded ?? tracesOf(suspicion)
  const rows = work.inputs.reduce((sum, { records }) => sum + records.size, 1)
  const runs = Math.max(RUNS_MIN, Math.min(RUNS_MAX, Math.floor(ROWS_MAX / rows)))
  for (let run = recorded === undefined ? 1 : 0; run < runs; run++) {
    const found = difference(suspicion, first, tracesOf(suspicion))
    if (found !== undefined) return blamed(seq, found)
  }
  const what =
    `batch ${seq} came out otherwise when it was replayed, and each time the same since then; ` +
    'look for what changed between: the version of Weir, of a user function, or of Node'
  return new WeirError(REPLAY_DIFFERS, what, { seq })
}

interface Difference {
  readonly operator: string
  readonly part: Part
}

function difference({ options }: Suspicion, first: Traces, second: Traces): Difference | undefined {
  for (const { id } of options.site.operators) {
    const part = partThatDiffers(first.of(id), second.of(id))
    if (part !== undefined) return { operator: id, part }
  }
  return undefined
}

function partThatDiffers(one: Trace, other: Trace): Part | undefined {
  return PARTS.find(part => one[part] !== other[part])
}

function blamed(seq: number, { operator, part }: Difference): WeirError {
  const what =
    `batch ${seq} came out otherwise when it was replayed, because of ${operator}: from the same ` +
    `records and state its ${part} ${part === 'dead letters' ? 'are' : 'is'} not the same twice; ` +
    'a function in it looks at a clock, at chance or at the outside: give it what it needs as a ' +
    'column of its records'
  return new WeirError(REPLAY_DIFFERS, what, { seq, operator, part })
}
