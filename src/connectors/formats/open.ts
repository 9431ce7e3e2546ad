/** Every format by its name: the one door through which sources and sinks come to decoders. */

import { unreachable } from '../../base/errors.ts'
import type { Schema } from '../../engine/schema/schema.ts'
import { CsvCutter } from './csv/cutter.ts'
import { CsvDecoder } from './csv/decoder.ts'
import { CsvEncoder } from './csv/encoder.ts'
import { DocumentDecoder } from './document/decoder.ts'
import { tomlToJson } from './document/toml.ts'
import { yamlToJson } from './document/yaml.ts'
import type { Decoder, Encoder, Field, Splitter } from './format.ts'
import { JsonDecoder } from './json/decoder.ts'
import { JsonEncoder } from './json/encoder.ts'
import type { MomentForm } from './json/writing.ts'
import type { Limits } from './limits.ts'
import { LineSplitter } from './lines.ts'
import { PlainDecoder, PlainEncoder } from './text.ts'

interface Reads {
  readonly limits?: Partial<Limits> | undefined
}

interface ReadsJson extends Reads {
  /** Texts and numbers stand for each other where that has a sense. */
  readonly lenient?: boolean | undefined
}

interface ReadsCsv extends Reads {
  readonly format: 'csv'
  /** Of all cells; where a file's first record says them, `namesOf` of csv/decoder.ts reads it. */
  readonly names: readonly string[]
  readonly delimiter?: string | undefined
}

export type ReadFormat =
  | (ReadsJson & { readonly format: 'json' | 'ndjson' | 'yaml' | 'toml' })
  | ReadsCsv
  | (Reads & { readonly format: 'text' })

export function decoderOf(format: ReadFormat, fields: readonly Field[]): Decoder {
  switch (format.format) {
    case 'json':
    case 'ndjson':
      return new JsonDecoder(fields, format)
    case 'yaml':
      return new DocumentDecoder(fields, yamlToJson, format)
    case 'toml':
      return new DocumentDecoder(fields, tomlToJson, format)
    case 'csv':
      return new CsvDecoder(fields, format)
    case 'text':
      return new PlainDecoder(fields, format)
    default:
      return unreachable(format)
  }
}

export type WriteFormat =
  | { readonly format: 'json' | 'ndjson'; readonly moments?: MomentForm | undefined }
  | {
      readonly format: 'csv'
      readonly moments?: MomentForm | undefined
      readonly delimiter?: string | undefined
    }
  /** `lines`: a newline behind each. */
  | { readonly format: 'text'; readonly lines?: boolean | undefined }

export function encoderOf(format: WriteFormat, schema: Schema): Encoder {
  switch (format.format) {
    case 'json':
    case 'ndjson':
      return new JsonEncoder(schema, { ...format, lines: format.format === 'ndjson' })
    case 'csv':
      return new CsvEncoder(schema, format)
    case 'text':
      return new PlainEncoder(schema, format)
    default:
      return unreachable(format)
  }
}

/** Files hold many records of these; a file of any other format is one record. */
export type SplitFormat = Reads &
  (
    | { readonly format: 'ndjson' | 'text' }
    | {
        readonly format: 'csv'
        readonly delimiter?: string | undefined
        /** Of all cells, where they are known: an empty line is a record if there is one only. */
        readonly names?: readonly string[] | undefined
      }
  )

/** `position`: where in the file it begins, at a record. */
export function splitterOf(format: SplitFormat, position = 0): Splitter {
  const { limits } = format
  switch (format.format) {
    case 'ndjson':
      return new LineSplitter({ limits, position, skips: 'blank' })
    case 'text':
      return new LineSplitter({ limits, position })
    case 'csv':
      return new LineSplitter(
        { limits, position, skips: format.names?.length === 1 ? 'none' : 'empty' },
        new CsvCutter(format),
      )
    default:
      return unreachable(format)
  }
}
