/**
 * What the gate makes of its steps' outcomes. A step is left out when WEIR_TEST_WITHOUT names it,
 * or when it says itself (by its exit code) that this machine cannot run it. Under CI only what was
 * named may be left out.
 */

import type { Step } from './steps.ts'

/** The exit code by which a step says: not on this machine, and my last line tells why. */
export const CANNOT_RUN_HERE = 75

/** What a child process left behind. */
export interface Ended {
  /** null: a signal ended it. */
  readonly code: number | null
  readonly output: string
  readonly seconds: number
}

export interface Outcome {
  readonly name: string
  readonly state: 'passed' | 'failed' | 'left out'
  readonly seconds: number
  /** Why it was left out. */
  readonly reason?: string
}

/**
 * The names in WEIR_TEST_WITHOUT; one that no step bears is an error, else a typing slip would
 * hide.
 */
export function withoutOf(value: string | undefined, steps: readonly Step[]): ReadonlySet<string> {
  const names = (value ?? '').split(/[\s,]+/).filter(name => name !== '')
  const unknown = names.find(name => !steps.some(step => step.name === name))
  if (unknown === undefined) return new Set(names)
  const known = steps.map(step => step.name).join(', ')
  throw new Error(`WEIR_TEST_WITHOUT names '${unknown}'; the steps are ${known}`)
}

export function leftOutByName(name: string): Outcome {
  return { name, state: 'left out', seconds: 0, reason: 'WEIR_TEST_WITHOUT names it' }
}

export function outcomeOf(name: string, ended: Ended, isCi: boolean): Outcome {
  const { code, seconds } = ended
  if (code === 0) return { name, state: 'passed', seconds }
  if (code !== CANNOT_RUN_HERE || isCi) return { name, state: 'failed', seconds }
  const reason = ended.output.trimEnd().split('\n').at(-1) ?? ''
  return { name, state: 'left out', seconds, reason }
}

const count = (outcomes: readonly Outcome[], state: Outcome['state']) =>
  outcomes.filter(outcome => outcome.state === state).length

/** Nothing passed is no success either. */
export function isGreen(outcomes: readonly Outcome[]): boolean {
  return count(outcomes, 'failed') === 0 && count(outcomes, 'passed') > 0
}

/** The closing lines: a table, what was left out and why, the count. */
export function report(outcomes: readonly Outcome[]): readonly string[] {
  const width = Math.max(...outcomes.map(outcome => outcome.name.length))
  const row = ({ name, state, seconds }: Outcome) =>
    `${name.padEnd(width)}  ${seconds.toFixed(1).padStart(6)} s  ${state}`
  const leftOut = outcomes.filter(outcome => outcome.state === 'left out')
  return [
    ...outcomes.map(row),
    ...leftOut.map(({ name, reason }) => `left out: ${name}: ${reason}`),
    `${count(outcomes, 'passed')} passed, ${count(outcomes, 'failed')} failed`,
  ]
}
