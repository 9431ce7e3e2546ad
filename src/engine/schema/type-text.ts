/**
 * Types of columns as SQL writes them, read: names with their aliases, parameters, arrays. CAST has
 * a reader of its own (src/sql), inside of whole expressions; the words are the same.
 */

import { WeirError } from '../../base/errors.ts'
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  DECIMAL_DIGITS_MAX,
  DOUBLE,
  decimal,
  INTEGER,
  INTERVAL,
  JSON_TYPE,
  MONTHS,
  TEXT,
  TIMESTAMP,
  TIMESTAMPTZ,
  type Type,
} from './type.ts'

/** Arrays of arrays of .. */
export const TYPE_NESTING_MAX = 8
const PRECISION_USUAL = 38

/** Types whose name is one word, which no other word changes. */
export const TYPE_WORDS: ReadonlyMap<string, Type> = new Map<string, Type>([
  ['BOOLEAN', BOOLEAN],
  ['BOOL', BOOLEAN],
  ['INTEGER', INTEGER],
  ['INT', INTEGER],
  ['SMALLINT', INTEGER],
  ['TINYINT', INTEGER],
  ['BIGINT', BIGINT],
  ['LONG', BIGINT],
  ['DOUBLE', DOUBLE],
  ['FLOAT', DOUBLE],
  ['REAL', DOUBLE],
  ['TEXT', TEXT],
  ['VARCHAR', TEXT],
  ['STRING', TEXT],
  ['CHAR', TEXT],
  ['BYTES', BYTES],
  ['BYTEA', BYTES],
  ['VARBINARY', BYTES],
  ['DATE', DATE],
  ['TIMESTAMPTZ', TIMESTAMPTZ],
  ['TIMESTAMP_LTZ', TIMESTAMPTZ],
  ['JSON', JSON_TYPE],
])

const NAMES: ReadonlyMap<string, Type> = new Map<string, Type>([
  ...TYPE_WORDS,
  ['DOUBLE PRECISION', DOUBLE],
  ['TIMESTAMP', TIMESTAMP],
  ['TIMESTAMP WITHOUT TIME ZONE', TIMESTAMP],
  ['TIMESTAMP WITH TIME ZONE', TIMESTAMPTZ],
  ['TIMESTAMP WITH LOCAL TIME ZONE', TIMESTAMPTZ],
  ['INTERVAL', INTERVAL],
  ['INTERVAL DAY TO SECOND', INTERVAL],
  ['INTERVAL YEAR TO MONTH', MONTHS],
])

/** For suggestions. */
export const TYPE_NAMES: readonly string[] = [...NAMES.keys(), 'DECIMAL', 'ARRAY']

export function typeOf(text: string): Type {
  return maybeType(text) ?? unknown(text)
}

/** Missing: there is no such type. */
export function maybeType(text: string, depth = 0): Type | undefined {
  if (depth > TYPE_NESTING_MAX) return undefined
  // Of ASCII alone: in Unicode a dotless i is an I, too.
  const name = text
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/[a-z]+/g, letters => letters.toUpperCase())
  const array = /^ARRAY ?< ?(.*) ?>$/.exec(name) ?? /^(.*?) ?\[ ?\]$/.exec(name)
  if (array !== null) {
    const of = maybeType(array[1] as string, depth + 1)
    return of && arrayOf(of)
  }
  const digits = /^(?:DECIMAL|NUMERIC)(?: ?\( ?(\d{1,2}) ?(?:, ?(\d{1,2}) ?)?\))?$/.exec(name)
  if (digits !== null) return decimalOf(digits[1], digits[2])
  // Lengths of texts and precisions of times are accepted and not kept: ours have one of each.
  return NAMES.get(
    name.replace(/^(VARCHAR|CHAR|VARBINARY|TIMESTAMP|TIMESTAMP_LTZ) ?\( ?\d{1,9} ?\)/, '$1'),
  )
}

function decimalOf(precision: string | undefined, scale: string | undefined): Type | undefined {
  const digits = precision === undefined ? PRECISION_USUAL : Number(precision)
  const behind = scale === undefined ? 0 : Number(scale)
  const sound = digits >= 1 && digits <= DECIMAL_DIGITS_MAX && behind <= digits
  return sound ? decimal(digits, behind) : undefined
}

function unknown(text: string): never {
  const some = 'BOOLEAN, BIGINT, DOUBLE, DECIMAL(12, 2), TEXT, TIMESTAMPTZ, JSON, ARRAY<TEXT>'
  throw new WeirError('unknown-type', `${text} is no type; there are, for example, ${some}`)
}
