/** The reader of a source: it runs the plan's front, which keeps nothing. */

import type { Records } from '../../../src/engine/columns/records.ts'
import { CACHE_BOUNDS } from '../../../src/engine/operators/context.ts'
import type { Host } from '../../../src/engine/plan/hosts.ts'
import type { Schemas } from '../../../src/engine/plan/schemas.ts'
import { Topology } from '../../../src/engine/stage/topology.ts'
import { Overlay } from '../../../src/engine/state/overlay.ts'
import { MemoryStore } from '../../../src/engine/store/store.ts'
import type { Batch, Moment } from '../../oracle/input.ts'
import type { Column } from '../../oracle/type.ts'
import type { EngineOptions, Output, Runner } from './engine.ts'
import { recordsFrom } from './scalars.ts'

export interface Part {
  readonly host: Host
  readonly schemas: Schemas
  readonly options: EngineOptions
}

export interface Feed {
  readonly columns: readonly Column[]
  readonly channels: readonly number[]
}

export class Reader implements Runner {
  readonly late = 0
  dead = 0
  readonly #feed: Feed
  readonly #topology: Topology
  /** Of each channel, the offset of its next record. */
  readonly #offsets = new Map<number, number>()
  #outputs: Output[] = []

  constructor({ host, schemas, options }: Part, feed: Feed) {
    this.#feed = feed
    const context = {
      ...{ host, schemas, compiler: options.compiler, bounds: CACHE_BOUNDS },
      ...{ state: new Overlay(new MemoryStore()), table: () => 0 },
    }
    this.#topology = new Topology(context, {
      sink: ({ id }, records) => this.#outputs.push({ to: id, records }),
      exchange: ({ to }, records) => this.#outputs.push({ to, records }),
      dead: () => {
        this.dead++
      },
    })
  }

  pass({ arrivals, now }: Batch, { after }: Moment): readonly Output[] {
    this.#outputs = []
    this.#topology.begin(now, Number.POSITIVE_INFINITY)
    for (const channel of this.#feed.channels) {
      const own = arrivals.filter(arrival => arrival.channel === channel)
      if (own.length > 0) {
        this.#topology.takeSource(this.#from(recordsFrom(this.#feed.columns, own), channel))
      }
    }
    this.#topology.finish(after)
    return this.#outputs
  }

  #from(records: Records, channel: number): Records {
    const first = this.#offsets.get(channel) ?? 0
    this.#offsets.set(channel, first + records.size)
    const offsets = Float64Array.from({ length: records.size }, (_, at) => first + at)
    return { ...records, origin: { channel, offsets } }
  }
}
