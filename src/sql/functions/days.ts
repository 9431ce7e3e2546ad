/** Days: months, names, leap years. */

import {
  addMonths,
  civilOf,
  DAY_MS,
  daysInMonth,
  daysOf,
  floorDiv,
  isLeapYear,
} from '../../base/calendar.ts'
import { BOOLEAN, DATE, INTEGER, TEXT } from '../../engine/schema/type.ts'
import { parts } from '../time/part.ts'
import { dayNames, monthNames } from '../time/pattern.ts'
import { isIntervalMonths } from '../time/range.ts'
import type { Whole } from '../value/whole.ts'
import type { FunctionEntry } from './entry.ts'
import { date, dateOrMoment, example, scalar, whole } from './params.ts'
import { inDate, msOf, outsideDate, timeEntry } from './time-entry.ts'

export const dayFunctions: readonly FunctionEntry[] = [
  timeEntry(
    {
      name: 'last_day',
      about: 'The last day of the month.',
      examples: [example("last_day(DATE '2024-02-03')", '2024-02-29')],
    },
    [
      {
        params: [dateOrMoment('time')],
        result: DATE,
        bind: ({ types }) => {
          const ms = msOf(types[0])
          return scalar((value: number) => {
            const { year, month } = civilOf(floorDiv(ms(value), DAY_MS))
            return daysOf(year, month, daysInMonth(year, month))
          })
        },
      },
    ],
  ),
  timeEntry(
    {
      name: 'add_months',
      about: 'A day so many months later; a day that the month does not have becomes its last.',
      examples: [example("add_months(DATE '2024-01-31', 1)", '2024-02-29')],
    },
    [
      {
        params: [date('day'), whole('months')],
        result: DATE,
        run: scalar((day: number, count: Whole) =>
          isIntervalMonths(Number(count)) ? inDate(addMonths(day, Number(count))) : outsideDate,
        ),
      },
    ],
  ),
  timeEntry(
    {
      name: 'days_in_month',
      about: 'How many days the month of a day has.',
      examples: [example("days_in_month(DATE '2024-02-03')", '29')],
    },
    [
      {
        params: [date('day')],
        result: INTEGER,
        run: scalar((day: number) => {
          const { year, month } = civilOf(day)
          return daysInMonth(year, month)
        }),
      },
    ],
  ),
  timeEntry(
    {
      name: 'is_leap_year',
      about: 'Whether a year has a February 29.',
      examples: [example('is_leap_year(2024)', 'true'), example('is_leap_year(1900)', 'false')],
    },
    [
      {
        params: [whole('year')],
        result: BOOLEAN,
        run: scalar((year: Whole) => isLeapYear(Number(year))),
      },
    ],
  ),
  timeEntry(
    {
      name: 'dayname',
      about: 'The name of the weekday in English.',
      examples: [example("dayname(DATE '2024-02-29')", 'Thursday')],
    },
    [
      {
        params: [dateOrMoment('time')],
        result: TEXT,
        bind: ({ types }) => {
          const ms = msOf(types[0])
          return scalar((value: number) => dayNames[parts.isodow(ms(value)) - 1] as string)
        },
      },
    ],
  ),
  timeEntry(
    {
      name: 'monthname',
      about: 'The name of the month in English.',
      examples: [example("monthname(DATE '2024-02-29')", 'February')],
    },
    [
      {
        params: [dateOrMoment('time')],
        result: TEXT,
        bind: ({ types }) => {
          const ms = msOf(types[0])
          return scalar((value: number) => monthNames[parts.month(ms(value)) - 1] as string)
        },
      },
    ],
  ),
]
