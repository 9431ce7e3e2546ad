/** `weir job`: job files checked, explained and tested without a cluster, and run on one. */

import { Command } from 'commander'
import { type Finding, findingText } from '../job/finding.ts'
import { type Compiled, compileJob } from '../job/plan/compile.ts'
import { jobCompiler } from '../job/plan/compiler.ts'
import { explanationOf } from '../job/plan/explanation.ts'
import { explanationText } from '../job/plan/explanation-text.ts'
import { hasPassed, outcomeText, runTest, type TestOutcome } from '../trial/test-run.ts'
import { CommandFailure, exitCodes } from './exit.ts'
import { type JobFile, readJobFile } from './job-files.ts'
import { addRunning } from './job-running.ts'
import { type Format, outputOption, showItems, showJson, type Terminal } from './output.ts'

interface Options {
  readonly output: Format
}

export function jobCommand(terminal: Terminal): Command {
  const job = new Command('job').description('check, explain, test and run jobs')
  const add = (usage: string, description: string, example: string) =>
    job
      .command(usage)
      .description(description)
      .addOption(outputOption())
      .addHelpText('after', `\nExample:\n  ${example}`)
  add('lint <file...>', 'say what is wrong with job files, and what is odd', 'weir job lint *.yaml')
    .addHelpText('after', `\nExit code ${exitCodes.badInput}: there are errors.`)
    .action((files: string[], options: Options) => lint(files, options, terminal))
  add(
    'explain <file>',
    'show columns, stages, and what is read',
    'weir job explain job.yaml',
  ).action((file: string, options: Options) => explain(file, options, terminal))
  add(
    'test <file...>',
    'run the tests in job files, or in files of tests',
    'weir job test job.yaml',
  )
    .addHelpText('after', `\nExit code ${exitCodes.failed}: a test failed.`)
    .action((files: string[], options: Options) => test(files, options, terminal))
  addRunning(job, terminal)
  return job
}

/** A file with everything that is said about it. */
interface Checked extends JobFile {
  readonly compiled?: Compiled
  readonly all: readonly Finding[]
}

async function checkedFile(file: string): Promise<Checked> {
  const read = await readJobFile(file)
  if (read.spec === undefined) return { ...read, all: read.findings }
  const compiled = compileJob(read.spec, jobCompiler())
  return { ...read, compiled, all: [...read.findings, ...compiled.findings] }
}

async function lint(files: readonly string[], { output }: Options, terminal: Terminal) {
  const all: Checked[] = []
  for (const file of files) all.push(await checkedFile(file))
  if (output === 'text') terminal.out(all.map(lintText).join(''))
  else {
    terminal.out(
      showItems(
        all.map(one => ({ file: one.file, sound: isSound(one), findings: one.all })),
        output,
      ),
    )
  }
  const bad = all.filter(one => !isSound(one))
  if (bad.length === 0) return
  throw new CommandFailure(exitCodes.badInput, `not sound: ${namesOf(bad)}`)
}

const isSound = ({ compiled }: Checked) => compiled?.plan !== undefined
const namesOf = (files: readonly Checked[]) => files.map(({ file }) => file).join(', ')

function lintText(one: Checked): string {
  const { file, all } = one
  const lines = all.map(findingText)
  return [...lines, ...(isSound(one) ? [`${file}: sound`] : [])].map(line => `${line}\n`).join('')
}

async function explain(file: string, { output }: Options, terminal: Terminal) {
  const { spec, compiled } = await mustBeSound(file, terminal)
  const explained = { spec, ...compiled, compiler: jobCompiler() }
  const explanation = explanationOf(explained)
  terminal.out(output === 'text' ? explanationText(explanation) : showJson(explanation, output))
}

/** What is wrong goes to the terminal. */
async function mustBeSound(file: string, terminal: Terminal) {
  const { spec, compiled, tests, all } = await checkedFile(file)
  const plan = compiled?.plan
  if (spec !== undefined && plan !== undefined) {
    return { spec, tests, compiled: { plan, schemas: compiled?.schemas ?? new Map() } }
  }
  terminal.err(all.map(finding => `${findingText(finding)}\n`).join(''))
  throw new CommandFailure(exitCodes.badInput, `not sound: ${file}`)
}

interface FileOutcome {
  readonly file: string
  readonly tests: readonly TestOutcome[]
}

async function test(files: readonly string[], { output }: Options, terminal: Terminal) {
  const outcomes: FileOutcome[] = []
  for (const file of files) outcomes.push(await outcomeOf(file, terminal))
  const all = outcomes.flatMap(({ tests }) => tests)
  if (all.length === 0) {
    const message = 'there are no tests; they stand under tests:, or in a file NAME.test.yaml'
    throw new CommandFailure(exitCodes.badInput, message)
  }
  const failed = all.filter(one => !hasPassed(one)).length
  if (output === 'text')
    terminal.out(`${testText(outcomes)}${all.length - failed} passed, ${failed} failed\n`)
  else terminal.out(showItems(outcomes, output))
  if (failed > 0)
    throw new CommandFailure(exitCodes.failed, `${failed} of ${all.length} tests failed`)
}

async function outcomeOf(file: string, terminal: Terminal): Promise<FileOutcome> {
  const { tests, compiled } = await mustBeSound(file, terminal)
  const subject = { ...compiled, compiler: jobCompiler() }
  return { file, tests: tests.map(one => runTest(one, subject)) }
}

const testText = (outcomes: readonly FileOutcome[]) =>
  outcomes
    .map(({ file, tests }) => `${file}\n${tests.map(one => `${outcomeText(one)}\n`).join('')}`)
    .join('')
