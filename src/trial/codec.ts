/**
 * Records of a trial between JSON and columns: read by the decoder and written as by the encoder of
 * a cluster, so that a value means the same in both. Numbers keep all digits; those that are not
 * finite, which JSON does not have, are the texts `NaN`, `Infinity` and `-Infinity`.
 */

import { WeirError } from '../base/errors.ts'
import type { Decoded, TimeUnit } from '../connectors/formats/format.ts'
import { JsonDecoder } from '../connectors/formats/json/decoder.ts'
import { JsonOut } from '../connectors/formats/json/out.ts'
import { writingOf } from '../connectors/formats/json/writing.ts'
import { fieldOf } from '../connectors/formats/path.ts'
import { DELETE, type Records, UPDATE } from '../engine/columns/records.ts'
import { type Scalar, scalarAt, type Vector } from '../engine/columns/vector.ts'
import type { SourcePlan } from '../engine/plan/plan.ts'
import { sourceSchema } from '../engine/plan/schemas.ts'
import type { Column, Schema } from '../engine/schema/schema.ts'
import type { Type } from '../engine/schema/type.ts'
import { mustParseJson } from '../job/document/json.ts'
import { nodeText } from '../job/document/json-text.ts'
import { type Json, type JsonMap, jsonOf } from '../job/document/node.ts'
import { exactNumber, sameText } from './digits.ts'

interface Trouble {
  readonly code: string
  readonly reason: string
}

export type DecodedRecord =
  | { readonly records: Records; readonly trouble?: never }
  | { readonly trouble: Trouble; readonly records?: never }

/** One record in JSON; `now` is its time where the source has no column for it. */
export type Decode = (json: string, now: number) => DecodedRecord

export function decoderOf(source: SourcePlan): Decode {
  const schema = sourceSchema(source)
  const decode = jsonDecoder(schema, placesOf(source))
  return (json, now) => {
    const { vectors, failures } = decode(json)
    const [failure] = failures
    if (failure !== undefined) return { trouble: failure }
    return { records: { schema, size: 1, vectors, times: Float64Array.of(now) } }
  }
}

type Places = ReadonlyMap<string, { readonly path?: string; readonly unit?: TimeUnit }>

/** Where a source's columns stand in a record, where the job says so. */
function placesOf({ options }: SourcePlan): Places {
  return new Map(Object.entries((options['fields'] ?? {}) as object)) as Places
}

function jsonDecoder(schema: Schema, places: Places = new Map()): (json: string) => Decoded {
  const fields = schema.columns.map(column => {
    const { path, unit } = places.get(column.name) ?? {}
    return fieldOf(column, { from: path, unit })
  })
  const decoder = new JsonDecoder(fields, { notFinite: true })
  return json => {
    const bytes = new TextEncoder().encode(json)
    const [starts, ends] = [Int32Array.of(0), Int32Array.of(bytes.length)]
    return decoder.decode({ bytes, size: 1, starts, ends })
  }
}

/** One record in JSON, as it would come to a sink of this schema. Throws a WeirError. */
export function mustDecode(json: string, schema: Schema): Records {
  const { vectors, failures } = jsonDecoder(schema)(json)
  const [failure] = failures
  if (failure !== undefined) {
    const message = `an expected record is none of the sink's: ${failure.reason}`
    throw new WeirError(failure.code, message)
  }
  return { schema, size: 1, vectors, times: Float64Array.of(0) }
}

export type Kind = 'insert' | 'update' | 'delete'

const kinds: ReadonlyMap<number | undefined, Kind> = new Map([
  [UPDATE, 'update'],
  [DELETE, 'delete'],
])

const kindAt = ({ kinds: all }: Records, row: number): Kind => kinds.get(all?.[row]) ?? 'insert'

function rowsOf<T>(records: Records, of: (row: number) => T): readonly T[] {
  return Array.from({ length: records.size }, (_, row) => of(row))
}

/** What `of` makes of each column of a row. */
function columnsOf<T>(
  { schema, vectors }: Records,
  row: number,
  of: (column: Column, value: Scalar) => T,
) {
  return schema.columns.map((column, place) => of(column, scalarAt(vectors[place] as Vector, row)))
}

export interface Shown {
  readonly kind: Kind
  /** As a sink writes it, but for columns that are null. */
  readonly text: string
  /** Equal for records that are equal by the types of their columns. */
  readonly meaning: string
}

export function shownOf(records: Records): readonly Shown[] {
  return rowsOf(records, row => {
    const columns = columnsOf(records, row, ({ name, type }, value) => [name, textOf(type, value)])
    const pairs = columns.filter(([, text]) => text !== 'null')
    const text = `{${pairs.map(([name, one]) => `${JSON.stringify(name)}:${one}`).join(',')}}`
    return { kind: kindAt(records, row), text, meaning: meaningOf(text) }
  })
}

/** Of two equal keys the last counts; of numbers, their digits. */
function meaningOf(json: string): string {
  return nodeText(mustParseJson(json), ({ digits = '' }) => sameText(digits) ?? digits)
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

function textOf(type: Type, value: Scalar): string {
  if (value === null) return 'null'
  if (type.kind === 'double' && !Number.isFinite(value)) return JSON.stringify(String(value))
  if (type.kind === 'array') {
    return `[${(value as readonly Scalar[]).map(one => textOf(type.of, one)).join(',')}]`
  }
  const out = new JsonOut()
  writingOf(type, 'iso').scalar(out, value)
  return decoder.decode(out.take())
}

export interface Received {
  /** `update` takes the place of an earlier record with the same key, `delete` takes it back. */
  readonly kind: Kind
  /** Whole numbers beyond 2^53 are bigints, fractions that no double says texts of their digits. */
  readonly record: JsonMap
}

export function receivedOf(records: Records): readonly Received[] {
  return rowsOf(records, row => {
    const columns = columnsOf(records, row, ({ name, type }, value) => [name, jsonAs(type, value)])
    return { kind: kindAt(records, row), record: Object.fromEntries(columns) }
  })
}

function jsonAs(type: Type, value: Scalar): Json {
  if (value === null || type.kind === 'double') return value as number | null
  if (type.kind === 'array') {
    return (value as readonly Scalar[]).map(one => jsonAs(type.of, one))
  }
  return jsonOf(mustParseJson(textOf(type, value)), undefined, exactNumber)
}
