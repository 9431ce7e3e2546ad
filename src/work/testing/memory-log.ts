/** Test support: an embedded log in this process, and what is put into it and read of it. */

import type {
  Fetched,
  LogDone,
  NewRecord,
  StoredRecord,
  StreamLog,
  TopicDescription,
} from '../../base/stream-log.ts'
import { clientOf, openLog } from '../../connectors/log/testing/rig.ts'
import { FolderDisk } from '../../io/disk.ts'
import { tempFolder } from '../../io/testing/folder.ts'
import { newTopic, type TopicUse } from '../../journal/settings.ts'
import { Logs } from '../logs.ts'

export class MemoryLog {
  readonly log: StreamLog
  /** As a node opens it. */
  readonly logs: Logs
  readonly close: () => Promise<void>

  private constructor(log: StreamLog, close: () => Promise<void>) {
    this.log = log
    this.close = close
    this.logs = new Logs(() => ({ log, close: () => {} }))
  }

  static async open(): Promise<MemoryLog> {
    const log = await openLog(new FolderDisk(tempFolder()))
    return new MemoryLog(clientOf(log), () => new Promise(resolve => log.close(resolve)))
  }

  /** One that runs elsewhere. */
  static over(log: StreamLog, close: () => void): MemoryLog {
    return new MemoryLog(log, () => Promise.resolve(close()))
  }

  async drop(topic: string): Promise<void> {
    await this.#asked<void>(done => this.log.drop(topic, done))
  }

  async create(topic: string, partitions: number, use: TopicUse = 'output'): Promise<void> {
    const wanted = newTopic(topic, use, partitions, 1)
    await this.#asked<void>(done => this.log.create(wanted, done))
  }

  async partitions(topic: string): Promise<number> {
    const { partitions } = await this.#asked<TopicDescription>(done =>
      this.log.describe(topic, done),
    )
    return partitions
  }

  async put(topic: string, partition: number, values: readonly object[]): Promise<void> {
    const records = values.map((value): NewRecord => {
      const bytes = new TextEncoder().encode(JSON.stringify(value))
      // A topic keeps what is young.
      return { key: null, value: bytes, headers: [], timestampMs: Date.now() }
    })
    await this.#asked<readonly number[]>(done =>
      this.log.append([{ topic, partition, records }], done),
    )
  }

  /** What is committed by now. */
  async all(topic: string): Promise<readonly StoredRecord[]> {
    return (await this.each(topic)).flat()
  }

  /** By partition. */
  async each(topic: string): Promise<readonly (readonly StoredRecord[])[]> {
    const partitions = Array.from({ length: await this.partitions(topic) }, (_, at) => at)
    return Promise.all(partitions.map(partition => this.#partition({ topic, partition })))
  }

  async #partition(of: { readonly topic: string; readonly partition: number }) {
    const end = await this.#asked<number>(done => this.log.end(of, 'committed', done))
    const all: StoredRecord[] = []
    const how = { isolation: 'committed', maxBytes: 1 << 20, waitMs: 0 } as const
    for (let at = await this.#asked<number>(done => this.log.start(of, done)); at < end; ) {
      const { records, position } = await this.#asked<Fetched>(
        done => void this.log.fetch(of, at, how, done),
      )
      all.push(...records)
      at = position
    }
    return all
  }

  #asked<T>(ask: (done: LogDone<T>) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      ask(answer => {
        if (answer.error === undefined) resolve(answer.value)
        else reject(new Error(answer.error.message))
      })
    })
  }
}
