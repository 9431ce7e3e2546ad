/** Outputs as records: values, keys, partitions, what is taken back. */

import { expect, test } from 'vitest'
import { ByteWriter } from '../base/bytes.ts'
import { kafkaPartition } from '../base/hash.ts'
import { encoderOf, type WriteFormat } from '../connectors/formats/open.ts'
import { DELETE, type Row, recordsOf, UPDATE } from '../engine/columns/records.ts'
import { writeRecords } from '../engine/columns/records-codec.ts'
import { Schema } from '../engine/schema/schema.ts'
import { BIGINT, TEXT } from '../engine/schema/type.ts'
import { Renderer } from './rendering.ts'

const schema = new Schema([
  { name: 'user', type: TEXT },
  { name: 'n', type: BIGINT },
])

function rendered(rows: readonly Row[], key: readonly string[], format: WriteFormat['format']) {
  const out = new ByteWriter()
  writeRecords(out, recordsOf(schema, rows))
  const run = { sink: 'k', first: 1, count: rows.length, bytes: out.finish() }
  const encoder = encoderOf({ format }, schema)
  const renderer = new Renderer({ topic: 'out', schema, key, encoder })
  return renderer.render(run, { partitions: 4, group: 6 })
}

const text = (bytes: Uint8Array | null | undefined) =>
  bytes == null ? null : new TextDecoder().decode(bytes)

const row = (user: string | null, n: number, kind?: number): Row => ({
  time: 1234.5,
  values: [user, n],
  ...(kind === undefined ? {} : { kind }),
})

test('a record has value, key, event time, and the partition of its key', () => {
  const [output] = rendered([row('ann', 7)], ['user'], 'json')
  expect(text(output?.record.value)).toBe('{"user":"ann","n":7}')
  expect(text(output?.record.key)).toBe('{"user":"ann"}')
  expect(output?.record.timestampMs).toBe(1234)
  expect(output?.topic).toBe('out')
  expect(output?.partition).toBe(kafkaPartition(output?.record.key ?? new Uint8Array(0), 4))
})

test('what is taken back is a record without a value', () => {
  const rows = [row('ann', 7), row('ann', 8, UPDATE), row('ann', 0, DELETE)]
  const values = rendered(rows, ['user'], 'json').map(({ record }) => text(record.value))
  expect(values).toEqual(['{"user":"ann","n":7}', '{"user":"ann","n":8}', null])
})

test('without a key it is said in the record', () => {
  const rows = [row('ann', 7), row('ann', 8, UPDATE), row('ann', 0, DELETE)]
  const outputs = rendered(rows, [], 'json')
  expect(outputs.map(({ record }) => text(record.value))).toEqual([
    '{"user":"ann","n":7}',
    '{"user":"ann","n":8,"$change":"update"}',
    '{"user":"ann","n":0,"$change":"delete"}',
  ])
  expect(outputs.map(({ partition, record }) => [partition, record.key])).toEqual(
    Array.from({ length: 3 }, () => [2, null]),
  )
})

test('keys are JSON whatever the format, and a null in one is null', () => {
  const [output] = rendered([row(null, 7)], ['n', 'user'], 'csv')
  expect(text(output?.record.key)).toBe('{"n":7,"user":null}')
  expect(text(output?.record.value)).toBe(',7\r\n')
})

test('no time before 1970, and none that is none', () => {
  const times = [-5, Number.NaN, Number.POSITIVE_INFINITY].map(time => ({ ...row('a', 1), time }))
  const outputs = rendered(times, [], 'json')
  expect(outputs.map(({ record }) => record.timestampMs)).toEqual([0, 0, 0])
})
