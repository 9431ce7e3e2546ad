/**
 * The logs of a node's jobs: one for each connection, opened when it is first needed, closed when
 * nobody uses it any more. It keeps in mind how many partitions topics were last said to have, for
 * who sends by them.
 */

import { invariant, WeirError } from '../base/errors.ts'
import { RelayedLog } from '../base/relayed-log.ts'
import type { LogDone, StreamLog, TopicDescription } from '../base/stream-log.ts'
import type { KafkaOptions } from '../connectors/kafka/options.ts'
import { LogClient } from '../connectors/log/client.ts'
import { GrpcLine } from '../connectors/log/wire/client.ts'
import { defaultJournalBounds } from '../journal/bounds.ts'
import { Budget } from '../journal/budget.ts'
import { type Connection, connectionId } from './connection.ts'

/** One that was opened, and how it is closed. */
export interface OpenLog {
  readonly log: StreamLog
  close(): void
}

export type OpenLogs = (connection: Connection) => OpenLog

export interface LogOptions {
  /** Opens a Kafka. */
  kafka(options: KafkaOptions): StreamLog & { close(): void }
  /** What brokers know us by. */
  readonly clientId: string
  /** HOST:PORT of the embedded log that the cluster was told of. */
  readonly address?: string | undefined
}

/** Throws a WeirError where nobody said where the embedded log is. */
export function openerOf({ clientId, kafka, address: usual }: LogOptions): OpenLogs {
  return connection => {
    if (connection.kind === 'kafka') {
      const { brokers, options } = connection
      const log = kafka({ ...options, brokers, clientId })
      return { log, close: () => log.close() }
    }
    const address = connection.address ?? usual
    if (address === undefined) {
      const message = 'this node was not told of an embedded log; begin it with --log HOST:PORT'
      throw new WeirError('no-log', `${message}, or say log: {address: HOST:PORT} in the job`)
    }
    const line = new GrpcLine({ address })
    return { log: new LogClient(line), close: () => line.close() }
  }
}

/** Notices what is described. */
class NotedLog extends RelayedLog {
  readonly #partitions = new Map<string, number>()

  /** undefined: nobody asked yet. */
  partitionsOf(topic: string): number | undefined {
    return this.#partitions.get(topic)
  }

  override describe(topic: string, done: LogDone<TopicDescription>): void {
    super.describe(topic, answer => {
      if (answer.error === undefined) this.#partitions.set(topic, answer.value.partitions)
      done(answer)
    })
  }
}

/** In use by somebody, until he gives it back. */
export interface LogInUse {
  readonly log: StreamLog
  /** Shared by all groups of the node that publish there. */
  readonly budget: Budget
  partitionsOf(topic: string): number | undefined
  giveBack(): void
}

interface Held {
  readonly open: OpenLog
  readonly noted: NotedLog
  readonly budget: Budget
  users: number
}

export class Logs {
  readonly #open: OpenLogs
  readonly #held = new Map<string, Held>()

  constructor(open: OpenLogs) {
    this.#open = open
  }

  /** For status and tests. */
  get size(): number {
    return this.#held.size
  }

  /** Throws a WeirError where it cannot be opened. */
  use(connection: Connection): LogInUse {
    const id = connectionId(connection)
    const held = this.#held.get(id) ?? this.#opened(id, connection)
    held.users++
    let isOver = false
    return {
      log: held.noted,
      budget: held.budget,
      partitionsOf: topic => held.noted.partitionsOf(topic),
      giveBack: () => {
        invariant(!isOver, 'WORK a log is given back once')
        isOver = true
        this.#leave(id, held)
      },
    }
  }

  #opened(id: string, connection: Connection): Held {
    const open = this.#open(connection)
    const budget = new Budget(defaultJournalBounds.transactionsMax)
    const held = { open, noted: new NotedLog(open.log), budget, users: 0 }
    this.#held.set(id, held)
    return held
  }

  #leave(id: string, held: Held): void {
    held.users--
    if (held.users > 0) return
    this.#held.delete(id)
    held.open.close()
  }
}
