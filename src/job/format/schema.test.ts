/**
 * The published JSON Schema: it is the one that the shapes give now, and it takes whatever the
 * checker takes. WEIR_REGENERATE=1 npx vitest run src/job/format writes it anew.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fuzzRuns } from '../../base/testing/runs.ts'
import { readDocument } from '../document/document.ts'
import { check } from '../shape/check.ts'
import { FULL_JOB, valueOfYaml } from '../testing/jobs.ts'
import { bytesOf } from '../testing/writing.ts'
import { jobShape } from './job.ts'
import { jobSchema } from './schema.ts'

const published = new URL('../../../docs/reference/job.schema.json', import.meta.url)
const isRegenerating = process.env['WEIR_REGENERATE'] === '1'
const asPublished = () => `${JSON.stringify(jobSchema(), undefined, 2)}\n`

const validate = new Ajv({ strict: true, strictRequired: false }).compile(
  JSON.parse(asPublished()) as object,
)
const value = JSON.parse(JSON.stringify(valueOfYaml(FULL_JOB))) as object

function checkerTakes(job: unknown): boolean {
  const bytes = bytesOf(JSON.stringify(job))
  const { document } = readDocument({ file: 'f', language: 'json', bytes, environment: {} })
  return document !== undefined && check(jobShape, document.root).remarks.length === 0
}

it('the published schema is the one that the shapes give', () => {
  if (isRegenerating) writeFileSync(published, asPublished())
  expect(readFileSync(published, 'utf8')).toBe(asPublished())
})

describe('the schema', () => {
  it('takes a job with everything', () => {
    expect(validate(value), JSON.stringify(validate.errors)).toBe(true)
  })

  it('knows every kind of step, also those to come, which it refuses', () => {
    const { step } = (jobSchema() as { definitions: Record<string, { properties: object }> })
      .definitions
    const kinds = Object.keys(step?.properties ?? {})
    expect(kinds).toEqual([
      'name',
      'from',
      'partitions',
      'filter',
      'map',
      'project',
      'flatMap',
      'unnest',
      'keyBy',
      'union',
      'split',
      'aggregate',
      'dedup',
      'topN',
      'rolling',
      'to',
      'join',
      'pattern',
      'process',
      'sql',
    ])
    for (const kind of ['join', 'pattern', 'process', 'sql']) {
      expect(validate({ ...value, steps: [{ [kind]: {} }] })).toBe(false)
    }
  })

  it('describes every field', () => {
    const blank: string[] = []
    const look = (node: unknown, path: string) => {
      if (typeof node !== 'object' || node === null) return
      for (const [key, one] of Object.entries(node)) {
        if (key !== 'properties') look(one, `${path}/${key}`)
        else {
          for (const [name, field] of Object.entries(
            one as Record<string, { description?: string }>,
          )) {
            if (!field.description) blank.push(`${path}/${name}`)
            look(field, `${path}/${name}`)
          }
        }
      }
    }
    look(jobSchema(), '')
    expect(blank).toEqual([])
  })

  it.each([
    ['no name', { ...value, name: undefined }],
    ['no steps', { ...value, steps: undefined }],
    ['an unknown key', { ...value, stepz: [] }],
    ['a bad name', { ...value, name: 'a b' }],
    ['SQL', { ...value, sql: 'SELECT 1' }],
    ['a step of no kind', { ...value, steps: [{ name: 'a' }] }],
    ['a step of two kinds', { ...value, steps: [{ filter: 'a', to: 'b' }] }],
    ['a step of an unknown kind', { ...value, steps: [{ filtre: 'a' }] }],
    ['a bad duration', { ...value, options: { checkpoint: '5 sec' } }],
    ['a bad choice', { ...value, options: { errors: 'ignore' } }],
    ['a number too large', { ...value, options: { partitions: 5_000 } }],
    [
      'a window of no kind',
      { ...value, steps: [{ aggregate: { window: {}, select: { n: 'x' } } }] },
    ],
    ['an empty list', { ...value, steps: [{ project: { keep: [] } }] }],
    ['a column that is no name', { ...value, steps: [{ map: { select: { 'a b': 'x' } } }] }],
  ])('refuses %s, as the checker does', (_, job) => {
    expect(checkerTakes(job)).toBe(false)
    expect(validate(JSON.parse(JSON.stringify(job)))).toBe(false)
  })

  it.each([
    ['a number', { ...value, options: { partitions: '${P:12}', replication: '${R:3}' } }],
    ['a duration', { ...value, options: { checkpoint: '${C:5s}' } }],
    ['a choice', { ...value, options: { errors: '${E:skip}' } }],
    ['a flag', { ...value, views: { v: { from: 'x', key: 'k', journaled: '${J:true}' } } }],
    ['a name', { ...value, name: '${NAME:job}' }],
  ])('takes a variable for %s, as the checker does', (_, job) => {
    expect(checkerTakes(job)).toBe(true)
    expect(validate(job), JSON.stringify(validate.errors)).toBe(true)
  })

  it('takes whatever the checker takes', () => {
    const json = JSON.stringify(value)
    const leaves = [...json.matchAll(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true/g)]
    const other = fc.oneof(
      fc.constantFrom(
        '"x"',
        '"5s"',
        '1',
        '[]',
        '{}',
        '["a"]',
        '"json"',
        '"a.b"',
        'false',
        '"1MiB"',
      ),
      fc.constantFrom('{"x": "y"}', '{"json": {}}', '[{"to": "a"}]', '"${X:1}"', '"decimal(3, 1)"'),
      fc.nat(leaves.length - 1).map(at => leaves[at]?.[0] ?? ''),
    )
    let taken = 0
    fc.assert(
      fc.property(fc.nat(leaves.length - 1), other, (at, one) => {
        const { index = 0, 0: old = '' } = leaves[at] ?? { 0: '' }
        const isKey = json[index + old.length] === ':'
        const put = isKey && !/^"[^"]*"$/.test(one) ? old : one
        const job = JSON.parse(json.slice(0, index) + put + json.slice(index + old.length))
        if (!checkerTakes(job)) return
        taken++
        expect(validate(job), JSON.stringify(validate.errors)).toBe(true)
      }),
      { numRuns: fuzzRuns(400) },
    )
    expect(taken).toBeGreaterThan(20)
  })
})
