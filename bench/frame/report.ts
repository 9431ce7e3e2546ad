/** The report of a benchmark in Markdown: conditions, figures, ratios, targets. */

import type { Conditions } from './conditions.ts'
import type { Case, Figures } from './contestant.ts'
import { cpuSecondsPer100k, perCpuSecond, perSecond } from './contestant.ts'
import type { Figure, Results } from './results.ts'
import type { Judgement } from './target.ts'

/** What a trial that is no load between contestants has to say. */
export interface Finding {
  readonly trial: string
  readonly lines: readonly string[]
  /** What was seen one by one; for the JSON alone. */
  readonly details?: unknown
}

export interface Report {
  readonly name: string
  readonly versions: Readonly<Record<string, string>>
  readonly before: Conditions
  readonly after: Conditions
  readonly results: Results
  readonly findings: readonly Finding[]
  readonly judgements: readonly Judgement[]
}

/** Three digits that count, or all before the point; a whole number as it is. */
export function shown(value: number): string {
  if (!Number.isFinite(value)) return '-'
  const size = Math.abs(value)
  if (size >= 100 || Number.isInteger(value)) return String(Math.round(value))
  if (size >= 10) return value.toFixed(1)
  return value.toFixed(size >= 1 ? 2 : 3)
}

const shownOr = (value: number | undefined) => (value === undefined ? '-' : shown(value))

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

const columns: readonly (readonly [name: string, figure: Figure])[] = [
  ['per second', perSecond],
  ['p50 ms', ({ p50Ms }: Figures) => p50Ms],
  ['p99 ms', ({ p99Ms }: Figures) => p99Ms],
  ['max ms', ({ maxMs }: Figures) => maxMs],
  ['cpu s per 100 k', cpuSecondsPer100k],
  ['per cpu s', perCpuSecond],
  ['failed', ({ failed }: Figures) => failed],
]

const caseCells = ({ outstanding, groups }: Case) => [String(outstanding), String(groups)]

/** The cpu of each process apart: a leader works more than those who follow. */
function cpuByProcess(results: Results, contestant: string, at: Case): string {
  const all = results.of(contestant, at)
  const processes = all[0]?.figures.cpuSeconds.length ?? 0
  const cells = Array.from({ length: processes }, (_, i) =>
    shownOr(
      results.middle(contestant, at, ({ cpuSeconds, done }) => {
        const busiestFirst = [...cpuSeconds].sort((a, b) => b - a)
        return ((busiestFirst[i] ?? 0) / done) * 100_000
      }),
    ),
  )
  return cells.join(' / ')
}

function figuresTable(results: Results): string {
  const rows = results.cases.flatMap(at =>
    results.contestants.map(name => [
      ...caseCells(at),
      name,
      ...columns.map(([, figure]) => shownOr(results.middle(name, at, figure))),
      cpuByProcess(results, name, at),
      String(results.of(name, at).length),
    ]),
  )
  const names = columns.map(([name]) => name)
  const head = ['outstanding', 'groups', 'who', ...names, 'cpu by process', 'rounds']
  return table(head, rows)
}

const ratioColumns = columns.filter(([name]) => /per second|p50|p99|per cpu s/.test(name))

function ratioTable(results: Results): string | undefined {
  const [first, second] = results.contestants
  if (first === undefined || second === undefined) return undefined
  const rows = results.cases.map(at => [
    ...caseCells(at),
    ...ratioColumns.map(([, figure]) => shownOr(results.ratio([first, second], at, figure))),
  ])
  const head = ['outstanding', 'groups', ...ratioColumns.map(([name]) => name)]
  return `Ratios, ${first} to ${second}:\n\n${table(head, rows)}`
}

function conditionLine(when: string, conditions: Conditions): string {
  const { loadAverage, fsync, loopDelay } = conditions
  const load = loadAverage.map(value => value.toFixed(2)).join(' ')
  const sync = `idle fsync p50 ${shown(fsync.p50Ms)} p99 ${shown(fsync.p99Ms)} ms`
  const loop = `idle loop delay p50 ${shown(loopDelay.p50Ms)} p99 ${shown(loopDelay.p99Ms)} ms`
  return `- ${when}: load average ${load}; ${sync}; ${loop}`
}

function judgementTable(judgements: readonly Judgement[]): string {
  const rows = judgements.map(({ name, wanted, measured, unit, outcome }) => {
    const value = measured === undefined ? '-' : `${shown(measured)} ${unit}`.trimEnd()
    return [name, wanted, value, outcome]
  })
  return table(['target', 'wanted', 'measured', 'outcome'], rows)
}

export function markdown(report: Report): string {
  const { name, versions, before, after, results, findings, judgements } = report
  const { processors, processor, node, at } = before
  const versionLines = Object.entries(versions).map(([who, version]) => `- ${who}: ${version}`)
  const ratios = ratioTable(results)
  return [
    `# Benchmark ${name}, ${at}`,
    `- ${processors} x ${processor}, Node ${node}`,
    ...versionLines,
    conditionLine('before', before),
    conditionLine('after', after),
    '',
    ...(results.measured.length > 0 ? [figuresTable(results), ''] : []),
    ...(ratios === undefined ? [] : [ratios, '']),
    ...findings.flatMap(({ trial, lines }) => [`## ${trial}`, '', ...lines, '']),
    ...(judgements.length > 0 ? [judgementTable(judgements), ''] : []),
  ].join('\n')
}
