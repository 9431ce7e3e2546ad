/** What became of the mutants, and how it is told. Pure. */

import type { Mutant } from './mutant.ts'

export interface Failed {
  /**
   * unsound: the source without the mutant fails in this seed too, so that the mutant is not what
   * was noticed.
   */
  readonly kind: 'caught' | 'unsound'
  /** So many were played, this one included; 0: a schedule that is kept. */
  readonly seeds: number
  readonly seed: number
  readonly checker: string
  readonly detail: string
}

export type Verdict =
  | Failed
  | { readonly kind: 'survived'; readonly seeds: number }
  /** The time for all was over; so many were played, and nobody can say more. */
  | { readonly kind: 'open'; readonly seeds: number }
  /** The process did not come to an end of its own; in this seed it stood, or died. */
  | {
      readonly kind: 'stopped'
      readonly seeds: number
      readonly seed: number
      readonly how: string
    }

export interface Trial {
  readonly mutant: Mutant
  readonly verdict: Verdict
}

/** A name that a patch uses and its file does not have: the mutant is ill-written. */
const ILL_WRITTEN = /^ReferenceError/

export function isCaught({ verdict }: Trial): boolean {
  return verdict.kind === 'caught' && !isIllWritten(verdict)
}

/** By a schedule, and not by seeds. */
function isKept({ verdict }: Trial): boolean {
  return verdict.kind === 'caught' && verdict.seeds === 0
}

function isIllWritten(verdict: Verdict): boolean {
  return (
    verdict.kind === 'caught' && verdict.checker === 'CRASH' && ILL_WRITTEN.test(verdict.detail)
  )
}

/** Who noticed, in a few words. */
export function toldBy(verdict: Verdict): string {
  if (verdict.kind === 'survived' || verdict.kind === 'open') return ''
  if (verdict.kind === 'stopped') return `ended by ${verdict.how} in seed ${verdict.seed}`
  const { checker, detail } = verdict
  const first = detail.split('\n', 1)[0] ?? ''
  if (checker === 'INVARIANT') return `invariant ${first.split(':', 1)[0] ?? ''}`
  return checker === 'CRASH' ? `crash ${first}` : checker
}

function fate(trial: Trial): string {
  const { verdict } = trial
  if (isCaught(trial)) return 'caught'
  if (verdict.kind === 'open') return 'open'
  return verdict.kind === 'caught' ? 'ILL-WRITTEN' : verdict.kind.toUpperCase()
}

export function row(trial: Trial, width: number): string {
  const { mutant, verdict } = trial
  const blind = mutant.blind === true ? 'blind' : ''
  const seeds = (isKept(trial) ? 'kept' : String(verdict.seeds)).padStart(5)
  const cells = [mutant.name.padEnd(width), blind.padEnd(5), fate(trial).padEnd(11), seeds]
  return `${cells.join('  ')}  ${toldBy(verdict)}`.trimEnd()
}

export function table(trials: readonly Trial[]): string {
  const width = widthOf(trials.map(({ mutant }) => mutant))
  const head = `${'mutant'.padEnd(width)}  ${'blind'}  ${'fate'.padEnd(11)}  seeds  noticed by`
  return [head, ...trials.map(trial => row(trial, width))].join('\n')
}

export function widthOf(mutants: readonly Mutant[]): number {
  return Math.max(...mutants.map(({ name }) => name.length), 'mutant'.length)
}

export interface Summary {
  readonly mutants: number
  readonly caught: number
  /** By schedules that are kept. */
  readonly kept: number
  /** Without a verdict. */
  readonly open: number
  readonly blind: number
  readonly blindCaught: number
  /** Seeds until the catch; undefined when none caught anything. */
  readonly seedsMedian: number | undefined
  readonly seedsMost: number | undefined
}

export function summaryOf(trials: readonly Trial[]): Summary {
  const caught = trials.filter(isCaught)
  const blind = trials.filter(({ mutant }) => mutant.blind === true)
  const bySeeds = caught.filter(one => !isKept(one))
  const seeds = bySeeds.map(({ verdict }) => verdict.seeds).sort((a, b) => a - b)
  return {
    mutants: trials.length,
    caught: caught.length,
    kept: caught.filter(isKept).length,
    open: trials.filter(({ verdict }) => verdict.kind === 'open').length,
    blind: blind.length,
    blindCaught: blind.filter(isCaught).length,
    seedsMedian: seeds[seeds.length >> 1],
    seedsMost: seeds.at(-1),
  }
}

/** All that there is a verdict on, and there is one. */
export function isProof({ mutants, caught, open }: Summary): boolean {
  return caught > 0 && caught + open === mutants
}

export function told(summary: Summary): string {
  const { mutants, caught, kept, open, blind, blindCaught, seedsMedian, seedsMost } = summary
  const seeds =
    seedsMedian === undefined ? '' : `; median ${seedsMedian} seeds, at most ${seedsMost}`
  const left = open === 0 ? '' : `; ${open} open when the time was over`
  const fates = `caught ${caught} of ${mutants}, of the blind ones ${blindCaught} of ${blind}`
  const shown = kept === 0 ? '' : `; ${kept} by schedules that are kept`
  return `${fates}${seeds}${shown}${left}`
}
