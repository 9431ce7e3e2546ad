/**
 * A stand-in for the drivers of a node's exchange: whoever leads group s mod P reads partition s
 * and tells the groups, by the product's own `Sender`, over streams of the play. A stream is
 * ordered and loses nothing but its end. To be replaced by the product's drivers.
 */

import type { Prng } from '../../../src/base/prng.ts'
import type { Fetched, StoredRecord } from '../../../src/base/stream-log.ts'
import { costOf } from '../../../src/engine/channels/credit.ts'
import { decodeFrame } from '../../../src/engine/channels/frame.ts'
import type { Hello } from '../../../src/engine/channels/reception.ts'
import { HeadClock, watermarkOf } from '../../../src/engine/exchange/clock.ts'
import { Sender } from '../../../src/engine/exchange/sender.ts'
import type { Duties } from '../../../src/group/leader.ts'
import { type EventQueue, US_PER_MS } from '../world/clock.ts'
import type { Judge } from './judge.ts'
import { CLAIM, inputOf, readerOf } from './names.ts'
import type { Mouth, Replica } from './replica.ts'
import type { ClusterProfile } from './scenario.ts'

const FETCH = { isolation: 'committed', maxBytes: 400, waitMs: 30 } as const
/** After an answer that was an error. */
const AGAIN_MS = 40
/** How often somebody looks whether he still reads, and from whom he should. */
const LOOK_MS = 25
/** A stream between nodes that do not reach each other is given up. */
const SILENCE_MS = 300

export interface ExchangeParts {
  readonly queue: EventQueue
  readonly prng: Prng
  readonly profile: ClusterProfile
  readonly judge: Judge
  /** Whoever leads the group, as far as is known. */
  leader(group: number): Replica | undefined
  isCut(from: Replica, to: Replica): boolean
}

export class Exchange implements Mouth {
  readonly parts: ExchangeParts
  readonly #readers = new Map<Replica, Map<number, PartitionReader>>()
  readonly #streams = new Map<Replica, Map<number, Stream>>()

  constructor(parts: ExchangeParts) {
    this.parts = parts
  }

  /** It runs, until its process ends. */
  attend(replica: Replica): void {
    this.#readers.set(replica, new Map())
    this.#streams.set(replica, new Map())
    this.#lookAgain(replica)
  }

  leave(replica: Replica): void {
    this.onLost(replica)
    this.#stopReading(replica)
    this.#readers.delete(replica)
    this.#streams.delete(replica)
  }

  /** What is on its way to the node, or from there, is lost. */
  breakAll(isHit: (replica: Replica) => boolean): number {
    const all = [...this.#streams.values()].flatMap(own => [...own.values()])
    const hit = all.filter(({ taker, reader }) => isHit(taker) || isHit(reader.replica))
    for (const stream of hit) stream.break()
    return hit.length
  }

  onDuties(replica: Replica, { hellos, credits, rewinds }: Duties): void {
    for (const hello of hellos) this.#open(replica, hello.channel, hello)
    const own = this.#streams.get(replica)
    for (const { channel, bytes } of credits) own?.get(channel)?.up(s => s.onGrant(bytes))
    for (const rewind of rewinds) own?.get(rewind.channel)?.up(s => s.onRewind(rewind))
  }

  onLost(replica: Replica): void {
    for (const stream of this.#streams.get(replica)?.values() ?? []) stream.break()
    this.#streams.get(replica)?.clear()
  }

  #lookAgain(replica: Replica): void {
    const { life } = replica.parts
    life.later(this.parts.queue, LOOK_MS * US_PER_MS, () => {
      if (!this.#readers.has(replica)) return
      this.#lookAtReaders(replica)
      this.#lookAtStreams(replica)
      this.#lookAgain(replica)
    })
  }

  #lookAtReaders(replica: Replica): void {
    const own = this.#readers.get(replica)
    const { leads, group } = replica
    if ([...(own?.values() ?? [])].some(({ term }) => term !== leads)) this.#stopReading(replica)
    // As soon as the entry that opened the term is applied.
    if (leads === 0 || replica.job.machine.appliedTerm !== leads) return
    const { job } = replica.parts
    for (const channel of job.channels) {
      if (readerOf(channel, job.groups) !== group || own?.has(channel)) continue
      own?.set(channel, new PartitionReader(this, replica, channel, leads))
    }
  }

  #stopReading(replica: Replica): void {
    const own = this.#readers.get(replica)
    for (const reader of own?.values() ?? []) reader.close()
    own?.clear()
  }

  /** A leader has a stream for each channel, from whoever leads the group that reads it. */
  #lookAtStreams(replica: Replica): void {
    const leader = replica.job.runtime.leader
    if (leader === undefined) return
    const own = this.#streams.get(replica)
    for (const channel of leader.channels.ahead.channels.keys()) {
      const stream = own?.get(channel)
      const reader = this.#readerOf(replica, channel)
      if (stream?.isOpen && stream.reader === reader) continue
      stream?.break()
      const [hello] = reader === undefined ? [] : leader.channels.hello([channel])
      if (hello !== undefined) this.#open(replica, channel, hello)
    }
  }

  #readerOf(replica: Replica, channel: number): PartitionReader | undefined {
    const sending = this.parts.leader(readerOf(channel, replica.parts.job.groups))
    return sending && this.#readers.get(sending)?.get(channel)
  }

  #open(replica: Replica, channel: number, hello: Hello): void {
    const own = this.#streams.get(replica)
    own?.get(channel)?.break()
    own?.delete(channel)
    const reader = this.#readerOf(replica, channel)
    if (reader === undefined) return
    const stream = new Stream(this, replica, reader)
    own?.set(channel, stream)
    stream.open(hello)
  }
}

/** From a reader to a group; it is said first how far the group has come. */
class Stream {
  readonly taker: Replica
  readonly reader: PartitionReader
  isOpen = true
  /** What its reader may have sent by now, and has. */
  #granted = 0
  #sent = 0
  #isSilent = false
  #upUs = 0
  #downUs = 0
  readonly #exchange: Exchange

  constructor(exchange: Exchange, taker: Replica, reader: PartitionReader) {
    this.#exchange = exchange
    this.taker = taker
    this.reader = reader
  }

  open(hello: Hello): void {
    const { group } = this.taker
    this.#say('up', () => {
      this.#granted = hello.bytes
      this.reader.onHello(group, this, hello)
    })
  }

  up(tell: (sender: { onGrant(bytes: number): void; onRewind(rewind: Rewound): void }) => void) {
    const { group } = this.taker
    this.#say('up', () => {
      const { sender } = this.reader
      tell({
        onGrant: bytes => {
          this.#granted = bytes
          sender.onGrant(group, bytes)
        },
        onRewind: rewind => sender.onRewind(group, rewind),
      })
      this.reader.pump()
    })
  }

  down(bytes: Uint8Array): void {
    const { job } = this.taker.parts
    this.#exchange.parts.judge.onFrame(this.#sent < this.#granted)
    this.#sent += costOf(bytes.length)
    this.#say('down', () => {
      const frame = decodeFrame(bytes, channel => job.entrySchema(channel))
      this.taker.job.onFrame(frame, bytes.length)
    })
  }

  break(): void {
    if (!this.isOpen) return
    this.isOpen = false
    this.reader.onClosed(this.taker.group, this)
  }

  #say(way: 'up' | 'down', heard: () => void): void {
    const { queue, prng, profile, isCut } = this.#exchange.parts
    const delayUs = 1 + prng.below(2 * profile.streams.delayMeanUs)
    const atUs = Math.max(way === 'up' ? this.#upUs : this.#downUs, queue.nowUs + delayUs)
    if (way === 'up') this.#upUs = atUs
    else this.#downUs = atUs
    const ends = [this.taker, this.reader.replica] as const
    const [from, to] = way === 'up' ? ends : [ends[1], ends[0]]
    const arrive = (): void => {
      if (!this.isOpen || this.#isSilent) return
      if (isCut(from, to)) this.#fallSilent()
      else if (to.parts.life.isDead) this.break()
      else {
        to.parts.life.admit(() => {
          if (this.isOpen) heard()
        })
      }
    }
    queue.at(atUs, { fire: arrive })
  }

  /** What comes behind is swallowed, too, until somebody gives the stream up. */
  #fallSilent(): void {
    this.#isSilent = true
    const { queue } = this.#exchange.parts
    queue.after(SILENCE_MS * US_PER_MS, { fire: () => this.break() })
  }
}

interface Rewound {
  readonly cursor: number
  readonly reader: { readonly generation: number; readonly term: number }
}

/** Whoever reads a partition in one term of its group. */
class PartitionReader {
  readonly replica: Replica
  readonly sender: Sender
  readonly term: number
  readonly #exchange: Exchange
  readonly #channel: number
  readonly #clock: HeadClock
  readonly #streams = new Map<number, Stream>()
  readonly #fetching = new Set<'head' | 'behind'>()
  readonly #front
  #isClosed = false
  #isPumping = false

  constructor(exchange: Exchange, replica: Replica, channel: number, term: number) {
    const { job } = replica.parts
    const { profile } = exchange.parts
    const schema = job.entrySchema(channel)
    if (schema === undefined) throw new Error(`no channel ${channel}`)
    this.#exchange = exchange
    this.replica = replica
    this.#channel = channel
    this.term = term
    this.#clock = new HeadClock(job.sourceOf(channel).time)
    this.#front = job.front(channel)
    const branches = Array.from({ length: job.groups }, () => ({ channel, schema }))
    const reader = { generation: CLAIM.generation, term }
    this.sender = new Sender({ reader, branches, bounds: profile.sender })
  }

  close(): void {
    this.#isClosed = true
    for (const stream of this.#streams.values()) stream.break()
  }

  onHello(group: number, stream: Stream, hello: Hello): void {
    if (this.#isClosed) {
      stream.break()
      return
    }
    this.#streams.get(group)?.break()
    this.#streams.set(group, stream)
    this.sender.onHello(group, hello, this.#atMs)
    const { queue, profile } = this.#exchange.parts
    this.replica.parts.life.later(queue, profile.sender.gatherMs * US_PER_MS, () => this.pump())
    this.pump()
  }

  onClosed(group: number, stream: Stream): void {
    if (this.#streams.get(group) !== stream) return
    this.#streams.delete(group)
    this.sender.onStreamClosed(group)
  }

  /** Once in a turn of the loop, whatever happened in it. */
  pump(): void {
    if (this.#isPumping) return
    this.#isPumping = true
    this.replica.parts.life.later(this.#exchange.parts.queue, 1, () => {
      this.#isPumping = false
      if (!this.#isClosed) this.#pump()
    })
  }

  #pump(): void {
    const { frames, isMore, head, behind } = this.sender.duties(this.#atMs)
    for (const { branch, bytes } of frames) this.#streams.get(branch)?.down(bytes)
    this.#exchange.parts.judge.onSender(this.sender.kept, this.replica.parts.job.groups)
    if (isMore) this.pump()
    if (head !== undefined) this.#fetch('head', head)
    if (behind !== undefined) this.#fetch('behind', behind)
  }

  #fetch(what: 'head' | 'behind', from: number): void {
    if (this.#fetching.has(what)) return
    this.#fetching.add(what)
    const { client } = this.replica.parts.shared
    client.fetch(inputOf(this.#channel), from, FETCH, answer => {
      this.#fetching.delete(what)
      if (this.#isClosed) return
      if (answer.error !== undefined) {
        const { life } = this.replica.parts
        life.later(this.#exchange.parts.queue, AGAIN_MS * US_PER_MS, () => this.pump())
        return
      }
      this.#onFetched(what, from, answer.value)
      this.pump()
    })
  }

  #onFetched(what: 'head' | 'behind', from: number, { records, position, seenEnd }: Fetched): void {
    const to = Math.max(from, position)
    const { parts, times } = this.#fronted(records)
    if (what === 'behind') {
      const { time } = this.replica.parts.job.sourceOf(this.#channel)
      if (to > from) this.sender.onBehind({ from, to, parts, watermark: watermarkOf(time, times) })
      return
    }
    const isEnd = to >= seenEnd
    const words = this.#clock.onFetched({ from, to, times, isEnd, atMs: this.#atMs })
    this.sender.onHead({ from, to, parts, watermark: words.watermark }, words.idle)
  }

  #fronted(stored: readonly StoredRecord[]) {
    const { job, life, queue, profile } = this.replica.parts
    life.occupy(queue, stored.length * profile.costs.recordUs)
    return job.fronted(this.#channel, this.#front, job.decoded(this.#channel, stored))
  }

  get #atMs(): number {
    return this.#exchange.parts.queue.nowMs
  }
}
