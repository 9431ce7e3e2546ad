/**
 * Runs a benchmark: conditions, then turn after turn, each on a cluster that was just started, then
 * the trials, then conditions again. A cluster that does not have its turn does not run.
 */

import type { Bench, BenchOptions, Workshop } from './bench.ts'
import { conditions } from './conditions.ts'
import { cpuSecondsPer100k, perSecond } from './contestant.ts'
import type { Finding, Report } from './report.ts'
import { shown } from './report.ts'
import { type Measured, Results, type Turn, turnsOf } from './results.ts'
import { type Judgement, judged } from './target.ts'

/** Outstanding, while everything gets hot. */
const HOT = 64

export interface Choice {
  /** Names of contestants and trials; empty: all. */
  readonly only: ReadonlySet<string>
  readonly isChosen: (name: string) => boolean
}

export function choiceOf(only: readonly string[]): Choice {
  const names = new Set(only)
  return { only: names, isChosen: name => names.size === 0 || names.has(name) }
}

interface Turns {
  readonly results: Results
  readonly versions: Readonly<Record<string, string>>
}

function told({ at, contestant, figures }: Measured): string {
  const { p50Ms, p99Ms, failed } = figures
  const where = `${at.outstanding} outstanding, ${at.groups} groups`
  const times = `p50 ${shown(p50Ms)} p99 ${shown(p99Ms)} ms`
  const cost = `${shown(cpuSecondsPer100k(figures))} cpu s per 100 k`
  const bad = failed > 0 ? `, ${failed} failed` : ''
  return `${contestant}: ${where}: ${shown(perSecond(figures))}/s, ${times}, ${cost}${bad}`
}

async function takeTurns(bench: Bench, workshop: Workshop, choice: Choice): Promise<Turns> {
  const all = await bench.contestants(workshop)
  const contestants = all.filter(({ name }) => choice.isChosen(name))
  const byName = new Map(contestants.map(contestant => [contestant.name, contestant]))
  const turns = turnsOf(workshop.options.rounds, bench.cases, [...byName.keys()])
  const measured: Measured[] = []
  const versions: Record<string, string> = {}
  const take = async (turn: Turn) => {
    const contestant = byName.get(turn.contestant)
    if (contestant === undefined) return
    const { seconds, warmSeconds, heatSeconds } = workshop.options
    versions[contestant.name] = await contestant.start(turn.at.groups)
    try {
      const load = { ...turn.at, seconds, warmSeconds, sizeBytes: bench.sizeBytes }
      await contestant.load({ ...load, outstanding: HOT, seconds: heatSeconds })
      const figures = await contestant.load(load)
      const one = { ...turn, figures }
      measured.push(one)
      workshop.say(told(one))
    } finally {
      await contestant.stop()
    }
  }
  for (const turn of turns) await take(turn)
  return { results: new Results(measured), versions }
}

interface Where {
  readonly folder: string
  readonly choice: Choice
  readonly say: Workshop['say']
}

export async function runBench(bench: Bench, options: BenchOptions, at: Where): Promise<Report> {
  try {
    return await reported(bench, options, at)
  } finally {
    await bench.close?.()
  }
}

async function reported(bench: Bench, options: BenchOptions, at: Where): Promise<Report> {
  const { folder, choice, say } = at
  const workshop = { folder, options, say }
  const before = await conditions(folder)
  const { results, versions } = await takeTurns(bench, workshop, choice)
  const findings: Finding[] = []
  const judgements: Judgement[] = bench.targets.map(target => judged(target, results))
  const trials = await bench.trials()
  for (const trial of trials.filter(({ name }) => choice.isChosen(name))) {
    const { judgements: found, ...finding } = await trial.run(workshop)
    findings.push(finding)
    judgements.push(...found)
  }
  const after = await conditions(folder)
  return { name: bench.name, versions, before, after, results, findings, judgements }
}
