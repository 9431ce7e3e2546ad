/** The aggregate operator: one way to compute it for each kind of window. */

import { alignedResults, type Results } from './aligned.ts'
import type { Moment } from './input.ts'
import { resultColumns } from './members.ts'
import type { AggregateSpec } from './plan.ts'
import { sessionResults } from './session.ts'
import { countResults, slidingResults } from './sliding.ts'
import { type Outcome, outcomeOf, type Table } from './table.ts'

export function aggregated(spec: AggregateSpec, input: Table, moments: readonly Moment[]): Outcome {
  const { rows, late, failed, early = [] } = resultsOf(spec, input, moments)
  const { lateSide } = spec
  const sides = lateSide === undefined ? {} : { [lateSide]: { ...input, rows: late } }
  const main = { columns: resultColumns(spec, input.columns), rows }
  return outcomeOf(main, { sides, failed, late: late.length, early })
}

function resultsOf(spec: AggregateSpec, input: Table, moments: readonly Moment[]): Results {
  const { window } = spec
  switch (window.kind) {
    case 'tumbling':
    case 'hopping':
    case 'cumulate':
    case 'global':
      return alignedResults(spec, window, input, moments)
    case 'session':
      return sessionResults(spec, window, input, moments)
    case 'sliding':
    case 'sliding-rows':
      return slidingResults(spec, window, input, moments)
    case 'count':
      return countResults(spec, window.rows, input)
  }
}
