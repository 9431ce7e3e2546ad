/**
 * Records on their way to the leaders of their partitions: cut into batches, one batch of a
 * partition at a time, all leaders at once. What a leader refused (it leads no more, a batch is too
 * large for its topic) is sent again, under its numbers: a leader that was replaced says the same
 * of what its successor has, who drops it then. After any other trouble nobody knows.
 */

import type { NewRecord, Partition, PartitionRecords } from '../../base/stream-log.ts'
import { type Author, BATCH_BYTES, encodedBatch, encodedSizeMax } from './batch/records.ts'
import { type Cluster, NOT_KNOWN_THERE } from './cluster.ts'
import type { Address } from './line.ts'
import type { Patience } from './patience.ts'
import { own } from './protocol/message.ts'
import { decodedProduce, encodedProduce, PRODUCE, type Produced } from './protocol/produce.ts'
import { mustBeGood, Trouble, troubleOf } from './trouble.ts'

/** Sequence numbers of a producer begin anew behind this. */
export const SEQUENCES = 2 ** 31

/** What goes in one batch. */
interface Piece extends Partition {
  /** Which of the caller's parts it is of, and whether it is the beginning of it. */
  readonly part: number
  readonly isFirst: boolean
  readonly records: readonly NewRecord[]
  /** Of its first record, counted from the partition's first in this delivery. */
  readonly at: number
}

/** Whose the records are; outside of transactions nobody's who has an id. */
export interface Sender {
  readonly transactionalId: string | null
  authorOf(partition: Partition): Author
}

export const keyOf = ({ topic, partition }: Partition): string => `${partition}/${topic}`

function cut(records: readonly NewRecord[], bytesMax: number): readonly (readonly NewRecord[])[] {
  const pieces: NewRecord[][] = []
  let current: NewRecord[] = []
  let size = BATCH_BYTES
  for (const record of records) {
    const more = encodedSizeMax(record)
    if (current.length > 0 && size + more > bytesMax) {
      pieces.push(current)
      current = []
      size = BATCH_BYTES
    }
    current.push(record)
    size += more
  }
  if (current.length > 0) pieces.push(current)
  return pieces
}

function halves(piece: Piece): readonly [Piece, Piece] {
  const middle = piece.records.length >> 1
  return [
    { ...piece, records: piece.records.slice(0, middle) },
    {
      ...piece,
      isFirst: false,
      records: piece.records.slice(middle),
      at: piece.at + middle,
    },
  ]
}

interface Round {
  readonly leader: Address
  readonly pieces: Piece[]
  sizeBytes: number
}

export class Delivery {
  readonly #cluster: Cluster
  readonly #patience: Patience
  readonly #sender: Sender
  /** What is still to be sent, by partition. */
  readonly #queues = new Map<string, Piece[]>()
  readonly #offsets: number[] = []
  /** Batches that a broker has for sure. */
  #done = 0

  constructor(cluster: Cluster, patience: Patience, sender: Sender) {
    this.#cluster = cluster
    this.#patience = patience
    this.#sender = sender
  }

  /** The offset of the first record of each part. */
  async run(parts: readonly PartitionRecords[]): Promise<readonly number[]> {
    for (const [part, { topic, partition, records }] of parts.entries()) {
      this.#enqueue(part, { topic, partition }, records)
    }
    // Where a partition is not there, nothing is sent to any.
    for (const [first] of this.#queues.values()) if (first) await this.#leaderOf(first)
    while (this.#queues.size > 0) await this.#round()
    return this.#offsets
  }

  #enqueue(part: number, to: Partition, records: readonly NewRecord[]): void {
    const key = keyOf(to)
    const queue = this.#queues.get(key) ?? []
    const last = queue.at(-1)
    let at = last === undefined ? 0 : last.at + last.records.length
    for (const [i, own] of cut(records, this.#cluster.limits.batchBytesMax).entries()) {
      queue.push({ ...to, part, isFirst: i === 0, records: own, at })
      at += own.length
    }
    if (queue.length > 0) this.#queues.set(key, queue)
  }

  async #leaderOf(of: Partition): Promise<Address> {
    for (;;) {
      try {
        return await this.#cluster.leaderOf(of)
      } catch (error) {
        const trouble = troubleOf(error, `leader of ${of.topic}/${of.partition}`)
        if (trouble.code !== 'unavailable' || !(await this.#patience.pause())) {
          throw this.#judged(trouble)
        }
      }
    }
  }

  /** The head of each queue goes to its leader, as far as one request has room. */
  async #round(): Promise<void> {
    const rounds = new Map<string, Round>()
    for (const [head] of this.#queues.values()) {
      if (head === undefined) continue
      const leader = await this.#leaderOf(head)
      const name = `${leader.host}:${leader.port}`
      const round = rounds.get(name) ?? { leader, pieces: [], sizeBytes: 0 }
      rounds.set(name, round)
      if (round.sizeBytes > this.#cluster.limits.requestBytesMax) continue
      round.pieces.push(head)
      round.sizeBytes += head.records.reduce((sum, one) => sum + encodedSizeMax(one), 0)
    }
    const troubles = await Promise.all([...rounds.values()].map(round => this.#send(round)))
    const [worst] = troubles.flat().sort((a, b) => rank(a) - rank(b))
    if (worst !== undefined) throw this.#judged(worst)
  }

  /** Troubles that nothing can be done about; the others are dealt with. */
  async #send({ leader, pieces }: Round): Promise<readonly Trouble[]> {
    const what = `records for ${pieces.map(one => `${one.topic}/${one.partition}`).join(', ')}`
    const troubles = await this.#troublesOf(leader, pieces, what)
    const final = troubles.filter(trouble => !isRefusal(trouble))
    const isOver = final.length < troubles.length && !(await this.#patience.pause())
    return isOver ? troubles : final
  }

  async #troublesOf(
    leader: Address,
    pieces: readonly Piece[],
    what: string,
  ): Promise<readonly Trouble[]> {
    try {
      const produced = await this.#produce(leader, pieces)
      const answers = new Map(produced.map(one => [keyOf(one), one]))
      return pieces.flatMap(piece => this.#take(piece, answers.get(keyOf(piece))) ?? [])
    } catch (error) {
      for (const { topic } of pieces) this.#cluster.forget(topic)
      return [troubleOf(error, what)]
    }
  }

  #produce(leader: Address, pieces: readonly Piece[]): Promise<readonly Produced[]> {
    const { answerMs } = this.#cluster.limits
    const question = {
      transactionalId: this.#sender.transactionalId,
      timeoutMs: answerMs,
      batches: pieces.map(({ topic, partition, ...piece }) => ({
        topic,
        partition,
        batch: encodedBatch(piece.records, this.#authorOf({ topic, partition }, piece.at)),
      })),
    }
    return this.#cluster.publishing.ask(
      leader,
      own(PRODUCE, () => encodedProduce(question), decodedProduce),
      // The broker waits for its replicas as long as it is told to; then it says so.
      { timeoutMs: 1.5 * answerMs },
    )
  }

  #authorOf(to: Partition, at: number): Author {
    const author = this.#sender.authorOf(to)
    return { ...author, firstSequence: (author.firstSequence + at) % SEQUENCES }
  }

  #take(piece: Piece, answer: Produced | undefined): Trouble | undefined {
    const { topic, partition } = piece
    try {
      const what = `records for ${topic}/${partition}`
      if (answer === undefined) throw new Trouble('unavailable', `${what}: not answered`)
      mustBeGood(answer.error, what)
      this.#onKept(piece, answer.offset)
      return undefined
    } catch (error) {
      const trouble = troubleOf(error, `records for ${topic}/${partition}`)
      this.#cluster.forget(topic)
      if (trouble.code !== 'record-too-large' || piece.records.length === 1) return trouble
      this.#queues.get(keyOf(piece))?.splice(0, 1, ...halves(piece))
      return undefined
    }
  }

  #onKept(piece: Piece, offset: number): void {
    this.#done++
    if (piece.isFirst) this.#offsets[piece.part] = offset
    const key = keyOf(piece)
    const queue = this.#queues.get(key)
    queue?.shift()
    if (queue?.length === 0) this.#queues.delete(key)
  }

  /** A code that says that nothing was done must not be given when something was. */
  #judged(trouble: Trouble): Trouble {
    if (this.#sender.transactionalId !== null || this.#done === 0) return trouble
    const { message } = trouble
    return new Trouble('unavailable', `${message}; other records of the same call are kept`)
  }
}

/** Nothing was done, and somebody else, or the same a little later, may do it. */
const isRefusal = ({ stale, number }: Trouble) => stale !== undefined || number === NOT_KNOWN_THERE

/** To be fenced says most, and what is definite more than what is not known. */
function rank({ code }: Trouble): number {
  if (code === 'fenced') return 0
  return code === 'unavailable' ? 1 : 2
}
