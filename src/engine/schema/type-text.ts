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
  ['CHARACTER', TEXT],
  ['NVARCHAR', TEXT],
  ['CLOB', TEXT],
  ['BYTES', BYTES],
  ['BYTEA', BYTES],
  ['BINARY', BYTES],
  ['VARBINARY', BYTES],
  ['BLOB', BYTES],
  ['DATE', DATE],
  ['TIMESTAMPTZ', TIMESTAMPTZ],
  ['TIMESTAMP_LTZ', TIMESTAMPTZ],
  ['JSON', JSON_TYPE],
])

const NAMES: ReadonlyMap<string, Type> = new Map<string, Type>([
  ...TYPE_WORDS,
  ['DOUBLE PRECISION', DOUBLE],
  ['CHARACTER VARYING', TEXT],
  ['CHAR VARYING', TEXT],
  ['BINARY VARYING', BYTES],
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

/** Digits of a second: times are held to the millisecond. */
export const SECOND_DIGITS_MAX = 3
const FLOAT_BITS_MAX = 53

/** Whose length is read and not kept: texts and bytes of any length are held. */
const LONG: ReadonlySet<string> = new Set([
  ...['CHAR', 'CHARACTER', 'VARCHAR', 'NVARCHAR', 'CHAR VARYING', 'CHARACTER VARYING'],
  ...['BINARY', 'VARBINARY', 'BINARY VARYING'],
])

/** Whose seconds may have digits. */
export const TIMED: ReadonlySet<string> = new Set([
  ...['TIMESTAMP', 'TIMESTAMPTZ', 'TIMESTAMP_LTZ', 'INTERVAL DAY TO SECOND'],
])

/** Words behind which a number may stand in brackets. */
export const takesNumber = (name: string): boolean =>
  LONG.has(name) || TIMED.has(name) || name === 'FLOAT'

/** `TIMESTAMP(6)`: why it cannot be held, and what to write; missing: it can. */
export function numberTrouble(name: string, number: number): string | undefined {
  if (TIMED.has(name) && number > SECOND_DIGITS_MAX) {
    const write = `${name}(${SECOND_DIGITS_MAX}), or BIGINT for what is finer`
    return `${name}(${number}) is finer than a millisecond, to which times are held; write ${write}`
  }
  if (name !== 'FLOAT' || (number >= 1 && number <= FLOAT_BITS_MAX)) return undefined
  return `FLOAT(${number}) has not 1 to ${FLOAT_BITS_MAX} bits; write DOUBLE`
}

export const NO_TIME_OF_DAY =
  'there is no type for times of day; write TEXT, or INTERVAL for the time since midnight'

export function typeOf(text: string): Type {
  return maybeType(text) ?? unknown(text)
}

/** Of ASCII alone: in Unicode a dotless i is an I, too. */
const plainName = (text: string): string =>
  text
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/[a-z]+/g, letters => letters.toUpperCase())

/** The text of the elements of an array. */
const elementsIn = (name: string): string | undefined =>
  (/^ARRAY ?< ?(.*) ?>$/.exec(name) ?? /^(.*?) ?\[ ?\]$/.exec(name))?.[1]

const DIGITS = /^(?:DECIMAL|NUMERIC|DEC)(?: ?\( ?(\d{1,2}) ?(?:, ?(\d{1,2}) ?)?\))?$/

/** Missing: there is no such type. */
export function maybeType(text: string, depth = 0): Type | undefined {
  if (depth > TYPE_NESTING_MAX) return undefined
  const name = plainName(text)
  const elements = elementsIn(name)
  if (elements !== undefined) {
    const of = maybeType(elements, depth + 1)
    return of && arrayOf(of)
  }
  const digits = DIGITS.exec(name)
  if (digits !== null) return decimalOf(digits[1], digits[2])
  const { bare, trouble } = withoutNumber(name)
  return trouble === undefined ? NAMES.get(bare) : undefined
}

/** `TIMESTAMP(3) WITH TIME ZONE`: the words alone, and whether the number can be held. */
function withoutNumber(name: string): { readonly bare: string; readonly trouble?: string } {
  const [, head = '', number = '', tail = ''] =
    /^([A-Z_]+(?: [A-Z_]+)*) ?\( ?(\d{1,9}) ?\)(.*)$/.exec(name) ?? []
  if (!takesNumber(head)) return { bare: name }
  const trouble = numberTrouble(head, Number(number))
  const bare = `${head}${tail}`
  return trouble === undefined ? { bare } : { bare, trouble }
}

/** Of what is no type here though it is one of SQL: why, and what to write. */
export function refusalOf(text: string): string | undefined {
  const name = plainName(text)
  const elements = elementsIn(name)
  if (elements !== undefined) return refusalOf(elements)
  if (/^TIME(TZ)?(?![A-Z_])/.test(name)) return NO_TIME_OF_DAY
  if (/^(DECIMAL|NUMERIC|DEC) ?\( ?\d/.test(name) && maybeType(name) === undefined) {
    return `a DECIMAL has 1 to ${DECIMAL_DIGITS_MAX} digits, and of these some behind the point`
  }
  return withoutNumber(name).trouble
}

function decimalOf(precision: string | undefined, scale: string | undefined): Type | undefined {
  const digits = precision === undefined ? PRECISION_USUAL : Number(precision)
  const behind = scale === undefined ? 0 : Number(scale)
  const sound = digits >= 1 && digits <= DECIMAL_DIGITS_MAX && behind <= digits
  return sound ? decimal(digits, behind) : undefined
}

function unknown(text: string): never {
  const refusal = refusalOf(text)
  if (refusal !== undefined) throw new WeirError('unknown-type', `${text} is no type: ${refusal}`)
  const some = 'BOOLEAN, BIGINT, DOUBLE, DECIMAL(12, 2), TEXT, TIMESTAMPTZ, JSON, ARRAY<TEXT>'
  throw new WeirError('unknown-type', `${text} is no type; there are, for example, ${some}`)
}
