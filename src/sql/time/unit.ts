/** The units of time that a text may name, in singular and plural. */

export type Unit =
  | 'millisecond'
  | 'second'
  | 'minute'
  | 'hour'
  | 'day'
  | 'week'
  | 'month'
  | 'quarter'
  | 'year'
  | 'decade'
  | 'century'
  | 'millennium'

interface Measure {
  readonly months: number
  readonly ms: number
}

const months = (count: number): Measure => ({ months: count, ms: 0 })
const ms = (count: number): Measure => ({ months: 0, ms: count })

/** What one of it is: so many months, or so many milliseconds. A day is always 24 hours. */
export const measures: Readonly<Record<Unit, Measure>> = {
  millisecond: ms(1),
  second: ms(1000),
  minute: ms(60_000),
  hour: ms(3_600_000),
  day: ms(86_400_000),
  week: ms(7 * 86_400_000),
  month: months(1),
  quarter: months(3),
  year: months(12),
  decade: months(120),
  century: months(1200),
  millennium: months(12_000),
}

const shortNames: Readonly<Record<string, Unit>> = {
  ms: 'millisecond',
  msec: 'millisecond',
  s: 'second',
  sec: 'second',
  min: 'minute',
  m: 'minute',
  h: 'hour',
  hr: 'hour',
  d: 'day',
  w: 'week',
  mon: 'month',
  y: 'year',
  yr: 'year',
  centurie: 'century',
  millennia: 'millennium',
}

const known = new Map<string, Unit>(
  Object.keys(measures).map(unit => [unit, unit as Unit] as const),
)
for (const [name, unit] of Object.entries(shortNames)) known.set(name, unit)

/** `DAYS`, `day`, `d`; undefined for what is no unit. */
export function unitOf(word: string): Unit | undefined {
  const name = word.toLowerCase()
  return known.get(name) ?? (name.endsWith('s') ? known.get(name.slice(0, -1)) : undefined)
}

export const unitNames: readonly string[] = Object.keys(measures)
