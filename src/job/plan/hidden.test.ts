/** What a variable stands for is in no finding, wherever in a job it stands. */

import { expect, it } from 'vitest'
import { compilerOf } from '../../sql/compiler.ts'
import { findingText } from '../finding.ts'
import { readJob } from '../job.ts'
import { jobAround } from '../testing/jobs.ts'
import { bytesOf } from '../testing/writing.ts'
import { compileJob } from './compile.ts'

const compiler = compilerOf()

function findingsOf(steps: string, value: string): string {
  const bytes = bytesOf(jobAround(`\n${steps}\n  - to: out\n`))
  const environment = { V: value }
  const { spec, findings } = readJob({ file: 'job.yaml', language: 'yaml', bytes, environment })
  const found = spec === undefined ? findings : compileJob(spec, compiler).findings
  return found.map(findingText).join('\n')
}

it.each([
  ['an expression', '  - filter: ${V}', 'SECRET'],
  ['a text in one', '  - filter: "ms > \'x${V}y\'"', 'secret'],
  ['a column', '  - { aggregate: { key: "${V}", select: { n: count(*) } } }', 'SECRET'],
  ['a name', '  - to: ${V}', 'secret-4711'],
  ['a number', '  - topN: { n: "${V}", by: ms }', '471147114711'],
  ['a short number', '  - topN: { n: "${V}", by: ms }', '0'],
  ['a list', '  - unnest: { each: "${V}", as: one }', '4711'],
])('%s', (_, steps, value) => {
  const text = findingsOf(steps, value)
  expect(text).toContain('${V}')
  expect(text.replaceAll(/^job.yaml:\d+:\d+/gm, '')).not.toContain(value.padEnd(2))
})
