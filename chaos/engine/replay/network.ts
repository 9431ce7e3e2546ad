/** All sites of a plan, and the channels between them. */

import { Splitter, slotsOf } from '../../../src/engine/channels/slots.ts'
import type { Compiler, Failures } from '../../../src/engine/columns/expression.ts'
import type { Records } from '../../../src/engine/columns/records.ts'
import type { Plan, SourcePlan } from '../../../src/engine/plan/plan.ts'
import type { Schemas } from '../../../src/engine/plan/schemas.ts'
import { type Exchange, keyOf, type Site } from '../../../src/engine/plan/sites.ts'
import { DEAD_LETTER_SCHEMA, DEAD_LETTERS } from '../../../src/engine/stage/dead-letters.ts'
import { exchangeName } from '../../../src/engine/stage/group.ts'
import { Slotting } from '../../../src/engine/stage/slotting.ts'
import type { Batch } from '../../oracle/input.ts'
import type { Source as OwnSource } from '../../oracle/plan.ts'
import type { Case } from '../generate/case.ts'
import type { Output } from '../run/engine.ts'
import { Reader } from '../run/reader.ts'
import { type Course, LoggedGroup } from './group.ts'
import { Wire, type Word } from './wire.ts'

export interface Setup {
  readonly plan: Plan
  readonly compiler: Compiler
  readonly schemas: Schemas
  readonly sites: readonly Site[]
  readonly course: Course
}

interface Stage {
  readonly site: Site
  readonly groups: readonly LoggedGroup[]
}

interface Source {
  readonly site: Site
  readonly reader: Reader
  readonly channels: readonly number[]
  readonly ends: Map<number, number>
}

/** From a partition or a group to all groups of a stage. */
interface Trunk {
  readonly exchange: Exchange
  readonly channel: number
  /** By group. */
  readonly wires: readonly Wire[]
  readonly splitter: Splitter
  readonly slotting: Slotting
}

export interface Told {
  readonly to: string
  readonly records: Records
}

/** A key that fails does so again where its record is taken, and is counted there. */
const UNTOLD: Failures = { add: () => undefined, has: () => false, count: 0 }

export class Network {
  /** Each stage is fed by one site: then time passes in it as the oracle thinks it does. */
  readonly isChain: boolean
  readonly #stages: Stage[] = []
  readonly #sources: Source[] = []
  /** By who sends: a source's partition, or a site's group. */
  readonly #trunks = new Map<string, Trunk[]>()
  readonly #setup: Setup
  readonly #last: Batch | undefined
  /** Records that went to the dead letters of stages. */
  letters = 0

  constructor(one: Case, setup: Setup) {
    this.#setup = setup
    this.#last = one.input.batches.at(-1)
    const { sites } = setup
    const fed = sites.flatMap(({ exchanges }) => exchanges.map(({ to }) => to))
    this.isChain = new Set(fed).size === fed.length
    for (const site of sites.filter(({ source }) => source !== undefined)) {
      this.#addSource(site, one)
    }
    const { groups: count } = one.setting
    for (const site of sites.filter(({ source }) => source === undefined)) {
      this.#addStage(site, one, this.#wiresOf(site, count))
    }
  }

  get groups(): readonly LoggedGroup[] {
    return this.#stages.flatMap(({ groups }) => groups)
  }

  /** And those that readers gave up. */
  get dead(): number {
    return this.letters + this.#sources.reduce((sum, { reader }) => sum + reader.dead, 0)
  }

  pass(batch: Batch): readonly Told[] {
    const told = this.#sources.flatMap(source => this.#read(source, batch))
    for (const { site, groups } of this.#stages) {
      for (const [at, group] of groups.entries()) {
        const made = group.pass(batch.now, batch === this.#last)
        for (const { to, records } of made) if (to === DEAD_LETTERS) this.letters += records.size
        for (const trunk of this.#trunks.get(`${site.id}/${at}`) ?? []) {
          this.#forward(trunk, group, made)
        }
        told.push(...made)
      }
    }
    return told
  }

  #addSource(site: Site, { plan, input, setting }: Case): void {
    const { schemas, compiler } = this.#setup
    const source = this.#setup.plan.sources.find(({ id }) => id === site.source) as SourcePlan
    const own = plan.sources.find(({ id }) => id === site.source) as OwnSource
    const channels = input.channels.filter(one => one.source === site.source).map(({ id }) => id)
    const options = { ...setting, compiler }
    const reader = new Reader({ site, schemas, options }, { source, own, channels })
    this.#sources.push({ site, reader, channels, ends: new Map() })
    this.#makeTrunks(site, channels, setting.groups)
  }

  #addStage(site: Site, { setting }: Case, wires: readonly (readonly Wire[])[]): void {
    const { schemas, compiler, course } = this.#setup
    const { rowsDueMax, groups: count, errors = 'dead-letter' } = setting
    const common = { site, schemas, compiler, errors, rowsDueMax }
    const schemaOf = (to: string) => this.#schemaOf(site, to)
    const groups = wires.map((own, at) => {
      return new LoggedGroup({ ...common, schemaOf, slots: slotsOf(at, count) }, own, course)
    })
    this.#stages.push({ site, groups })
    this.#makeTrunks(site, [...groups.keys()], count)
  }

  #schemaOf({ exchanges, sinks }: Site, to: string) {
    if (to === DEAD_LETTERS) return DEAD_LETTER_SCHEMA
    const leaving = exchanges.find(one => exchangeName(one) === to)
    const edge = leaving?.edge ?? sinks.find(({ id }) => id === to)?.from
    if (edge === undefined) throw new Error(`nothing leaves for ${to}`)
    return this.#setup.schemas.of(edge)
  }

  /** A channel's number says where it is from: sites in order, then their parts. */
  #makeTrunks(site: Site, parts: readonly number[], groups: number): void {
    const { schemas, compiler, sites } = this.#setup
    for (const exchange of site.exchanges) {
      const schema = schemas.of(exchange.edge)
      const entry = sites.find(one => one.entry === exchange.to)
      const spec = entry?.operators.find(({ id }) => id === exchange.to)?.spec
      const key = (spec === undefined ? undefined : keyOf(spec)) ?? []
      const slotting = new Slotting(key, schema, compiler)
      for (const part of parts) {
        const channel = sites.indexOf(site) * 100 + part
        const wires = Array.from({ length: groups }, () => new Wire(channel, schema))
        const trunk = { exchange, channel, wires, splitter: new Splitter(groups), slotting }
        const name = `${site.id}/${part}`
        this.#trunks.set(name, [...(this.#trunks.get(name) ?? []), trunk])
      }
    }
  }

  /** By group, those that lead to it. */
  #wiresOf({ entry }: Site, groups: number): readonly (readonly Wire[])[] {
    const trunks = [...this.#trunks.values()].flat().filter(({ exchange }) => exchange.to === entry)
    return Array.from({ length: groups }, (_, at) => trunks.flatMap(({ wires }) => wires[at] ?? []))
  }

  #read({ site, reader, channels, ends }: Source, batch: Batch): Told[] {
    const outputs = reader.pass(batch)
    for (const channel of channels) {
      const count = batch.arrivals.filter(one => one.channel === channel).length
      ends.set(channel, (ends.get(channel) ?? 0) + count)
      const words: Word[] = [...batch.marks, ...reader.marks]
        .filter(mark => mark.channel === channel)
        .map(({ watermark, idle }) => ({ watermark, idle }))
      const said = batch.ended ? [...words, { watermark: Number.POSITIVE_INFINITY }] : words
      for (const trunk of this.#trunks.get(`${site.id}/${channel}`) ?? []) {
        const own = outputs.filter(({ to, records }) => {
          return to === trunk.exchange.to && records.origin?.channel === channel
        })
        send(trunk, own, { end: ends.get(channel) ?? 0, words: said })
      }
    }
    return [...outputs]
  }

  /** The outputs of a group are the records of a channel: their numbers are the offsets. */
  #forward(
    trunk: Trunk,
    group: LoggedGroup,
    made: readonly (Told & { readonly first: number })[],
  ): void {
    const name = exchangeName(trunk.exchange)
    const own = made.filter(({ to }) => to === name)
    const numbered = own.map(({ to, first, records }): Output => {
      const offsets = Float64Array.from({ length: records.size }, (_, at) => first - 1 + at)
      return { to, records: { ...records, origin: { channel: trunk.channel, offsets } } }
    })
    const before = trunk.wires[0]?.end ?? 0
    const last = own.at(-1)
    const end = last === undefined ? before : last.first - 1 + last.records.size
    const { watermark, idle } = group.word
    const word = watermark === Number.NEGATIVE_INFINITY ? { idle } : { watermark, idle }
    send(trunk, numbered, { end, words: [word] })
  }
}

function send(
  { wires, splitter, slotting, channel }: Trunk,
  outputs: readonly Output[],
  { end, words }: { readonly end: number; readonly words: readonly Word[] },
): void {
  const parts = wires.map((): Records[] => [])
  for (const { records, slots } of outputs) {
    const offsets = records.origin?.offsets ?? new Float64Array(0)
    const own = { ...records, origin: { channel, offsets } }
    for (const [group, some] of splitter.split(own, slots ?? slotting.of(own, UNTOLD))) {
      parts[group]?.push(some)
    }
  }
  for (const [group, wire] of wires.entries()) {
    const own = parts[group] ?? []
    // Records that are for other groups end idleness here too, and only their reader knows of them.
    const isAwake = end > wire.end && own.length === 0
    wire.add(own, end, isAwake ? [{ idle: false }, ...words] : words)
  }
}
