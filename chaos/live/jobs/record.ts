/** What a drill of a job recorded, one fact a line: what was put in, and outputs as they were. */

import { WeirError } from '../../../src/base/errors.ts'
import type { Reading } from '../../oracle/drills/pairs.ts'

export const sinks = ['pairs', 'totals'] as const
export type Sink = (typeof sinks)[number]

export type Fact =
  /** As the log of the job's input has it, in its order. */
  | ({ readonly f: 'put'; readonly partition: number } & Reading)
  /** In the order in which a reader of committed records saw them. */
  | {
      readonly f: 'out'
      readonly sink: Sink
      readonly partition: number
      readonly text: string
      /** As the header says that names it. */
      readonly identity: string
    }
  /** What no sink should have got. */
  | { readonly f: 'dead'; readonly text: string }

export type Put = Extract<Fact, { f: 'put' }>
export type Out = Extract<Fact, { f: 'out' }>

export const linesOf = (facts: readonly Fact[]): string =>
  facts.map(fact => `${JSON.stringify(fact)}\n`).join('')

const kinds: readonly unknown[] = ['put', 'out', 'dead'] satisfies readonly Fact['f'][]

/** undefined: the text holds something else. */
export function jobFactsOf(text: string): readonly Fact[] | undefined {
  const lines = text.split('\n').filter(line => line !== '')
  if (!/^\{"f":"(put|out|dead)"/.test(lines[0] ?? '')) return undefined
  return lines.map((line, at) => {
    const fact = JSON.parse(line) as Fact
    if (kinds.includes(fact.f)) return fact
    throw new WeirError('malformed-history', `line ${at + 1}: f is one of ${kinds.join(', ')}`)
  })
}
