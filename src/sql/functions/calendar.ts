/** Dates and times: parts, cuts, sums and differences. Without a zone everything is UTC. */

import { civilOf, DAY_MS, daysOf, floorDiv } from '../../base/calendar.ts'
import { BIGINT, TIMESTAMP, TIMESTAMPTZ, type Type } from '../../engine/schema/type.ts'
import { shiftMonths } from '../check/arithmetic.ts'
import type { ScalarFunction } from '../kernels/lift.ts'
import { didYouMean } from '../text/suggestion.ts'
import { type Part, partNames, partOf, parts } from '../time/part.ts'
import { isIntervalMonths } from '../time/range.ts'
import { truncate } from '../time/trunc.ts'
import { measures, type Unit, unitNames, unitOf } from '../time/unit.ts'
import { Failure } from '../value/failure.ts'
import type { Whole } from '../value/whole.ts'
import type { Bound, FunctionEntry } from './entry.ts'
import { dateOrMoment, example, fixed, like, moment, scalar, span, text, whole } from './params.ts'
import { inTime, msOf, timeEntry } from './time-entry.ts'

const anySpan = like('INTERVAL', ({ kind }) => kind === 'interval' || kind === 'months')

function mustUnit({ constants, fail }: Bound, place: number): Unit {
  const name = String(constants[place] ?? '')
  const unit = unitOf(name)
  if (unit !== undefined) return unit
  return fail(place, `There is no unit '${name}'.${didYouMean(name, unitNames)} Write 'hour'`)
}

function mustPart({ constants, fail }: Bound, place: number): Part {
  const name = String(constants[place] ?? '')
  const part = partOf(name)
  if (part !== undefined) return part
  return fail(
    place,
    `There is no part '${name}' of a time.${didYouMean(name, partNames)} Write 'hour'`,
  )
}

const unit = fixed(text('unit'))

const extract = timeEntry(
  {
    name: 'extract',
    aliases: ['date_part'],
    about: 'A part of a time as a whole number; also EXTRACT(part FROM time).',
    examples: [
      example("EXTRACT(hour FROM TIMESTAMP '2024-02-29 12:34:56')", '12'),
      example("date_part('doy', DATE '2024-02-29')", '60'),
      example("EXTRACT(epoch FROM TIMESTAMP '1970-01-02 00:00:00')", '86400'),
    ],
  },
  [
    {
      params: [fixed(text('part')), dateOrMoment('time')],
      result: BIGINT,
      bind: bound => {
        const of = parts[mustPart(bound, 0)]
        const ms = msOf(bound.types[1])
        return scalar((_: string, value: number) => of(ms(value)))
      },
    },
    {
      params: [fixed(text('part')), anySpan('span')],
      result: BIGINT,
      bind: bound => {
        const part = mustPart(bound, 0)
        return bound.types[1]?.kind === 'months' ? monthsPart(bound, part) : spanPart(bound, part)
      },
    },
  ],
)

function monthsPart(bound: Bound, part: Part): ScalarFunction {
  if (part === 'year') return scalar((_: string, months: number) => Math.trunc(months / 12) + 0)
  if (part === 'month') return scalar((_: string, months: number) => (months % 12) + 0)
  return bound.fail(0, 'Years and months have the parts year and month')
}

const clockParts: Readonly<Record<string, readonly [number, number]>> = {
  day: [DAY_MS, Number.POSITIVE_INFINITY],
  hour: [3_600_000, 24],
  minute: [60_000, 60],
  second: [1000, 60],
  millisecond: [1, 60_000],
  epoch: [1000, Number.POSITIVE_INFINITY],
}

function spanPart(bound: Bound, part: Part): ScalarFunction {
  const [size, count] = clockParts[part] ?? bound.fail(0, 'Spans have days and smaller parts')
  return scalar((_: string, ms: number) => (Math.trunc(ms / size) % count) + 0)
}

const dateTrunc = timeEntry(
  {
    name: 'date_trunc',
    about: 'The start of the unit that a time is in; weeks begin on Monday.',
    examples: [
      example("date_trunc('hour', TIMESTAMP '2024-02-29 12:34:56')", '2024-02-29 12:00:00'),
      example("date_trunc('week', DATE '2024-02-29')", '2024-02-26 00:00:00'),
    ],
  },
  [
    {
      params: [unit, dateOrMoment('time')],
      result: types => (types[1]?.kind === 'timestamptz' ? TIMESTAMPTZ : TIMESTAMP),
      bind: bound => {
        const cut = mustUnit(bound, 0)
        const ms = msOf(bound.types[1])
        return scalar((_: string, value: number) => inTime(truncate(cut, ms(value))))
      },
    },
  ],
)

/** Spans are counted from 2000-01-03, a Monday, as in Postgres' date_bin by convention. */
const ORIGIN_MS = daysOf(2000, 1, 3) * DAY_MS

function bucketOf(width: number, ms: number, origin?: number): number | Failure {
  if (width <= 0) return new Failure('sql-argument', 'A bucket is longer than nothing')
  const start = origin ?? ORIGIN_MS
  return inTime(start + floorDiv(ms - start, width) * width)
}

const timeBucket = timeEntry(
  {
    name: 'time_bucket',
    aliases: ['date_bin'],
    about: 'The start of the span of this length that a time is in, counted from 2000-01-03.',
    examples: [
      example(
        "time_bucket(INTERVAL '15' MINUTE, TIMESTAMP '2024-02-29 12:34:56')",
        '2024-02-29 12:30:00',
      ),
    ],
  },
  [
    {
      params: [span('width'), moment('time')],
      result: types => types[1] as Type,
      run: scalar((width: number, ms: number) => bucketOf(width, ms)),
    },
    {
      params: [span('width'), moment('time'), moment('origin')],
      result: types => types[1] as Type,
      run: scalar(bucketOf),
    },
  ],
)

const timestampAdd = timeEntry(
  {
    name: 'timestampadd',
    aliases: ['date_add', 'dateadd'],
    about: 'A time so many units later.',
    examples: [
      example("timestampadd('month', 1, TIMESTAMP '2024-01-31 10:00:00')", '2024-02-29 10:00:00'),
      example("timestampadd('day', -1, DATE '2024-03-01')", '2024-02-29 00:00:00'),
    ],
  },
  [
    {
      params: [unit, whole('count'), dateOrMoment('time')],
      result: types => (types[2]?.kind === 'timestamptz' ? TIMESTAMPTZ : TIMESTAMP),
      bind: bound => {
        const { months, ms } = measures[mustUnit(bound, 0)]
        const start = msOf(bound.types[2])
        return scalar((_: string, count: Whole, value: number) =>
          inTime(moved(start(value), Number(count), months, ms)),
        )
      },
    },
  ],
)

function moved(start: number, count: number, months: number, ms: number): number {
  if (months === 0) return start + count * ms
  const shift = count * months
  // Further than there are years: only the verdict counts, not where.
  return isIntervalMonths(shift) ? shiftMonths(start, shift) : Number.POSITIVE_INFINITY
}

/** Whole units from one to the other; a month is over when its day and time are reached. */
function unitsBetween({ months, ms }: { months: number; ms: number }, from: number, to: number) {
  if (months === 0) return Math.trunc((to - from) / ms) + 0
  const [start, end] = [civilOf(floorDiv(from, DAY_MS)), civilOf(floorDiv(to, DAY_MS))]
  let count = (end.year - start.year) * 12 + end.month - start.month
  if (count > 0 && shiftMonths(from, count) > to) count--
  if (count < 0 && shiftMonths(from, count) < to) count++
  return Math.trunc(count / months) + 0
}

const timestampDiff = timeEntry(
  {
    name: 'timestampdiff',
    about: 'How many whole units lie between two times, the first being the earlier.',
    examples: [
      example("timestampdiff('day', DATE '2024-02-01', DATE '2024-03-01')", '29'),
      example("timestampdiff('month', DATE '2024-01-31', DATE '2024-02-29')", '1'),
      example("timestampdiff('hour', DATE '2024-01-02', DATE '2024-01-01')", '-24'),
    ],
  },
  [
    {
      params: [unit, dateOrMoment('from'), dateOrMoment('to')],
      result: BIGINT,
      bind: bound => {
        const measure = measures[mustUnit(bound, 0)]
        const [from, to] = [msOf(bound.types[1]), msOf(bound.types[2])]
        return scalar((_: string, one: number, other: number) =>
          unitsBetween(measure, from(one), to(other)),
        )
      },
    },
  ],
)

export const calendarFunctions: readonly FunctionEntry[] = [
  extract,
  dateTrunc,
  timeBucket,
  timestampAdd,
  timestampDiff,
]
