/**
 * A broker that does as a test tells it: for answers that a real one gives when it likes, or never.
 * It speaks the versions that we ask for, knows one topic that it leads, keeps nothing, and counts
 * what it was asked. What real brokers do is tested against real brokers.
 */

import { createServer, type Server, type Socket } from 'node:net'
import { batchesOf } from '../batch/header.ts'
import { recordsOf } from '../batch/records.ts'
import { WireReader, WireWriter } from '../batch/wire.ts'
import { text } from './batches.ts'

export type ApiName = keyof typeof apis

const apis = {
  Produce: { key: 0, version: 7 },
  Fetch: { key: 1, version: 11 },
  ListOffsets: { key: 2, version: 3 },
  Metadata: { key: 3, version: 6 },
  FindCoordinator: { key: 10, version: 2 },
  ApiVersions: { key: 18, version: 2 },
  CreateTopics: { key: 19, version: 3 },
  DeleteTopics: { key: 20, version: 1 },
  DeleteRecords: { key: 21, version: 1 },
  InitProducerId: { key: 22, version: 1 },
  AddPartitionsToTxn: { key: 24, version: 1 },
  EndTxn: { key: 26, version: 1 },
  DescribeConfigs: { key: 32, version: 2 },
} as const

/** `silent`: no answer; `hangs-up`: the connection is closed instead; a number: an error code. */
export type Mood = 'silent' | 'hangs-up' | number

export const TOPIC = 't'
const SEQUENCE_AT = 53
const PRODUCER_ID = 4711

const nameOf = (key: number) =>
  (Object.keys(apis) as readonly ApiName[]).find(name => apis[name].key === key)

interface Produced {
  readonly partition: number
  /** Of records. */
  readonly count: number
  /** Of its first record. */
  readonly sequence: number
  readonly sizeBytes: number
  readonly values: readonly string[]
}

export class ScriptedBroker {
  cluster = 'ours'
  partitions = 2
  /** A quota: the next answers that can say so do, and nothing is read of the asker for so long. */
  heldMs = 0
  /** Of all APIs, where a broker is too old. */
  versionMax: number | undefined
  /** The next answers of an API; when there are no more, it is well. */
  readonly moods = new Map<ApiName, Mood[]>()
  readonly asked: ApiName[] = []
  /** Those that were produced. */
  readonly batches: Produced[] = []
  #end = 0
  #isHolding = false
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor() {
    this.#server = createServer(socket => this.#serve(socket))
  }

  static open(port = 0): Promise<ScriptedBroker> {
    const broker = new ScriptedBroker()
    return new Promise((resolve, reject) => {
      broker.#server.on('error', reject)
      broker.#server.listen(port, '127.0.0.1', () => resolve(broker))
    })
  }

  get port(): number {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('it does not listen')
    return address.port
  }

  get address(): string {
    return `127.0.0.1:${this.port}`
  }

  get connections(): number {
    return this.#sockets.size
  }

  count(name: ApiName): number {
    return this.asked.filter(one => one === name).length
  }

  will(name: ApiName, ...moods: readonly Mood[]): void {
    this.moods.set(name, [...moods])
  }

  /** All that was produced. */
  forget(): void {
    this.batches.splice(0)
  }

  /** Values of a partition, in order. */
  kept(partition: number): readonly string[] {
    return this.batches.filter(one => one.partition === partition).flatMap(({ values }) => values)
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    return new Promise(resolve => this.#server.close(() => resolve()))
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => {})
    let rest = Buffer.alloc(0)
    socket.on('data', chunk => {
      rest = Buffer.concat([rest, chunk])
      while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
        const size = rest.readInt32BE(0)
        this.#onRequest(socket, rest.subarray(4, 4 + size))
        rest = rest.subarray(4 + size)
      }
      if (!this.#isHolding) return
      this.#isHolding = false
      socket.pause()
      setTimeout(() => socket.resume(), this.heldMs)
    })
  }

  #onRequest(socket: Socket, bytes: Buffer): void {
    const reader = new WireReader(bytes)
    const name = nameOf(reader.int16())
    reader.int16()
    const correlation = reader.int32()
    reader.text()
    const mood = name === undefined ? 'hangs-up' : (this.moods.get(name)?.shift() ?? 0)
    if (name !== undefined) this.asked.push(name)
    if (mood === 'silent') return
    if (name === undefined || mood === 'hangs-up') {
      socket.destroy()
      return
    }
    const writer = new WireWriter().int32(0).int32(correlation)
    this.#answers[name](writer, mood, reader)
    socket.write(Buffer.from(writer.int32At(0, writer.size - 4).view()))
  }

  #hold(writer: WireWriter): WireWriter {
    this.#isHolding = this.heldMs > 0
    return writer.int32(this.heldMs)
  }

  readonly #answers: Record<
    ApiName,
    (writer: WireWriter, error: number, reader: WireReader) => void
  > = {
    ApiVersions: (writer, error) => {
      const all = Object.values(apis)
      writer.int16(error).int32(all.length)
      for (const { key, version } of all) {
        writer
          .int16(key)
          .int16(0)
          .int16(this.versionMax ?? version)
      }
      writer.int32(0)
    },
    Metadata: (writer, error, reader) => {
      const topics = reader.int32()
      writer.int32(0).int32(1).int32(1).text('127.0.0.1').int32(this.port).int16(-1)
      writer.text(this.cluster).int32(1).int32(topics)
      if (topics === 0) return
      const topic = reader.text()
      const code = error === 0 && topic !== TOPIC ? 3 : error
      writer
        .int16(code)
        .text(topic)
        .int8(0)
        .int32(code === 0 ? this.partitions : 0)
      for (let i = 0; code === 0 && i < this.partitions; i++) {
        writer.int16(0).int32(i).int32(1).int32(1).int32(1).int32(1).int32(1).int32(0)
      }
    },
    ListOffsets: (writer, error) => {
      this.#hold(writer).int32(1).text(TOPIC).int32(1)
      writer.int32(0).int16(error).int64(-1).int64(this.#end)
    },
    Fetch: (writer, error) => {
      if (this.heldMs > 0) {
        this.#hold(writer).int16(0).int32(0).int32(0)
        return
      }
      writer.int32(0).int16(0).int32(0).int32(1).text(TOPIC).int32(1)
      writer.int32(0).int16(error).int64(this.#end).int64(this.#end).int64(0)
      writer.int32(-1).int32(-1).int32(0)
    },
    Produce: (writer, error, reader) => {
      reader.raw(Math.max(0, reader.int16()))
      reader.int16()
      reader.int32()
      reader.int32()
      const topic = reader.text()
      const count = reader.int32()
      writer.int32(1).text(topic).int32(count)
      for (let i = 0; i < count; i++) {
        const partition = reader.int32()
        const produced = producedOf(partition, reader.raw(reader.int32()))
        writer.int32(partition).int16(error).int64(this.#end).int64(-1).int64(0)
        if (error !== 0) continue
        this.batches.push(produced)
        this.#end += produced.count
      }
      this.#hold(writer)
    },
    FindCoordinator: (writer, error) => {
      writer.int32(0).int16(error).int16(-1).int32(1).text('127.0.0.1').int32(this.port)
    },
    InitProducerId: (writer, error) => {
      writer.int32(0).int16(error).int64(PRODUCER_ID).int16(1)
    },
    AddPartitionsToTxn: (writer, error) => {
      this.#hold(writer).int32(1).text(TOPIC).int32(1).int32(0).int16(error)
    },
    EndTxn: (writer, error) => {
      this.#hold(writer).int16(error)
    },
    CreateTopics: (writer, error) => {
      writer.int32(0).int32(1).text(TOPIC).int16(error).text('so it is')
    },
    DeleteTopics: (writer, error) => {
      this.partitions = 0
      writer.int32(0).int32(1).text(TOPIC).int16(error)
    },
    DeleteRecords: (writer, error) => {
      writer.int32(0).int32(1).text(TOPIC).int32(1).int32(0).int64(0).int16(error)
    },
    DescribeConfigs: (writer, error) => {
      writer.int32(0).int32(1).int16(error).int16(-1).int8(2).text(TOPIC).int32(2)
      writer.text('retention.ms').text('-1').int8(0).int8(1).int8(0).int32(0)
      writer.text('secret').int16(-1).int8(0).int8(1).int8(1).int32(0)
    },
  }
}

function producedOf(partition: number, bytes: Buffer): Produced {
  const [batch] = batchesOf(bytes)
  if (batch === undefined) throw new Error('a produce without a batch')
  const values = [...recordsOf(batch)].map(one => text(one.value))
  const sequence = bytes.readInt32BE(SEQUENCE_AT)
  return { partition, count: batch.count, sequence, sizeBytes: bytes.length, values }
}
