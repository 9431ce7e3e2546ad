/** Every bound and every time of the journal, by name. */

export interface JournalBounds {
  /** Schedules in one journal record; one that is larger alone has a record of its own. */
  readonly recordBytesMax: number
  /** One call of `send`; one record that is larger alone is sent alone. */
  readonly sendBytesMax: number
  /**
   * Outputs in one transaction, and schedules in one: at least one of each fits, and of outputs
   * what an entry has for several sinks of a lane.
   */
  readonly outputBytesMax: number
  readonly scheduleBytesMax: number
  /** Schedules that nothing waits for are journaled after so long, or when they are so many. */
  readonly journalMs: number
  readonly journalBytes: number
  /**
   * Transactions of one group begin so far from each other: `paceTimes` as long as they take, in
   * these; at once when so much waits.
   */
  readonly paceMinMs: number
  readonly paceMaxMs: number
  readonly paceTimes: number
  readonly eagerBytes: number
  /** The log aborts a transaction that is open for longer. */
  readonly transactionMs: number
  /** Transactions at once, in all groups of a node. */
  readonly transactionsMax: number
  /** Unpublished and unjournaled bytes of a group: at the bound its leader takes no frames. */
  readonly outboxBytesMax: number
  /** Calls of one claim at once. */
  readonly claimCallsMax: number
  /** After a question or an `init` that found nobody or met a transaction being finished. */
  readonly askMinMs: number
  readonly askMaxMs: number
  /**
   * After a producer was lost: fenced, or with an unknown outcome. Fenced again and again, up to
   * twice `transactionMs`.
   */
  readonly retryMinMs: number
  readonly retryMaxMs: number
  /** After a trouble that does not end by itself. */
  readonly stallMs: number
  /** A follower has its log get ready for a takeover once in such a while, or twice. */
  readonly readyMs: number
  /** People are told of one that should, when it goes on for so long. */
  readonly silenceMs: number
  /** A claim takes a journal for lost that ends for so long before what was read of it. */
  readonly doubtMs: number
  /** While the journal is read back. */
  readonly fetchBytesMax: number
  readonly fetchMs: number
  /** Progress is proposed when it is so old, or would free so much. */
  readonly progressMs: number
  readonly progressBytes: number
}

const KIB = 1024
const MIB = 1024 * KIB

export const defaultJournalBounds: JournalBounds = {
  recordBytesMax: 512 * KIB,
  sendBytesMax: 768 * KIB,
  outputBytesMax: MIB,
  scheduleBytesMax: 4 * MIB,
  journalMs: 200,
  journalBytes: 64 * KIB,
  paceMinMs: 4,
  paceMaxMs: 40,
  paceTimes: 2,
  eagerBytes: 256 * KIB,
  transactionMs: 10_000,
  transactionsMax: 8,
  outboxBytesMax: 64 * MIB,
  claimCallsMax: 16,
  askMinMs: 2,
  askMaxMs: 500,
  retryMinMs: 20,
  retryMaxMs: 2000,
  stallMs: 5000,
  readyMs: 60_000,
  silenceMs: 10_000,
  doubtMs: 30_000,
  fetchBytesMax: MIB,
  fetchMs: 100,
  progressMs: 1000,
  progressBytes: 4 * MIB,
}

/** Kafka's default for the longest that it lets a transaction take. */
const TRANSACTION_MAX_MS = 900_000

/**
 * Of the transactions of a claim, the first of which stays open until the last is sent. Whoever
 * meets one that was left takes its id, and need not wait.
 */
export function claimTransactionMs(bounds: JournalBounds, seats: number): number {
  const { transactionMs, claimCallsMax } = bounds
  const turns = Math.max(1, Math.ceil(seats / claimCallsMax))
  return Math.max(transactionMs, Math.min(turns * transactionMs, TRANSACTION_MAX_MS))
}

/** What is around one output or record besides its key, its value and its headers. */
export const RECORD_OVERHEAD_BYTES = 64
/** What is around one schedule in a journal record: its digest, and how long it is. */
export const SCHEDULE_OVERHEAD_BYTES = 12
/** What is around one entry and one run in an outbox. */
export const ENTRY_OVERHEAD_BYTES = 48
/** Names of groups, sinks and owners. */
export const NAME_CHARS_MAX = 1024
/** Sinks of one group. */
export const SINKS_MAX = 256
/** Partitions that one claim may span. */
export const SEATS_MAX = 65_536
