/** The tables that a campaign prints. */

import { messageTypes } from '../../../src/raft/messages.ts'
import { refusalCodes } from '../../../src/raft/refusal.ts'
import { roles } from '../../../src/raft/types.ts'
import type { Counts, Result } from './result.ts'
import type { Totals } from './totals.ts'

const COLUMNS = 3

/** Names and counts in columns, those with nothing marked. */
function counted(title: string, names: readonly string[], counts: Readonly<Counts>): string {
  const cells = names.map(name => `${pad(counts[name] ?? 0, 12)} ${marked(counts, name)}`)
  const width = Math.max(...cells.map(cell => cell.length)) + 2
  const lines: string[] = []
  for (let i = 0; i < cells.length; i += COLUMNS) {
    const row = cells.slice(i, i + COLUMNS).map(cell => cell.padEnd(width))
    lines.push(row.join('').trimEnd())
  }
  return `${title}\n${lines.join('\n')}\n`
}

function marked(counts: Readonly<Counts>, name: string): string {
  return (counts[name] ?? 0) === 0 ? `${name} (!)` : name
}

function pad(value: number | string, width: number): string {
  return String(value).padStart(width)
}

/** Who was told what how often; a cell that no run has hit shows as (!). */
export function cellTable(cells: Readonly<Counts>): string {
  const width = 15
  const head = `${' '.repeat(18)}${roles.map(role => pad(role, width)).join('')}`
  const lines = messageTypes.map(type => {
    const row = roles.map(role => pad(cells[`${role} ${type}`] || '(!)', width)).join('')
    return `${type.padEnd(18)}${row}`
  })
  return ['messages by role on arrival', head, ...lines, ''].join('\n')
}

/** The witness gathers facts for the rules and has none of its own. */
const isRule = (name: string): boolean => numbered.test(name)
const numbered = /^([A-Z]+)-(\d+) /

/** RAFT-9 before RAFT-10; the same on every machine, whatever its language. */
function byName(a: string, b: string): number {
  const [, familyA = '', numberA = ''] = numbered.exec(a) ?? []
  const [, familyB = '', numberB = ''] = numbered.exec(b) ?? []
  if (familyA !== familyB) return familyA < familyB ? -1 : 1
  return Number(numberA) - Number(numberB)
}

export function report(totals: Totals, kinds: readonly string[]): string {
  const checkers = Object.keys(totals.checks).filter(isRule).sort(byName)
  return [
    counted('faults injected, by kind', kinds, totals.faults),
    counted('checks made, by checker', checkers, totals.checks),
    cellTable(totals.cells),
    counted('refusals, by code', refusalCodes, totals.refused),
  ].join('\n')
}

export function summary(totals: Totals, busyMs: number): string {
  const { runs, failed, operations, operationsLeast } = totals
  const { simulatedMs, simulatedMsLeast, events } = totals
  const perSecond = (runs / Math.max(1, busyMs)) * 1000
  const least = Number.isFinite(operationsLeast)
    ? `; least of a whole run: ${operationsLeast} operations, ${seconds(simulatedMsLeast)}`
    : ''
  return [
    `${runs} seeds, ${failed.length} failed`,
    `${perSecond.toFixed(1)} seeds per second of processor time`,
    `${operations} operations, ${events} events, ${seconds(simulatedMs)} simulated${least}`,
    `no leader served, once it was killed: ${spread(totals.killedMs, 'ms')}`,
    `once it fell silent: ${spread(totals.silentElections, 'election times')}`,
    `${totals.undecided} keys undecided by the linearizability search`,
    `campaign hash ${totals.hash()}`,
  ].join('\n')
}

/** Median, 99th percentile, longest. */
function spread(values: readonly number[], unit: string): string {
  if (values.length === 0) return 'never tried'
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] as number
  const [half, most, longest] = [at(0.5), at(0.99), at(1)].map(value => Number(value.toFixed(2)))
  return `median ${half}, p99 ${most}, longest ${longest} ${unit}`
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

/** Why a run failed and how to see it again. */
export function failureReport(result: Result, command: string): string {
  const { failure, seed, simulatedMs, traceHash } = result
  if (failure === undefined) return ''
  return [
    `seed ${seed} FAILED after ${seconds(simulatedMs)}: ${failure.checker}`,
    `  ${failure.detail}`,
    `  trace hash ${traceHash}`,
    `  again: ${command}`,
  ].join('\n')
}
