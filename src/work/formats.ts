/**
 * How records of a topic are written, as a job says it, for the formats' own door. A topic has one
 * record a message: what concerns whole files has no meaning here and is refused.
 */

import type { Field } from '../connectors/formats/format.ts'
import type { Limits } from '../connectors/formats/limits.ts'
import {
  decoderOf,
  encoderOf,
  type ReadFormat,
  type WriteFormat,
} from '../connectors/formats/open.ts'
import { fieldOf } from '../connectors/formats/path.ts'
import type { SourcePlan } from '../engine/plan/plan.ts'
import { sourceSchema } from '../engine/plan/schemas.ts'
import type { Schema } from '../engine/schema/schema.ts'
import type { Decoding } from '../group/feed/shaping.ts'
import type { SinkPart, SourcePart } from '../job/format/source.ts'

type FormatPart = NonNullable<SourcePart['format']>
export type FormatName = Extract<FormatPart, string>

interface FormatOptions {
  readonly sizeMax?: number
  readonly depthMax?: number
  readonly delimiter?: string
  readonly header?: boolean
}

interface Said {
  readonly name: FormatName
  readonly options: FormatOptions
}

function saidBy({ format = 'json' }: SourcePart | SinkPart): Said {
  if (typeof format === 'string') return { name: format, options: {} }
  return { name: format.kind, options: format.body }
}

/** What cannot be done yet, in a sentence; undefined: all can. */
export function formatTrouble(part: SourcePart | SinkPart): string | undefined {
  const { name, options } = saidBy(part)
  if (name === 'avro' || name === 'protobuf') return `${name} is not read yet`
  return options.header === true
    ? 'header is for files: a topic has one record a message'
    : undefined
}

function fieldsOf(source: SourcePlan): readonly Field[] {
  const places = (source.options['fields'] ?? {}) as Readonly<
    Record<string, { readonly path?: string; readonly unit?: Field['unit'] }>
  >
  return sourceSchema(source).columns.map(column => {
    const { path, unit } = places[column.name] ?? {}
    return fieldOf(column, { from: path, unit })
  })
}

/** Throws a WeirError where columns and format do not go together. */
export function decodingOf(part: SourcePart, source: SourcePlan): Decoding {
  const fields = fieldsOf(source)
  return decoderOf(readFormat(saidBy(part), fields), fields)
}

function readFormat({ name, options }: Said, fields: readonly Field[]): ReadFormat {
  const limits = limitsIn(options)
  if (name === 'csv') {
    // Cells come in the order in which the schema names them.
    const names = fields.map(({ path }) => path.join('.'))
    return { format: name, limits, names, delimiter: options.delimiter }
  }
  return { format: name as Exclude<FormatName, 'csv' | 'avro' | 'protobuf'>, limits }
}

function limitsIn({ sizeMax, depthMax }: FormatOptions): Partial<Limits> {
  return {
    // A text may be all of a record.
    ...(sizeMax === undefined ? {} : { recordBytesMax: sizeMax, textBytesMax: sizeMax }),
    ...(depthMax === undefined ? {} : { depthMax }),
  }
}

export const formatName = (part: SourcePart | SinkPart): FormatName => saidBy(part).name

/** Throws a WeirError where columns and format do not go together. */
export function encodingOf(part: SinkPart, schema: Schema) {
  const { name, options } = saidBy(part)
  if (name === 'csv') return encoderOf({ format: name, delimiter: options.delimiter }, schema)
  return encoderOf({ format: name as Exclude<WriteFormat['format'], 'csv'> }, schema)
}
