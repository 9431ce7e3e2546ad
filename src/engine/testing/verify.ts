/**
 * Test support: what every operator must keep to, whatever it computes. One script of input is run
 * in many ways that must not matter:
 *
 * - the whole script with all caches kept; with caches of almost no size; with everything forgotten
 *   after each batch, as when another node takes over; on a fresh operator after each batch, as
 *   after a restore: the same outputs and the same deltas, byte for byte;
 * - with room for one row a batch: the same outputs, in more batches;
 * - record by record: the same result in the end.
 */

import { expect } from 'vitest'
import { ByteWriter } from '../../base/bytes.ts'
import type { Compiler } from '../columns/expression.ts'
import { gatherRecords } from '../columns/gather.ts'
import { allRows, DELETE, type Records, type Row, rowsOf } from '../columns/records.ts'
import { writeRecords } from '../columns/records-codec.ts'
import { CACHE_BOUNDS, type CacheBounds } from '../operators/context.ts'
import type { Host } from '../plan/hosts.ts'
import type { OperatorSpec, Plan, SinkPlan } from '../plan/plan.ts'
import { SEMANTICS } from '../plan/plan.ts'
import { type Schemas, schemasOf } from '../plan/schemas.ts'
import type { Schema } from '../schema/schema.ts'
import { typeText } from '../schema/type.ts'
import type { DeadRow } from '../stage/collector.ts'
import { Topology } from '../stage/topology.ts'
import { Overlay } from '../state/overlay.ts'
import { MemoryStore } from '../store/store.ts'

export interface Step {
  readonly records?: Records
  readonly watermark?: number
  readonly now?: number
}

export interface Script {
  readonly spec: OperatorSpec
  readonly input: Schema
  readonly steps: readonly Step[]
  readonly compiler: Compiler
}

export interface Outcome {
  /** By edge: `main` or the side's name. */
  readonly outputs: ReadonlyMap<string, readonly Row[]>
  /** Of each batch, with what it put out. */
  readonly deltas: readonly string[]
  readonly dead: readonly string[]
  readonly late: number
  /** Rows of state that are left. */
  readonly rows: number
}

interface Way {
  /** Sees what comes out, as it does. */
  readonly onRecords?: ((records: Records) => void) | undefined
  readonly bounds?: CacheBounds
  readonly room?: number
  readonly after?: 'nothing' | 'forget' | 'restore'
}

const OPERATOR = 'op'
const PLENTY = 1_000_000

class Run {
  readonly #script: Script
  readonly #way: Way
  readonly #schemas: Schemas
  readonly #host: Host
  readonly #store = new MemoryStore()
  readonly #outputs = new Map<string, Row[]>()
  readonly #deltas: string[] = []
  readonly #dead: string[] = []
  readonly #tables = new Map<string, number>()
  readonly #bytes = new ByteWriter()
  #overlay: Overlay
  #topology: Topology
  #late = 0
  #watermark = -Infinity
  #now = 0

  constructor(script: Script, way: Way) {
    this.#script = script
    this.#way = way
    const plan = planOf(script)
    this.#schemas = schemasOf(plan, script.compiler)
    this.#host = {
      id: 'test',
      source: 'in',
      operators: plan.operators,
      sinks: plan.sinks,
      exchanges: [],
    }
    this.#overlay = new Overlay(this.#store)
    this.#topology = this.#made()
  }

  outcome(): Outcome {
    for (const { records, watermark = this.#watermark, now = this.#now } of this.#script.steps) {
      this.#watermark = Math.max(watermark, this.#watermark)
      this.#now = Math.max(now, this.#now)
      this.#batch(records)
      for (let more = 0; this.#topology.owes(this.#watermark, this.#now); more++) {
        expect(more).toBeLessThan(10_000)
        this.#batch(undefined)
      }
    }
    this.#late += this.#topology.lateCount
    const { size } = this.#store
    const [outputs, deltas, dead] = [this.#outputs, this.#deltas, this.#dead]
    return { outputs, deltas, dead, late: this.#late, rows: size }
  }

  #batch(records: Records | undefined): void {
    const { after = 'nothing', room = PLENTY } = this.#way
    this.#topology.begin(this.#now, room)
    if (records !== undefined && records.size > 0) this.#topology.takeSource(records)
    this.#topology.finish(this.#watermark)
    const delta = this.#overlay.finish()
    this.#store.apply(delta)
    this.#overlay.onApplied()
    const outputs = Buffer.from(this.#bytes.finish()).toString('hex')
    this.#deltas.push(`${Buffer.from(delta).toString('hex')} ${outputs}`)
    if (after === 'forget') this.#topology.load()
    if (after === 'restore') {
      this.#late += this.#topology.lateCount
      this.#overlay = new Overlay(this.#store)
      this.#topology = this.#made()
    }
  }

  #made(): Topology {
    const { compiler } = this.#script
    const { bounds = CACHE_BOUNDS } = this.#way
    const context = {
      host: this.#host,
      schemas: this.#schemas,
      compiler,
      bounds,
      state: this.#overlay,
      table: (_: string, name: string) => this.#table(name),
    }
    return new Topology(context, {
      sink: (sink, records) => this.#take(sink, records),
      exchange: () => expect.unreachable(),
      dead: (row: DeadRow) => this.#dead.push(`${row.code}: ${row.reason}`),
    })
  }

  #table(name: string): number {
    const table = this.#tables.get(name) ?? this.#tables.size + 1
    this.#tables.set(name, table)
    return table
  }

  #take({ id }: SinkPlan, records: Records): void {
    this.#way.onRecords?.(records)
    writeRecords(this.#bytes.text(id), records)
    const rows = this.#outputs.get(id) ?? []
    this.#outputs.set(id, [...rows, ...rowsOf(records)])
  }
}

function planOf({ spec, input }: Script): Plan {
  const columns = input.columns.map(({ name, type }) => ({ name, type: typeText(type) }))
  const sides = sidesOf(spec).map(side => ({ id: side, from: { from: OPERATOR, side } }))
  const sinks = [{ id: 'main', from: { from: OPERATOR } }, ...sides]
  return {
    semantics: SEMANTICS,
    job: 'test',
    errors: 'dead-letter',
    sources: [{ id: 'in', columns, time: { lagMs: 0 }, options: {} }],
    operators: [{ id: OPERATOR, inputs: [{ from: 'in' }], spec }],
    sinks: sinks.map(sink => ({ ...sink, key: [], options: {} })),
  }
}

function sidesOf(spec: OperatorSpec): readonly string[] {
  if (spec.kind === 'split') return spec.branches.map(({ side }) => side)
  return 'lateSide' in spec && spec.lateSide !== undefined ? [spec.lateSide] : []
}

export function run(script: Script, way: Way = {}): Outcome {
  return new Run(script, way).outcome()
}

/** Item by item: words about time come with the last of the records before them. */
function itemized({ steps, ...rest }: Script): Script {
  const single = steps.flatMap(({ records, ...words }): Step[] => {
    const { now } = words
    const rows = records === undefined ? [] : [...allRows(records.size)]
    const items = rows.map(row => ({
      records: gatherRecords(records as Records, Int32Array.of(row)),
      ...(now === undefined ? {} : { now }),
    }))
    return [...items, words]
  })
  return { ...rest, steps: single }
}

/**
 * What is left for a reader who keeps the last record of each key: `identity` names it. Records
 * without a key of their own (inserts) are all kept.
 */
export function lastRows(
  rows: readonly Row[],
  identity: (row: Row) => string,
): ReadonlyMap<string, string> {
  const last = new Map<string, string>()
  for (const row of rows) {
    if (row.kind === DELETE) last.delete(identity(row))
    else last.set(identity(row), shown({ ...row, kind: 0, time: 0 }))
  }
  return last
}

export interface Expectation {
  /** Of records that may be said again; missing: each is said once. */
  readonly identity?: (row: Row) => string
  readonly onRecords?: (records: Records) => void
}

/** Runs the script in all ways; the outcome of the plain one. */
export function verifyOperator(script: Script, expectation: Expectation = {}): Outcome {
  const { identity, onRecords } = expectation
  const plain = run(script, { onRecords })
  const tiny = { keys: 1, cells: 1 }
  for (const way of [{}, { bounds: tiny }, { after: 'forget' }, { after: 'restore' }] as const) {
    expect(run(script, way), JSON.stringify(way)).toEqual(plain)
  }
  const narrow = run(script, { room: 1, after: 'restore' })
  expect([narrow.outputs, narrow.dead, narrow.rows]).toEqual([
    plain.outputs,
    plain.dead,
    plain.rows,
  ])
  expectSameEnd(run(itemized(script)), plain, identity)
  return plain
}

function expectSameEnd(one: Outcome, other: Outcome, identity: Expectation['identity']): void {
  const end = ({ outputs }: Outcome) =>
    [...outputs]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([edge, rows]) => [
        edge,
        identity === undefined || edge !== 'main'
          ? rows.map(shown).sort()
          : [...lastRows(rows, identity)].sort(),
      ])
  expect(end(one)).toEqual(end(other))
  expect([one.dead, one.late, one.rows]).toEqual([other.dead, other.late, other.rows])
}

function shown({ time, values, kind }: Row): string {
  const show = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value)
  return JSON.stringify([time, values, kind ?? 0], show)
}
