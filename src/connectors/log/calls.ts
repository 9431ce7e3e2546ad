/**
 * What is asked of an embedded log, in the process or over the wire: each call by its name, with
 * what it says and what it is told.
 */

import type {
  Fetched,
  FetchOptions,
  Isolation,
  NewTopic,
  Partition,
  PartitionRecords,
  TopicDescription,
} from '../../base/stream-log.ts'
import type { Verdict } from './state/partition.ts'
import type { Life } from './state/producers.ts'

export interface Calls {
  readonly cluster: readonly [asked: object, told: string]
  readonly describe: readonly [asked: { readonly topic: string }, told: TopicDescription]
  readonly create: readonly [asked: NewTopic, told: undefined]
  readonly drop: readonly [asked: { readonly topic: string }, told: undefined]
  readonly start: readonly [asked: Partition, told: number]
  readonly end: readonly [asked: Partition & { readonly isolation: Isolation }, told: number]
  readonly fetch: readonly [asked: Fetching, told: Fetched]
  readonly forget: readonly [asked: Partition & { readonly before: number }, told: undefined]
  readonly append: readonly [asked: Appending, told: readonly number[]]
  readonly begin: readonly [asked: Beginning, told: Life]
  readonly send: readonly [asked: Sending, told: readonly number[]]
  readonly finish: readonly [asked: Finishing, told: undefined]
}

export type CallName = keyof Calls
export type AskedBy<Name extends CallName> = Calls[Name][0]
export type ToldBy<Name extends CallName> = Calls[Name][1]

export interface Fetching extends Partition, FetchOptions {
  readonly offset: number
}

export interface Appending {
  readonly parts: readonly PartitionRecords[]
}

export interface Beginning {
  readonly transactionalId: string
  readonly timeoutMs: number
}

export interface Sending extends Life, Appending {
  /** From 1 on in each life, one more for each send: the same one is not done twice. */
  readonly sequence: number
}

export interface Finishing extends Life {
  /** Of the last send, or 0: a log that died may have lost sends that it had answered. */
  readonly sequence: number
  readonly verdict: Verdict
}
