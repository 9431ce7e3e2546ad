/** Parts of times by functions of their own, and times made of numbers. */

import { DAY_MS, daysOf, isDayOf } from '../../base/calendar.ts'
import { BIGINT, DATE, INTERVAL, MONTHS, TIMESTAMP, TIMESTAMPTZ } from '../../engine/schema/type.ts'
import type { ScalarFunction } from '../kernels/lift.ts'
import { type Part, parts } from '../time/part.ts'
import { isIntervalMonths, isIntervalMs } from '../time/range.ts'
import { Failure } from '../value/failure.ts'
import type { Whole } from '../value/whole.ts'
import type { FunctionEntry } from './entry.ts'
import { dateOrMoment, double, example, moment, scalar, span, whole } from './params.ts'
import { inTime, msOf, outside, timeEntry } from './time-entry.ts'

/** `year(x)` for EXTRACT(year FROM x). */
function partFunction(part: Part, name: string, aliases: string[], result: string): FunctionEntry {
  const of = parts[part]
  return timeEntry(
    {
      name,
      aliases,
      about: `Short for EXTRACT(${part} FROM time).`,
      examples: [example(`${name}(TIMESTAMP '2024-02-29 12:34:56.789')`, result)],
    },
    [
      {
        params: [dateOrMoment('time')],
        result: BIGINT,
        bind: ({ types }) => {
          const ms = msOf(types[0])
          return scalar((value: number) => of(ms(value)))
        },
      },
    ],
  )
}

const shortParts: readonly FunctionEntry[] = [
  partFunction('year', 'year', [], '2024'),
  partFunction('quarter', 'quarter', [], '1'),
  partFunction('month', 'month', [], '2'),
  partFunction('week', 'week', ['week_of_year'], '9'),
  partFunction('day', 'day', ['day_of_month', 'dayofmonth'], '29'),
  partFunction('dow', 'day_of_week', ['dayofweek'], '4'),
  partFunction('doy', 'day_of_year', ['dayofyear'], '60'),
  partFunction('hour', 'hour', [], '12'),
  partFunction('minute', 'minute', [], '34'),
  partFunction('second', 'second', [], '56'),
]

/** The last that is not behind: of what is written to the millisecond, that very one. */
function millisecondAt(seconds: number): number {
  const near = Math.round(seconds * 1000) + 0
  return near / 1000 <= seconds ? near : near - 1
}

const epochs: readonly FunctionEntry[] = [
  timeEntry(
    {
      name: 'to_timestamp',
      about: 'The moment so many seconds after 1970 began, cut off to the millisecond before it.',
      examples: [example('to_timestamp(1709210096.789)', '2024-02-29 12:34:56.789+00')],
    },
    [
      {
        params: [double('seconds')],
        result: TIMESTAMPTZ,
        run: scalar((seconds: number) => inTime(millisecondAt(seconds))),
      },
    ],
  ),
  timeEntry(
    {
      name: 'to_timestamp_ms',
      aliases: ['from_epoch_ms'],
      about: 'The moment so many milliseconds after 1970 began.',
      examples: [example('to_timestamp_ms(1709210096789)', '2024-02-29 12:34:56.789+00')],
    },
    [
      {
        params: [whole('milliseconds')],
        result: TIMESTAMPTZ,
        run: scalar((ms: Whole) => inTime(Number(ms))),
      },
    ],
  ),
  timeEntry(
    {
      name: 'epoch_ms',
      about: 'Milliseconds since 1970 began.',
      examples: [example("epoch_ms(TIMESTAMP '1970-01-01 00:00:01.5')", '1500')],
    },
    [{ params: [moment('time')], result: BIGINT, run: value => value }],
  ),
  timeEntry(
    {
      name: 'epoch',
      about: 'Seconds since 1970 began, cut off.',
      examples: [example("epoch(TIMESTAMP '1970-01-01 00:01:01.5')", '61')],
    },
    [{ params: [moment('time')], result: BIGINT, run: scalar(parts.epoch) }],
  ),
]

function dateFrom(year: Whole, month: Whole, day: Whole): number | Failure {
  const [y, m, d] = [Number(year), Number(month), Number(day)]
  if (y < 1 || y > 9999 || !isDayOf(y, m, d)) {
    return new Failure('sql-argument', `There is no day ${year}-${month}-${day}`)
  }
  return daysOf(y, m, d)
}

function timeFrom(
  ...[year, month, day, hour, minute, second]: (Whole | number)[]
): number | Failure {
  const days = dateFrom(year as Whole, month as Whole, day as Whole)
  if (days instanceof Failure) return days
  const [h, m, s] = [Number(hour), Number(minute), Number(second)]
  if (!(h >= 0 && h < 24 && m >= 0 && m < 60 && s >= 0 && s < 60)) {
    return new Failure('sql-argument', `There is no time ${hour}:${minute}:${second}`)
  }
  return days * DAY_MS + (h * 60 + m) * 60_000 + millisecondAt(s)
}

const makers: readonly FunctionEntry[] = [
  timeEntry(
    {
      name: 'make_date',
      about: 'The day of a year, a month and a day.',
      examples: [example('make_date(2024, 2, 29)', '2024-02-29')],
    },
    [
      {
        params: [whole('year'), whole('month'), whole('day')],
        result: DATE,
        run: scalar(dateFrom),
      },
    ],
  ),
  timeEntry(
    {
      name: 'make_timestamp',
      about: 'The time of a year, month, day, hour, minute and second.',
      examples: [example('make_timestamp(2024, 2, 29, 12, 34, 56.5)', '2024-02-29 12:34:56.500')],
    },
    [
      {
        params: [
          ...['year', 'month', 'day', 'hour', 'minute'].map(name => whole(name)),
          double('second'),
        ],
        result: TIMESTAMP,
        run: timeFrom as ScalarFunction,
      },
    ],
  ),
  timeEntry(
    {
      name: 'make_interval_ms',
      about: 'A span of so many milliseconds.',
      examples: [example('make_interval_ms(90500)', '0 00:01:30.500')],
    },
    [
      {
        params: [whole('milliseconds')],
        result: INTERVAL,
        run: scalar((ms: Whole) => (isIntervalMs(Number(ms)) ? Number(ms) : outside('INTERVAL'))),
      },
    ],
  ),
  timeEntry(
    {
      name: 'make_interval_months',
      about: 'A span of so many months.',
      examples: [example('make_interval_months(14)', '1-2')],
    },
    [
      {
        params: [whole('months')],
        result: MONTHS,
        run: scalar((count: Whole) =>
          isIntervalMonths(Number(count)) ? Number(count) : outside('INTERVAL'),
        ),
      },
    ],
  ),
  timeEntry(
    {
      name: 'interval_ms',
      about: 'How many milliseconds a span has.',
      examples: [example("interval_ms(INTERVAL '1' MINUTE)", '60000')],
    },
    [{ params: [span('span')], result: BIGINT, run: value => value }],
  ),
]

export const clockFunctions: readonly FunctionEntry[] = [...shortParts, ...epochs, ...makers]
