/** One question to a log, asked in as many turns as there are rounds, each by new processes. */

import { loadavg } from 'node:os'
import { resolve } from 'node:path'
import { median } from '../../chaos/live/quantile.ts'
import type { Workshop } from '../frame/bench.ts'
import { type Figures, perSecond } from '../frame/contestant.ts'
import { loaded } from '../frame/loader.ts'
import { shown } from '../frame/report.ts'
import type { Steps } from './first.ts'
import type { Serving } from './service.ts'
import type { FirstWork, LogPlace, PublishWork, TakeoverWork } from './work.ts'

export interface Turned extends Figures {
  /** Committed ones; undefined where they are not what is counted. */
  readonly transactions?: number
  /** Of first takeovers: when each of their steps was done, counted from the lead. */
  readonly steps?: Steps
  /** Of the minute before its end. */
  readonly load: number
}

type Asked = Unplaced<PublishWork> | Unplaced<TakeoverWork> | Unplaced<FirstWork>
type Unplaced<W> = Omit<W, keyof Times>
type Times = Pick<PublishWork, 'log' | 'warmMs' | 'measuredMs'>

/** `log`: whose it is, and where it serves. */
export async function turns(
  { options, say }: Workshop,
  { log, pids }: { readonly log: LogPlace } & Pick<Serving, 'pids'>,
  asked: Asked,
): Promise<readonly Turned[]> {
  const { profiles, rounds, heatSeconds, warmSeconds, seconds } = options
  const profiling =
    profiles === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', resolve(profiles)]
  const warmMs = (heatSeconds + warmSeconds) * 1000
  const work = { ...asked, log, warmMs, measuredMs: seconds * 1000 }
  const program = ['scripts/run.mjs', 'bench/publish/program.ts', JSON.stringify(work)]
  const args = [...profiling, ...program]
  const found: Turned[] = []
  while (found.length < rounds) {
    const figures = await loaded<{ transactions?: number; steps?: Steps }>({
      command: process.execPath,
      args,
      pids,
    })
    const one = { ...figures, load: loadavg()[0] ?? Number.NaN }
    found.push(one)
    say(lineOf(one))
  }
  return found
}

const perSecondOf = ({ transactions = Number.NaN, seconds }: Turned) => transactions / seconds

const columns: readonly (readonly [string, (turned: Turned) => number])[] = [
  ['seen a second', perSecond],
  ['transactions a second', perSecondOf],
  ['p50 ms', ({ p50Ms }) => p50Ms],
  ['p99 ms', ({ p99Ms }) => p99Ms],
  ['max ms', ({ maxMs }) => maxMs],
  ['left out', ({ failed }) => failed],
  ['cpu of the log, %', ({ cpuSeconds, seconds }) => percent(cpuSeconds, seconds)],
  ['cpu of the writer, %', ({ clientCpuSeconds, seconds }) => percent([clientCpuSeconds], seconds)],
  ['load', ({ load }) => load],
]

const percent = (cpuSeconds: readonly number[], seconds: number) =>
  (cpuSeconds.reduce((sum, one) => sum + one, 0) / seconds) * 100

/** Of a turn: the figures of all, and the steps of takeovers. */
const cellsOf = (turned: Turned): readonly (readonly [string, number])[] => [
  ...columns.map(([name, figure]) => [name, figure(turned)] as const),
  ...Object.entries(turned.steps ?? {}).map(([name, ms]) => [`${name} ms`, ms] as const),
]

const lineOf = (turned: Turned) =>
  cellsOf(turned)
    .map(([name, value]) => `${name} ${shown(value)}`)
    .join(', ')

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`

/** A row for each turn. */
export function table(turned: readonly Turned[]): readonly string[] {
  const all = turned.map(cellsOf)
  const names = (all[0] ?? []).map(([name]) => name)
  const rows = all.map(cells => cells.map(([, value]) => shown(value)))
  return [names, names.map(() => '---'), ...rows].map(row)
}

const middle = (turned: readonly Turned[], figure: (one: Turned) => number): number =>
  median(turned.map(figure))

export const p50Of = (turned: readonly Turned[]) => middle(turned, ({ p50Ms }) => p50Ms)
export const p99Of = (turned: readonly Turned[]) => middle(turned, ({ p99Ms }) => p99Ms)
export const rateOf = (turned: readonly Turned[]) => middle(turned, perSecond)
export const transactionsOf = (turned: readonly Turned[]) => middle(turned, perSecondOf)
