/**
 * `npm run engine`: random plans over random disordered input on the engine, beside the oracle that
 * computes them from the whole input; or, with `--duckdb`, the oracle beside DuckDB. Prints in how
 * many plans each operator, window and aggregate stood.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Failure } from './check.ts'
import { checkedByDuck, openDuck } from './duckdb/answer.ts'
import { caseText, readCase } from './file.ts'
import { type Case, drawCase } from './generate/case.ts'
import { countCase, countsText, missing } from './generate/count.ts'
import { judged } from './judge.ts'
import { shrunk } from './shrink.ts'

const HELP = `npm run engine -- [OPTION ..]
  --seeds N      so many plans (default 1500: enough for each to stand in 100)
  --from N       the first seed (default: drawn, and printed)
  --seed N       one plan
  --replay FILE  a case that was kept
  --duckdb       the oracle beside DuckDB, over finite input without late records
  --save FILE    writes the first case that fails, made smaller
  --help         this text
Exit code 1: they differ, or something stood in too few plans; 2: it was asked wrongly.
`

const OK = 0
const FAILED = 1
const MISUSED = 2
const SEEDS = '1500'
/** A drawn first seed lies below it: short enough to be typed. */
const FIRST_SEED_MAX = 1_000_000_000
const PROGRESS_MS = 5000
const SHOWN_MAX = 5

const options = {
  seeds: { type: 'string', default: SEEDS },
  from: { type: 'string' },
  seed: { type: 'string' },
  replay: { type: 'string' },
  save: { type: 'string' },
  duckdb: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

const say = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

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

const flags = parsed()

function wholeNumber(name: string, text: string, least = 0): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isSafeInteger(value) && value >= least) return value
  return misused(`--${name} wants a whole number from ${least} up, not '${text}'`)
}

type Check = (one: Case) => Promise<Failure | undefined>

async function checkOf(): Promise<Check> {
  if (!flags.duckdb) return one => Promise.resolve(judged(one))
  const connection = await openDuck()
  return one => checkedByDuck(connection, one)
}

function tellFailure(one: Case, { checker, detail }: Failure): void {
  const way = flags.duckdb ? ' --duckdb' : ''
  say(`seed ${one.seed}: ${checker}\n${detail}\nagain: npm run engine --${way} --seed ${one.seed}`)
}

/** Made smaller where that can be done without waiting. */
function maybeSave(one: Case, { checker }: Failure): void {
  if (flags.save === undefined) return
  const smaller = flags.duckdb
    ? { one, tries: 0 }
    : shrunk(one, other => judged(other)?.checker === checker)
  writeFileSync(flags.save, caseText(smaller.one))
  say(`kept in ${flags.save} after ${smaller.tries} tries to make it smaller`)
}

async function runOne(one: Case, check: Check): Promise<number> {
  const failure = await check(one)
  if (failure === undefined) {
    say(`seed ${one.seed}: nothing is wrong`)
    return OK
  }
  tellFailure(one, failure)
  maybeSave(one, failure)
  return FAILED
}

async function campaign(check: Check): Promise<number> {
  const drawn = String(Math.floor(Math.random() * FIRST_SEED_MAX))
  const from = wholeNumber('from', flags.from ?? drawn)
  const seeds = wholeNumber('seeds', flags.seeds, 1)
  say(`seeds from ${from}`)
  const counts = new Map<string, number>()
  let failed = 0
  let toldMs = performance.now()
  for (let seed = from; seed < from + seeds; seed++) {
    const one = drawCase(seed, { finite: flags.duckdb })
    countCase(counts, one)
    const failure = await check(one)
    if (failure !== undefined) {
      if (failed++ < SHOWN_MAX) tellFailure(one, failure)
      if (failed === 1) maybeSave(one, failure)
    }
    if (performance.now() - toldMs > PROGRESS_MS) {
      toldMs = performance.now()
      say(`${seed - from + 1} plans, ${failed} failed`)
    }
  }
  say(`\nin how many plans\n${countsText(counts)}`)
  const few = missing(counts, seeds, flags.duckdb)
  if (few.length > 0) say(`too few plans have ${few.join(', ')}`)
  say(`\n${seeds} plans, ${failed} failed`)
  return failed + few.length > 0 ? FAILED : OK
}

async function main(): Promise<number> {
  if (flags.help) {
    say(HELP)
    return OK
  }
  const check = await checkOf()
  if (flags.replay !== undefined) return runOne(readCase(readFileSync(flags.replay, 'utf8')), check)
  if (flags.seed === undefined) return campaign(check)
  return runOne(drawCase(wholeNumber('seed', flags.seed), { finite: flags.duckdb }), check)
}

process.exitCode = await main()
