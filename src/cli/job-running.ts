/** The commands of `weir job` that speak to a cluster. */

import type { Command } from 'commander'
import { ask, Refusal, urlOption } from './ask.ts'
import { CommandFailure, exitCodes } from './exit.ts'
import { readInputSoon } from './input-file.ts'
import {
  type Format,
  outputOption,
  showItems,
  showJson,
  showTable,
  type Terminal,
} from './output.ts'

interface Options {
  readonly url: string
  readonly output: Format
}

interface Shown {
  readonly job: string
  readonly state: string
  readonly generation: number
  readonly replication: number
  readonly stages: readonly { readonly name: string; readonly partitions: number }[]
  readonly troubles: readonly string[]
}

interface ShownGroup {
  readonly group: string
  readonly generation: number
  readonly isDrained: boolean
  readonly trouble?: { readonly code: string; readonly message: string }
}

/** By the ending of a file; all else is YAML, of which JSON is a part. */
const types: Readonly<Record<string, string>> = {
  json: 'application/json',
  toml: 'application/toml',
}

export function addRunning(job: Command, terminal: Terminal): void {
  const add = (usage: string, description: string, example: string) =>
    job
      .command(usage)
      .description(description)
      .addOption(urlOption())
      .addOption(outputOption())
      .addHelpText('after', `\nExample:\n  ${example}`)
  add('submit <file>', 'have a cluster run a job', 'weir job submit job.yaml --name clicks-2')
    .option('--name <name>', 'another name than the file says')
    .option('--key <key>', 'whoever submits the same again under it is told the same')
    .action((file: string, options: Options & SubmitOptions) => submit(file, options, terminal))
  add('list', 'list the jobs of a cluster', 'weir job list -o jsonl').action((options: Options) =>
    list(options, terminal),
  )
  add('show <job>', 'show one job and its groups', 'weir job show clicks').action(
    (name: string, options: Options) => show(name, options, terminal),
  )
  add('stop <job>', 'take nothing more; what was taken comes out', 'weir job stop clicks').action(
    (name: string, options: Options) => wish(name, 'stop', options, terminal),
  )
  add('start <job>', 'go on where the job was stopped', 'weir job start clicks').action(
    (name: string, options: Options) => wish(name, 'start', options, terminal),
  )
  add('delete <job>', 'remove a job, its state and its journal', 'weir job delete clicks')
    .addHelpText('after', '\nOutput topics stay.')
    .action((name: string, options: Options) => wish(name, 'delete', options, terminal))
}

interface SubmitOptions {
  readonly name?: string
  readonly key?: string
}

async function submit(file: string, options: Options & SubmitOptions, terminal: Terminal) {
  const { url, output, name, key } = options
  const bytes = await readInputSoon(file)
  const type = types[file.split('.').at(-1) ?? ''] ?? 'application/yaml'
  const path = name === undefined ? '/v1/jobs' : `/v1/jobs?name=${encodeURIComponent(name)}`
  const headers = key === undefined ? {} : { 'idempotency-key': key }
  try {
    const told = (await ask(url, path, { file: { bytes, type }, headers })) as { job: string }
    const text = `${told.job} was submitted; weir job show ${told.job} tells how it goes\n`
    terminal.out(output === 'text' ? text : showJson(told, output))
  } catch (error) {
    if (error instanceof Refusal)
      terminal.err(error.errors.map(one => errorText(file, one)).join(''))
    throw error
  }
}

/** With the name that the file has here. */
function errorText(file: string, error: unknown): string {
  const { line = 0, column = 0, message = '' } = error as Partial<Record<string, unknown>>
  return `${file}:${line}:${column}: ${message}\n`
}

async function list({ url, output }: Options, terminal: Terminal): Promise<void> {
  const { jobs } = (await ask(url, '/v1/jobs')) as { jobs: readonly Shown[] }
  if (output !== 'text') {
    terminal.out(showItems(jobs, output))
    return
  }
  const rows = jobs.map(one => {
    const groups = one.stages.map(({ name, partitions }) => `${name} ${partitions}`).join(', ')
    return [one.job, one.state, String(one.generation), groups]
  })
  terminal.out(showTable(['JOB', 'STATE', 'GENERATION', 'GROUPS'], rows))
}

async function show(name: string, { url, output }: Options, terminal: Terminal): Promise<void> {
  const job = (await ask(url, pathOf(name))) as Shown
  const { groups } = (await ask(url, `${pathOf(name)}/groups`)) as { groups: readonly ShownGroup[] }
  if (output === 'text') terminal.out(jobText(job, groups))
  else terminal.out(showJson({ ...job, groups }, output))
  if (job.state !== 'failed') return
  throw new CommandFailure(exitCodes.unhealthy, `${name} has failed`)
}

function jobText(job: Shown, groups: readonly ShownGroup[]): string {
  const { state, generation, replication, troubles } = job
  const rows = groups.map(({ group, generation: of, isDrained, trouble }) => {
    return [group, String(of), isDrained ? 'drained' : '', trouble?.code ?? '']
  })
  const head = `${job.job}: ${state}, generation ${generation}, ${replication} replicas\n`
  const table = showTable(['GROUP', 'GENERATION', 'STATE', 'TROUBLE'], rows)
  return [head, table, ...troubles.map(trouble => `${trouble}\n`)].join('')
}

type Verb = 'stop' | 'start' | 'delete'

async function wish(name: string, verb: Verb, { url, output }: Options, terminal: Terminal) {
  const isDeletion = verb === 'delete'
  const path = isDeletion ? pathOf(name) : `${pathOf(name)}/${verb}`
  const told = await ask(url, path, { method: isDeletion ? 'DELETE' : 'POST' })
  const text = `${name}: ${verb} was taken; weir job show ${name} tells how it goes\n`
  terminal.out(output === 'text' ? text : showJson(told, output))
}

const pathOf = (name: string) => `/v1/jobs/${encodeURIComponent(name)}`
