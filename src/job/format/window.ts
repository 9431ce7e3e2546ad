/** Windows, as they are written under `window:`. */

import {
  type Checked,
  choice,
  duration,
  flag,
  integer,
  optional,
  required,
  tagged,
} from '../shape/shape.ts'

/** A count of records that one key may hold. */
export const ROWS_MAX = 1_000_000

export const windowShape = tagged(
  'a kind of window',
  {
    every: optional(
      duration(),
      'hopping: how often one begins; cumulate: by how much it grows; sliding: makes it hopping',
    ),
    offset: optional(duration(0), 'by how much all windows are shifted'),
    time: optional(
      choice(['event', 'processing']),
      'the time that counts: of the record (event, the default) or of the machine',
    ),
  },
  {
    tumbling: required(duration(), 'windows of this size, one after the other'),
    hopping: required(duration(), 'windows of this size, one beginning `every` so often'),
    sliding: required(duration(), 'for each record, those of its key up to this long before it'),
    session: required(duration(), 'ends when for this long nothing came'),
    cumulate: required(duration(), 'grows by `every` up to this size, then begins anew'),
    count: required(integer(1, ROWS_MAX), 'every so many records of a key, in order of arrival'),
    global: required(flag(), 'all records of a key, for ever'),
  },
)

export type WindowPart = Checked<typeof windowShape>
