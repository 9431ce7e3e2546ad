/** What a Kafka log is told by whoever opens it, and every bound that it keeps. */

/** As kafkajs takes them: names and secrets are passed on and never shown. */
export interface Sasl {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
  readonly username: string
  readonly password: string
}

/** As `node:tls` takes them. */
export interface Tls {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly servername?: string
}

export interface KafkaOptions {
  /** Some of the brokers, as `host:port`; they name the others. */
  readonly brokers: readonly string[]
  readonly clientId: string
  readonly tls?: Tls
  readonly sasl?: Sasl
  /** That of the cluster which is meant, where it is known already. */
  readonly cluster?: string
  readonly limits?: Partial<Limits>
}

export interface Limits {
  /** For a connection to be there. */
  readonly connectMs: number
  /** For one answer of one broker. */
  readonly answerMs: number
  /** Longer than that by what a quota holds us back, up to this. */
  readonly heldMsMax: number
  /** For one call of the door, with all that is asked again in it. */
  readonly patienceMs: number
  /** Between two tries: from this .. */
  readonly pauseMsMin: number
  /** .. up to this. */
  readonly pauseMsMax: number
  /** A fetch is answered with nothing by then, however long it was to wait. */
  readonly waitMsMax: number
  /** To one broker, for one purpose: as many may be asked at the same time. */
  readonly connectionsMax: number
  /** So many may wait for one of them. */
  readonly waitingMax: number
  /** Records go in batches of so many bytes; brokers take 1 048 588 where nobody said otherwise. */
  readonly batchBytesMax: number
  /** Batches go to a leader in requests of so many bytes. */
  readonly requestBytesMax: number
  /** Topics whose leaders are kept in mind. */
  readonly topicsMax: number
}

export const limitsOf = ({ limits }: KafkaOptions): Limits => ({
  connectMs: 3000,
  answerMs: 10_000,
  heldMsMax: 60_000,
  patienceMs: 20_000,
  pauseMsMin: 1,
  pauseMsMax: 100,
  waitMsMax: 5000,
  connectionsMax: 64,
  waitingMax: 4096,
  batchBytesMax: 1_000_000,
  requestBytesMax: 8_000_000,
  topicsMax: 10_000,
  ...limits,
})
