/** Times as text by patterns, and texts as times. Patterns are constants. */

import { DAY_MS, floorDiv } from '../../base/calendar.ts'
import { DATE, TEXT, TIMESTAMP } from '../../engine/schema/type.ts'
import { type TimePattern, timePatternOf } from '../time/pattern.ts'
import { Failure, shown } from '../value/failure.ts'
import type { Bound, FunctionEntry } from './entry.ts'
import { dateOrMoment, example, fixed, scalar, text } from './params.ts'
import { msOf, timeEntry } from './time-entry.ts'

function mustPattern({ constants, fail }: Bound): TimePattern {
  const made = timePatternOf(String(constants[1] ?? ''))
  if (typeof made !== 'string') return made
  return fail(1, `This is no pattern of a time: ${made}; write 'yyyy-MM-dd HH:mm:ss'`)
}

const unreadable = (text: string): Failure =>
  new Failure('sql-cast', `${shown(text)} does not follow the pattern`)

const pattern = fixed(text('pattern'))

export const formatFunctions: readonly FunctionEntry[] = [
  timeEntry(
    {
      name: 'date_format',
      aliases: ['format_timestamp'],
      about: 'A time by a pattern of yyyy MM MMM dd EEE HH hh mm ss SSS a, other text in quotes.',
      examples: [
        example(
          "date_format(TIMESTAMP '2024-02-29 12:34:56', 'dd.MM.yyyy HH:mm')",
          '29.02.2024 12:34',
        ),
        example("date_format(DATE '2024-02-29', 'EEE, d MMM')", 'Thu, 29 Feb'),
      ],
    },
    [
      {
        params: [dateOrMoment('time'), pattern],
        result: TEXT,
        bind: bound => {
          const by = mustPattern(bound)
          const ms = msOf(bound.types[0])
          return scalar((value: number) => by.write(ms(value)))
        },
      },
    ],
  ),
  timeEntry(
    {
      name: 'parse_timestamp',
      aliases: ['strptime'],
      about:
        'The time that a text says by such a pattern; the record fails where it does not, as ' +
        'where the weekday is not that of the date.',
      examples: [
        example(
          "parse_timestamp('29/Feb/2024:12:34:56', 'dd/MMM/yyyy:HH:mm:ss')",
          '2024-02-29 12:34:56',
        ),
      ],
    },
    [
      {
        params: [text('text'), pattern],
        result: TIMESTAMP,
        bind: bound => {
          const by = mustPattern(bound)
          return scalar((of: string) => by.read(of) ?? unreadable(of))
        },
      },
    ],
  ),
  timeEntry(
    {
      name: 'parse_date',
      aliases: ['to_date'],
      about: 'The day that a text says by such a pattern; it fails as parse_timestamp does.',
      examples: [example("parse_date('29.02.2024', 'dd.MM.yyyy')", '2024-02-29')],
    },
    [
      {
        params: [text('text'), pattern],
        result: DATE,
        bind: bound => {
          const by = mustPattern(bound)
          return scalar((of: string) => {
            const ms = by.read(of)
            return ms === undefined ? unreadable(of) : floorDiv(ms, DAY_MS)
          })
        },
      },
    ],
  ),
]
