/**
 * What a reader makes of a source's records: decoded, through the front of the plan, and sorted by
 * the groups that are to have them. A pure function of bytes and plan: read again, in other pieces,
 * by whomever, the same offsets give the same. What cannot be computed becomes a record of its own
 * kind, a letter, on a channel of its own.
 */

import { WeirError } from '../../base/errors.ts'
import type { StoredRecord } from '../../base/stream-log.ts'
import { offsetsOf } from '../../engine/channels/frame.ts'
import { Splitter } from '../../engine/channels/slots.ts'
import { concat } from '../../engine/columns/concat.ts'
import type { Compiler } from '../../engine/columns/expression.ts'
import { gatherRecords } from '../../engine/columns/gather.ts'
import { allRows, type Records } from '../../engine/columns/records.ts'
import type { Vector } from '../../engine/columns/vector.ts'
import { sortOut } from '../../engine/exchange/outsize.ts'
import type { Stretch } from '../../engine/exchange/stretch.ts'
import type { ErrorPolicy, SourcePlan } from '../../engine/plan/plan.ts'
import { type Schemas, sourceSchema } from '../../engine/plan/schemas.ts'
import type { Exchange, Site } from '../../engine/plan/sites.ts'
import type { Schema } from '../../engine/schema/schema.ts'
import type { DeadRow } from '../../engine/stage/collector.ts'
import { DEAD_LETTER_SCHEMA } from '../../engine/stage/dead-letters.ts'
import { Front, type Leaving } from '../../engine/stage/front.ts'
import { lettersOf } from './letters.ts'

/** As the formats' door has it (src/connectors/formats), which is handed in. */
export interface Decoding {
  decode(raw: {
    readonly bytes: Uint8Array
    readonly size: number
    /** -1: the record has no value. */
    readonly starts: Int32Array
    readonly ends: Int32Array
  }): {
    readonly vectors: readonly Vector[]
    readonly failures: readonly {
      readonly row: number
      readonly code: string
      readonly reason: string
    }[]
  }
}

/** To which groups the records of an exchange go, and on which channel. */
export interface Target {
  readonly exchange: Exchange
  readonly channel: number
  readonly groups: number
}

/** Which group has a sink's records, and on which channel. */
export interface SinkTarget {
  readonly sink: string
  readonly channel: number
  readonly group: number
  readonly schema: Schema
}

export interface ShapingParts {
  readonly site: Site
  readonly source: SourcePlan
  readonly schemas: Schemas
  readonly compiler: Compiler
  readonly decoder: Decoding
  readonly errors: ErrorPolicy
  /** One for each exchange of the site. */
  readonly targets: readonly Target[]
  /** One for each sink of the site: s mod P of the groups takes what passes. */
  readonly sinks?: readonly SinkTarget[]
  /** Where letters go: s mod P of the groups, on a channel that is not one of the others. */
  readonly letters: { readonly channel: number; readonly group: number }
}

/** One channel to one group. */
export interface Destination {
  readonly channel: number
  readonly group: number
  readonly schema: Schema
}

export interface Shape extends Pick<Stretch, 'parts'> {
  /** Event times of all records that have one. */
  readonly times: Float64Array
}

export class Shaping {
  /** By branch: of each target all groups, then the sinks, then the letters. */
  readonly branches: readonly Destination[]
  readonly #parts: ShapingParts
  readonly #schema: Schema
  readonly #front: Front
  /** The branch of each sink. */
  readonly #sinks = new Map<string, number>()
  readonly #splitters: ReadonlyMap<
    Exchange,
    { readonly splitter: Splitter; readonly first: number }
  >

  constructor(parts: ShapingParts) {
    const { site, source, schemas, compiler, targets, sinks = [], letters } = parts
    this.#parts = parts
    this.#schema = sourceSchema(source)
    const isAlone = targets.every(({ groups }) => groups === 1)
    this.#front = new Front({ site, source, schemas, compiler, isAlone })
    const branches: Destination[] = []
    const splitters = new Map<Exchange, { splitter: Splitter; first: number }>()
    for (const { exchange, channel, groups } of targets) {
      splitters.set(exchange, { splitter: new Splitter(groups), first: branches.length })
      const schema = schemas.of(exchange.edge)
      for (let group = 0; group < groups; group++) branches.push({ channel, group, schema })
    }
    for (const { sink, ...destination } of sinks) {
      this.#sinks.set(sink, branches.length)
      branches.push(destination)
    }
    this.branches = [...branches, { ...letters, schema: DEAD_LETTER_SCHEMA }]
    this.#splitters = splitters
  }

  /** Throws WeirError where the job is to fail with the first record that cannot be computed. */
  shape(records: readonly StoredRecord[]): Shape {
    const dead: DeadRow[] = []
    const sorted = new Map<number, Records[]>()
    const times: Float64Array[] = []
    for (const result of this.#front.takeAll(this.#decoded(records, dead))) {
      for (const one of result.leaving) this.#sort(one, sorted)
      for (const { sink, records: some } of result.sinks) {
        const branch = this.#sinks.get(sink.id)
        if (branch === undefined) throw new WeirError('unknown-sink', `nobody takes ${sink.id}`)
        add(sorted, branch, some)
      }
      dead.push(...result.dead)
      times.push(result.times)
    }
    const parts = new Map<number, Records>()
    for (const [branch, pieces] of sorted) {
      const part = this.#fitting(branch, pieces, dead)
      if (part.size > 0) parts.set(branch, part)
    }
    const letters = this.#letters(dead)
    if (letters !== undefined) parts.set(this.branches.length - 1, letters)
    return { parts, times: joined(times) }
  }

  #decoded(records: readonly StoredRecord[], dead: DeadRow[]): Records {
    const { decoder, source } = this.#parts
    const schema = this.#schema
    const { vectors, failures } = decoder.decode(rawOf(records))
    const offsets = Float64Array.from(records, ({ offset }) => offset)
    const origin = { channel: this.branches[0]?.channel ?? 0, offsets }
    const times = Float64Array.from(records, ({ timestampMs }) => timestampMs)
    const all: Records = { schema, size: records.length, vectors, times, origin }
    if (failures.length === 0) return all
    for (const { row, code, reason } of failures) {
      dead.push({ operator: source.id, records: all, row, code, reason })
    }
    const failed = new Set(failures.map(({ row }) => row))
    const rows = Array.from(records.keys()).filter(row => !failed.has(row))
    return gatherRecords(all, Int32Array.from(rows))
  }

  #sort({ exchange, records, slots }: Leaving, sorted: Map<number, Records[]>): void {
    const to = this.#splitters.get(exchange)
    if (to === undefined) throw new WeirError('unknown-exchange', `nobody takes ${exchange.to}`)
    const { splitter, first } = to
    const split = slots === undefined ? new Map([[0, records]]) : splitter.split(records, slots)
    for (const [group, part] of split) add(sorted, first + group, part)
  }

  /** Under the channel's own name; what fits no frame is told in place of it. */
  #fitting(branch: number, pieces: readonly Records[], dead: DeadRow[]): Records {
    const { channel, schema } = this.branches[branch] as Destination
    const whole = inOrder(concat(schema, pieces))
    const own = { ...whole, origin: { channel, offsets: offsetsOf(whole) } }
    const { part, refused } = sortOut(own)
    const { targets, sinks = [] } = this.#parts
    const target = targets.find(one => one.channel === channel)?.exchange.to
    const operator = target ?? sinks.find(one => one.channel === channel)?.sink ?? ''
    for (const one of refused) dead.push({ operator, records: own, ...one })
    return part
  }

  #letters(dead: readonly DeadRow[]): Records | undefined {
    const { errors, letters } = this.#parts
    const [first] = dead
    if (first === undefined || errors === 'skip') return undefined
    if (errors === 'fail') throw new WeirError(first.code, `${first.operator}: ${first.reason}`)
    return lettersOf(dead, letters.channel)
  }
}

function add(sorted: Map<number, Records[]>, branch: number, part: Records): void {
  const pieces = sorted.get(branch) ?? []
  sorted.set(branch, pieces)
  pieces.push(part)
}

/** By ways that meet again, records of an offset may come behind those of a later one. */
function inOrder(records: Records): Records {
  const offsets = offsetsOf(records)
  const isSorted = offsets.every((offset, row) => row === 0 || (offsets[row - 1] ?? 0) <= offset)
  if (isSorted) return records
  const at = (row: number) => offsets[row] ?? 0
  return gatherRecords(
    records,
    allRows(records.size).toSorted((a, b) => at(a) - at(b) || a - b),
  )
}

/** Side by side in one piece of memory, which nobody else writes to. */
function rawOf(records: readonly StoredRecord[]): Parameters<Decoding['decode']>[0] {
  const total = records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0)
  const bytes = new Uint8Array(total)
  const starts = new Int32Array(records.length)
  const ends = new Int32Array(records.length)
  let at = 0
  for (const [row, { value }] of records.entries()) {
    if (value !== null) bytes.set(value, at)
    starts[row] = value === null ? -1 : at
    at += value?.length ?? 0
    ends[row] = value === null ? -1 : at
  }
  return { bytes, size: records.length, starts, ends }
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const [first] = parts
  if (first !== undefined && parts.length === 1) return first
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
