/** A key of columns: any column may be one, whatever SQL would take its name for. */

import { expect, it } from 'vitest'
import { found, read } from '../testing/jobs.ts'
import { compileJob } from './compile.ts'
import { jobCompiler } from './compiler.ts'

const text = (key: string) => `name: words
sources: { e: { log: { topic: t }, schema: { order: text, end: bigint } } }
steps: [{ name: once, dedup: { key: ${key} } }, { to: out }]
sinks: { out: { memory: {} } }
`

it.each([
  ['order', ['order']],
  ['[end, order]', ['end', 'order']],
  [`{ a: '"end" + 1' }`, ['a']],
])('the key %s has the columns %j', (key, columns) => {
  const { spec } = read(text(key))
  if (spec === undefined) throw new Error(found(text(key)).join('\n'))
  const { plan, findings } = compileJob(spec, jobCompiler())
  expect(findings).toEqual([])
  const [once] = plan?.operators ?? []
  expect(once?.spec.kind === 'dedup' && once.spec.key.map(({ name }) => name)).toEqual(columns)
})
