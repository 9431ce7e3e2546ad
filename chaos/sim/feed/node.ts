/**
 * A process of this play: the real drivers over simulated streams and a simulated log, and what
 * this node believes of who leads what. It is judged by what it says.
 */

import type { Connection, ConnectionListener, Transport } from '../../../src/base/env.ts'
import { RelayedLog } from '../../../src/base/relayed-log.ts'
import type {
  Asked,
  Fetched,
  FetchOptions,
  LogDone,
  Partition,
  StreamLog,
} from '../../../src/base/stream-log.ts'
import { decodeAsk, type Opening } from '../../../src/engine/exchange/talk.ts'
import { FEED_BOUNDS } from '../../../src/group/feed/bounds.ts'
import { GroupFeed } from '../../../src/group/feed/feed.ts'
import { Serving } from '../../../src/group/feed/serving.ts'
import { type ReaderParts, SourceReader } from '../../../src/group/feed/source-reader.ts'
import type { Group, Lead } from './group.ts'
import {
  channelOf,
  GENERATION,
  lettersOf,
  partitionOf,
  readerOf,
  schemaOf,
  shapingOf,
  TIME,
  TOPIC,
} from './job.ts'
import type { Feeding } from './world.ts'

const CLUSTER = 'c'
const JOB = 'fed'

/** Small, so that little input meets all of them. */
const BOUNDS = {
  ...FEED_BOUNDS,
  ...{ fetchBytes: 400, waitMs: 40, pieceRows: 3, pieceBytes: 80, retryMinMs: 2, retryMaxMs: 60 },
}
const SENDER_BOUNDS = {
  ...{ branchBytes: 500, stretchesMax: 16, frameBytes: 120 },
  ...{ turnBytes: 600, wordsMs: 3, gatherMs: 20, reachOffsets: 30 },
}

export class Node {
  readonly number: number
  readonly address: string
  readonly #world: Feeding
  readonly #log: StreamLog
  readonly #feeds = new Map<number, GroupFeed>()
  /** By group: who leads it here. */
  readonly #leads = new Map<number, Lead>()
  /** By group: where it is led, as far as is known here. */
  readonly #known = new Map<number, string>()

  constructor(number: number, world: Feeding, transport: Transport<string>) {
    this.number = number
    this.address = `n${number}`
    this.#world = world
    this.#log = world.log.client()
    const { clock } = world
    const own = world.watched(this, transport)
    new Serving({ clock, transport: own, bounds: BOUNDS, look: opening => this.#look(opening) })
    for (const group of world.groups) this.#feeds.set(group.number, this.#feedOf(group, own))
  }

  lead(group: number): Lead | undefined {
    return this.#leads.get(group)
  }

  feed(group: number): GroupFeed {
    const feed = this.#feeds.get(group)
    if (feed === undefined) throw new Error('a feed for each group')
    return feed
  }

  onLead(group: number, lead: Lead): void {
    this.onLost(group)
    this.#leads.set(group, lead)
  }

  onLost(group: number): void {
    this.#leads.get(group)?.end()
    this.#leads.delete(group)
    this.feed(group).onLost()
  }

  /** Another node leads a group, as is heard here. */
  onMoved(group: number, address: string): void {
    this.#known.set(group, address)
    const { partitions, groups } = this.#world.scenario
    for (let partition = 0; partition < partitions; partition++) {
      if (readerOf(partition, groups) !== group) continue
      for (const feed of this.#feeds.values()) {
        feed.onMoved(channelOf(partition))
        feed.onMoved(lettersOf(partition))
      }
    }
  }

  #look(opening: Opening) {
    const { groups, partitions } = this.#world.scenario
    const partition = partitionOf(opening.channel)
    const reader = readerOf(partition, groups)
    const place = this.feed(reader).place(opening.channel, opening.group)
    const known = { cluster: CLUSTER, generation: GENERATION }
    const isThere = opening.channel > 0 && partition < partitions
    return { ...known, isSender: place !== undefined, groups: isThere ? groups : undefined, place }
  }

  #feedOf(group: Group, transport: Transport<string>): GroupFeed {
    const { clock, prng, queue, scenario, judge } = this.#world
    const { number } = group
    return new GroupFeed({
      ...{ clock, transport, bounds: BOUNDS, schemaOf },
      random: prng.fork(`feed ${this.number} ${number}`),
      self: { cluster: CLUSTER, job: JOB, generation: GENERATION, group: number },
      leader: () => this.#leads.get(number),
      onFrame: (frame, bytes) => {
        judge.onFrame(frame, queue.nowMs)
        return this.#leads.get(number)?.onFrame(frame, bytes)
      },
      addressOf: channel => this.#known.get(readerOf(partitionOf(channel), scenario.groups)),
      onRefused: (_, code) => this.#world.refusals.push(code),
      senders: term => this.#readers(group, term).map(parts => new SourceReader(parts)),
    })
  }

  #readers(group: Group, term: number): readonly ReaderParts[] {
    const { scenario, prng, clock } = this.#world
    const all = Array.from({ length: scenario.partitions }, (_, partition) => partition)
    const own = all.filter(partition => readerOf(partition, scenario.groups) === group.number)
    const lead = this.#leads.get(group.number)
    return own.map((partition): ReaderParts => {
      return {
        ...{ clock, time: TIME, bounds: BOUNDS, senderBounds: SENDER_BOUNDS },
        random: prng.fork(`reader ${this.number} ${partition} ${term}`),
        log: new WatchedLog(this.#log, () => this.#mustLead(group, lead)),
        partition: { topic: TOPIC, partition },
        reader: { generation: GENERATION, term },
        shaping: shapingOf(partition, scenario.groups),
        barrier: group.barriers.get(partition),
        listener: {
          onBarrierAt: (barrier, done) => {
            this.#world.place({ group, lead, partition, barrier, done })
          },
          onTrouble: code => this.#world.told.push(code),
          onTroubleOver: () => this.#world.told.push('over'),
          onStopped: code => this.#world.told.push(`stopped ${code}`),
        },
      }
    })
  }

  #mustLead(group: Group, lead: Lead | undefined): void {
    const isLed = this.#leads.get(group.number) === lead
    const detail = () => `group ${group.number} on node ${this.number}`
    this.#world.judge.must(isLed, 'FEED-8 who lost the lead asks the log nothing', detail)
  }
}

class WatchedLog extends RelayedLog {
  readonly #look: () => void

  constructor(log: StreamLog, look: () => void) {
    super(log)
    this.#look = look
  }

  override fetch(
    from: Partition,
    offset: number,
    how: FetchOptions,
    done: LogDone<Fetched>,
  ): Asked {
    this.#look()
    return super.fetch(from, offset, how, done)
  }
}

/** Streams whose hellos are looked at when they are said. */
export function watched(
  transport: Transport<string>,
  onHello: (opening: Opening) => void,
): Transport<string> {
  return {
    accept: onConnection => transport.accept(onConnection),
    connect: (to: string, listener: ConnectionListener): Connection => {
      const connection = transport.connect(to, listener)
      return {
        get queuedBytes() {
          return connection.queuedBytes
        },
        close: () => connection.close(),
        send: bytes => {
          const ask = decodeAsk(bytes)
          if (ask.kind === 'hello') onHello(ask.opening)
          connection.send(bytes)
        },
      }
    },
  }
}
