/** A client of a log over a simulated store, whose calls are answered while time passes. */

import type {
  LogDone,
  LogErrorCode,
  Partition,
  StreamLog,
  TransactionalProducer,
} from '../../../base/stream-log.ts'
import { record, words } from '../../log/testing/words.ts'
import type { SimRig } from './sim-rig.ts'

export const at: Partition = { topic: 't', partition: 0 }
const decoder = new TextDecoder()

export class Caller {
  readonly log: StreamLog
  readonly #rig: SimRig
  /** What the last refusal said. */
  sentence = ''

  constructor(rig: SimRig) {
    this.#rig = rig
    this.log = rig.client()
  }

  /** The value, or the code of an error. */
  told<T>(ask: (done: LogDone<T>) => void): T | LogErrorCode {
    const told: (T | LogErrorCode)[] = []
    ask(answer => {
      if (answer.error !== undefined) this.sentence = answer.error.message
      told.push(answer.error === undefined ? answer.value : answer.error.code)
    })
    this.#rig.until(() => told.length > 0)
    return told[0] as T | LogErrorCode
  }

  create(topic: string, partitions = 1) {
    const wanted = { topic, partitions, replication: 1, settings: { 'retention.ms': '-1' } }
    return this.told<void>(done => this.log.create(wanted, done))
  }

  append(text: string, to = at) {
    const part = { ...to, records: words(text).records }
    return this.told<readonly number[]>(done => this.log.append([part], done))
  }

  start(of = at) {
    return this.told<number>(done => this.log.start(of, done))
  }

  end(of = at) {
    return this.told<number>(done => this.log.end(of, 'uncommitted', done))
  }

  forget(before: number, of = at) {
    return this.told<void>(done => this.log.deleteRecords(of, before, done))
  }

  fetch(offset: number, of = at) {
    const how = { isolation: 'committed', maxBytes: 1_000_000, waitMs: 0 } as const
    return this.told<{ readonly records: readonly { readonly value: Uint8Array | null }[] }>(
      done => void this.log.fetch(of, offset, how, done),
    )
  }

  /** What is decided, from an offset on; or why it cannot be had. */
  seen(offset = 0, of = at): string {
    const fetched = this.fetch(offset, of)
    if (typeof fetched === 'string') return fetched
    return fetched.records.map(({ value }) => decoder.decode(value ?? undefined)).join(' ')
  }

  producer(transactionalId: string): TransactionalProducer {
    return this.log.producer({ transactionalId, timeoutMs: 60_000 })
  }

  begun(transactionalId: string): TransactionalProducer {
    const producer = this.producer(transactionalId)
    const told = this.told<void>(done => producer.init(done))
    if (told !== undefined) throw new Error(`${told}: ${this.sentence}`)
    return producer
  }

  send(producer: TransactionalProducer, text: string, ...to: readonly Partition[]) {
    const places = to.length === 0 ? [at] : to
    const parts = places.map(one => ({
      ...one,
      records: text.split(' ').map(word => record(word)),
    }))
    return this.told<readonly number[]>(done => producer.send(parts, done))
  }

  finish(producer: TransactionalProducer, how: 'commit' | 'abort' = 'commit') {
    return this.told<void>(done => producer.end(how, done))
  }
}
