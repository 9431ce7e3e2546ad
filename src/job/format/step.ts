/** The steps of a job: one shape for each kind. */

import { KEPT_MAX } from '../../engine/aggregates/column.ts'
import {
  type Checked,
  choice,
  duration,
  either,
  flag,
  integer,
  list,
  map,
  object,
  optional,
  refused,
  required,
  tagged,
  written,
} from '../shape/shape.ts'
import { ROWS_MAX, windowShape } from './window.ts'
import { COLUMN, columnList, NAME, REFERENCE } from './words.ts'

/** As many groups as there are slots. */
export const PARTITIONS_MAX = 1_024

const expression = () => written('expression')
const named = () => map(expression(), COLUMN, 1)

const from = optional(
  written('reference', REFERENCE),
  'a source, a step, or STEP.OUTPUT; without it, the step above',
)

/** `user`, `[user, page]`, or `{user: "lower(name)"}`. */
const keyShape = either(
  'a column, a list of columns, or names with expressions',
  written('column', COLUMN),
  columnList(),
  named(),
)

const key = (about: string) => optional(keyShape, about)

const unnestShape = object({
  from,
  each: required(expression(), 'the array'),
  as: required(written('name', COLUMN), 'the column for each of its elements'),
  position: optional(written('name', COLUMN), 'a column for the number of the element, from 1'),
  keepEmpty: optional(flag(), 'whether a record without elements goes on once, with null'),
  select: optional(named(), 'what each becomes; without it, all columns and the element'),
})

const kinds = {
  filter: required(
    either(
      'an expression, or where: with one',
      expression(),
      object({ from, where: required(expression(), 'records for which it is true go on') }),
    ),
    'lets some records through',
  ),
  map: required(
    object({
      from,
      select: optional(named(), 'the columns of the new record'),
      set: optional(named(), 'columns that are added or replaced'),
    }),
    'makes another record of each',
  ),
  project: required(
    object({
      from,
      keep: optional(columnList(), 'the columns that stay'),
      drop: optional(columnList(), 'the columns that go'),
      rename: optional(map(written('name', COLUMN), COLUMN, 1), 'columns with their new names'),
    }),
    'keeps, drops and renames columns',
  ),
  flatMap: required(unnestShape, 'makes a record of each element of an array'),
  unnest: required(unnestShape, 'makes a record of each element of an array'),
  keyBy: required(
    object({ from, key: required(keyShape, 'what brings records together') }),
    'brings records of one key together',
  ),
  union: required(
    object({ from: required(list(written('reference', REFERENCE), 2, 64), 'what to unite') }),
    'the records of several steps or sources, which have the same columns',
  ),
  split: required(
    object({
      from,
      into: required(
        map(expression(), NAME, 1),
        'side outputs: a record goes to the first that is true for it, else on',
      ),
    }),
    'sends records different ways; other steps say from: STEP.OUTPUT',
  ),
  aggregate: required(
    object({
      from,
      key: key('what is counted apart; without it, all together'),
      window: optional(windowShape, 'which records belong together; without it, all'),
      select: required(named(), 'the results: {n: count(), avg_ms: avg(latency)}'),
      having: optional(expression(), 'results for which it is true go on'),
      lateness: optional(duration(0), 'how long after its end a window still takes records'),
      late: optional(
        choice(['drop', 'side']),
        'records that are too late: counted only, or sent to the side output STEP.late',
      ),
      emit: optional(
        object({ early: optional(duration(), 'how often a window says what it has so far') }),
        'results besides the last',
      ),
      mode: optional(
        choice(['final', 'updating']),
        'final: a result when the window closes; updating: whenever it changes',
      ),
    }),
    'results for each key and window',
  ),
  dedup: required(
    object({
      from,
      key: required(keyShape, 'what makes records equal'),
      within: optional(duration(), 'how long one is remembered; without it, for ever'),
    }),
    'of equal records, the first',
  ),
  topN: required(
    object({
      from,
      n: required(integer(1, KEPT_MAX), 'how many'),
      by: required(expression(), 'what they are ordered by'),
      order: optional(choice(['desc', 'asc']), 'largest first (desc, the default) or smallest'),
      key: key('for each of these; without it, over all'),
      window: optional(windowShape, 'in each of these'),
      as: optional(written('name', COLUMN), 'the column for the list of them'),
      select: optional(written('expression'), 'what is kept of each; without it, `by`'),
    }),
    'the largest, or the smallest',
  ),
  rolling: required(
    object({
      from,
      key: key('for each of these; without it, over all'),
      time: optional(duration(), 'over the records of this long before each'),
      count: optional(integer(1, ROWS_MAX), 'over so many records up to each'),
      select: required(named(), 'the results: {avg_ms: avg(latency)}'),
    }),
    'each record with results over those before it',
  ),
  to: required(
    either(
      'the name of a sink',
      written('reference', NAME),
      object({ from, sink: required(written('reference', NAME), 'the sink') }),
    ),
    'sends records to a sink',
  ),
  join: refused('joins are not supported yet'),
  pattern: refused('patterns are not supported yet'),
  process: refused('functions of your own are not supported yet'),
  sql: refused('SQL statements are not supported yet; write them as steps'),
} as const

export const stepShape = tagged(
  'a kind of step',
  {
    name: optional(written('name', NAME), 'by which state is found again, and others say from:'),
    from,
    partitions: optional(integer(1, PARTITIONS_MAX), 'how many groups its stage has'),
  },
  kinds,
)

export type StepPart = Checked<typeof stepShape>
export type StepKind = StepPart['kind']
export type StepOf<K extends StepKind> = Extract<StepPart, { kind: K }>
export type KeyPart = Checked<typeof keyShape>
