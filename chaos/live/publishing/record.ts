/** What a drill of publishers recorded, one fact a line: inputs, and outputs as they were seen. */

import { WeirError } from '../../../src/base/errors.ts'

interface Input {
  readonly group: number
  /** Given once. */
  readonly id: number
  /** So many outputs for each sink. */
  readonly home: number
  readonly side: number
  readonly away: number
}

export type Fact =
  /** A client had it put in; ok: it was told that all its outputs are out, and its place. */
  | ({ readonly f: 'fed'; readonly outcome: 'ok' | 'fail' | 'info'; readonly seq: number } & Input)
  /** The group committed it, in the order of these lines. */
  | ({ readonly f: 'taken' } & Input)
  /** In the order in which a reader of committed records saw them. */
  | {
      readonly f: 'shown'
      readonly sink: string
      readonly partition: number
      readonly text: string
      /** As the header says that names it. */
      readonly identity: string
    }

export type Fed = Extract<Fact, { f: 'fed' }>
export type Taken = Extract<Fact, { f: 'taken' }>
export type Shown = Extract<Fact, { f: 'shown' }>

export const linesOf = (facts: readonly Fact[]): string =>
  facts.map(fact => `${JSON.stringify(fact)}\n`).join('')

const kinds: readonly unknown[] = ['fed', 'taken', 'shown'] satisfies readonly Fact['f'][]

/** undefined: the text holds something else. */
export function factsOf(text: string): readonly Fact[] | undefined {
  const lines = text.split('\n').filter(line => line !== '')
  if (!/^\{"f":"(fed|taken|shown)"/.test(lines[0] ?? '')) return undefined
  return lines.map((line, at) => {
    const fact = JSON.parse(line) as Fact
    if (kinds.includes(fact.f)) return fact
    throw new WeirError('malformed-history', `line ${at + 1}: f is one of ${kinds.join(', ')}`)
  })
}
