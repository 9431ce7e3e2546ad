/**
 * Formats in which a record is a document for people: it is read by a library, said again in JSON,
 * and becomes columns as JSON does. So there is one table of conversions, and one set of limits.
 */

import type { Decoded, Decoder, Failure, Field, RawRecords } from '../format.ts'
import { JsonDecoder, type JsonOptions } from '../json/decoder.ts'
import { notUtf8At } from '../json/utf8.ts'
import { type Limits, limitsOf } from '../limits.ts'
import { TroubleAt } from '../trouble.ts'

/** The text of one record in JSON; `at` of a trouble counts characters. */
export type Translate = (text: string, limits: Limits) => string | TroubleAt

/** Libraries for such documents take their time over those that are broken on purpose. */
const DOCUMENT_BYTES_MAX = 65_536
/** A text that is escaped in JSON is at most so many times as long. */
const ESCAPED_TIMES = 6

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()

export class DocumentDecoder implements Decoder {
  readonly #limits: Limits
  readonly #translate: Translate
  readonly #json: JsonDecoder

  constructor(fields: readonly Field[], translate: Translate, options: JsonOptions = {}) {
    this.#limits = limitsOf({ recordBytesMax: DOCUMENT_BYTES_MAX, ...options.limits })
    this.#translate = translate
    const { recordBytesMax, textBytesMax } = this.#limits
    const limits = {
      ...this.#limits,
      recordBytesMax: 2 * ESCAPED_TIMES * recordBytesMax,
      textBytesMax: ESCAPED_TIMES * textBytesMax,
    }
    this.#json = new JsonDecoder(fields, { ...options, limits })
  }

  decode(raw: RawRecords): Decoded {
    const failures: Failure[] = []
    const texts = Array.from({ length: raw.size }, (_, row) => {
      const text = this.#text(raw, row)
      if (typeof text === 'string') return encoder.encode(text)
      failures.push({ row, code: text.code, reason: text.reason, at: text.at })
      return undefined
    })
    const { vectors, failures: inJson } = this.#json.decode(joined(texts))
    // Where it stood in the document nobody knows any more.
    const later = inJson.filter(({ row }) => texts[row] !== undefined)
    failures.push(...later.map(failure => ({ ...failure, at: 0 })))
    return { vectors, failures: failures.sort((a, b) => a.row - b.row) }
  }

  #text({ bytes, starts, ends }: RawRecords, row: number): string | TroubleAt {
    const start = starts[row] as number
    const end = ends[row] as number
    const max = this.#limits.recordBytesMax
    if (start < 0) return new TroubleAt('no-value', 'the record has no value', 0)
    if (end - start > max) {
      return new TroubleAt('too-large', `the record has more than ${max} bytes`, max)
    }
    const wrong = notUtf8At(bytes, start, end)
    if (wrong >= 0) return new TroubleAt('not-utf8', 'a byte is no UTF-8 here', wrong - start)
    const text = decoder.decode(bytes.subarray(start, end))
    const said = this.#translate(text, this.#limits)
    if (typeof said === 'string') return said
    const at = encoder.encode(text.slice(0, said.at)).length
    return new TroubleAt(said.code, said.reason, at)
  }
}

function joined(texts: readonly (Uint8Array | undefined)[]): RawRecords {
  const size = texts.length
  const starts = new Int32Array(size).fill(-1)
  const ends = new Int32Array(size).fill(-1)
  const bytes = new Uint8Array(texts.reduce((sum, text) => sum + (text?.length ?? 0), 0))
  let at = 0
  texts.forEach((text, row) => {
    if (text === undefined) return
    bytes.set(text, at)
    starts[row] = at
    at += text.length
    ends[row] = at
  })
  return { bytes, size, starts, ends }
}
