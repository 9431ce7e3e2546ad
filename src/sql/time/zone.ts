/**
 * How far the clocks of a zone are from UTC at an instant. The rules of zones come from
 * `Intl.DateTimeFormat`, the only place in the language that has them; asking it takes
 * microseconds, so an answer is kept for a span of time whose two ends agree. The rules are those
 * of the running Node: nodes of one cluster are to run one release of it, or replay may differ
 * where a government changed its mind.
 */

import { DAY_MS, daysOf, floorDiv } from '../../base/calendar.ts'
import { offsetOf } from './calendar-text.ts'

/** Offsets that a zone keeps; it forgets all of them when there are more. */
const KEPT_MAX = 4096
/** Zones change their clocks at most once within this, and at most once within two days. */
const SPAN_MS = 900_000

/** A zone that follows rules, or always the same offset. */
export interface Zone {
  readonly name: string
  /** What its clocks show at an instant, less UTC. */
  offsetAt(ms: number): number
}

/** By its name in the time zone database, or as an offset from UTC; undefined for neither. */
export function zoneOf(name: string): Zone | undefined {
  const fixed = name === '' ? undefined : offsetOf(name)
  if (fixed !== undefined) return { name, offsetAt: () => fixed }
  return /^[A-Za-z]/.test(name) ? namedZone(name) : undefined
}

function namedZone(name: string): Zone | undefined {
  try {
    return new RuledZone(name, formatOf(name))
  } catch (error) {
    // A name that the database does not have.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

const formatOf = (timeZone: string) =>
  new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })

class RuledZone implements Zone {
  readonly name: string
  readonly #format: Intl.DateTimeFormat
  readonly #days = new Map<number, number | 'changes'>()
  readonly #spans = new Map<number, number | 'changes'>()

  constructor(name: string, format: Intl.DateTimeFormat) {
    this.name = name
    this.#format = format
  }

  offsetAt(ms: number): number {
    const day = this.#kept(this.#days, ms, DAY_MS)
    if (day !== 'changes') return day
    const span = this.#kept(this.#spans, ms, SPAN_MS)
    return span === 'changes' ? this.#ask(ms) : span
  }

  /** What holds all through the span that `ms` is in, if both its ends agree. */
  #kept(kept: Map<number, number | 'changes'>, ms: number, sizeMs: number): number | 'changes' {
    const index = floorDiv(ms, sizeMs)
    const known = kept.get(index)
    if (known !== undefined) return known
    const first = this.#ask(index * sizeMs)
    const answer = this.#ask((index + 1) * sizeMs - 1) === first ? first : 'changes'
    if (kept.size >= KEPT_MAX) kept.clear()
    kept.set(index, answer)
    return answer
  }

  #ask(ms: number): number {
    const fields = new Map<string, string>()
    for (const { type, value } of this.#format.formatToParts(ms)) fields.set(type, value)
    const field = (type: string) => Number(fields.get(type))
    const isBefore = fields.get('era') === 'BC'
    const year = isBefore ? 1 - field('year') : field('year')
    const days = daysOf(year, field('month'), field('day'))
    const seconds = (field('hour') * 60 + field('minute')) * 60 + field('second')
    // Parts of a second are the same everywhere.
    return days * DAY_MS + seconds * 1000 - floorDiv(ms, 1000) * 1000
  }
}

/** What the clocks show. */
export const localOf = (zone: Zone, instantMs: number): number =>
  instantMs + zone.offsetAt(instantMs)

/**
 * When the clocks show it. A time that they skip or show twice is read as standard time, as in
 * Postgres: the smaller of the two offsets.
 */
export function instantOf(zone: Zone, localMs: number): number {
  const before = localMs - zone.offsetAt(localMs - DAY_MS)
  const after = localMs - zone.offsetAt(localMs + DAY_MS)
  if (before === after) return before
  const isBefore = localOf(zone, before) === localMs
  const isAfter = localOf(zone, after) === localMs
  if (isBefore === isAfter) return Math.max(before, after)
  return isBefore ? before : after
}
