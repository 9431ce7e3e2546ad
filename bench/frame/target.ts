/** Figures that must be reached, and what became of them. */

import type { Results } from './results.ts'

export interface Target {
  readonly name: string
  /** For people: `at least 2 x etcd`. */
  readonly wanted: string
  readonly unit: string
  /** undefined: it was not measured in this run, which is never taken for a yes. */
  measure(results: Results): number | undefined
  isMet(value: number): boolean
}

export interface Judgement {
  readonly name: string
  readonly wanted: string
  readonly measured: number | undefined
  readonly unit: string
  readonly outcome: 'met' | 'missed' | 'not measured'
}

export function judged(target: Target, results: Results): Judgement {
  const { name, wanted, unit } = target
  return judgedValue({ name, wanted, unit, isMet: target.isMet }, target.measure(results))
}

/** For figures that do not come out of a load. */
export function judgedValue(
  { name, wanted, unit, isMet }: Omit<Target, 'measure'>,
  value: number | undefined,
): Judgement {
  const isNumber = value !== undefined && !Number.isNaN(value)
  if (!isNumber) return { name, wanted, unit, measured: undefined, outcome: 'not measured' }
  return { name, wanted, unit, measured: value, outcome: isMet(value) ? 'met' : 'missed' }
}
