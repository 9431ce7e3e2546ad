/** The jobs of examples/jobs: each is sound, says nothing odd, and passes its tests. */

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { findingText } from '../job/finding.ts'
import { languageOf, readJob, readTestFile, testFindings } from '../job/job.ts'
import { compileJob } from '../job/plan/compile.ts'
import { jobCompiler } from '../job/plan/compiler.ts'
import { outcomeText, runTest } from './test-run.ts'

const folder = new URL('../../examples/jobs/', import.meta.url)
const names = readdirSync(folder)
const jobs = names.filter(name => !name.includes('.test.') && languageOf(name) !== undefined)

function fileOf(name: string) {
  const language = languageOf(name)
  if (language === undefined) throw new Error(name)
  return { file: name, language, bytes: readFileSync(new URL(name, folder)), environment: {} }
}

function compiledJob(name: string) {
  const { spec, findings } = readJob(fileOf(name))
  expect(findings.map(findingText)).toEqual([])
  if (spec === undefined) throw new Error(name)
  const compiler = jobCompiler()
  const { plan, schemas, findings: wrong } = compileJob(spec, compiler)
  expect(wrong.map(findingText)).toEqual([])
  if (plan === undefined) throw new Error(name)
  return { spec, subject: { plan, schemas, compiler } }
}

/** In the file itself, and in the file of tests beside it. */
function testsOf(name: string) {
  const { spec, subject } = compiledJob(name)
  const beside = names.find(one => one.startsWith(name.replace(/\.\w+$/, '.test.')))
  const { file } = beside === undefined ? {} : readTestFile(fileOf(beside))
  if (file !== undefined) {
    expect(file.part.job).toBe(name)
    expect(testFindings(file, spec).map(findingText)).toEqual([])
  }
  return { subject, tests: [...(spec.job.tests ?? []), ...(file?.part.tests ?? [])] }
}

it('what docs/jobs.md shows is sound, and passes', () => {
  const page = readFileSync(new URL('../../docs/jobs.md', import.meta.url), 'utf8')
  const [job = '', tests = ''] = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text)
  const bytes = new TextEncoder().encode(job + tests)
  const { spec } = readJob({ file: 'jobs.md', language: 'yaml', bytes, environment: {} })
  if (spec === undefined) throw new Error('not sound')
  const compiler = jobCompiler()
  const { plan, schemas } = compileJob(spec, compiler)
  if (plan === undefined) throw new Error('no plan')
  const outcomes = (spec.job.tests ?? []).map(test => runTest(test, { plan, schemas, compiler }))
  expect(outcomes.map(outcomeText)).toEqual([
    'passed  a window closes once the watermark has passed its end',
  ])
})

it('there is one for each kind of window, and one of two stages', () => {
  const kinds = jobs.flatMap(name => {
    const { steps } = compiledJob(name).spec
    return steps.flatMap(({ window }) => window?.kind ?? [])
  })
  const wanted = ['count', 'cumulate', 'global', 'hopping', 'session', 'sliding', 'tumbling']
  expect([...new Set(kinds)].sort()).toEqual(wanted)
  expect(jobs).toContain('two-stages.yaml')
})

describe.each(jobs)('%s', name => {
  const { tests, subject } = testsOf(name)

  it('has tests', () => {
    expect(tests.length).toBeGreaterThan(0)
  })

  it.each(tests.map(test => [test.name, test] as const))('%s', (_, test) => {
    expect(outcomeText(runTest(test, subject))).toBe(`passed  ${test.name}`)
  })
})
