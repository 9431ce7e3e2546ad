/**
 * `npm run sim`: runs the consensus core, or whole nodes, in simulated worlds and says what
 * became of it. A campaign
 * is spread over processes; each run is a pure function of its seed, so that neither their number
 * nor their order changes anything.
 */

import { type ChildProcess, fork } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { cutOffBounds, cutOffLoad, type Kept } from './cut-off/bounds.ts'
import { runCutOff } from './cut-off/cut-off.ts'
import { isPlayName, type PlayName, playOf } from './plays.ts'
import { cellTable, failureReport, report, summary } from './run/report.ts'
import type { Result } from './run/result.ts'
import { Totals } from './run/totals.ts'

const HELP = `npm run sim -- [OPTION ..]
  --seeds N        runs N seeds (default 100)
  --from N         the first seed (default: drawn, and printed)
  --time SECONDS   runs seeds until the time is over
  --jobs J         in so many processes (default 1)
  --json FILE      writes the totals
  --scenario NAME  raft: the consensus core alone (default); host: whole nodes with many groups;
                   publish: clusters of them that let outputs out into two logs;
                   cluster: a cluster of them that runs a job
                   feed: groups that read a log for each other
  --seed N         runs one seed and prints its tables
  --replay FILE    runs a scenario kept as JSON
  --cut-off N      cuts a follower off for N minutes of load, and prints what grew meanwhile
  --verbose        with --seed or --replay: what happens, line by line
  --shrink         with --seed or --replay: makes a failing scenario smaller and prints it
  --save FILE      with --seed or --replay: writes the scenario, shrunk if asked for
  --help           this text
Exit code 1: a checker objected; 2: it was asked wrongly.
`

const MISUSED = 2

function misused(what: string): never {
  process.stderr.write(`${what}\n\n${HELP}`)
  process.exit(MISUSED)
}

function parsed() {
  try {
    return parseArgs({ options }).values
  } catch (error) {
    return misused(error instanceof Error ? error.message : String(error))
  }
}

const options = {
  seeds: { type: 'string' },
  from: { type: 'string' },
  time: { type: 'string' },
  jobs: { type: 'string', default: '1' },
  json: { type: 'string' },
  seed: { type: 'string' },
  scenario: { type: 'string', default: 'raft' },
  replay: { type: 'string' },
  save: { type: 'string' },
  'cut-off': { type: 'string' },
  verbose: { type: 'boolean', default: false },
  shrink: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

const flags = parsed()

/** Seeds that a process is given at once. */
const BATCH = 5
const SEEDS = 100
/** A drawn first seed lies below it: short enough to be typed. */
const FIRST_SEED_MAX = 1_000_000_000
/** Lines of the trace that are shown of the first failures. */
const TAIL_LINES = 60
const TAILS_SHOWN = 3
const PROGRESS_MS = 5000

const say = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

function wholeNumber(name: string, text: string, least = 0): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isSafeInteger(value) && value >= least) return value
  return misused(`--${name} wants a whole number from ${least} up, not '${text}'`)
}

type Scenario = ReturnType<typeof play.drawn>

/** A scenario as `--save` wrote it. */
function kept(file: string): Scenario {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Scenario
  } catch (error) {
    return misused(
      `--replay cannot read ${file}: ${error instanceof Error ? error.message : error}`,
    )
  }
}

function named(name: string): PlayName {
  return isPlayName(name)
    ? name
    : misused(`--scenario is raft, host, publish, cluster or feed, not '${name}'`)
}

const playName = named(flags.scenario)
const play = playOf(playName)
/** By which a run is seen again. */
const COMMAND = ['npm run sim --', ...(playName === 'raft' ? [] : ['--scenario', playName])].join(
  ' ',
)

interface Done {
  readonly results: readonly Result[]
  readonly busyMs: number
}

/** Set for the processes that do the work. */
const WORKER = 'WEIR_SIM_WORKER'

/** A process that takes batches of seeds and gives results, with the processor time they took. */
function work(): void {
  process.on('message', ({ from, count }: { from: number; count: number }) => {
    const { user, system } = process.cpuUsage()
    const results = Array.from({ length: count }, (_, i) => play.run(play.drawn(from + i)))
    const after = process.cpuUsage()
    const busyMs = (after.user - user + after.system - system) / 1000
    process.send?.({ results, busyMs } satisfies Done)
  })
}

class Campaign {
  readonly totals = new Totals()
  busyMs = 0
  #next: number
  readonly #end: number
  readonly #deadlineMs: number
  #toldMs = performance.now()

  constructor(from: number, seeds: number, seconds: number) {
    this.#next = from
    this.#end = from + seeds
    this.#deadlineMs = performance.now() + seconds * 1000
  }

  async play(jobs: number): Promise<void> {
    await Promise.all(Array.from({ length: jobs }, () => this.#employ()))
  }

  #employ(): Promise<void> {
    const worker = fork(fileURLToPath(import.meta.url), ['--scenario', playName], {
      env: { ...process.env, [WORKER]: '1' },
      execArgv: ['--enable-source-maps'],
    })
    return new Promise((resolve, reject) => {
      worker.on('error', reject)
      worker.on('exit', code => {
        if (code === 0) resolve()
        else reject(new Error(`a process of the campaign ended with ${code}`))
      })
      worker.on('message', (done: Done) => {
        this.#take(done)
        this.#give(worker)
      })
      this.#give(worker)
    })
  }

  /** The next batch; a process that gets none ends. */
  #give(worker: ChildProcess): void {
    const count = Math.min(BATCH, this.#end - this.#next)
    if (count <= 0 || performance.now() >= this.#deadlineMs) {
      worker.disconnect()
      return
    }
    worker.send({ from: this.#next, count })
    this.#next += count
  }

  #take({ results, busyMs }: Done): void {
    this.busyMs += busyMs
    for (const result of results) {
      this.totals.add(result)
      if (result.failure !== undefined) this.#tellFailure(result)
    }
    if (performance.now() - this.#toldMs > PROGRESS_MS) {
      this.#toldMs = performance.now()
      const { runs, failed } = this.totals
      say(`${runs} seeds, ${((runs / this.busyMs) * 1000).toFixed(1)}/s, ${failed.length} failed`)
    }
  }

  #tellFailure(result: Result): void {
    say(failureReport(result, `${COMMAND} --seed ${result.seed} --verbose`))
    if (this.totals.failed.length <= TAILS_SHOWN) tellTail(play.drawn(result.seed))
  }
}

/** The last lines before the failure, from running it again. */
function tellTail(scenario: Scenario): void {
  const lines: string[] = []
  play.run(scenario, { tell: line => lines.push(line) })
  say(lines.slice(-TAIL_LINES).join('\n'))
}

async function runCampaign(): Promise<number> {
  const first = flags.from ?? String(Math.floor(Math.random() * FIRST_SEED_MAX))
  const from = wholeNumber('from', first)
  const endless = flags.time === undefined
  const seconds = endless ? Number.POSITIVE_INFINITY : wholeNumber('time', flags.time ?? '', 1)
  const unbounded = flags.time !== undefined && flags.seeds === undefined
  const seeds = unbounded ? FIRST_SEED_MAX : wholeNumber('seeds', flags.seeds ?? String(SEEDS), 1)
  say(`seeds from ${from}`)
  const campaign = new Campaign(from, seeds, seconds)
  await campaign.play(wholeNumber('jobs', flags.jobs, 1))
  const { totals, busyMs } = campaign
  say(report(totals, play.kinds))
  say(summary(totals, busyMs))
  if (flags.json !== undefined) {
    const seedsPerSecond = (totals.runs / Math.max(1, busyMs)) * 1000
    const json = { ...totals, from, seedsPerSecond, hash: totals.hash() }
    writeFileSync(flags.json, `${JSON.stringify(json, null, 1)}\n`)
  }
  return totals.failed.length > 0 ? 1 : 0
}

function runOne(scenario: Scenario, again: string): number {
  const result = play.run(scenario, flags.verbose ? { tell: say } : {})
  const totals = new Totals()
  totals.add(result)
  say(flags.verbose ? cellTable(totals.cells) : report(totals, play.kinds))
  say(`seed ${scenario.seed}: ${result.operations} operations, ${result.events} events`)
  say(`trace hash ${result.traceHash}`)
  if (result.failure === undefined) {
    maybeSave(scenario)
    return 0
  }
  say(failureReport(result, again))
  if (!flags.verbose) tellTail(scenario)
  maybeSave(flags.shrink ? shrunk(scenario, result.failure.checker) : scenario)
  return 1
}

function shrunk(scenario: Scenario, checker: string): Scenario {
  const smaller = play.shrunk(scenario, checker)
  const { length } = smaller.scenario.faults
  say(`shrunk in ${smaller.runs} runs from ${scenario.faults.length} faults to ${length}:`)
  say(JSON.stringify(smaller.scenario, null, 1))
  return smaller.scenario
}

/** Bounds and load of the test that says they are kept. */
function cutOff(minutes: number): number {
  const { served, alone, most, ...rest } = runCutOff({
    ...{ seed: 1, minutes, bounds: cutOffBounds },
    ...cutOffLoad,
  })
  const row = (...cells: readonly (string | number)[]): void => {
    const [name = '', ...numbers] = cells.map(String)
    say(name.padEnd(18) + numbers.map(cell => cell.padStart(12)).join(''))
  }
  row('at most', 'serving', 'cut off', 'bound')
  const kept = Object.keys(most) as Kept[]
  for (const name of kept) row(name, served[name], alone[name], most[name])
  for (const [name, value] of Object.entries(rest)) row(name, value)
  return kept.every(name => Math.max(served[name], alone[name]) <= most[name]) ? 0 : 1
}

function maybeSave(scenario: Scenario): void {
  if (flags.save !== undefined) {
    writeFileSync(flags.save, `${JSON.stringify(scenario, null, 1)}\n`)
  }
}

function main(): number | Promise<number> {
  if (flags.help) {
    say(HELP)
    return 0
  }
  if (flags['cut-off'] !== undefined) return cutOff(wholeNumber('cut-off', flags['cut-off'], 1))
  if (flags.replay !== undefined) {
    const scenario = kept(flags.replay)
    return runOne(scenario, `${COMMAND} --replay ${flags.replay} --verbose`)
  }
  if (flags.seed !== undefined) {
    const seed = wholeNumber('seed', flags.seed)
    return runOne(play.drawn(seed), `${COMMAND} --seed ${seed} --verbose`)
  }
  return runCampaign()
}

if (process.env[WORKER] === undefined) process.exitCode = await main()
else work()
