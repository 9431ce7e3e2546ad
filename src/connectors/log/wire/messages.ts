/** Calls and what they are told as messages of the wire, and back: a row for each call. */

import type {
  Isolation,
  LogError,
  NewRecord,
  PartitionRecords,
  StoredRecord,
} from '../../../base/stream-log.ts'
import type { AskedBy, CallName, ToldBy } from '../calls.ts'
import type { Verdict } from '../state/partition.ts'

/** What is asked or told, as the library has it; it has those fields that its kind has. */
export interface Message {
  readonly topic: string
  readonly partition: number
  readonly partitions: number
  readonly replication: number
  readonly settings: Readonly<Record<string, string>>
  readonly offset: number
  readonly isolation: Isolation
  readonly max_bytes: number
  readonly wait_ms: number
  readonly records: readonly WireRecord[]
  readonly position: number
  readonly seen_end: number
  readonly before: number
  readonly parts: readonly WirePart[]
  readonly offsets: readonly number[]
  readonly transactional_id: string
  readonly timeout_ms: number
  readonly producer: number
  readonly epoch: number
  readonly sequence: number
  readonly verdict: Verdict
}

/** `what` names the field that is there; missing: a call that is not known here. */
export type CallMessage = {
  readonly serial: number
  readonly log: string
  readonly what?: CallName | 'cancel'
} & { readonly [Name in CallName]?: Message }

export type AnswerMessage = {
  readonly serial: number
  readonly log: string
  readonly trouble?: LogError
} & { readonly [Name in CallName]?: Message }

interface WireRecord {
  readonly key?: Uint8Array
  readonly value?: Uint8Array
  readonly headers: readonly { readonly name: string; readonly value: Uint8Array }[]
  readonly timestamp_ms: number
  readonly offset: number
}

interface WirePart {
  readonly topic: string
  readonly partition: number
  readonly records: readonly WireRecord[]
}

interface Row<Name extends CallName> {
  readonly ask: (asked: AskedBy<Name>) => object
  readonly asked: (message: Message) => AskedBy<Name>
  readonly tell: (told: ToldBy<Name>) => object
  /** `log` is the name of the log that answered. */
  readonly told: (message: Message, log: string) => ToldBy<Name>
}

type Rows = { readonly [Name in CallName]: Row<Name> }

const same = <T>(one: T): T => one
const topicOf = ({ topic }: Message) => ({ topic })
const placeOf = ({ topic, partition }: Message) => ({ topic, partition })
const nothing = { tell: () => ({}), told: () => undefined }
const offset = {
  tell: (told: number) => ({ offset: told }),
  told: (message: Message) => message.offset,
}
const offsets = {
  tell: (told: readonly number[]) => ({ offsets: told }),
  told: (message: Message) => message.offsets,
}

export const rows: Rows = {
  cluster: {
    ask: () => ({}),
    asked: () => ({}),
    tell: () => ({}),
    told: (_, log) => log,
  },
  describe: {
    ask: same,
    asked: topicOf,
    tell: same,
    told: ({ partitions, replication, settings }) => ({ partitions, replication, settings }),
  },
  create: {
    ask: same,
    asked: ({ topic, partitions, replication, settings }) => {
      return { topic, partitions, replication, settings }
    },
    ...nothing,
  },
  drop: { ask: same, asked: topicOf, ...nothing },
  start: { ask: same, asked: placeOf, ...offset },
  end: {
    ask: same,
    asked: message => ({ ...placeOf(message), isolation: message.isolation }),
    ...offset,
  },
  fetch: {
    ask: ({ maxBytes, waitMs, ...rest }) => {
      return { ...rest, max_bytes: bounded(maxBytes), wait_ms: bounded(waitMs) }
    },
    asked: message => ({
      ...placeOf(message),
      offset: message.offset,
      isolation: message.isolation,
      maxBytes: message.max_bytes,
      waitMs: message.wait_ms,
    }),
    tell: ({ records, position, seenEnd }) => {
      return { records: records.map(toWire), position, seen_end: seenEnd }
    },
    told: ({ records, position, seen_end }) => {
      return { records: records.map(fromWire), position, seenEnd: seen_end }
    },
  },
  forget: {
    ask: same,
    asked: message => ({ ...placeOf(message), before: message.before }),
    ...nothing,
  },
  append: {
    ask: ({ parts }) => ({ parts: parts.map(partToWire) }),
    asked: ({ parts }) => ({ parts: parts.map(partFromWire) }),
    ...offsets,
  },
  begin: {
    ask: ({ transactionalId, timeoutMs }) => {
      return { transactional_id: transactionalId, timeout_ms: bounded(timeoutMs) }
    },
    asked: message => {
      return { transactionalId: message.transactional_id, timeoutMs: message.timeout_ms }
    },
    tell: same,
    told: ({ producer, epoch }) => ({ producer, epoch }),
  },
  send: {
    ask: ({ parts, ...rest }) => ({ ...rest, parts: parts.map(partToWire) }),
    asked: ({ producer, epoch, sequence, parts }) => {
      return { producer, epoch, sequence, parts: parts.map(partFromWire) }
    },
    ...offsets,
  },
  finish: {
    ask: same,
    asked: ({ producer, epoch, sequence, verdict }) => ({ producer, epoch, sequence, verdict }),
    ...nothing,
  },
}

const UINT32_MAX = 2 ** 32 - 1

function bounded(value: number): number {
  return Math.min(UINT32_MAX, Math.max(0, Math.ceil(value)))
}

function partToWire({ topic, partition, records }: PartitionRecords) {
  return { topic, partition, records: records.map(toWire) }
}

function partFromWire({ topic, partition, records }: WirePart): PartitionRecords {
  return { topic, partition, records: records.map(fromWire) }
}

function toWire(record: NewRecord & { readonly offset?: number }): object {
  const { key, value, headers, timestampMs, offset: at = 0 } = record
  return {
    ...(key === null ? {} : { key }),
    ...(value === null ? {} : { value }),
    headers,
    timestamp_ms: timestampMs,
    offset: at,
  }
}

function fromWire({ key, value, headers, timestamp_ms, offset: at }: WireRecord): StoredRecord {
  return {
    offset: at,
    key: key === undefined ? null : plain(key),
    value: value === undefined ? null : plain(value),
    headers: headers.map(header => ({ name: header.name, value: plain(header.value) })),
    timestampMs: timestamp_ms,
  }
}

/** The library's own kind of bytes would compare as another than what was sent. */
function plain({ buffer, byteOffset, length }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length)
}
