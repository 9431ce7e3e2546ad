/** How a job's words about formats become decoders of a topic's records. */

import { expect, test } from 'vitest'
import { type Scalar, scalarAt } from '../engine/columns/vector.ts'
import { codesOf, mustRead } from './testing/jobs.ts'

/** A job with this source. */
const job = (source: string): string => `
name: j
sources:
  s: { log: { topic: in }, ${source} }
steps:
  - { to: k }
sinks:
  k: { log: { topic: out } }
`

/** Of one record, its columns, or why it is none. */
function decoded(source: string, text: string): readonly Scalar[] | string {
  const bytes = new TextEncoder().encode(text)
  const decoding = mustRead(job(source)).sources.get('s')?.decoding
  const raw = { bytes, size: 1, starts: Int32Array.of(0), ends: Int32Array.of(bytes.length) }
  const answer = decoding?.decode(raw)
  const [failure] = answer?.failures ?? []
  return failure?.code ?? answer?.vectors.map(vector => scalarAt(vector, 0)) ?? 'nobody'
}

test('JSON is what nobody has to say, with paths and units', () => {
  const schema = 'schema: { user: { type: text, path: who.id }, at: { type: timestamp, unit: s } }'
  expect(decoded(schema, '{"who":{"id":"ann"},"at":2}')).toEqual(['ann', 2000])
})

test('CSV has its cells in the order of the schema, with a delimiter', () => {
  const schema = 'format: { csv: { delimiter: ";" } }, schema: { user: text, n: bigint }'
  expect(decoded(schema, 'ann;7')).toEqual(['ann', 7])
  expect(decoded(schema, 'ann;7;8')).toEqual(expect.any(String))
})

test('a text is a text, and YAML and TOML are read', () => {
  expect(decoded('format: text', 'a b')).toEqual(['a b'])
  expect(decoded('format: yaml, schema: { n: bigint }', 'n: 3')).toEqual([3])
  expect(decoded('format: toml, schema: { n: bigint }', 'n = 3')).toEqual([3])
})

test('a record that is too large or too deep is none', () => {
  const json = (bound: string) => `format: { json: { ${bound} } }, schema: { n: json }`
  expect(decoded(json('sizeMax: 8B'), '{"n":123}')).toBe('too-large')
  expect(decoded(json('sizeMax: 9B'), '{"n":123}')).toEqual(['123'])
  expect(decoded(json('depthMax: 2'), '{"n":[[1]]}')).toEqual(expect.any(String))
})

test('what is for files, and what nobody reads yet, is refused', () => {
  expect(codesOf(job('format: { csv: { header: true } }, schema: { n: bigint }'))).toEqual([
    'not-runnable',
  ])
  const avro = 'format: avro, registry: "http://r:1", schema: { n: bigint }'
  expect(codesOf(job(avro))).toEqual(['not-runnable'])
})
