/** The reader of a source: it runs the plan's front, which keeps nothing. */

import type { Records } from '../../../src/engine/columns/records.ts'
import type { SourcePlan } from '../../../src/engine/plan/plan.ts'
import type { Schemas } from '../../../src/engine/plan/schemas.ts'
import type { Site } from '../../../src/engine/plan/sites.ts'
import { Front } from '../../../src/engine/stage/front.ts'
import type { Batch } from '../../oracle/input.ts'
import type { Column } from '../../oracle/type.ts'
import type { EngineOptions, Output, Runner } from './engine.ts'
import { recordsFrom } from './scalars.ts'

export interface Part {
  readonly site: Site
  readonly schemas: Schemas
  readonly options: EngineOptions
}

export interface Feed {
  readonly source: SourcePlan
  readonly columns: readonly Column[]
  readonly channels: readonly number[]
}

export class Reader implements Runner {
  readonly late = 0
  dead = 0
  readonly #feed: Feed
  readonly #front: Front
  /** Of each channel, the offset of its next record. */
  readonly #offsets = new Map<number, number>()

  constructor({ site, schemas, options }: Part, feed: Feed) {
    this.#feed = feed
    const { compiler } = options
    this.#front = new Front({ site, source: feed.source, schemas, compiler })
  }

  pass({ arrivals }: Batch): readonly Output[] {
    return this.#feed.channels.flatMap(channel => {
      const own = arrivals.filter(arrival => arrival.channel === channel)
      const records = this.#from(recordsFrom(this.#feed.columns, own), channel)
      return [...this.#front.takeAll(records)].flatMap(({ leaving, sinks, dead }) => {
        this.dead += dead.length
        return [
          ...sinks.map(({ sink, records: some }): Output => ({ to: sink.id, records: some })),
          ...leaving.map(({ exchange, ...rest }): Output => ({ to: exchange.to, ...rest })),
        ]
      })
    })
  }

  #from(records: Records, channel: number): Records {
    const first = this.#offsets.get(channel) ?? 0
    this.#offsets.set(channel, first + records.size)
    const offsets = Float64Array.from({ length: records.size }, (_, at) => first + at)
    return { ...records, origin: { channel, offsets } }
  }
}
