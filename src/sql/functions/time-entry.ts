/** What the functions of dates and times have in common. */

import { DAY_MS } from '../../base/calendar.ts'
import type { Type } from '../../engine/schema/type.ts'
import { isDate, isTimestamp } from '../time/range.ts'
import { Failure } from '../value/failure.ts'
import { entriesOf } from './params.ts'

export const outside = (what: string) =>
  new Failure('sql-overflow', `The result is outside of ${what}`)
const outsideTime = outside('TIMESTAMP')
export const outsideDate = outside('DATE')

export const inTime = (ms: number): number | Failure => (isTimestamp(ms) ? ms : outsideTime)
export const inDate = (days: number): number | Failure => (isDate(days) ? days : outsideDate)

/** The milliseconds of a date or a moment. */
export const msOf = (type: Type | undefined): ((value: number) => number) =>
  type?.kind === 'date' ? days => days * DAY_MS : ms => ms

export const timeEntry = entriesOf('Dates and times')
