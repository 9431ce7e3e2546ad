/**
 * What was measured, and the ratios that come of it. Contestants take turns, so that whatever else
 * the machine does hits all of them; a ratio is taken within a round, and its median over them.
 */

import { median } from '../../chaos/live/quantile.ts'
import type { Case, Figures } from './contestant.ts'

export interface Measured {
  readonly contestant: string
  readonly round: number
  readonly at: Case
  readonly figures: Figures
}

export interface Turn {
  readonly round: number
  readonly at: Case
  readonly contestant: string
}

/** Each case in each round by everybody, one directly after the other; who begins changes. */
export function turnsOf(
  rounds: number,
  cases: readonly Case[],
  contestants: readonly string[],
): readonly Turn[] {
  return Array.from({ length: rounds }, (_, round) =>
    cases.flatMap((at, i) => {
      const isTurned = (round + i) % 2 === 1
      const order = isTurned ? [...contestants].reverse() : contestants
      return order.map(contestant => ({ round, at, contestant }))
    }),
  ).flat()
}

export type Figure = (figures: Figures) => number

const isSameCase = (a: Case, b: Case) => a.outstanding === b.outstanding && a.groups === b.groups

export class Results {
  readonly measured: readonly Measured[]

  constructor(measured: readonly Measured[]) {
    this.measured = measured
  }

  of(contestant: string, at: Case): readonly Measured[] {
    return this.measured.filter(one => one.contestant === contestant && isSameCase(one.at, at))
  }

  /** undefined: nothing was measured there. */
  middle(contestant: string, at: Case, figure: Figure): number | undefined {
    const all = this.of(contestant, at).map(one => figure(one.figures))
    return all.length === 0 ? undefined : median(all)
  }

  ratio(pair: readonly [string, string], at: Case, figure: Figure): number | undefined {
    const [above, below] = pair.map(name => this.of(name, at))
    const ratios = (above ?? []).flatMap(one => {
      const other = below?.find(({ round }) => round === one.round)
      return other === undefined ? [] : [figure(one.figures) / figure(other.figures)]
    })
    return ratios.length === 0 ? undefined : median(ratios)
  }

  get contestants(): readonly string[] {
    return [...new Set(this.measured.map(one => one.contestant))]
  }

  get cases(): readonly Case[] {
    const all = this.measured.map(one => one.at)
    return all.filter((at, i) => all.findIndex(other => isSameCase(at, other)) === i)
  }
}
