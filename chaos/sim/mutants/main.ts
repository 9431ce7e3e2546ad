/**
 * `npm run mutants -- raft`: puts known bugs back one by one and has the simulator look for them,
 * each over the same seeds. What survives is a defect of the simulator.
 */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Prng } from '../../../src/base/prng.ts'
import { bundled, patchedFile } from './bundle.ts'
import { clusterMutants } from './cluster/list.ts'
import { engineMutants } from './engine/list.ts'
import { exchangeMutants } from './exchange.ts'
import { feedMutants } from './feed.ts'
import { hostMutants } from './host.ts'
import type { Mutant } from './mutant.ts'
import type { PlayOptions } from './play.ts'
import { play } from './play.ts'
import { publishMutants } from './publish/list.ts'
import { raftMutants } from './raft.ts'
import type { TrialName } from './trials.ts'
import type { Trial, Verdict } from './verdict.ts'
import { isCaught, isProof, row, summaryOf, table, told, widthOf } from './verdict.ts'

const lists: Readonly<Record<string, readonly Mutant[]>> = {
  raft: raftMutants,
  host: hostMutants,
  publish: publishMutants,
  engine: engineMutants,
  exchange: exchangeMutants,
  cluster: clusterMutants,
  feed: feedMutants,
}

const HELP = `npm run mutants -- LIST .. [OPTION ..]     lists: ${Object.keys(lists).join(', ')}
  --draw N         N mutants, drawn by the first seed
  --only NAME      this mutant alone; may be repeated
  --seeds MAX      a mutant that lives through so many seeds has survived (default 5000)
  --from SEED      the first seed (default: drawn, and printed)
  --time SECONDS   for all; what nobody noticed by then is open: neither caught nor survived
  --drawn          no schedules that are kept: seeds alone
  --seconds MAX    a mutant is stopped after so long, and not caught (default 600)
  --jobs J         so many processes at once (default 1)
  --json FILE      writes the verdicts
  --list           names the mutants and the harm they do, and runs nothing
  --help           this text
Exit code 1: a mutant was not caught (or all are open), or the source without any mutant fails; 2:
it was asked wrongly.
`
const OK = 0
const FAILED = 1
const MISUSED = 2

/** The source as it is plays so many seeds first: a check that always fires proves nothing. */
const UNPATCHED_SEEDS = 10
/** A drawn first seed lies below it: short enough to be typed. */
const FIRST_SEED_MAX = 1_000_000_000

const say = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

const options = {
  draw: { type: 'string' },
  only: { type: 'string', multiple: true },
  seeds: { type: 'string', default: '5000' },
  from: { type: 'string' },
  time: { type: 'string' },
  seconds: { type: 'string', default: '600' },
  jobs: { type: 'string', default: '1' },
  drawn: { type: 'boolean', default: false },
  json: { type: 'string' },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

/** What was typed cannot be meant so. */
class Misuse extends Error {}

function parsed() {
  try {
    return parseArgs({ allowPositionals: true, options })
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${HELP}`)
    process.exit(MISUSED)
  }
}

const { values: flags, positionals } = parsed()

function wholeNumber(name: string, text: string, least = 0): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new Misuse(`--${name} wants a whole number from ${least} up, not '${text}'`)
}

function chosen(list: readonly Mutant[], from: number): readonly Mutant[] {
  if (flags.only !== undefined) return flags.only.map(name => byName(list, name))
  if (flags.draw === undefined) return list
  const prng = new Prng(from).fork('mutants')
  const rest = [...list]
  const drawn: Mutant[] = []
  while (drawn.length < wholeNumber('draw', flags.draw, 1) && rest.length > 0) {
    drawn.push(...rest.splice(prng.below(rest.length), 1))
  }
  return drawn
}

function byName(list: readonly Mutant[], name: string): Mutant {
  const mutant = list.find(one => one.name === name)
  if (mutant === undefined) throw new Misuse(`no mutant is called ${name}; see --list`)
  return mutant
}

/** Every mutant must fit before any is run. */
function mustFit(mutants: readonly Mutant[]): void {
  const problems = mutants.flatMap(mutant => {
    try {
      patchedFile(mutant)
      return []
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)]
    }
  })
  if (problems.length > 0) throw new Misuse(problems.join('\n'))
}

interface CourtOptions extends Omit<PlayOptions, 'scenario'> {
  /** On the clock of `performance`; after it there is no verdict but on what is caught. */
  readonly endMs: number
}

/** Of a schedule, by the play and its name. */
function keptFile(scenario: TrialName, name: string): string {
  return join('chaos/sim/regressions', scenario === 'raft' ? '' : scenario, `${name}.json`)
}

const scenarioOf = ({ scenario }: Mutant): TrialName => scenario ?? 'raft'

/** Plays mutants; and wherever one is caught, the source as it is: the catch must be the bug's. */
class Court {
  readonly #folder: string
  readonly #options: CourtOptions
  readonly #unpatched = new Map<string, Promise<Verdict>>()

  constructor(folder: string, options: CourtOptions) {
    this.#folder = folder
    this.#options = options
  }

  async try(mutant: Mutant): Promise<Verdict> {
    const scenario = scenarioOf(mutant)
    const { endMs, secondsMax } = this.#options
    const leftSeconds = Math.max(0, endMs - performance.now()) / 1000
    if (leftSeconds === 0) return { kind: 'open', seeds: 0 }
    const options = { ...this.#options, scenario, secondsMax: Math.min(secondsMax, leftSeconds) }
    const bundle = await bundled(this.#folder, mutant)
    const kept = await this.#playKept(mutant, bundle, options)
    const verdict = kept ?? (await this.#playDrawn(mutant, bundle, options))
    if (verdict.kind === 'stopped' && performance.now() >= endMs) {
      return { kind: 'open', seeds: verdict.seeds }
    }
    if (verdict.kind !== 'caught' || verdict.seeds === 0) return verdict
    const without = await this.#playUnpatched(scenario, verdict.seed)
    return without.kind === 'survived' ? verdict : { ...verdict, kind: 'unsound' }
  }

  /** undefined: none is kept, or it does not show the bug. */
  async #playKept(
    { name, schedule }: Mutant,
    bundle: string,
    options: PlayOptions,
  ): Promise<Verdict | undefined> {
    if (schedule === undefined || flags.drawn) return undefined
    const file = keptFile(options.scenario, schedule)
    const kept = { ...options, from: 0, seedsMax: 1, schedule: file }
    const verdict = await play(bundle, kept)
    if (verdict.kind === 'caught') {
      const without = await play(await bundled(this.#folder), kept)
      if (without.kind === 'survived') return { ...verdict, seeds: 0 }
    }
    say(`the schedule ${schedule} does not show ${name}`)
    return undefined
  }

  /** On behind every seed in which what is taken away beside shows alone. */
  async #playDrawn(mutant: Mutant, bundle: string, options: PlayOptions): Promise<Verdict> {
    const { beside } = mutant
    let { from } = options
    const endSeed = from + options.seedsMax
    for (;;) {
      const verdict = await play(bundle, { ...options, from, seedsMax: endSeed - from })
      const seeds = verdict.seeds + from - options.from
      if (verdict.kind !== 'caught' || beside === undefined) return { ...verdict, seeds }
      const one = { ...options, from: verdict.seed, seedsMax: 1 }
      const alone = await play(await bundled(this.#folder, beside), one)
      from = verdict.seed + 1
      if (alone.kind === 'survived' || from === endSeed) return { ...verdict, seeds }
    }
  }

  #playUnpatched(scenario: TrialName, seed: number): Promise<Verdict> {
    const name = `${scenario} ${seed}`
    const known = this.#unpatched.get(name) ?? this.unpatched(scenario, seed, 1)
    this.#unpatched.set(name, known)
    return known
  }

  async unpatched(scenario: TrialName, from: number, seedsMax: number): Promise<Verdict> {
    return play(await bundled(this.#folder), { ...this.#options, scenario, from, seedsMax })
  }
}

async function trialsOf(mutants: readonly Mutant[], court: Court): Promise<readonly Trial[]> {
  const trials = new Map<Mutant, Trial>()
  const open = [...mutants]
  const work = async (): Promise<void> => {
    for (let mutant = open.shift(); mutant !== undefined; mutant = open.shift()) {
      const trial = { mutant, verdict: await court.try(mutant) }
      trials.set(mutant, trial)
      say(row(trial, widthOf(mutants)))
      if (!isCaught(trial)) say(`  ${mutant.why}`)
    }
  }
  const jobs = wholeNumber('jobs', flags.jobs, 1)
  await Promise.all(Array.from({ length: jobs }, work))
  return mutants.flatMap(mutant => trials.get(mutant) ?? [])
}

async function campaign(mutants: readonly Mutant[], from: number, folder: string) {
  const secondsMax = wholeNumber('seconds', flags.seconds, 1)
  const seedsMax = wholeNumber('seeds', flags.seeds, 1)
  const seconds = flags.time === undefined ? Infinity : wholeNumber('time', flags.time, 1)
  const endMs = performance.now() + seconds * 1000
  say(`seeds from ${from}, at most ${seedsMax}`)
  const court = new Court(folder, { from, seedsMax, secondsMax, endMs })
  for (const scenario of new Set(mutants.map(scenarioOf))) {
    const without = await court.unpatched(scenario, from, UNPATCHED_SEEDS)
    if (without.kind === 'survived') continue
    say(`the source without a mutant fails: ${JSON.stringify(without)}`)
    return FAILED
  }
  say(`the source without a mutant passes ${UNPATCHED_SEEDS} seeds\n`)
  const trials = await trialsOf(mutants, court)
  const summary = summaryOf(trials)
  say(`\n${table(trials)}\n\n${told(summary)}`)
  maybeWrite(from, trials)
  return isProof(summary) ? OK : FAILED
}

function maybeWrite(from: number, trials: readonly Trial[]): void {
  if (flags.json === undefined) return
  const verdicts = trials.map(({ mutant, verdict }) => {
    return { name: mutant.name, blind: mutant.blind === true, ...verdict }
  })
  const text = JSON.stringify({ from, ...summaryOf(trials), verdicts }, null, 2)
  writeFileSync(flags.json, `${text}\n`)
}

function listOf(name: string): readonly Mutant[] {
  const list = Object.hasOwn(lists, name) ? lists[name] : undefined
  if (list === undefined) throw new Misuse(`there is no list of mutants '${name}'\n${HELP}`)
  return list
}

async function main(): Promise<number> {
  if (flags.help) {
    say(HELP)
    return OK
  }
  const list = (positionals.length > 0 ? positionals : ['']).flatMap(listOf)
  const drawn = String(Math.floor(Math.random() * FIRST_SEED_MAX))
  const from = wholeNumber('from', flags.from ?? drawn)
  const mutants = chosen(list, from)
  if (flags.list) {
    const width = widthOf(mutants)
    for (const { name, why } of mutants) say(`${name.padEnd(width)}  ${why}`)
    return OK
  }
  mustFit(mutants)
  const folder = join('node_modules/.cache/weir/mutants', String(process.pid))
  mkdirSync(folder, { recursive: true })
  try {
    return await campaign(mutants, from, folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function mainOrMisuse(): Promise<number> {
  try {
    return await main()
  } catch (error) {
    if (!(error instanceof Misuse)) throw error
    process.stderr.write(`${error.message}\n`)
    return MISUSED
  }
}

process.exitCode = await mainOrMisuse()
