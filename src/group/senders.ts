/**
 * What a group reads and sends to others while it is led here, by the wiring: a reader for each of
 * its partitions, and one for the outputs of each exchange. What has to be compiled is made once,
 * so that whoever comes to lead begins at once.
 */

import type { Clock, Random } from '../base/env.ts'
import { invariant } from '../base/errors.ts'
import type { StreamLog } from '../base/stream-log.ts'
import type { Compiler } from '../engine/columns/expression.ts'
import type { SenderBounds } from '../engine/exchange/bounds.ts'
import type { ErrorPolicy, SourcePlan } from '../engine/plan/plan.ts'
import type { Schema } from '../engine/schema/schema.ts'
import { exchangeName } from '../engine/stage/group.ts'
import { Slotting } from '../engine/stage/slotting.ts'
import type { FeedBounds } from './feed/bounds.ts'
import type { Sending } from './feed/desk.ts'
import { type OutboxListener, OutboxReader } from './feed/outbox-reader.ts'
import { type Decoding, Shaping } from './feed/shaping.ts'
import { type ReaderListener, SourceReader } from './feed/source-reader.ts'
import type { GroupState } from './state.ts'
import type { StageRef, Way, Wiring } from './wiring.ts'

/** What readers of a source need. */
export interface SourceDoor {
  readonly log: StreamLog
  readonly topic: string
  readonly decoder: Decoding
  /** Where the job begins to read. */
  start(partition: number): number
}

export interface SendersParts {
  readonly clock: Clock
  readonly random: Random
  readonly wiring: Wiring
  readonly place: StageRef
  readonly compiler: Compiler
  readonly errors: ErrorPolicy
  source(source: string): SourceDoor
  readonly bounds?: FeedBounds | undefined
  readonly senderBounds?: SenderBounds | undefined
}

/** The group as it is led now. */
export interface Leading {
  readonly generation: number
  readonly term: number
  readonly state: GroupState
  /** Of the reader that is known by its first channel. */
  reader(channel: number): ReaderListener
  outbox(name: string): OutboxListener
}

interface Reading {
  readonly source: SourcePlan
  readonly partition: number
  /** The first of its own. */
  readonly channel: number
  readonly shaping: Shaping
}

interface Leaving {
  readonly name: string
  readonly channel: number
  readonly groups: number
  readonly schema: Schema
  readonly slotting: Slotting
}

export class Senders {
  readonly #parts: SendersParts
  readonly #readings: readonly Reading[]
  readonly #leavings: readonly Leaving[]

  constructor(parts: SendersParts) {
    this.#parts = parts
    const own = parts.wiring.waysBy(parts.place)
    const partitions = new Map<string, Way[]>()
    for (const way of own) {
      if (way.from.kind !== 'source') continue
      const key = `${way.from.source}/${way.from.partition}`
      partitions.set(key, [...(partitions.get(key) ?? []), way])
    }
    this.#readings = [...partitions.values()].map(ways => this.#reading(ways))
    this.#leavings = own.filter(({ from }) => from.kind === 'stage').map(way => this.#leaving(way))
  }

  /** All of them, made anew for a term. */
  made(leading: Leading): readonly Sending[] {
    return [
      ...this.#readings.map(one => this.#reader(one, leading)),
      ...this.#leavings.map(one => this.#outboxReader(one, leading)),
    ]
  }

  #reading(ways: readonly Way[]): Reading {
    const { wiring, compiler, errors } = this.#parts
    const [first] = ways
    invariant(first?.from.kind === 'source', 'WIRING a reader has a source')
    const { source: id, partition } = first.from
    const source = wiring.plan.sources.find(one => one.id === id)
    invariant(source !== undefined, 'WIRING a way has its source', id)
    const targets = ways.flatMap(({ exchange, channel, to }) => {
      return exchange === undefined ? [] : [{ exchange, channel, groups: wiring.stage(to).groups }]
    })
    const sinks = ways.flatMap(({ into, channel, onlyIndex = 0, schema }) => {
      return into.kind === 'sink' ? [{ sink: into.sink, channel, group: onlyIndex, schema }] : []
    })
    // The letters come last, in the wiring as in the branches.
    const letters = sinks.pop()
    invariant(letters !== undefined, 'WIRING a reader has letters', id)
    const { decoder } = this.#parts.source(id)
    const site = wiring.front(id)
    const plan = { source, site, schemas: wiring.schemas, compiler, errors, decoder }
    const shaping = new Shaping({ ...plan, targets, sinks, letters })
    return { source, partition, channel: first.channel, shaping }
  }

  #leaving({ exchange, channel, to, schema }: Way): Leaving {
    const { wiring, compiler } = this.#parts
    invariant(exchange !== undefined, 'WIRING a stage sends by exchanges', channel)
    const slotting = new Slotting(exchange.key, schema, compiler)
    const { groups } = wiring.stage(to)
    return { name: exchangeName(exchange), channel, groups, schema, slotting }
  }

  #reader(reading: Reading, { generation, term, state, reader }: Leading): Sending {
    const { source, partition, channel, shaping } = reading
    const { clock, random } = this.#parts
    const { log, topic } = this.#parts.source(source.id)
    return new SourceReader({
      ...{ clock, random, log, shaping, time: source.time, partition: { topic, partition } },
      reader: { generation, term },
      barrier: state.places.ofSource(channel),
      listener: reader(channel),
      ...this.#bounds,
    })
  }

  #outboxReader(leaving: Leaving, { generation, term, state, outbox }: Leading): Sending {
    const { clock } = this.#parts
    const listener = outbox(leaving.name)
    const reader = { generation, term }
    return new OutboxReader({
      ...{ clock, reader, outbox: state.outbox, listener },
      ...leaving,
      ...this.#bounds,
    })
  }

  get #bounds() {
    const { bounds, senderBounds } = this.#parts
    return {
      ...(bounds === undefined ? {} : { bounds }),
      ...(senderBounds === undefined ? {} : { senderBounds }),
    }
  }
}
