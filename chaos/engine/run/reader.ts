/** The reader of a source: it runs the plan's front, which keeps nothing. */

import { WeirError } from '../../../src/base/errors.ts'
import type { Records } from '../../../src/engine/columns/records.ts'
import type { ErrorPolicy, SourcePlan } from '../../../src/engine/plan/plan.ts'
import type { Schemas } from '../../../src/engine/plan/schemas.ts'
import type { Site } from '../../../src/engine/plan/sites.ts'
import type { DeadRow } from '../../../src/engine/stage/collector.ts'
import { Front, type FrontResult } from '../../../src/engine/stage/front.ts'
import type { Limits } from '../../../src/engine/stage/limits.ts'
import { PartitionClock } from '../../../src/engine/stage/source-time.ts'
import type { Batch, Mark } from '../../oracle/input.ts'
import type { Source } from '../../oracle/plan.ts'
import type { EngineOptions, Output, Runner } from './engine.ts'
import { mustFit } from './fit.ts'
import { recordsFrom } from './scalars.ts'

export interface Part {
  readonly site: Site
  readonly schemas: Schemas
  readonly options: EngineOptions
}

export interface Feed {
  readonly source: SourcePlan
  readonly own: Source
  readonly channels: readonly number[]
}

export class Reader implements Runner {
  readonly late = 0
  dead = 0
  readonly #feed: Feed
  readonly #front: Front
  readonly #limits: Limits | undefined
  readonly #errors: ErrorPolicy | undefined
  /** Of each channel, the offset of its next record. */
  readonly #offsets = new Map<number, number>()
  /** By channel; none where the input says what time it is. */
  readonly #clocks = new Map<number, PartitionClock>()

  constructor({ site, schemas, options }: Part, feed: Feed) {
    this.#feed = feed
    this.#limits = options.limits
    const { compiler, limits, errors } = options
    this.#errors = errors
    const more = limits === undefined ? {} : { limits }
    const clocked = feed.own.lagMs === undefined ? [] : feed.channels
    for (const channel of clocked) {
      this.#clocks.set(channel, new PartitionClock(feed.source.time))
    }
    this.#front = new Front({ site, source: feed.source, schemas, compiler, ...more })
  }

  pass({ arrivals }: Batch): readonly Output[] {
    return this.#feed.channels.flatMap(channel => {
      const own = arrivals.filter(arrival => arrival.channel === channel)
      const records = this.#from(recordsFrom(this.#feed.own.columns, own), channel)
      return [...this.#front.takeAll(records)].flatMap(result => {
        this.#clocks.get(channel)?.see(result.times)
        return this.#outputs(result)
      })
    })
  }

  get marks(): readonly Mark[] {
    return [...this.#clocks].flatMap(([channel, { watermark }]) => {
      return watermark === Number.NEGATIVE_INFINITY ? [] : [{ channel, watermark }]
    })
  }

  #outputs({ leaving, sinks, dead }: FrontResult): readonly Output[] {
    this.#lose(dead)
    const all = [
      ...sinks.map(({ sink, records }) => ({ from: sink.from.from, to: sink.id, records })),
      ...leaving.map(({ exchange, ...rest }) => {
        return { from: exchange.edge.from, to: exchange.to, ...rest }
      }),
    ]
    const { source } = this.#feed
    const limits = this.#limits
    // What the source itself says is as large as it came.
    for (const { from, ...output } of all) if (from !== source.id) mustFit(output, limits)
    return all
  }

  #lose(dead: readonly DeadRow[]): void {
    const [first] = dead
    if (first === undefined) return
    if (this.#errors === 'fail')
      throw new WeirError(first.code, `${first.operator}: ${first.reason}`)
    this.dead += dead.length
  }

  #from(records: Records, channel: number): Records {
    const first = this.#offsets.get(channel) ?? 0
    this.#offsets.set(channel, first + records.size)
    const offsets = Float64Array.from({ length: records.size }, (_, at) => first + at)
    return { ...records, origin: { channel, offsets } }
  }
}
