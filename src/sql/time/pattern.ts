/**
 * Times as text by a pattern of letters, as Flink and Java write it: `yyyy-MM-dd HH:mm:ss.SSS`.
 * Other letters are refused, text between quotes stands for itself. Compiled once, read from left
 * to right.
 */

import { civilOf, DAY_MS, daysOf, floorDiv, isDayOf, isoWeekday } from '../../base/calendar.ts'

export const dayNames: readonly string[] = [
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
  'Sunday',
]
export const monthNames: readonly string[] = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/** The fields of a time that patterns know. */
interface Fields {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly fraction: number
  readonly weekday: number
}

type Field = keyof Fields

interface Piece {
  readonly write: (fields: Fields) => string
  /** Where the field ends that begins at `at`, having noted it; -1 for what is none. */
  readonly read: (text: string, at: number, found: Map<string, number>) => number
}

const padded = (value: number, width: number): string => String(value).padStart(width, '0')

/** A field in digits, exactly so many of them, or with one letter as many as there are. */
function digits(field: Field, width: number, most = width): Piece {
  return {
    write: fields => padded(fields[field], width),
    read: (text, at, found) => {
      let end = at
      while (end < at + most && isDigit(text, end)) end++
      if (end - at < width) return -1
      found.set(field, Number(text.slice(at, end)))
      return end
    },
  }
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 0x30 && code <= 0x39
}

const literal = (value: string): Piece => ({
  write: () => value,
  read: (text, at) => (text.startsWith(value, at) ? at + value.length : -1),
})

/** Names in English, the longest that fits. */
function named(field: Field, names: readonly string[]): Piece {
  return {
    write: fields => names[fields[field] - 1] ?? '',
    read: (text, at, found) => {
      const rest = text.slice(at).toLowerCase()
      const index = names.findIndex(name => rest.startsWith(name.toLowerCase()))
      if (index < 0) return -1
      found.set(field, index + 1)
      return at + (names[index] as string).length
    },
  }
}

const short = (names: readonly string[]): readonly string[] => names.map(name => name.slice(0, 3))

/** Parts of a second: so many digits, of which three count. */
function fraction(width: number): Piece {
  return {
    write: fields => padded(fields.fraction, 3).padEnd(width, '0').slice(0, width),
    read: (text, at, found) => {
      for (let end = at; end < at + width; end++) if (!isDigit(text, end)) return -1
      found.set(
        'fraction',
        Number(
          text
            .slice(at, at + width)
            .padEnd(3, '0')
            .slice(0, 3),
        ),
      )
      return at + width
    },
  }
}

const half: Piece = {
  write: ({ hour }) => (hour < 12 ? 'AM' : 'PM'),
  read: (text, at, found) => {
    const word = text.slice(at, at + 2).toUpperCase()
    if (word !== 'AM' && word !== 'PM') return -1
    found.set('half', word === 'PM' ? 12 : 0)
    return at + 2
  },
}

const hour12 = (width: number): Piece => ({
  write: ({ hour }) => padded(hour % 12 === 0 ? 12 : hour % 12, width),
  read: (text, at, found) => {
    const end = digits('hour', width, 2).read(text, at, found)
    if (end >= 0) found.set('hour12', 1)
    return end
  },
})

const letters: Readonly<Record<string, (count: number) => Piece | undefined>> = {
  y: count => (count === 4 ? digits('year', 4) : undefined),
  M: count => {
    if (count > 2) return named('month', count === 3 ? short(monthNames) : monthNames)
    return digits('month', count, 2)
  },
  d: count => digits('day', count, 2),
  H: count => digits('hour', count, 2),
  h: hour12,
  m: count => digits('minute', count, 2),
  s: count => digits('second', count, 2),
  S: fraction,
  E: count => named('weekday', count > 3 ? dayNames : short(dayNames)),
  a: count => (count === 1 ? half : undefined),
}

const COUNT_MAX = 9
const PATTERN_LENGTH_MAX = 100
const TOKEN = /'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+/g

export interface TimePattern {
  write(ms: number): string
  /** Undefined for a text that does not follow the pattern. What it does not say is 1970-01-01. */
  read(text: string): number | undefined
}

/** What is wrong with it, for the end of a sentence. */
export function timePatternOf(pattern: string): TimePattern | string {
  if (pattern.length > PATTERN_LENGTH_MAX) return `longer than ${PATTERN_LENGTH_MAX} characters`
  const tokens = [...pattern.matchAll(TOKEN)]
  if (tokens.map(([token]) => token).join('') !== pattern) return 'a quote is not closed'
  const pieces: Piece[] = []
  for (const [token, quoted, letter] of tokens) {
    const piece = pieceOf(token, quoted, letter)
    if (piece === undefined) return `there is no field ${token}`
    pieces.push(piece)
  }
  return { write: ms => written(pieces, ms), read: text => read(pieces, text) }
}

function pieceOf(token: string, quoted?: string, letter?: string): Piece | undefined {
  if (quoted !== undefined) return literal(quoted === '' ? "'" : quoted.replaceAll("''", "'"))
  if (letter === undefined) return literal(token)
  const { length } = token
  return length > COUNT_MAX || !Object.hasOwn(letters, letter)
    ? undefined
    : letters[letter]?.(length)
}

function written(pieces: readonly Piece[], ms: number): string {
  const days = floorDiv(ms, DAY_MS)
  const rest = ms - days * DAY_MS
  const { year, month, day } = civilOf(days)
  const fields: Fields = {
    year,
    month,
    day,
    hour: floorDiv(rest, 3_600_000),
    minute: floorDiv(rest, 60_000) % 60,
    second: floorDiv(rest, 1000) % 60,
    fraction: rest % 1000,
    weekday: isoWeekday(days),
  }
  let text = ''
  for (const piece of pieces) text += piece.write(fields)
  return text
}

function read(pieces: readonly Piece[], text: string): number | undefined {
  const found = new Map<string, number>()
  let at = 0
  for (const piece of pieces) {
    at = piece.read(text, at, found)
    if (at < 0) return undefined
  }
  return at === text.length ? assembled(found) : undefined
}

/** A weekday beside a whole date is that of the date; without one it says nothing. */
function isOtherWeekday(found: ReadonlyMap<string, number>, days: number): boolean {
  const isWhole = found.has('year') && found.has('month') && found.has('day')
  const weekday = found.get('weekday')
  return isWhole && weekday !== undefined && weekday !== isoWeekday(days)
}

function assembled(found: ReadonlyMap<string, number>): number | undefined {
  const field = (name: string, missing: number): number => found.get(name) ?? missing
  const [year, month, day] = [field('year', 1970), field('month', 1), field('day', 1)]
  if (year < 1 || !isDayOf(year, month, day)) return undefined
  const hour = found.has('hour12') ? (field('hour', 12) % 12) + field('half', 0) : field('hour', 0)
  const isOut12 = found.has('hour12') && (field('hour', 12) > 12 || field('hour', 12) < 1)
  const [minute, second] = [field('minute', 0), field('second', 0)]
  if (hour > 23 || isOut12 || minute > 59 || second > 59) return undefined
  const ms = ((hour * 60 + minute) * 60 + second) * 1000 + field('fraction', 0)
  const days = daysOf(year, month, day)
  return isOtherWeekday(found, days) ? undefined : days * DAY_MS + ms
}
