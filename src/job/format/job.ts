/** A job file as a whole: the shape from which checker, types and JSON Schema come. */

import {
  type Checked,
  choice,
  duration,
  either,
  flag,
  integer,
  json,
  list,
  map,
  object,
  optional,
  refused,
  required,
  type Shape,
  tagged,
  text,
  written,
} from '../shape/shape.ts'
import { sinkShape, sourceShape } from './source.ts'
import { PARTITIONS_MAX, stepShape } from './step.ts'
import { windowShape } from './window.ts'
import { COLUMN, columnList, columns, NAME } from './words.ts'

const LIST_MAX = 1_000
const COUNT_MAX = 1_000_000

const viewShape = object({
  from: required(written('reference', NAME), 'the sink or step whose records it keeps'),
  key: required(columns(), 'what a record is found by'),
  journaled: optional(flag(), 'whether it survives the loss of all disks at once'),
})

const measureShape = either(
  'count, or a measure with its column',
  choice(['count']),
  tagged(
    'a measure',
    {},
    {
      count: required(written('expression'), 'how many have a value'),
      sum: required(written('expression'), 'the sum'),
      min: required(written('expression'), 'the smallest'),
      max: required(written('expression'), 'the largest'),
      avg: required(written('expression'), 'the average'),
      distinct: required(written('expression'), 'about how many different ones'),
      histogram: required(written('expression'), 'the distribution, for percentiles'),
    },
  ),
)

const cubeShape = object({
  from: required(written('reference', NAME), 'the source or step whose records it counts'),
  time: required(written('column', COLUMN), 'the column that holds the time'),
  grain: required(duration(1_000), 'the shortest time that can be told apart'),
  dimensions: required(columnList(), 'the columns to slice by'),
  measures: required(map(measureShape, COLUMN, 1), 'what is counted'),
  retention: optional(duration(), 'how long it is kept'),
})

const optionsShape = object({
  partitions: optional(integer(1, PARTITIONS_MAX), 'how many groups a stage has'),
  replication: optional(integer(1, 7), 'how many replicas a group has'),
  checkpoint: optional(duration(100), 'how often a checkpoint is taken'),
  errors: optional(
    choice(['dead-letter', 'skip', 'fail']),
    'records that cannot be worked on: kept apart (the default), counted only, or the job stops',
  ),
  guarantee: optional(choice(['exactly_once', 'at_least_once']), 'how often output appears'),
})

/** What a test does, in order: records, time that passes, an end. */
const inputShape = tagged(
  'input of a test',
  { from: optional(written('reference', NAME), 'the source; not needed when there is only one') },
  {
    records: required(list(json({ map: true }), 1), 'records, in order'),
    advance: required(duration(), 'the clock of the machine goes on by so much'),
    end: required(flag(), 'all sources end: every window closes'),
  },
)

export const testShape = object({
  name: required(text({ pattern: /\S/, words: 'a name' }), 'what it shows'),
  input: required(list(inputShape, 1), 'what happens, in order'),
  expect: required(
    map(list(json({ map: true })), NAME),
    'for each sink, the records that come out',
  ),
  order: optional(
    choice(['any', 'exact']),
    'whether their order matters: records of different keys have none (any, the default)',
  ),
  deadLetters: optional(integer(0, COUNT_MAX), 'records that cannot be worked on; 0 by default'),
  late: optional(integer(0, COUNT_MAX), 'records too late for their windows; 0 by default'),
})

const namedTest = list(testShape, 1, LIST_MAX)

export const jobShape = object({
  name: required(written('name', NAME), 'the name of the job'),
  description: optional(text(), 'what it is for'),
  sources: required(map(sourceShape, NAME, 1), 'where records come from'),
  steps: required(list(stepShape, 1, LIST_MAX), 'what is done with them, in order'),
  sinks: optional(map(sinkShape, NAME), 'where results go to'),
  views: optional(map(viewShape, NAME), 'state that can be asked for'),
  cubes: optional(map(cubeShape, NAME), 'what can be sliced and summed up'),
  options: optional(optionsShape, 'how it runs'),
  tests: optional(namedTest, 'records in, records out: weir job test'),
  sql: refused('SQL in a job file is not supported yet; write it as steps'),
})

/** A file of tests alone. */
export const testFileShape = object({
  job: required(text({ pattern: /\S/, words: 'a path' }), 'the job file, from here'),
  tests: required(namedTest, 'records in, records out'),
})

/** Written once in the JSON Schema, under these names. */
export const definitions: ReadonlyMap<Shape, string> = new Map<Shape, string>([
  [sourceShape, 'source'],
  [sinkShape, 'sink'],
  [stepShape, 'step'],
  [windowShape, 'window'],
  [testShape, 'test'],
])

export type JobPart = Checked<typeof jobShape>
export type TestPart = Checked<typeof testShape>
export type TestFilePart = Checked<typeof testFileShape>
