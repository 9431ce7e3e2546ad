/** The door as promises, for tests beside it: values, or the code of what went wrong. */

import type {
  Isolation,
  LogAnswer,
  LogDone,
  NewRecord,
  Partition,
  PartitionRecords,
  StoredRecord,
  StreamLog,
  TransactionalProducer,
} from '../../../base/stream-log.ts'
import { record } from './batches.ts'

const ALL_BYTES = 1_000_000

export function answer<T>(ask: (done: LogDone<T>) => void): Promise<LogAnswer<T>> {
  return new Promise(resolve => ask(resolve))
}

export async function value<T>(ask: (done: LogDone<T>) => void): Promise<T> {
  const given = await answer(ask)
  if (given.error !== undefined) throw new Error(`${given.error.code}: ${given.error.message}`)
  return given.value
}

export async function code<T>(ask: (done: LogDone<T>) => void): Promise<string> {
  return (await answer(ask)).error?.code ?? 'ok'
}

export async function topic(
  log: StreamLog,
  name: string,
  partitions = 1,
): Promise<readonly Partition[]> {
  // Records of tests are of 1970: any other topic would soon delete them.
  const settings = { 'retention.ms': '-1' }
  const wanted = { topic: name, partitions, replication: 3, settings }
  await value<void>(done => log.create(wanted, done))
  return Array.from({ length: partitions }, (_, partition) => ({ topic: name, partition }))
}

export const words = (to: Partition, text: string): PartitionRecords => ({
  ...to,
  records: text.split(' ').map(word => record(word)),
})

/** As often as it takes. */
export async function began(
  log: StreamLog,
  transactionalId: string,
  timeoutMs = 60_000,
): Promise<Life> {
  const producer = log.producer({ transactionalId, timeoutMs })
  for (;;) {
    const said = await code<void>(done => producer.init(done))
    if (said === 'ok') return new Life(producer)
    if (said !== 'busy' && said !== 'unavailable') throw new Error(said)
  }
}

/** Of a producer: what its calls are answered. */
export class Life {
  readonly #producer: TransactionalProducer

  constructor(producer: TransactionalProducer) {
    this.#producer = producer
  }

  send(...parts: readonly PartitionRecords[]): Promise<string> {
    return code<unknown>(done => this.#producer.send(parts, done))
  }

  sendRecords(to: Partition, records: readonly NewRecord[]): Promise<string> {
    return this.send({ ...to, records })
  }

  end(how: 'commit' | 'abort'): Promise<string> {
    return code<void>(done => this.#producer.end(how, done))
  }
}

/** Until nothing in it is open or still to be marked: from then on readers see all there is. */
export async function decided(log: StreamLog, of: Partition): Promise<void> {
  const ends = ['committed', 'uncommitted'] as const
  for (let isOpen = true; isOpen; ) {
    const asked = ends.map(isolation => value<number>(done => log.end(of, isolation, done)))
    const [committed, uncommitted] = await Promise.all(asked)
    isOpen = committed !== uncommitted
  }
}

/** All from an offset to the end as it is asked for now; waits for what is not shown yet. */
export async function read(
  log: StreamLog,
  from: Partition,
  isolation: Isolation,
  offset = 0,
): Promise<readonly StoredRecord[]> {
  const end = await value<number>(done => log.end(from, 'uncommitted', done))
  const how = { isolation, maxBytes: ALL_BYTES, waitMs: 100 }
  const records: StoredRecord[] = []
  for (let position = offset; position < end; ) {
    const fetched = await value<{ records: readonly StoredRecord[]; position: number }>(done =>
      log.fetch(from, position, how, done),
    )
    records.push(...fetched.records)
    position = fetched.position
  }
  return records
}
