/**
 * Records of a trial between JSON and columns, by the decoder and the encoder that a cluster uses,
 * so that a value means the same in both.
 */

import { WeirError } from '../base/errors.ts'
import type { Decoded, RawRecords } from '../connectors/formats/format.ts'
import { JsonDecoder } from '../connectors/formats/json/decoder.ts'
import { JsonEncoder } from '../connectors/formats/json/encoder.ts'
import { fieldOf } from '../connectors/formats/path.ts'
import type { Records } from '../engine/columns/records.ts'
import type { SourcePlan } from '../engine/plan/plan.ts'
import { sourceSchema } from '../engine/plan/schemas.ts'
import type { Schema } from '../engine/schema/schema.ts'
import { parseJson } from '../job/document/json.ts'
import { jsonText } from '../job/document/json-text.ts'
import { type JsonMap, jsonOf } from '../job/document/node.ts'

interface Trouble {
  readonly code: string
  readonly reason: string
}

export type DecodedRecord =
  | { readonly records: Records; readonly trouble?: never }
  | { readonly trouble: Trouble; readonly records?: never }

/** One record; `now` is its time where the source has no column for it. */
export type Decode = (record: JsonMap, now: number) => DecodedRecord

export function decoderOf(source: SourcePlan): Decode {
  const schema = sourceSchema(source)
  const decode = jsonDecoder(schema)
  return (record, now) => {
    const { vectors, failures } = decode(record)
    const [failure] = failures
    if (failure !== undefined) return { trouble: failure }
    return { records: { schema, size: 1, vectors, times: Float64Array.of(now) } }
  }
}

function jsonDecoder(schema: Schema): (record: JsonMap) => Decoded {
  const decoder = new JsonDecoder(schema.columns.map(column => fieldOf(column)))
  return record => decoder.decode(rawOf(record))
}

function rawOf(record: JsonMap): RawRecords {
  const bytes = new TextEncoder().encode(jsonText(record))
  return { bytes, size: 1, starts: Int32Array.of(0), ends: Int32Array.of(bytes.length) }
}

/** Each record as the encoder writes it, read again. */
export function jsonRecords(records: Records): readonly JsonMap[] {
  const { bytes, starts, ends } = new JsonEncoder(records.schema).encode(records)
  return Array.from({ length: records.size }, (_, row) => {
    const text = new TextDecoder().decode(bytes.subarray(starts[row], ends[row]))
    const { root } = parseJson(text)
    return (root === undefined ? {} : jsonOf(root)) as JsonMap
  })
}

/** As it would be written if it came out of a sink of this schema. Throws a WeirError. */
export function canonicalOf(record: JsonMap, schema: Schema): JsonMap {
  const { vectors, failures } = jsonDecoder(schema)(record)
  const [failure] = failures
  if (failure !== undefined) {
    const message = `an expected record is none of the sink's: ${failure.reason}`
    throw new WeirError(failure.code, message)
  }
  const [canonical = {}] = jsonRecords({ schema, size: 1, vectors, times: Float64Array.of(0) })
  return canonical
}
