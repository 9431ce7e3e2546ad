/** `npm run exchange`: courses of events between senders and groups, drawn from seeds. */

import { parseArgs } from 'node:util'
import { drawCourse } from './draw.ts'
import { played } from './play.ts'

const HELP = `npm run exchange -- [OPTION ..]
  --seeds N  so many courses (default 1000)
  --from N   the first seed (default: drawn, and printed)
  --seed N   one course
  --help     this text
Exit code 1: something is wrong in a course; 2: it was asked wrongly.
`

const OK = 0
const FAILED = 1
const MISUSED = 2
const SEEDS = '1000'
/** A drawn first seed lies below it: short enough to be typed. */
const FIRST_SEED_MAX = 1_000_000_000
const SHOWN_MAX = 5

const options = {
  seeds: { type: 'string', default: SEEDS },
  from: { type: 'string' },
  seed: { type: 'string' },
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

function wholeNumber(name: string, text: string, least = 0): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isSafeInteger(value) && value >= least) return value
  return misused(`--${name} wants a whole number from ${least} up, not '${text}'`)
}

function main(): number {
  const flags = parsed()
  if (flags.help) {
    say(HELP)
    return OK
  }
  const drawn = String(Math.floor(Math.random() * FIRST_SEED_MAX))
  const from = wholeNumber('from', flags.seed ?? flags.from ?? drawn)
  const seeds = flags.seed === undefined ? wholeNumber('seeds', flags.seeds, 1) : 1
  say(`seeds from ${from}`)
  let failed = 0
  for (let seed = from; seed < from + seeds; seed++) {
    const wrong = played(drawCourse(seed))
    if (wrong === undefined || failed++ >= SHOWN_MAX) continue
    say(`seed ${seed}: ${wrong}\nagain: npm run exchange -- --seed ${seed}`)
  }
  say(`${seeds} courses, ${failed} failed`)
  return failed > 0 ? FAILED : OK
}

process.exitCode = main()
