/** Where records come from, and where they go to: connectors, formats, times, schemas. */

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
  number,
  object,
  optional,
  required,
  size,
  tagged,
  text,
  written,
} from '../shape/shape.ts'
import { columnAdvice, PATH } from './path.ts'
import { COLUMN, columns } from './words.ts'

const TOPIC = {
  pattern: /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/,
  words: 'a topic: letters, digits, . _ and -, 249 at most',
}

const URL_TEXT = { pattern: /^https?:\/\/\S+$/, words: 'an URL such as http://host:8080/path' }

const SOME = { pattern: /\S/, words: 'a text that says anything' }

const PORT_PATH = { pattern: /^\/\S*$/, words: 'a path that begins with /' }

const brokers = either('HOST:PORT, or a list of them', text(SOME), list(text(SOME), 1, 100))

const formats = ['json', 'ndjson', 'yaml', 'toml', 'avro', 'protobuf', 'csv', 'text'] as const

/** Bounds that every format has. */
const bounds = {
  sizeMax: optional(size(1), 'the largest record that is taken'),
  depthMax: optional(integer(1, 1_000), 'how deep lists and maps may stand in each other'),
}

const boundsAlone = object(bounds)

const DELIMITER = {
  pattern: /^(?!["\r\n\0])\p{ASCII}$/u,
  words: 'one character of ASCII, and no quote or newline',
}

const csvOptions = object({
  ...bounds,
  delimiter: optional(text(DELIMITER), 'what stands between values; a comma by default'),
  header: optional(flag(), 'whether the first line holds the names'),
})

const registryOptions = object({
  ...bounds,
  registry: optional(text(URL_TEXT), 'the schema registry'),
})

const formatShape = either(
  `one of ${formats.join(', ')}, alone or with options below it`,
  choice(formats),
  tagged(
    'a format',
    {},
    {
      json: required(boundsAlone, 'one JSON value a record'),
      ndjson: required(boundsAlone, 'one JSON value a line'),
      yaml: required(boundsAlone, 'one YAML document a record'),
      toml: required(boundsAlone, 'one TOML document a record'),
      avro: required(registryOptions, 'Avro, its schema from a registry'),
      protobuf: required(registryOptions, 'Protocol Buffers, their schema from a registry'),
      csv: required(csvOptions, 'values between commas'),
      text: required(boundsAlone, 'the record is one text, the column `text`'),
    },
  ),
)

/** Of the form of a type in SQL; whether there is such a type is asked when the job is compiled. */
const TYPE = {
  pattern:
    /^(?=.{1,99}$)[A-Za-z][A-Za-z ]*(\(\s*\d+\s*(,\s*\d+\s*)?\)|<.+>)?( [A-Za-z ]+)?(\s*\[\s*\])*$/,
  words: 'a type such as text, bigint, double, decimal(10, 2), timestamp or array<text>',
}

const columnShape = either(
  'a type, or type with path and unit',
  written('column', TYPE),
  object({
    type: required(written('column', TYPE), 'the type, as SQL writes it'),
    path: optional(
      text(PATH),
      'where its value stands in a record: user.id, user-id, "@timestamp"; $ is the whole record',
    ),
    unit: optional(choice(['ms', 's', 'us']), 'what a number counts; ms by default'),
  }),
)

const timeShape = either(
  'a column, or field with lag and idle',
  written('column', COLUMN),
  object({
    field: optional(
      written('column', COLUMN),
      'the column that holds the time; without it, the time that the source itself knows',
    ),
    lag: optional(duration(0), 'how far records may come out of order before they are late'),
    idle: optional(duration(), 'how long a quiet partition is waited for; without it, for ever'),
  }),
)

const topic = required(text(TOPIC), 'the topic')

export const sourceShape = tagged(
  'a connector',
  {
    format: optional(formatShape, 'how records are written; json by default'),
    registry: optional(text(URL_TEXT), 'the schema registry'),
    schema: optional(
      map(columnShape, COLUMN, 1, columnAdvice),
      'the columns that the job may use, with their types: {user: text, ts: timestamp}',
    ),
    time: optional(timeShape, 'the event time of a record'),
  },
  {
    kafka: required(
      object({
        topic,
        brokers: optional(brokers, 'HOST:PORT of some brokers'),
        start: optional(choice(['earliest', 'latest']), 'where a new job begins'),
        options: optional(json({ map: true }), 'options of the client, as they are'),
      }),
      'a topic of Kafka',
    ),
    log: required(
      object({
        topic,
        address: optional(text(SOME), 'HOST:PORT of the log; without it, the one of the cluster'),
        start: optional(choice(['earliest', 'latest']), 'where a new job begins'),
      }),
      'a topic of the embedded log',
    ),
    file: required(
      object({
        path: required(text(SOME), 'the file'),
        follow: optional(flag(), 'whether to wait for what is appended'),
      }),
      'a file; a position in it is a number of bytes',
    ),
    generator: required(
      object({
        rate: optional(number(0.001, 10_000_000), 'records per second'),
        count: optional(integer(1, Number.MAX_SAFE_INTEGER), 'how many; without it, no end'),
        seed: optional(integer(0, Number.MAX_SAFE_INTEGER), 'the same seed, the same records'),
        keys: optional(integer(1, 100_000_000), 'how many different keys'),
      }),
      'records made up',
    ),
    http: required(
      object({
        path: optional(text(PORT_PATH), 'where records are posted to'),
        topic: optional(text(TOPIC), 'the topic of the log in which they are kept'),
      }),
      'records that are posted over HTTP',
    ),
  },
)

export const sinkShape = tagged(
  'a connector',
  {
    format: optional(formatShape, 'how records are written; json by default'),
    registry: optional(text(URL_TEXT), 'the schema registry'),
    key: optional(columns(), 'the columns that name a record'),
  },
  {
    kafka: required(
      object({
        topic,
        brokers: optional(brokers, 'HOST:PORT of some brokers'),
        options: optional(json({ map: true }), 'options of the client, as they are'),
      }),
      'a topic of Kafka',
    ),
    log: required(
      object({
        topic,
        address: optional(text(SOME), 'HOST:PORT of the log; without it, the one of the cluster'),
      }),
      'a topic of the embedded log',
    ),
    file: required(object({ path: required(text(SOME), 'the file') }), 'a file'),
    http: required(object({ url: required(text(URL_TEXT), 'where to') }), 'posts over HTTP'),
    s3: required(
      object({
        bucket: required(text(SOME), 'the bucket'),
        prefix: optional(text(), 'what the names of the objects begin with'),
        region: optional(text(SOME), 'the region'),
        endpoint: optional(text(URL_TEXT), 'the server, if it is not that of AWS'),
      }),
      'objects in S3',
    ),
    mongodb: required(
      object({
        uri: required(text(SOME), 'the server'),
        database: required(text(SOME), 'the database'),
        collection: required(text(SOME), 'the collection'),
      }),
      'documents in MongoDB',
    ),
    memory: required(
      object({ rows: optional(integer(1, 1_000_000), 'how many are kept') }),
      'the last records, kept in the node for looking at',
    ),
  },
)

export type SourcePart = Checked<typeof sourceShape>
export type SinkPart = Checked<typeof sinkShape>
export type ColumnPart = Checked<typeof columnShape>
