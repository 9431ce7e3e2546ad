/**
 * `npm run chaos -- DRILL..`: drills on real processes. Each ends in a verdict, and keeps its
 * history when it is told where.
 */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { CannotBuildHere } from '../../scripts/services/build.ts'
import type { Random } from '../../src/base/env.ts'
import { Prng } from '../../src/base/prng.ts'
import type { Cluster } from './cluster/cluster.ts'
import { nodeProgram } from './cluster/program.ts'
import { type Drill, objections, overKafka, slackened } from './drill.ts'
import { drills } from './drills.ts'
import { isGood, type Sabotage, sabotages } from './evidence.ts'
import { jobStage, kafkaJobStage } from './jobs/stage.ts'
import { evidenceIn } from './kept.ts'
import { Crowd } from './load/crowd.ts'
import { KvPort } from './load/kv-port.ts'
import { publishStage } from './publishing/stage.ts'
import { factLines } from './report.ts'
import { type Drilled, runDrill } from './run.ts'
import type { Stage, StageOptions } from './stage.ts'

const kafkaDrills = drills.filter(drill => overKafka(drill) !== undefined)
const namesOf = (of: readonly Drill[]) => of.map(({ name }) => name).join(', ')

const HELP = `npm run chaos -- DRILL.. [OPTION ..]
npm run chaos -- list                      with --draw and --seed: those that would be drawn
npm run chaos -- check FILE                judges a history that was kept
  --kafka          over three real brokers in place of the embedded log:
                   ${namesOf(kafkaDrills)}
  --draw N         N of the drills named, drawn by the seed; without names, of all
  --rounds N       so many faults (default: as the drill says)
  --seed N         what is drawn is drawn from it (default: drawn, and printed)
  --slack N        N times the gaps and an N-th of the rate are allowed: for a busy machine
  --out DIR        keeps DIR/history.jsonl (of several drills: DIR/DRILL/history.jsonl)
  --sabotage HOW   ${sabotages.join(', ')}: spoils one place of the history; it must turn red
  --keep           keeps configurations, logs and data of the nodes, and says where
  --help           this text
drills: ${namesOf(drills)}
Exit code 1: the verdict is red; 2: it was asked wrongly; 75: a service cannot be built here.
`
const MISUSED = 2
const CANNOT_RUN_HERE = 75
/** A drawn seed lies below it: short enough to be typed. */
const SEED_MAX = 1_000_000_000

const options = {
  draw: { type: 'string' },
  rounds: { type: 'string' },
  slack: { type: 'string', default: '1' },
  seed: { type: 'string' },
  out: { type: 'string' },
  sabotage: { type: 'string' },
  keep: { type: 'boolean', default: false },
  kafka: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

const RETRY_MS = 5

/** `weir node` as the package ships it, and its clients. */
function kvStage({ drill }: StageOptions): Promise<Stage> {
  const { clientsPerGroup, callMs } = drill
  const load = ({ groups, nodes }: Cluster, random: Random) => {
    const port = new KvPort(new Map(nodes.map(({ id, plan }) => [id, plan.listen])))
    const ids = nodes.map(({ id }) => id)
    const options = { groups, clientsPerGroup, callMs, retryMs: RETRY_MS, nodes: ids }
    return new Crowd(port, random, options)
  }
  const program = nodeProgram()
  return Promise.resolve({ program, hasProxies: true, load, end: () => Promise.resolve() })
}

/** By machine. */
const stages = { kv: kvStage, publish: publishStage, job: jobStage, 'kafka-job': kafkaJobStage }

/** What was typed cannot be meant so. */
class Misuse extends Error {}

const say = (text: string) => process.stdout.write(`${text}\n`)

interface Asked {
  readonly drills: readonly Drill[]
  readonly rounds: number | undefined
  readonly slack: number
  readonly seed: number
  readonly out: string | undefined
  readonly sabotage: Sabotage | undefined
  readonly isKept: boolean
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new Misuse(`--${name} wants a whole number from ${least} up, not '${text}'`)
}

function parsed() {
  try {
    return parseArgs({ options, allowPositionals: true })
  } catch (error) {
    throw new Misuse(error instanceof Error ? error.message : String(error))
  }
}

function sabotageOf(text: string | undefined): Sabotage | undefined {
  const known = sabotages.find(one => one === text)
  if (known === undefined && text !== undefined) {
    throw new Misuse(`--sabotage is one of ${sabotages.join(', ')}, not '${text}'`)
  }
  return known
}

function drillOf(name: string): Drill {
  const drill = drills.find(one => one.name === name)
  if (drill === undefined) throw new Misuse(`no drill '${name}'`)
  return drill
}

function kafkaDrillOf(name: string): Drill {
  const drill = overKafka(drillOf(name))
  if (drill !== undefined) return drill
  throw new Misuse(`${name} has no other form: --kafka goes with ${namesOf(kafkaDrills)}`)
}

const drawnSeed = () => String(Math.floor(Math.random() * SEED_MAX))

function drawn(among: readonly Drill[], draw: string | undefined, seed: number): readonly Drill[] {
  if (draw === undefined) return among
  const most = wholeNumber('draw', draw, 1)
  return new Prng(seed)
    .fork('drills')
    .shuffle([...among])
    .slice(0, most)
}

type Question = { readonly file: string } | { readonly listed: readonly Drill[] } | 'help'

function askedOf(): Asked | Question {
  const { values, positionals } = parsed()
  if (values.help) return 'help'
  const seed = wholeNumber('seed', values.seed ?? drawnSeed(), 0)
  const [first, file, ...rest] = positionals
  const all = values.kafka ? kafkaDrills.flatMap(drill => overKafka(drill) ?? []) : drills
  if (positionals.length === 1 && first === 'list') {
    return { listed: drawn(all, values.draw, seed) }
  }
  if (first === 'check') {
    if (file === undefined || rest.length > 0) throw new Misuse('check which file?')
    return { file }
  }
  if (positionals.length === 0 && values.draw === undefined) throw new Misuse('which drill?')
  const named = positionals.map(values.kafka ? kafkaDrillOf : drillOf)
  return {
    drills: drawn(named.length > 0 ? named : all, values.draw, seed),
    rounds: values.rounds === undefined ? undefined : wholeNumber('rounds', values.rounds, 1),
    slack: wholeNumber('slack', values.slack, 1),
    seed,
    out: values.out,
    sabotage: sabotageOf(values.sabotage),
    isKept: values.keep,
  }
}

function keep(asked: Asked, drill: Drill, { evidence }: Drilled): void {
  if (asked.out === undefined) return
  const folder = asked.drills.length > 1 ? join(asked.out, drill.name) : asked.out
  mkdirSync(folder, { recursive: true })
  const path = join(folder, 'history.jsonl')
  writeFileSync(path, evidence.lines)
  say(`history: ${path}`)
}

/** True: green. */
async function run(asked: Asked, drill: Drill): Promise<boolean> {
  const { seed, sabotage } = asked
  say(`${drill.name}: ${drill.about}; seed ${seed}`)
  const folder = mkdtempSync(join(tmpdir(), `weir-${drill.name}-`))
  const rounds = asked.rounds ?? drill.rounds
  let isGreen = false
  try {
    const stage = await stages[drill.machine]({ drill, folder, say })
    const options = { seed, rounds, sabotage, folder, stage, say }
    const drilled = await runDrill(drill, options).finally(() => stage.end())
    keep(asked, drill, drilled)
    for (const line of factLines(drilled.facts)) say(`  ${line}`)
    const objected = objections(slackened(drill.expects, asked.slack), drilled.facts)
    isGreen = objected.length === 0
    for (const objection of objected) say(`  RED: ${objection}`)
    say(`${drill.name}: ${isGreen ? 'green' : 'red'}`)
  } finally {
    if (asked.isKept || !isGreen) say(`files of the nodes: ${folder}`)
    else rmSync(folder, { recursive: true, force: true })
  }
  return isGreen
}

function check(file: string): number {
  const text = readFileSync(file, 'utf8')
  if (text.trim() === '') throw new Misuse(`${file} is empty: nothing can be judged by it`)
  const judgement = evidenceIn(text).judged()
  for (const trouble of judgement.wrong) say(`  RED: ${trouble}`)
  const isGreen = isGood(judgement)
  say(`${file}: ${judgement.summary}: ${isGreen ? 'green' : 'red'}`)
  return isGreen ? 0 : 1
}

async function main(): Promise<number> {
  const asked = askedOf()
  if (asked === 'help') {
    say(HELP)
    return 0
  }
  if ('file' in asked) return check(asked.file)
  if ('listed' in asked) {
    for (const { name, about } of asked.listed) say(`${name}  ${about}`)
    return 0
  }
  say(`seed ${asked.seed}: ${asked.drills.map(({ name }) => name).join(' ')}`)
  let red = 0
  for (const drill of asked.drills) if (!(await run(asked, drill))) red++
  say(`${asked.drills.length - red} passed, ${red} failed`)
  return red === 0 ? 0 : 1
}

function codeOf(error: unknown): number {
  if (error instanceof Misuse) {
    process.stderr.write(`${error.message}\n\n${HELP}`)
    return MISUSED
  }
  say(error instanceof Error ? (error.stack ?? error.message) : String(error))
  return error instanceof CannotBuildHere ? CANNOT_RUN_HERE : 1
}

process.exitCode = await main().catch(codeOf)
