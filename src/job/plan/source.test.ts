/** What a source says of its columns besides types; mistakes stand in testdata/mistakes.txt. */

import { expect, it } from 'vitest'
import { found, read } from '../testing/jobs.ts'
import { compileJob } from './compile.ts'
import { jobCompiler } from './compiler.ts'
import { explanationOf } from './explanation.ts'

it('says where the values of its columns stand, and types are as SQL writes them', () => {
  const text = `name: a
sources:
  e:
    http: { path: /x }
    schema:
      at: { type: timestamptz, path: '"@timestamp"', unit: s }
      user: { type: text, path: "\${P:user-id}" }
      n: { type: "bigint[]" }
    time: at
steps: [{ to: out }]
sinks: { out: { memory: {} } }
`
  const { spec } = read(text)
  if (spec === undefined) throw new Error(found(text).join('\n'))
  const compiler = jobCompiler()
  const { plan, schemas } = compileJob(spec, compiler)
  if (plan === undefined) throw new Error('no plan')
  const [source] = plan.sources
  expect(source?.columns).toEqual([
    { name: 'at', type: 'TIMESTAMPTZ' },
    { name: 'user', type: 'TEXT' },
    { name: 'n', type: 'ARRAY<BIGINT>' },
  ])
  const fields = { at: { path: '"@timestamp"', unit: 's' }, user: { path: 'user-id' } }
  expect(source?.options).toEqual({ http: { path: '/x' }, fields })
  const [shown] = explanationOf({ spec, plan, schemas, compiler }).sources
  expect(shown?.options).toMatchObject({ fields: { user: { path: '${P:user-id}' } } })
})
