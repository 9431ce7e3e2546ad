/**
 * A text without a kind of its own, such as a cell of CSV, becomes a scalar: what looks like a
 * number is one where the type wants one. JSON and ARRAY are JSON inside of the text.
 */

import type { Scalar } from '../../../engine/columns/vector.ts'
import type { Type } from '../../../engine/schema/type.ts'
import { conversionOf } from '../convert/conversion.ts'
import { isNumber, latinText } from '../convert/digits.ts'
import type { Field } from '../format.ts'
import { Lexer } from '../json/lexer.ts'
import { isNullAt, readingOf } from '../json/reading.ts'
import type { Limits } from '../limits.ts'
import { Trouble } from '../trouble.ts'

/** Of a text that is UTF-8. */
export type ReadCell = (bytes: Uint8Array, start: number, end: number) => Scalar | Trouble

/** Types that are never made of a number: a text may look like one. */
const isNeverNumber = ({ kind }: Type) =>
  kind === 'text' || kind === 'bytes' || kind === 'boolean' || kind === 'date'

function jsonCell(field: Field, limits: Limits): ReadCell {
  const lexer = new Lexer(limits)
  const reading = readingOf(field.type, { unit: field.unit })
  return (bytes, start, end) => {
    lexer.attach(bytes)
    const begin = lexer.space(start, end)
    const at = lexer.value(begin, end, 0)
    if (at < 0) return lexer.trouble ?? null
    if (lexer.space(at, end) < end) {
      return new Trouble('malformed', 'something stands behind the value of JSON')
    }
    return isNullAt(bytes, begin) ? null : reading.read(lexer, begin, at)
  }
}

export function cellOf(field: Field, limits: Limits): ReadCell {
  const { type, unit } = field
  if (type.kind === 'json' || type.kind === 'array') return jsonCell(field, limits)
  const conversion = conversionOf(type, { unit, lenient: true })
  if (isNeverNumber(type)) return (bytes, start, end) => conversion.text(bytes, start, end)
  return (bytes, start, end) =>
    isNumber(latinText(bytes, start, end))
      ? conversion.number(bytes, start, end)
      : conversion.text(bytes, start, end)
}
