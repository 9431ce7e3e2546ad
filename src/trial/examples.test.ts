/** The jobs of examples/jobs: each is sound, says nothing odd, and passes its tests. */

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { findingText } from '../job/finding.ts'
import { sourceShape } from '../job/format/source.ts'
import { stepShape } from '../job/format/step.ts'
import { windowShape } from '../job/format/window.ts'
import { languageOf, readJob, readTestFile, testFindings } from '../job/job.ts'
import { compileJob } from '../job/plan/compile.ts'
import { jobCompiler } from '../job/plan/compiler.ts'
import type { Shape } from '../job/shape/shape.ts'
import { TestDriver } from './driver.ts'
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

const page = readFileSync(new URL('../../docs/jobs.md', import.meta.url), 'utf8')

/** What the page shows in a language. */
const shownIn = (language: string) =>
  [...page.matchAll(/```(\w*)\n(.*?)```/gs)].flatMap(([, found, text = '']) => {
    return found === language ? [text] : []
  })

it('what docs/jobs.md shows is sound, and passes', () => {
  const [job = '', tests = ''] = shownIn('yaml')
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

it('what docs/jobs.md shows in TypeScript passes', () => {
  const [job = ''] = shownIn('yaml')
  const [code = ''] = shownIn('ts')
  const run = new Function('TestDriver', 'readFileSync', 'expect', code)
  expect(code).toContain('expect(')
  run(TestDriver, () => job, expect)
})

/** Keys of a shape in a table of the page: those of the first cells, in backticks. */
const namedIn = (heading: string) => {
  const [, below = ''] = page.split(`## ${heading}\n`)
  const [section = ''] = below.split('\n## ')
  const cells = section.split('\n').flatMap(line => (line.startsWith('| `') ? [line] : []))
  return cells.flatMap(line => {
    const [first = ''] = line.slice(2).split(' | ')
    return [...first.matchAll(/`(.+?)`/g)].map(([, name = '']) => name)
  })
}

function tagged(shape: Shape) {
  if (shape.kind !== 'tagged') throw new Error(`a shape is ${shape.kind}`)
  return shape
}

it('docs/jobs.md names every kind of step, every window and every key of a source', () => {
  const named = namedIn('Steps')
  const windows = named.flatMap(name => /^\{(\w+):/.exec(name)?.[1] ?? [])
  const steps = named.filter(name => !name.startsWith('{'))
  expect(windows).toEqual(Object.keys(tagged(windowShape).tags))
  expect(steps.sort()).toEqual(Object.keys(tagged(stepShape).tags).sort())
  const { common, tags } = tagged(sourceShape)
  expect(namedIn('Sources').sort()).toEqual(Object.keys({ ...common, ...tags }).sort())
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
