/**
 * How the groups of a job are numbered and connected: a function of the plan, of how many groups
 * its stages have and of what partitions its sources have. Whoever runs a part of the job takes it
 * from here.
 *
 * A stage that keeps keys has its own groups; a source that feeds none has a stage without
 * operators, named after it. What a source has for sinks, and the letters of its reader, go by ways
 * of their own into one group of the first stage that it feeds, and are numbered there like any
 * output. So there is one mechanism for all that leaves a job.
 *
 * A channel is `kind + kinds * number`, where kinds of ways are counted over the whole plan and the
 * number is that of the partition or of the group that sends: it stays what it is when others come.
 */

import { invariant, WeirError } from '../base/errors.ts'
import type { Edge, Plan, SourcePlan } from '../engine/plan/plan.ts'
import { edgeText, type Schemas } from '../engine/plan/schemas.ts'
import { type Exchange, keyOf, type Site, sitesOf } from '../engine/plan/sites.ts'
import type { Schema } from '../engine/schema/schema.ts'
import { DEAD_LETTER_SCHEMA, DEAD_LETTERS } from '../engine/stage/dead-letters.ts'

/** A group: `stage` by its name, that of its first keyed operator or of its source. */
export interface StageRef {
  readonly stage: string
  readonly index: number
}

export interface WiringParts {
  readonly plan: Plan
  readonly schemas: Schemas
  /** How many groups a stage has; one whose records have no key has one, whatever is said. */
  groupsOf(stage: string): number
  /** Of a source, ascending. */
  partitionsOf(source: string): readonly number[]
}

export interface Stage {
  readonly name: string
  readonly groups: number
  readonly site: Site
  /** All that its groups may have outputs for, dead letters last. */
  readonly sinks: readonly string[]
}

/** What becomes of the records of a channel in the group that takes them. */
export type Into =
  | { readonly kind: 'operator'; readonly operator: string; readonly input: number }
  /** They are outputs of it as they are. */
  | { readonly kind: 'sink'; readonly sink: string }

export type Origin =
  | { readonly kind: 'source'; readonly source: string; readonly partition: number }
  | { readonly kind: 'stage'; readonly stage: string; readonly index: number }

/** One channel: one reader or sender, and all groups of one stage, or one of them, that take. */
export interface Way {
  readonly channel: number
  readonly from: Origin
  /** Who reads or sends. */
  readonly by: StageRef
  /** The stage that takes. */
  readonly to: string
  /** The group of it that takes alone; missing: all of them do, each its own keys. */
  readonly onlyIndex?: number
  readonly schema: Schema
  /** Of the site that sends; missing: what takes it is a sink. */
  readonly exchange?: Exchange
  readonly into: Into
}

/** A way without the number of its partition or group. */
interface Lane {
  readonly kind: number
  readonly to: string
  readonly isAlone: boolean
  readonly schema: Schema
  readonly exchange?: Exchange
  readonly into: Into
}

interface Feeding {
  readonly source: SourcePlan
  readonly site: Site
  /** The first stage that is fed. */
  readonly first: string
  readonly lanes: readonly Lane[]
}

export class Wiring {
  readonly plan: Plan
  readonly schemas: Schemas
  /** In the plan's order: none is fed by one behind it. */
  readonly stages: readonly Stage[]
  readonly #ways: readonly Way[]
  readonly #byChannel: ReadonlyMap<number, Way>
  readonly #fronts: ReadonlyMap<string, Site>

  constructor(
    { plan, schemas }: WiringParts,
    parts: {
      readonly stages: readonly Stage[]
      readonly ways: readonly Way[]
      readonly fronts: ReadonlyMap<string, Site>
    },
  ) {
    this.plan = plan
    this.schemas = schemas
    this.stages = parts.stages
    this.#fronts = parts.fronts
    this.#ways = [...parts.ways].sort((one, other) => one.channel - other.channel)
    this.#byChannel = new Map(this.#ways.map(way => [way.channel, way]))
  }

  /** All groups of the job, in the order of the stages. */
  get groups(): readonly StageRef[] {
    return this.stages.flatMap(({ name, groups }) => {
      return Array.from({ length: groups }, (_, index) => ({ stage: name, index }))
    })
  }

  stage(name: string): Stage {
    const stage = this.stages.find(one => one.name === name)
    if (stage !== undefined) return stage
    throw new WeirError('unknown-stage', `the job ${this.plan.job} has no stage ${name}`)
  }

  /** What runs in front of a source's first stage, at its reader. */
  front(source: string): Site {
    const site = this.#fronts.get(source)
    if (site !== undefined) return site
    throw new WeirError('unknown-source', `the job ${this.plan.job} has no source ${source}`)
  }

  way(channel: number): Way | undefined {
    return this.#byChannel.get(channel)
  }

  /** By ascending channel: in this order a batch takes them. */
  waysInto({ stage, index }: StageRef): readonly Way[] {
    return this.#ways.filter(({ to, onlyIndex = index }) => to === stage && onlyIndex === index)
  }

  /** What a group reads, or sends of its own. */
  waysBy({ stage, index }: StageRef): readonly Way[] {
    return this.#ways.filter(({ by }) => by.stage === stage && by.index === index)
  }
}

export function wiringOf(parts: WiringParts): Wiring {
  return new Drawing(parts).wiring()
}

class Drawing {
  readonly #parts: WiringParts
  readonly #sites: readonly Site[]
  readonly #groups = new Map<string, number>()
  #kinds = 0

  constructor(parts: WiringParts) {
    this.#parts = parts
    this.#sites = sitesOf(parts.plan)
  }

  wiring(): Wiring {
    const feedings = this.#parts.plan.sources.map(source => this.#feeding(source))
    const senders = this.#staged.map(site => ({ site, lanes: this.#exchangeLanes(site) }))
    const ways = [
      ...feedings.flatMap(feeding => this.#sourceWays(feeding)),
      ...senders.flatMap(({ site, lanes }) => this.#stageWays(site, lanes)),
    ]
    const channels = new Set(ways.map(({ channel }) => channel))
    invariant(channels.size === ways.length, 'WIRING a channel is one way')
    const stages = this.#stages(feedings, ways)
    const fronts = new Map(feedings.map(({ source, site }) => [source.id, site]))
    return new Wiring(this.#parts, { stages, ways, fronts })
  }

  get #staged(): readonly Site[] {
    return this.#sites.filter(({ source }) => source === undefined)
  }

  #feeding(source: SourcePlan): Feeding {
    const site = this.#sites.find(one => one.source === source.id)
    invariant(site !== undefined, 'WIRING a source has its site', source.id)
    const fed = new Set(site.exchanges.map(({ to }) => to))
    const first = this.#staged.find(({ entry }) => entry !== undefined && fed.has(entry))?.entry
    const to = first ?? source.id
    const exchanges = this.#exchangeLanes(site)
    const sinks = site.sinks.map(({ id, from }) => this.#sinkLane(id, this.#schema(from), to))
    const letters = this.#sinkLane(DEAD_LETTERS, DEAD_LETTER_SCHEMA, to)
    return { source, site, first: to, lanes: [...exchanges, ...sinks, letters] }
  }

  #exchangeLanes({ exchanges }: Site): readonly Lane[] {
    return exchanges.map(exchange => {
      const { to, edge } = exchange
      const into = { kind: 'operator', operator: to, input: this.#inputOf(exchange) } as const
      const schema = this.#schema(edge)
      return { kind: this.#kinds++, to, isAlone: false, schema, exchange, into }
    })
  }

  #sinkLane(sink: string, schema: Schema, to: string): Lane {
    const into = { kind: 'sink', sink } as const
    return { kind: this.#kinds++, to, isAlone: true, schema, into }
  }

  #schema(edge: Edge): Schema {
    return this.#parts.schemas.of(edge)
  }

  #inputOf({ to, edge }: Exchange): number {
    const operator = this.#parts.plan.operators.find(({ id }) => id === to)
    const input = operator?.inputs.findIndex(one => edgeText(one) === edgeText(edge)) ?? -1
    invariant(input >= 0, 'WIRING an exchange leads to an input', to)
    return input
  }

  #sourceWays({ source, first, lanes }: Feeding): readonly Way[] {
    return this.#parts.partitionsOf(source.id).flatMap(partition => {
      const index = partition % this.#groupsOf(first)
      const from = { kind: 'source', source: source.id, partition } as const
      const by = { stage: first, index }
      return lanes.map(lane => this.#way(lane, { from, by, number: partition }))
    })
  }

  #stageWays({ entry = '' }: Site, lanes: readonly Lane[]): readonly Way[] {
    return Array.from({ length: this.#groupsOf(entry) }, (_, index) => index).flatMap(index => {
      const by = { stage: entry, index }
      return lanes.map(lane =>
        this.#way(lane, { from: { kind: 'stage', ...by }, by, number: index }),
      )
    })
  }

  #way(
    { kind, isAlone, ...lane }: Lane,
    { from, by, number }: { from: Origin; by: StageRef; number: number },
  ): Way {
    const channel = kind + this.#kinds * number
    const onlyIndex = number % this.#groupsOf(lane.to)
    return { channel, from, by, ...lane, ...(isAlone ? { onlyIndex } : {}) }
  }

  /** A stage without operators stands where its source does. */
  #stages(feedings: readonly Feeding[], ways: readonly Way[]): readonly Stage[] {
    const own = feedings
      .filter(({ source, first }) => first === source.id)
      .map(({ site }) => ({ ...site, id: `stage:${site.source}`, operators: [], sinks: [] }))
      .map(site => this.#stage(site.source ?? '', { ...site, source: undefined }, ways))
    return [...own, ...this.#staged.map(site => this.#stage(site.entry ?? '', site, ways))]
  }

  #stage(name: string, site: Site, ways: readonly Way[]): Stage {
    const passed = ways.flatMap(({ to, into }) => {
      return to === name && into.kind === 'sink' ? [into.sink] : []
    })
    const sinks = new Set([...site.sinks.map(({ id }) => id), ...passed])
    sinks.delete(DEAD_LETTERS)
    return { name, groups: this.#groupsOf(name), site, sinks: [...sinks, DEAD_LETTERS] }
  }

  #groupsOf(stage: string): number {
    const known = this.#groups.get(stage)
    if (known !== undefined) return known
    const operator = this.#parts.plan.operators.find(({ id }) => id === stage)
    const isKeyless = operator !== undefined && keyOf(operator.spec)?.length === 0
    const groups = isKeyless ? 1 : this.#parts.groupsOf(stage)
    invariant(Number.isSafeInteger(groups) && groups >= 1, 'WIRING a stage has groups', stage)
    this.#groups.set(stage, groups)
    return groups
  }
}
