/** What can happen to a simulated log, and how often it really did: the one table of it. */

export const logFaults = {
  // Calls.
  'lost-call': 'a call never arrives',
  'lost-answer': 'a call is carried out, and its answer never arrives',
  'late-call': 'a call arrives late, maybe when nobody waits for it any more',
  'late-answer': 'an answer arrives late, maybe when nobody waits for it any more',
  'cut-off': 'a call or its answer meets a client that is cut off, or a log that is down',
  // Partitions.
  'leader-moves': 'a partition gets another leader',
  'tail-lost': 'a new leader does not have what nobody was told of yet',
  'end-unknown': 'a new leader is asked for the end, and does not know it yet',
  'end-lags': 'a fetch shows an end that lies before what was acknowledged',
  'stale-leader': 'a question is answered by one that leads no more, and does not know it',
  'short-fetch': 'a fetch brings less than there is',
  // Transactions.
  'coordinator-moves': 'another decides transactions, and knows what was written down',
  'transition-lost': 'what a coordinator was about to write down is lost',
  'marker-again': 'a marker is written a second time, since its coordinator moved',
  concurrent: 'a call meets a transaction that is still being finished',
  expired: 'a transaction was open for too long, and is aborted',
  fenced: 'a call comes from a producer that was fenced',
} as const

export type LogFaultKind = keyof typeof logFaults
export const logFaultKinds = Object.keys(logFaults) as readonly LogFaultKind[]

/** What may befall a single call. */
export type LogFate = 'lost-call' | 'lost-answer' | 'late-call' | 'late-answer'

/** What clients ask of brokers, as single requests. */
export type LogCall =
  | 'cluster'
  | 'describe'
  | 'create'
  | 'drop'
  | 'list-offsets'
  | 'fetch'
  | 'delete-records'
  | 'produce'
  | 'init-producer'
  | 'add-partitions'
  | 'end-transaction'

export interface LogProfile {
  /** The way to a broker takes from the least to twice the mean, and so does the way back. */
  readonly callMinUs: number
  readonly callMeanUs: number
  /** Up to twice so long until what was written is on enough copies. */
  readonly copyMeanUs: number
  /** Up to twice so long until a marker sets out for its partition. */
  readonly markerMeanUs: number
  /** How long a client waits for an answer, besides what it said that it would wait. */
  readonly answerMs: number
  /** How long a client asks again where it was told that nothing was done. */
  readonly patienceMs: number
  /** How often a coordinator looks for transactions that took too long. */
  readonly expiryScanMs: number
  /** Late calls and answers are so late at most. */
  readonly lateMsMax: number
  /** How long nobody leads a partition, or knows its transactions, after a move. */
  readonly moveMsMax: number
  /** How long a new leader does not know the end. */
  readonly lagMsMax: number
  /** Chances for any single call. */
  readonly fates: Readonly<Record<LogFate, number>>
  /** The chance that a fetch brings less than there is. */
  readonly shortFetches: number
}

/** A log in good health. */
export const calmLog: LogProfile = {
  callMinUs: 100,
  callMeanUs: 200,
  copyMeanUs: 300,
  markerMeanUs: 1000,
  answerMs: 2000,
  patienceMs: 5000,
  expiryScanMs: 200,
  lateMsMax: 5000,
  moveMsMax: 1000,
  lagMsMax: 1000,
  fates: { 'lost-call': 0, 'lost-answer': 0, 'late-call': 0, 'late-answer': 0 },
  shortFetches: 0,
}
