/** Job files from disk, as the commands of `weir job` need them. */

import { dirname, resolve } from 'node:path'
import type { TestFilePart, TestPart } from '../job/format/job.ts'
import {
  type Finding,
  type JobSpec,
  languageOf,
  readJob,
  readTestFile,
  testFindings,
} from '../job/job.ts'
import { CommandFailure, exitCodes } from './exit.ts'
import { readInputSoon } from './input-file.ts'

/** A file of tests alone is called `NAME.test.yaml`, `.json` or `.toml`. */
const isTestFile = (file: string) => /\.test\.\w+$/.test(file)

export interface JobFile {
  readonly file: string
  /** Missing: there are errors. */
  readonly spec?: JobSpec
  /** Those in the job file, or of a file of tests those in it. */
  readonly tests: readonly TestPart[]
  readonly findings: readonly Finding[]
}

export async function readJobFile(file: string): Promise<JobFile> {
  if (isTestFile(file)) return readTests(file)
  const { spec, findings } = readJob(await textOf(file))
  const tests = spec?.job.tests ?? []
  return { file, tests, findings, ...(spec === undefined ? {} : { spec }) }
}

async function readTests(file: string): Promise<JobFile> {
  const { file: read, findings } = readTestFile(await textOf(file))
  if (read === undefined) return { file, tests: [], findings }
  const job = await readJobFile(pathBeside(file, read.part))
  const own = job.spec === undefined ? [] : testFindings(read, job.spec)
  const { spec, ...rest } = job
  const isSound = spec !== undefined && own.every(({ level }) => level === 'warning')
  const all = { ...rest, file, tests: read.part.tests, findings: [...job.findings, ...own] }
  return isSound ? { ...all, spec } : all
}

const pathBeside = (file: string, { job }: TestFilePart) => resolve(dirname(file), job)

async function textOf(file: string) {
  const language = languageOf(file)
  if (language === undefined) {
    throw new CommandFailure(
      exitCodes.badInput,
      `${file} does not end in .yaml, .yml, .json or .toml, so that nobody knows how to read it`,
    )
  }
  return { file, language, bytes: await readInputSoon(file), environment: process.env }
}
