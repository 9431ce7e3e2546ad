/**
 * Test support: records of JSON as nobody writes them and as somebody might. Mostly sound, in any
 * order of keys, with space, escapes and numbers of every form; then perhaps with bytes changed.
 */

import fc from 'fast-check'
import { bytesOf } from './raw.ts'

const KEYS = ['user', 'ts', 'page', 'status', 'payload', 'ok', '__proto__', 'constructor', 'é']
const SPACES = ['', '', '', ' ', '\n', '\t ', '\r\n']
const NUMBERS = ['0', '-0', '1.50', '-12e3', '1E+2', '5e-324', '1e999', '123456789012345', '0.1']
/** What a double makes a whole number of, or one within bounds, and is none. */
const NEARLY = [
  ...['1e-324', '-1e-324', '5e-3240', '0.99999999999999999', '-1e-999999999999', '0e999', '-0.0e9'],
  ...['2147483647', '2147483648', '-2147483648', '2147483647.0000000001', '21474836470e-1'],
  ...['253402300799999.9999', '253402300800000', '-62135596800000.0001', '-621355968000000e-1'],
  ...['9007199254740993', '1.0000000000000000000000000000000000000000000000001'],
]
const WRONG = ['01', '+1', '.5', '1.', '-', '1e', 'NaN', 'tru', 'nulL', "'a'", '"\\x"', '[1,]', '']

const space = fc.constantFrom(...SPACES)

/** A text in quotes, some of its characters escaped although they need not be. */
const quoted = fc
  .array(
    fc.oneof(
      { weight: 12, arbitrary: fc.string({ minLength: 1, maxLength: 1 }).map(plainly) },
      {
        weight: 1,
        arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }).map(plainly),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom('\\n', '\\u0041', '\\"', '\\\\', '\\ud83d\\ude00', '\\/'),
      },
    ),
    { maxLength: 24 },
  )
  .map(parts => `"${parts.join('')}"`)

function plainly(character: string): string {
  return JSON.stringify(character).slice(1, -1)
}

const number = fc.oneof(
  fc.constantFrom(...NUMBERS),
  fc.constantFrom(...NEARLY),
  fc.integer().map(String),
  fc
    .maxSafeInteger()
    .filter(n => Math.abs(n) < 1e15)
    .map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(n => JSON.stringify(n)),
  fc.tuple(fc.nat(99_999), fc.nat(9999)).map(([a, b]) => `${a}.${b}`),
)
const word = fc.constantFrom('true', 'false', 'null')
const moment = fc
  .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
  .map(date => `"${date.toISOString()}"`)

function spaced(pieces: readonly string[], spaces: readonly string[]): string {
  return pieces.map((piece, at) => `${spaces[at % spaces.length] ?? ''}${piece}`).join('')
}

const someSpaces = fc.oneof(
  { weight: 3, arbitrary: fc.constant(['']) },
  { weight: 1, arbitrary: fc.constant(['', '', ' ']) },
  { weight: 1, arbitrary: fc.array(space, { minLength: 1, maxLength: 5 }) },
)

function listOf(value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(fc.array(value, { maxLength: 3 }), someSpaces)
    .map(([values, spaces]) =>
      spaced(['[', ...values.flatMap((one, at) => (at > 0 ? [',', one] : [one])), ']'], spaces),
    )
}

const key = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(...KEYS).map(name => JSON.stringify(name)) },
  { weight: 1, arbitrary: fc.constant('"\\u0075ser"') },
  { weight: 2, arbitrary: quoted },
)

function objectOf(value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(fc.array(fc.tuple(key, value), { maxLength: 7 }), someSpaces)
    .map(([members, spaces]) =>
      spaced(
        [
          '{',
          ...members.flatMap(([name, one], at) => [...(at > 0 ? [','] : []), name, ':', one]),
          '}',
        ],
        spaces,
      ),
    )
}

const jsonValue: fc.Arbitrary<string> = fc.letrec<{ value: string }>(tie => ({
  value: fc.oneof(
    { maxDepth: 3 },
    { weight: 3, arbitrary: number },
    { weight: 3, arbitrary: quoted },
    { weight: 1, arbitrary: moment },
    { weight: 1, arbitrary: word },
    { weight: 1, arbitrary: listOf(tie('value')) },
    { weight: 1, arbitrary: objectOf(tie('value')) },
  ),
})).value

const sound = objectOf(
  fc.oneof(
    { weight: 15, arbitrary: jsonValue },
    { weight: 1, arbitrary: fc.constantFrom(...WRONG) },
  ),
)

/** What keeps its shape from record to record, as most streams do. */
const usual = fc
  .tuple(quoted, fc.oneof(number, moment), jsonValue, number, fc.boolean())
  .map(
    ([user, ts, page, status, ok]) =>
      `{"user":${user},"ts":${ts},"page":${page},"payload":{"user":${status},"ok":${ok}}}`,
  )

export interface Change {
  readonly at: number
  readonly byte: number
  readonly kind: 'set' | 'cut' | 'insert' | 'flip'
}

export const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(400),
  byte: fc.oneof(fc.nat(255), fc.constantFrom(...bytesOf('{}[]",:\\ 0-.eu\u00e9'))),
  kind: fc.constantFrom('set', 'cut', 'insert', 'flip'),
})

export function changed(bytes: Uint8Array, { at, byte, kind }: Change): Uint8Array {
  if (bytes.length === 0) return bytes
  const place = at % bytes.length
  if (kind === 'cut') return bytes.slice(0, place)
  const out = [...bytes]
  if (kind === 'insert') out.splice(place, 0, byte)
  else out[place] = kind === 'set' ? byte : (bytes[place] as number) ^ (1 << (byte & 7))
  return Uint8Array.from(out)
}

const text = fc.oneof(
  { weight: 4, arbitrary: sound },
  { weight: 4, arbitrary: usual },
  { weight: 1, arbitrary: fc.tuple(space, jsonValue, space).map(parts => parts.join('')) },
)

export const wildRecord: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 5, arbitrary: text.map(bytesOf) },
  { weight: 2, arbitrary: fc.tuple(text.map(bytesOf), change).map(([a, b]) => changed(a, b)) },
)
