/**
 * What the outputs of a group must be, by the oracle: of what it took, in the order and at the
 * times at which it took it. What a stage takes of another is what that one has committed, which is
 * judged in its own turn: so each stage is judged by itself, whatever overtook what between them,
 * and all together say that the job is right. Fronts of sources are judged alike.
 */

import { ByteReader } from '../../../src/base/bytes.ts'
import type { StoredRecord } from '../../../src/base/stream-log.ts'
import type { BatchSchedule } from '../../../src/engine/batch/schedule.ts'
import type { Input } from '../../../src/engine/channels/state.ts'
import { concat } from '../../../src/engine/columns/concat.ts'
import type { Records } from '../../../src/engine/columns/records.ts'
import type { Exchange, Site } from '../../../src/engine/plan/sites.ts'
import { DEAD_LETTERS } from '../../../src/engine/stage/dead-letters.ts'
import { exchangeName } from '../../../src/engine/stage/group.ts'
import type { Way } from '../../../src/group/wiring.ts'
import { namingOf } from '../../engine/check.ts'
import { difference } from '../../engine/compare/tables.ts'
import { tableRows } from '../../engine/run/scalars.ts'
import { columnsOf } from '../../oracle/columns.ts'
import type { Arrival, Batch, Mark } from '../../oracle/input.ts'
import { type Answer, answered } from '../../oracle/oracle.ts'
import type { Edge, Operator, Plan, Sink, Source } from '../../oracle/plan.ts'
import type { Row, Table } from '../../oracle/table.ts'
import { textOfAll } from '../../oracle/value.ts'
import type { Job } from './job.ts'
import type { Visible } from './judge.ts'
import { unrendered } from './names.ts'
import type { Shadow } from './shadow.ts'
import {
  type Fronted,
  fronted,
  frontOf,
  isAlone,
  latestOf,
  nameOfWay,
  partsOf,
  partsOfStage,
} from './sorting.ts'

export type SourceRecords = ReadonlyMap<number, readonly StoredRecord[]>

/** What a group did, as the journal and the log tell it. */
interface Told {
  readonly group: number
  readonly schedules: readonly BatchSchedule[]
  readonly visible: readonly Visible[]
}

/** What comes on one channel, by offset. */
export type Owned = ReadonlyMap<number, readonly Arrival[]>

/** Where what a stage takes comes from: all that feeds it is one. */
const FED = '>'
const KEYED = '>key'

export class Oracle {
  readonly #job: Job
  readonly #input: SourceRecords
  readonly #shadows: readonly Shadow[]
  readonly #fed: ReadonlyMap<number, Fronted>
  readonly #columns: ReturnType<typeof columnsOf>
  readonly #owned = new Map<number, readonly Owned[]>()
  readonly #latest = new Map<number, (before: number) => number>()

  constructor(job: Job, input: SourceRecords, shadows: readonly Shadow[]) {
    this.#job = job
    this.#input = input
    this.#shadows = shadows
    this.#columns = columnsOf(job.plan)
    const fed = [...input].map(([partition, records]) => {
      const own = job.decoded(partition, records.filter(isRecord))
      const read = fronted(frontOf(job, partition), own)
      const poison = records.filter(one => !isRecord(one)).map(({ offset }) => offset)
      return [partition, { ...read, dead: [...read.dead, ...poison] }] as const
    })
    this.#fed = new Map(fed)
  }

  /** What is wrong with what the front of a source makes of its input; undefined: nothing. */
  misread(source: string): string | undefined {
    const { plan, sites, case: drawn } = this.#job
    const site = sites.find(one => one.source === source) as Site
    const channels = drawn.input.channels.filter(one => one.source === source)
    const arrivals = channels.flatMap(({ id }) => {
      const records = (this.#input.get(id) ?? []).filter(isRecord)
      return records.map(record => arrivalOf(this.#job, record))
    })
    const batches = [{ arrivals, marks: [], now: 0, ended: false }]
    const front = frontPlan(plan, site, isAlone(this.#job, source))
    const answer = answered(front, { channels, batches })
    const fed = channels.flatMap(({ id }) => this.#fed.get(id) ?? [])
    const leaving = [
      ...site.exchanges.map(one => ({ name: exchangeName(one), edge: one.edge })),
      ...site.sinks.map(({ id, from }) => ({ name: id, edge: from })),
    ]
    for (const { name, edge } of leaving) {
      const wanted = answer.sinks[name]
      const parts = fed.flatMap(one => one.leaving.get(name) ?? [])
      const rows = parts.flatMap(({ records }) => this.#rows(records, edge))
      const other = wanted && difference(wanted, { columns: wanted.columns, rows }, undefined)
      if (other !== undefined) return `${name}: ${other}`
      const taken = this.#takenOf(source, name)
      if (taken !== rows.length) return `${taken} of ${rows.length} are for somebody`
    }
    const dead = fed.reduce((sum, one) => sum + one.dead.length, 0)
    const all = channels.flatMap(({ id }) => this.#input.get(id) ?? [])
    const failed = failedIn(answer) + all.filter(one => !isRecord(one)).length
    return dead === failed ? undefined : `${dead} could not be read, not ${failed}`
  }

  /** What is wrong with what a group made of what it took; undefined: nothing. */
  differing({ group, schedules, visible }: Told): string | undefined {
    const job = this.#job
    const stage = job.stageOf(group)
    const ways = job.waysInto(group)
    const fed = ways.filter(({ into }) => into.kind === 'operator')
    const owned = new Map(fed.map(way => [way.channel, this.#ownedBy(way, job.indexOf(group))]))
    const channels = ways.map(({ channel }) => ({ id: channel, source: FED }))
    const batches = batchesOf(schedules, owned)
    const answer = answered(stagePlan(job.plan, stage.site, this.#columns), { channels, batches })
    for (const exchange of stage.site.exchanges) {
      const wanted = answer.sinks[exchangeName(exchange)]
      const rows = this.#rows(this.#sent(group, exchange), exchange.edge)
      const other = wanted && difference(wanted, { columns: wanted.columns, rows }, undefined)
      if (other !== undefined) return `${exchangeName(exchange)}: ${other}`
    }
    for (const sink of job.plan.sinks) {
      const { id, from } = sink
      if (!stage.sinks.includes(id)) continue
      const passed = ways
        .filter(way => nameOfWay(way) === id)
        .flatMap(way => this.#passed(way, schedules))
      const columns = this.#columns(from)
      const wanted = { columns, rows: [...(answer.sinks[id]?.rows ?? []), ...passed] }
      const other = this.#differingIn(sink, wanted, { group, visible })
      if (other !== undefined) return `${id}: ${other}`
    }
    if (job.isSilent) return undefined
    const letters = visible.filter(({ sink }) => sink === DEAD_LETTERS).length
    const failed = failedIn(answer) + this.#unread(ways, schedules)
    return letters === failed ? undefined : `${letters} dead letters, not ${failed}`
  }

  #differingIn(
    sink: Sink,
    wanted: Table,
    { group, visible }: Pick<Told, 'group' | 'visible'>,
  ): string | undefined {
    const job = this.#job
    const own = visible.filter(one => one.sink === sink.id)
    const rows = own.flatMap(({ record }) => {
      return this.#rows(unrendered(job.schemaOf(group, sink.id), record.value), sink.from)
    })
    const naming = namingOf(job.plan, sink)
    const all = { columns: wanted.columns, rows }
    const seen = job.isEarly && naming !== undefined ? closed(wanted, all, naming) : all
    return difference(wanted, seen, naming)
  }

  /** What came by a way into a sink, and is an output as it is. */
  #passed(way: Way, schedules: readonly BatchSchedule[]): readonly Row[] {
    const owned = new Map([[way.channel, this.#ownedBy(way, way.onlyIndex ?? 0)]])
    return batchesOf(schedules, owned).flatMap(({ arrivals }, batch) => {
      return arrivals.map(({ time, values }): Row => ({ batch, time, values, kind: 'insert' }))
    })
  }

  /** Records that readers could not compute, and told this group of. */
  #unread(ways: readonly Way[], schedules: readonly BatchSchedule[]): number {
    let count = 0
    for (const way of ways.filter(one => nameOfWay(one) === DEAD_LETTERS)) {
      const { from, channel } = way
      const dead = from.kind === 'source' ? (this.#fed.get(from.partition)?.dead ?? []) : []
      const inputs = schedules.flatMap(one => one.inputs).filter(one => one.channel === channel)
      const isTaken = (at: number) => inputs.some(({ from: first, to }) => first <= at && at < to)
      count += dead.filter(isTaken).length
    }
    return count
  }

  /** A watermark that what was sent by then does not bear out; undefined: there is none. */
  mistimed(schedules: readonly BatchSchedule[]): string | undefined {
    const cursors = new Map<number, number>()
    for (const { seq, inputs, changes } of schedules) {
      for (const { channel, to } of inputs) cursors.set(channel, to)
      for (const { channel, watermark } of changes) {
        const way = this.#job.wayOf(channel)
        if (watermark === undefined) continue
        const most = this.#wordAt(way, cursors.get(channel) ?? 0)
        if (watermark > most) return `${seq} says ${watermark} of channel ${channel}, not ${most}`
      }
    }
    return undefined
  }

  #wordAt(way: Way, cursor: number): number {
    const { from } = way
    if (from.kind === 'stage') {
      const sender = this.#shadows[this.#job.groupAt(from)]
      return sender?.words.at(nameOfWay(way), cursor) ?? -Infinity
    }
    const { partition } = from
    const latest =
      this.#latest.get(partition) ??
      latestOf(this.#job, partition, (this.#input.get(partition) ?? []).filter(isRecord))
    this.#latest.set(partition, latest)
    return latest(cursor) - (this.#job.own(partition).lagMs ?? 0)
  }

  /** So many records of a source, by one name, are for groups. */
  #takenOf(source: string, name: string): number {
    const ways = this.#job.waysOf(source, name)
    const owned = ways.flatMap(way => this.#ownedByAll(way).flatMap(one => [...one.values()]))
    return owned.reduce((sum, { length }) => sum + length, 0)
  }

  #ownedBy(way: Way, index: number): Owned {
    return this.#ownedByAll(way)[index] ?? new Map()
  }

  #ownedByAll(way: Way): readonly Owned[] {
    const known = this.#owned.get(way.channel) ?? this.#sorted(way)
    this.#owned.set(way.channel, known)
    return known
  }

  /** By group of the stage that takes. */
  #sorted(way: Way): readonly Owned[] {
    const { from, to, channel } = way
    const parts =
      from.kind === 'source'
        ? partsOf(this.#job, this.#fed.get(from.partition) ?? NOTHING, way)
        : partsOfStage(this.#job, this.#sentBy(way, this.#job.groupAt(from)), way)
    return Array.from({ length: this.#job.wiring.stage(to).groups }, (_, index) => {
      const part = parts.get(index)
      const rows = part === undefined ? [] : this.#rows(part, this.#edgeOf(way))
      const offsets = part?.origin?.offsets ?? []
      const owned = new Map<number, Arrival[]>()
      for (const [row, { time, values }] of rows.entries()) {
        const offset = offsets[row] as number
        owned.set(offset, [...(owned.get(offset) ?? []), { channel, time, values }])
      }
      return owned
    })
  }

  #edgeOf({ exchange, into }: Way): Edge {
    if (exchange !== undefined) return exchange.edge
    const name = into.kind === 'sink' ? into.sink : into.operator
    return this.#job.plan.sinks.find(({ id }) => id === name)?.from ?? { from: name }
  }

  #sentBy({ exchange }: Way, group: number): Records {
    if (exchange === undefined) throw new Error('a stage feeds another by an exchange')
    return this.#sent(group, exchange)
  }

  /** All that a group ever had for the stage: what has number n lies at offset n - 1. */
  #sent(group: number, exchange: Exchange): Records {
    const parts = this.#shadows[group]?.sent.get(exchangeName(exchange)) ?? []
    const records = concat(this.#job.schemas.of(exchange.edge), parts)
    const offsets = Float64Array.from({ length: records.size }, (_, at) => at)
    return { ...records, origin: { channel: 0, offsets } }
  }

  #rows(records: Records, edge: Edge): readonly Row[] {
    return tableRows(records, this.#columns(edge), 0)
  }
}

const NOTHING: Fronted = { leaving: new Map(), times: new Float64Array(0), dead: [] }

/** Others are poison: nobody can read them. */
const isRecord = ({ value }: StoredRecord): boolean => (value?.length ?? 0) > 0

/** Which of the records that were drawn it is: its key says so. */
function arrivalOf(job: Job, { key }: StoredRecord): Arrival {
  const at = new ByteReader(key ?? new Uint8Array(0)).uint32()
  return job.arrivals[at] as Arrival
}

const failedIn = ({ failed }: Answer): number =>
  Object.values(failed).reduce((sum, count) => sum + count, 0)

/** The operators that a source's reader runs, and the keys of the stages that it feeds. */
function frontPlan(plan: Plan, site: Site, isUnkeyed: boolean): Plan {
  const { source, operators, exchanges, sinks: ownSinks } = site
  const sources = plan.sources.filter(({ id }) => id === source)
  const known = new Set([source])
  const fronts = operators.map(({ id }) => within(operatorOf(plan, id), known))
  const left = leavingOf(plan, exchanges, isUnkeyed)
  const own = new Set(ownSinks.map(({ id }) => id))
  const sinks = [...plan.sinks.filter(({ id }) => own.has(id)), ...left.sinks]
  return { sources: sources.map(marked), operators: [...fronts, ...left.operators], sinks }
}

/** What leaves has the key of who takes it: else it is a letter, unless nobody asks for keys. */
function leavingOf(
  plan: Plan,
  exchanges: readonly Exchange[],
  isUnkeyed = false,
): Pick<Plan, 'operators' | 'sinks'> {
  const operators = exchanges.map((exchange, at): Operator => {
    const { spec } = operatorOf(plan, exchange.to)
    const key = 'key' in spec && !isUnkeyed ? spec.key : []
    return { id: `${KEYED}${at}`, inputs: [exchange.edge], spec: { kind: 'key-by', key } }
  })
  const sinks = exchanges.map((exchange, at): Sink => {
    return { id: exchangeName(exchange), from: { from: `${KEYED}${at}` }, key: [] }
  })
  return { operators, sinks }
}

/** The operators of a stage, and what they have for others. */
function stagePlan(plan: Plan, site: Site, columnsAt: (edge: Edge) => Source['columns']): Plan {
  const [edge] = site.entry === undefined ? [] : operatorOf(plan, site.entry).inputs
  if (edge === undefined) return { sources: [{ id: FED, columns: [] }], operators: [], sinks: [] }
  const known = new Set<string | undefined>([FED])
  const operators = site.operators.map(({ id }) => {
    const operator = operatorOf(plan, id)
    if (id !== site.entry) return within(operator, known)
    known.add(id)
    return { ...operator, inputs: [{ from: FED }] }
  })
  const own = new Set(site.sinks.map(({ id }) => id))
  const left = leavingOf(plan, site.exchanges)
  return {
    sources: [{ id: FED, columns: columnsAt(edge) }],
    operators: [...operators, ...left.operators],
    sinks: [...plan.sinks.filter(({ id }) => own.has(id)), ...left.sinks],
  }
}

/** With those of its inputs that are there. */
function within(operator: Operator, known: Set<string | undefined>): Operator {
  const inputs = operator.inputs.filter(({ from }) => known.has(from))
  known.add(operator.id)
  return { ...operator, inputs }
}

function operatorOf(plan: Plan, id: string): Operator {
  const found = plan.operators.find(one => one.id === id)
  if (found === undefined) throw new Error(`the plan has no ${id}`)
  return found
}

/** What is said of time is told, and follows from nothing. */
function marked({ lagMs: _, ...source }: Source): Source {
  return source
}

/** Without windows that are open yet, of which the oracle says nothing and early results do. */
function closed(wanted: Table, seen: Table, naming: readonly string[]): Table {
  const places = naming.map(name => wanted.columns.findIndex(column => column.name === name))
  const nameOf = ({ values }: Row) => textOfAll(places.map(place => values[place] ?? null))
  const known = new Set(wanted.rows.map(nameOf))
  return { ...seen, rows: seen.rows.filter(row => known.has(nameOf(row))) }
}

/** A schedule tells what was changed: who was idle and is, though records came, is told here. */
export function batchesOf(
  schedules: readonly BatchSchedule[],
  owned: ReadonlyMap<number, Owned>,
): readonly Batch[] {
  const idle = new Set<number>()
  return schedules.map(({ inputs, changes, now }) => {
    for (const change of changes) {
      if (change.idle === true) idle.add(change.channel)
      if (change.idle === false) idle.delete(change.channel)
    }
    const arrivals = inputs.flatMap(input => arrivalsOf(input, owned))
    const marks: Mark[] = [
      ...changes.map(({ channel, watermark }) => ({ channel, watermark })),
      ...[...inputs, ...changes].map(({ channel }) => ({ channel, idle: idle.has(channel) })),
    ]
    return { arrivals, marks, now, ended: false }
  })
}

function arrivalsOf(
  { channel, from, to }: Input,
  owned: ReadonlyMap<number, Owned>,
): readonly Arrival[] {
  const all = owned.get(channel)
  const own: Arrival[] = []
  for (let offset = from; offset < to; offset++) own.push(...(all?.get(offset) ?? []))
  return own
}
