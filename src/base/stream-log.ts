/**
 * The StreamLog door: topics made of partitions, records that keep their offset for ever, and
 * transactions that put records into several partitions at once. Kafka's terms, for it is the one
 * that people have; the embedded log and the simulated one keep them too. What else a body owes is
 * asked by the suite in `chaos/sim/contract`; what makes output exactly once with it, stands in
 * `src/journal`.
 *
 * As with every door, completions are calls back, and none comes before its call has returned.
 */

export interface Partition {
  readonly topic: string
  readonly partition: number
}

export interface Header {
  readonly name: string
  readonly value: Uint8Array
}

export interface NewRecord {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly Header[]
  /** Milliseconds since 1970. */
  readonly timestampMs: number
}

export interface StoredRecord extends NewRecord {
  readonly offset: number
}

/** What goes into one partition, in this order. */
export interface PartitionRecords extends Partition {
  readonly records: readonly NewRecord[]
}

/** `committed` hides what was aborted, and ends before the first transaction that is still open. */
export type Isolation = 'committed' | 'uncommitted'

/**
 * Nothing was done, and asking again in the same way would not help: `no-such-topic` (nor
 * partition), `topic-exists`, `offset-out-of-range`, `record-too-large`, `not-authorized`,
 * `bad-settings`, `other-cluster` (behind the same address as before), `unsupported` (it is too old
 * for us).
 *
 * `busy`: nothing was done yet, an earlier transaction is being finished first; ask again soon.
 *
 * `fenced`: another has taken over the transactional id, or the transaction took too long: which of
 * them, the log does not say. None of the transaction will ever be seen.
 *
 * `unavailable`: nobody answers, or cannot now. A question may be asked again; whether something
 * that should have been done was done, is not known.
 */
export type LogErrorCode =
  | 'no-such-topic'
  | 'topic-exists'
  | 'offset-out-of-range'
  | 'record-too-large'
  | 'not-authorized'
  | 'bad-settings'
  | 'other-cluster'
  | 'unsupported'
  | 'busy'
  | 'fenced'
  | 'unavailable'

export interface LogError {
  readonly code: LogErrorCode
  /** One sentence for people: what happened, to what, and what to do. */
  readonly message: string
}

/** What a log answers; `value` is there when there is no `error`. */
export type LogAnswer<T> =
  | { readonly error: LogError }
  | { readonly error?: never; readonly value: T }
export type LogDone<T> = (answer: LogAnswer<T>) => void

export interface NewTopic {
  readonly topic: string
  readonly partitions: number
  /** As many copies as the log can make, if it can make fewer: its settings say how many. */
  readonly replication: number
  /** By the names that Kafka gives them. */
  readonly settings: Readonly<Record<string, string>>
}

export interface TopicDescription {
  readonly partitions: number
  /** Copies of the partition that has the fewest, */
  readonly replication: number
  /** and of the one that has the most, where they differ. */
  readonly replicationMax?: number
  /** All that are in force, defaults too. */
  readonly settings: Readonly<Record<string, string>>
}

export interface FetchOptions {
  readonly isolation: Isolation
  /** A bound for what comes at once; a record that is larger comes alone. */
  readonly maxBytes: number
  /** How long to wait for a record where there is none yet. */
  readonly waitMs: number
}

export interface Fetched {
  readonly records: readonly StoredRecord[]
  /** Where to read on: behind these records, and behind what there was to skip. */
  readonly position: number
  /**
   * The end as far as whoever answered knew of it. It may lag behind what was acknowledged, since a
   * fresh leader learns it late: never take it for the end.
   */
  readonly seenEnd: number
}

/** A call whose answer may no longer be wanted. */
export interface Asked {
  /** `done` is not called any more. */
  cancel(): void
}

export interface StreamLog {
  /** Whoever loses its one disk has lost all that lies in it. */
  readonly isOneProcess: boolean
  /** Its own name for itself: tells it from another one behind the same address. */
  cluster(done: LogDone<string>): void
  describe(topic: string, done: LogDone<TopicDescription>): void
  /**
   * Not asked again by the body where it does not know what came of it: `unavailable`. Who does ask
   * again may be told `topic-exists` of his own topic; on Kafka also who asked once, since a broker
   * hands a creation on again whose answer it lost. `describe` says what is there.
   */
  create(topic: NewTopic, done: LogDone<void>): void
  /** With all its records. */
  drop(topic: string, done: LogDone<void>): void

  /** Where the first record is that has not been deleted. */
  start(of: Partition, done: LogDone<number>): void
  /**
   * Behind the last record that was acknowledged or, for `committed`, before the first open
   * transaction. Answered by a leader that knows: nothing acknowledged lies behind it; unless that
   * leader was replaced while it stood still, and has not heard so. Only a record that comes to lie
   * there proves it.
   */
  end(of: Partition, isolation: Isolation, done: LogDone<number>): void
  /** In order of offsets; may answer with nothing, in time or before it. */
  fetch(from: Partition, offset: number, how: FetchOptions, done: LogDone<Fetched>): Asked
  /** Forgets what lies before the offset, which becomes the start; -1 means all. */
  deleteRecords(of: Partition, before: number, done: LogDone<void>): void

  /** Outside of any transaction; durable when it is answered. The offsets of the first records. */
  append(records: readonly PartitionRecords[], done: LogDone<readonly number[]>): void
  /**
   * Changes nothing and fences nobody: finds out whom a takeover will have to ask, and opens the
   * connections to them that are missing, few and shared by all that are prepared. Answered when it
   * is so, or cannot be now; no other call waits for it.
   */
  prepare(what: Preparation, done: LogDone<void>): void
  /** A new life under a transactional id; nothing is asked of the log before `init`. */
  producer(options: ProducerOptions): TransactionalProducer
}

/** What somebody writes and reads who may be about to take over a transactional id. */
export interface Preparation {
  readonly transactionalId: string
  /** Read back then. */
  readonly journal: Partition
  /** Written to then. */
  readonly topics: readonly string[]
}

export interface ProducerOptions {
  readonly transactionalId: string
  /** A transaction that is open for longer is aborted by the log. */
  readonly timeoutMs: number
}

/**
 * Publishes under one transactional id, one call at a time, until the first error: after that it is
 * closed, and whoever wants to go on makes another and reads back what became of the transaction.
 * Nothing is ever repeated by the body where it could then have happened twice.
 */
export interface TransactionalProducer {
  /**
   * Fences whoever had the id before. Success says that all transactions of the id are decided, and
   * that every reader can see how. Asked once: only `busy` and `unavailable` may be followed by
   * another `init`, of the same producer.
   */
  init(done: LogDone<void>): void
  /**
   * Into the open transaction; the first opens it. Not visible to `committed` before `end`. The
   * offsets of the first records, as `append` has them.
   */
  send(records: readonly PartitionRecords[], done: LogDone<readonly number[]>): void
  /** Decides the open transaction. When it is answered, readers may still be about to see it. */
  end(how: 'commit' | 'abort', done: LogDone<void>): void
  /**
   * No answer comes any more; what is open stays so until its time is over or the id is taken. Who
   * leads what is asked for anew.
   */
  close(): void
}
