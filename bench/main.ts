/**
 * `npm run bench -- NAME`: runs a benchmark, prints its report in Markdown, and keeps it beside the
 * same in JSON.
 */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { cluster } from './cluster.ts'
import { engine } from './engine.ts'
import { etcd } from './etcd.ts'
import { failover } from './failover.ts'
import type { Bench, BenchOptions } from './frame/bench.ts'
import { busyPercent, byFunction, byPart, type CpuProfile, type Share } from './frame/profile.ts'
import { markdown, type Report } from './frame/report.ts'
import { choiceOf, runBench } from './frame/run.ts'
import { latency } from './latency.ts'
import { publish } from './publish.ts'
import { raft } from './raft.ts'

const benches: readonly Bench[] = [raft, etcd, engine, publish, failover, latency, cluster]

const HELP = `npm run bench -- NAME [OPTION ..]
  --seconds S      so long is measured in each turn (default 5)
  --warm S         and so long is not, before (default 1)
  --heat S         before that, so long under 64 outstanding: the code that counts is compiled by
                   then, as in a server that runs for days (default 5)
  --rounds R       so many turns for each point (default 3)
  --only NAME      this contestant or trial alone; may be repeated
  --peer PROGRAM   a server program of the peer's, instead of the one that is built
  --profile        keeps a profile of each of our processes in DIR/profiles, and shows the largest
  --out DIR        for NAME.md and NAME.json (default .weir/bench); the clusters' data lie there too
  --help           this text
benchmarks:
${benches.map(({ name, about }) => `  ${name.padEnd(16)} ${about}`).join('\n')}
Exit code 1: it could not be run; 2: it was asked wrongly. A target that is missed is printed, and
is no failure of the run.
`
const MISUSED = 2
const SHARES_SHOWN = 20

const options = {
  seconds: { type: 'string', default: '5' },
  warm: { type: 'string', default: '1' },
  heat: { type: 'string', default: '5' },
  rounds: { type: 'string', default: '3' },
  only: { type: 'string', multiple: true, default: [] as string[] },
  peer: { type: 'string' },
  profile: { type: 'boolean', default: false },
  out: { type: 'string', default: join('.weir', 'bench') },
  help: { type: 'boolean', default: false },
} as const

/** What was typed cannot be meant so. */
class Misuse extends Error {}

interface Asked {
  readonly bench: Bench
  readonly only: readonly string[]
  readonly out: string
  readonly options: BenchOptions
}

function numberOf(name: string, text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isFinite(value) && value > 0) return value
  throw new Misuse(`--${name} wants a number above 0, not '${text}'`)
}

function parsed() {
  try {
    return parseArgs({ options, allowPositionals: true })
  } catch (error) {
    throw new Misuse(error instanceof Error ? error.message : String(error))
  }
}

function askedOf(): Asked | 'help' {
  const { values, positionals } = parsed()
  if (values.help) return 'help'
  const [name, ...rest] = positionals
  const bench = benches.find(one => one.name === name)
  if (bench === undefined || rest.length > 0) {
    throw new Misuse(name === undefined ? 'which benchmark?' : `no benchmark '${positionals}'`)
  }
  return {
    bench,
    only: values.only,
    out: values.out,
    options: {
      seconds: numberOf('seconds', values.seconds),
      warmSeconds: numberOf('warm', values.warm),
      heatSeconds: numberOf('heat', values.heat),
      rounds: Math.ceil(numberOf('rounds', values.rounds)),
      peerProgram: values.peer,
      profiles: values.profile ? join(values.out, 'profiles') : undefined,
    },
  }
}

const say = (text: string) => process.stderr.write(`${text}\n`)

function keep(out: string, report: Report): void {
  const path = join(out, report.name)
  writeFileSync(`${path}.md`, markdown(report))
  const { results, ...rest } = report
  writeFileSync(`${path}.json`, `${JSON.stringify({ ...rest, ...results }, null, 1)}\n`)
  say(`kept in ${path}.md and ${path}.json`)
}

/** Of the busiest process of all: the one that led. */
function showProfiles(folder: string): void {
  const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile
  const profiles = readdirSync(folder).map(file => ({ file, profile: read(file) }))
  const busiest = profiles.sort((a, b) => busyPercent(b.profile) - busyPercent(a.profile))[0]
  if (busiest === undefined) return
  const { file, profile } = busiest
  const line = ({ name, percent }: Share) => `${percent.toFixed(1).padStart(5)} %  ${name}`
  const busy = busyPercent(profile).toFixed(0)
  const title = `${join(folder, file)}: busy ${busy} % of the time, thereof`
  const parts = byPart(profile).slice(0, SHARES_SHOWN).map(line)
  const functions = byFunction(profile).slice(0, SHARES_SHOWN).map(line)
  process.stdout.write(`${[title, ...parts, '', ...functions].join('\n')}\n`)
}

async function main(): Promise<number> {
  const asked = askedOf()
  if (asked === 'help') {
    process.stdout.write(HELP)
    return 0
  }
  mkdirSync(asked.out, { recursive: true })
  const { profiles } = asked.options
  if (profiles !== undefined) rmSync(profiles, { recursive: true, force: true })
  const folder = mkdtempSync(join(asked.out, 'data-'))
  try {
    const place = { folder, choice: choiceOf(asked.only), say }
    const report = await runBench(asked.bench, asked.options, place)
    process.stdout.write(`${markdown(report)}\n`)
    if (profiles !== undefined) showProfiles(profiles)
    keep(asked.out, report)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return 0
}

process.exitCode = await main().catch((error: unknown) => {
  if (error instanceof Misuse) {
    say(`${error.message}\n\n${HELP}`)
    return MISUSED
  }
  say(error instanceof Error ? (error.stack ?? error.message) : String(error))
  return 1
})
