/**
 * `npm test` (every step) and `npm run check` (the quick ones): runs the steps one by one, those
 * aside beside the others, and says how each went.
 */

import { run } from './child.ts'
import { commandOf, type Step, steps } from './steps.ts'
import { isGreen, leftOutByName, type Outcome, outcomeOf, report, withoutOf } from './verdict.ts'

/** As much of a passed step's report as is shown. */
const REPORT_LINES = 60
/** As much of a failed step is said again at the end: a log kept in part is kept from its end. */
const FAILURE_LINES = 120

const isCi = process.env['CI'] === 'true'

const say = (text: string) => process.stdout.write(`${text}\n`)

const lastLines = (text: string, count: number) =>
  text.trimEnd().split('\n').slice(-count).join('\n')

/** What is said again before the table, one text for each step that failed. */
const failures: string[] = []

async function runStep(step: Step): Promise<Outcome> {
  say(`- ${step.name}: ${commandOf(step)}`)
  const args = step.args.length > 0 ? ['--', ...step.args] : []
  // What others of them need was built before: nobody takes it from under those that run beside.
  const how = ['--silent', '--ignore-scripts']
  const ended = await run('npm', ['run', ...how, step.script, ...args])
  const outcome = outcomeOf(step.name, ended, isCi)
  if (outcome.state === 'failed') {
    say(ended.output)
    failures.push(`- ${step.name} failed\n${lastLines(ended.output, FAILURE_LINES)}`)
  } else if (step.isReport) say(lastLines(ended.output, REPORT_LINES))
  say(`  ${step.name}: ${outcome.state} after ${ended.seconds.toFixed(1)} s`)
  return outcome
}

async function runAll(chosen: readonly Step[]): Promise<readonly Outcome[]> {
  const without = withoutOf(process.env['WEIR_TEST_WITHOUT'], steps)
  const outcomes: Promise<Outcome>[] = []
  let aside: Promise<unknown> = Promise.resolve()
  for (const step of chosen) {
    const turn = async () => (without.has(step.name) ? leftOutByName(step.name) : runStep(step))
    const outcome = step.isAside ? aside.then(turn) : turn()
    outcomes.push(outcome)
    if (step.isAside) aside = outcome
    else await outcome
  }
  return Promise.all(outcomes)
}

const isCheck = process.argv[2] === 'check'
const outcomes = await runAll(steps.filter(step => step.inCheck || !isCheck))
say('')
for (const text of failures) say(`${text}\n`)
for (const line of report(outcomes)) say(line)
process.exitCode = isGreen(outcomes) ? 0 : 1
