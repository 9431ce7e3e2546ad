/**
 * Test support: what every operator must keep to, whatever it computes. One script of input is run
 * in many ways that must not matter:
 *
 * - the whole script with all caches kept, twice; with caches of almost no size; with everything
 *   forgotten after each batch, as when another node takes over; after each batch on a fresh
 *   operator and a store that was loaded from an image of the state, as after a restore; with each
 *   batch made once for nothing before; with batches applied later: the same outputs and the same
 *   deltas, byte for byte;
 * - with room for one row a batch: the same outputs, in more batches, and what is due gives rows
 *   of one slot back at a time;
 * - record by record: the same result in the end; and restored after each of them, the same in all;
 * - to the end of the input, where that is expected: no state is left.
 *
 * And in each of these: what comes out has the schema that was announced, the operator writes to
 * its own tables only, and what is due comes in the order of its time.
 */

import { expect } from 'vitest'
import { ByteWriter } from '../../base/bytes.ts'
import type { Compiler } from '../columns/expression.ts'
import { gatherRecords } from '../columns/gather.ts'
import { allRows, DELETE, type Records, type Row, rowsOf } from '../columns/records.ts'
import { writeRecords } from '../columns/records-codec.ts'
import { CACHE_BOUNDS, type CacheBounds } from '../operators/context.ts'
import type { makeOperator } from '../operators/make.ts'
import type { OperatorSpec, Plan, SinkPlan } from '../plan/plan.ts'
import { SEMANTICS } from '../plan/plan.ts'
import { type Schemas, schemasOf } from '../plan/schemas.ts'
import type { Site } from '../plan/sites.ts'
import type { Schema } from '../schema/schema.ts'
import { typeText } from '../schema/type.ts'
import type { DeadRow } from '../stage/collector.ts'
import { Topology } from '../stage/topology.ts'
import { DeltaIndex } from '../state/delta-index.ts'
import { Overlay, PIPELINE_MAX } from '../state/overlay.ts'
import { slotIn } from '../state/row-key.ts'
import { OWN_CHUNK_BYTES } from '../store/bounds.ts'
import { PagePool } from '../store/pool.ts'
import { MemoryStore } from '../store/store.ts'

export interface Step {
  readonly records?: Records
  /** Which of the operator's inputs has them; missing: the first. */
  readonly input?: number
  readonly watermark?: number
  readonly now?: number
}

export interface Script {
  readonly spec: OperatorSpec
  /** Of each of its inputs, however many there are. */
  readonly input: Schema
  /** How many there are; missing: one. */
  readonly inputs?: number
  readonly steps: readonly Step[]
  readonly compiler: Compiler
  /** Who makes the operator of the spec; missing: who makes all of them. */
  readonly make?: typeof makeOperator
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
  /** Each batch is made, thrown away, and made again. */
  readonly loses?: boolean
  /** Batches that were made and wait to be applied. */
  readonly lag?: number
}

const OPERATOR = 'op'
/** Of the image that a restored state is loaded from: small ones, so that there are several. */
const SLICE_BYTES = 256
const PLENTY = 1_000_000
const DUE_BATCHES_MAX = 10_000

class Run {
  readonly #script: Script
  readonly #way: Way
  readonly #schemas: Schemas
  readonly #site: Site
  readonly #outputs = new Map<string, Row[]>()
  readonly #deltas: string[] = []
  readonly #dead: string[] = []
  readonly #tables = new Map<string, number>()
  readonly #bytes = new ByteWriter()
  readonly #waiting: Uint8Array[] = []
  readonly #pool = new PagePool(OWN_CHUNK_BYTES)
  #store = new MemoryStore(this.#pool)
  #overlay: Overlay
  #topology: Topology
  #late = 0
  #watermark = -Infinity
  #now = 0
  /** What comes out now comes to nothing. */
  #isLost = false
  /** Of the last record that came out, in a batch of what is due alone. */
  #dueTime: number | undefined

  constructor(script: Script, way: Way) {
    this.#script = script
    this.#way = way
    const plan = planOf(script)
    this.#schemas = schemasOf(plan, script.compiler, script.make)
    this.#site = {
      id: 'test',
      entry: OPERATOR,
      operators: plan.operators,
      sinks: plan.sinks,
      exchanges: [],
    }
    this.#overlay = new Overlay(this.#store)
    this.#topology = this.#made()
  }

  outcome(): Outcome {
    for (const step of this.#script.steps) {
      const { watermark = this.#watermark, now = this.#now } = step
      const isTimeAlone = watermark > this.#watermark && now <= this.#now
      this.#watermark = Math.max(watermark, this.#watermark)
      this.#now = Math.max(now, this.#now)
      this.#batch(step, isTimeAlone)
      for (let more = 0; this.#topology.owes(this.#watermark, this.#now); more++) {
        expect(more, 'what is due comes to an end').toBeLessThan(DUE_BATCHES_MAX)
        this.#batch({}, isTimeAlone)
      }
    }
    while (this.#waiting.length > 0) this.#apply()
    const { size } = this.#store
    const [outputs, deltas, dead] = [this.#outputs, this.#deltas, this.#dead]
    return { outputs, deltas, dead, late: this.#late, rows: size }
  }

  #batch(step: Step, isTimeAlone: boolean): void {
    const { records } = step
    const { after = 'nothing', room = PLENTY, loses = false, lag = 0 } = this.#way
    if (loses) this.#lose(step)
    const isDue = records === undefined || records.size === 0
    this.#dueTime = isDue && isTimeAlone ? -Infinity : undefined
    const late = this.#topology.lateCount
    this.#compute(step, room)
    this.#late += this.#topology.lateCount - late
    const delta = this.#overlay.finish()
    this.#mustBeOwn(delta, isDue && room === 1)
    this.#waiting.push(delta)
    while (this.#waiting.length > lag) this.#apply()
    const outputs = Buffer.from(this.#bytes.finish()).toString('hex')
    this.#deltas.push(`${Buffer.from(delta).toString('hex')} ${outputs}`)
    if (after === 'forget') this.#topology.load()
    if (after === 'restore') this.#restore()
  }

  /** What is not in an image of the state is gone. */
  #restore(): void {
    const before = this.#store
    const image = before.cut()
    this.#store = new MemoryStore(this.#pool)
    const slices = image.rows(SLICE_BYTES)
    for (let slice = slices.next(); slice; slice = slices.next()) this.#store.apply(slice)
    image.release()
    before.close()
    this.#overlay = new Overlay(this.#store)
    this.#topology = this.#made()
  }

  #compute({ records, input = 0 }: Step, room: number): void {
    this.#topology.begin(this.#now, room)
    if (records !== undefined) this.#topology.take(OPERATOR, input, records)
    this.#topology.finish(this.#watermark)
  }

  #lose(step: Step): void {
    this.#isLost = true
    this.#compute(step, PLENTY)
    this.#isLost = false
    this.#overlay.discard()
    this.#topology.load()
  }

  #apply(): void {
    this.#store.apply(this.#waiting.shift() as Uint8Array)
    this.#overlay.onApplied()
  }

  /** Tables that were asked for; where there is room for one row, one slot may give rows back. */
  #mustBeOwn(delta: Uint8Array, hasOneSlot: boolean): void {
    const index = new DeltaIndex(delta)
    const tables = [...this.#tables.values()]
    const slots = new Set<number>()
    for (let entry = 0; entry < index.size; entry++) {
      const key = index.keyAt(entry)
      const table = ((key[0] as number) << 8) | (key[1] as number)
      expect(tables, 'an operator writes to its own tables').toContain(table)
      if (index.valueAt(entry) === undefined) slots.add(slotIn(key))
    }
    if (!hasOneSlot) return
    expect(slots.size, 'what is due stops where there is no room').toBeLessThanOrEqual(1)
  }

  #made(): Topology {
    const { compiler, make } = this.#script
    const { bounds = CACHE_BOUNDS } = this.#way
    const context = {
      site: this.#site,
      schemas: this.#schemas,
      compiler,
      bounds,
      state: this.#overlay,
      table: (_: string, name: string) => this.#table(name),
      ...(make === undefined ? {} : { make }),
    }
    return new Topology(context, {
      sink: (sink, records) => this.#take(sink, records),
      exchange: () => expect.unreachable(),
      dead: ({ code, reason }: DeadRow) => {
        if (!this.#isLost) this.#dead.push(`${code}: ${reason}`)
      },
    })
  }

  #table(name: string): number {
    const table = this.#tables.get(name) ?? this.#tables.size + 1
    this.#tables.set(name, table)
    return table
  }

  #take({ id, from }: SinkPlan, records: Records): void {
    if (this.#isLost) return
    mustFit(records, this.#schemas.of(from))
    this.#mustFollow(records)
    this.#way.onRecords?.(records)
    writeRecords(this.#bytes.text(id), records)
    const rows = this.#outputs.get(id) ?? []
    rows.push(...rowsOf(records))
    this.#outputs.set(id, rows)
  }

  #mustFollow({ times }: Records): void {
    if (this.#dueTime === undefined) return
    for (const time of times) {
      expect(time, 'what is due comes by time').toBeGreaterThanOrEqual(this.#dueTime)
      this.#dueTime = time
    }
  }
}

function mustFit({ schema, size, vectors, times, kinds }: Records, announced: Schema): void {
  const what = 'what comes out has the schema that was announced'
  if (!schema.equals(announced)) expect(`${schema}`, what).toBe(`${announced}`)
  const kindsSize = kinds?.length ?? size
  expect([vectors.length, times.length, kindsSize], 'what comes out is whole').toEqual([
    announced.columns.length,
    size,
    size,
  ])
}

function planOf({ spec, input, inputs = 1 }: Script): Plan {
  const columns = input.columns.map(({ name, type }) => ({ name, type: typeText(type) }))
  const sides = sidesOf(spec).map(side => ({ id: side, from: { from: OPERATOR, side } }))
  const from = Array.from({ length: inputs }, (_, at) => ({ from: `in-${at}` }))
  const sinks = [{ id: 'main', from: { from: OPERATOR } }, ...sides]
  return {
    semantics: SEMANTICS,
    job: 'test',
    errors: 'dead-letter',
    sources: from.map(({ from: id }) => ({ id, columns, time: { lagMs: 0 }, options: {} })),
    operators: [{ id: OPERATOR, inputs: from, spec }],
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
    const { now, input } = words
    const rows = records === undefined ? [] : [...allRows(records.size)]
    const items = rows.map(row => ({
      records: gatherRecords(records as Records, Int32Array.of(row)),
      ...(now === undefined ? {} : { now }),
      ...(input === undefined ? {} : { input }),
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
  /** Once the input has ended, nothing is left of the state. */
  readonly endsEmpty?: boolean
}

/** Ways that change nothing at all. */
const ALIKE: readonly (Way & { readonly name: string })[] = [
  { name: 'run again' },
  { name: 'with caches of almost no size', bounds: { keys: 1, cells: 1, bytes: 1 } },
  { name: 'with all forgotten after each batch', after: 'forget' },
  { name: 'restored after each batch', after: 'restore' },
  { name: 'with each batch lost once and made again', loses: true },
  { name: 'with batches applied later', lag: PIPELINE_MAX - 1 },
]

/** How far it has come. */
const PROGRESS_ROWS = 1

/** Runs the script in all ways; the outcome of the plain one. */
export function verifyOperator(script: Script, expectation: Expectation = {}): Outcome {
  const { identity, onRecords, endsEmpty = false } = expectation
  const plain = run(script, { onRecords })
  for (const { name, ...way } of ALIKE) expectSame(run(script, way), plain, name)
  const { deltas: _, ...narrow } = run(script, { room: 1, after: 'restore' })
  expectSame(narrow, plain, 'with room for one row')
  const single = itemized(script)
  const items = run(single)
  expectSame(run(single, { after: 'restore' }), items, 'restored after each record')
  expectSameEnd(items, plain, identity)
  if (endsEmpty) {
    const { rows } = run({ ...script, steps: [...script.steps, { watermark: Infinity }] })
    expect(rows, 'state is given back at the end').toBeLessThanOrEqual(PROGRESS_ROWS)
  }
  return plain
}

/** Deltas hold the outputs of their batches in bytes: where they are equal, so are those. */
function expectSame(one: Partial<Outcome>, other: Outcome, way: string): void {
  const { deltas } = one
  const isSame = deltas?.length === other.deltas.length && deltas.join() === other.deltas.join()
  for (const part of ['outputs', 'dead', 'late', 'rows'] as const) {
    if (part !== 'outputs' || !isSame) expect(one[part], `${way}: ${part}`).toEqual(other[part])
  }
  if (deltas !== undefined && !isSame) expect(deltas, `${way}: deltas`).toEqual(other.deltas)
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
  expect(end(one), 'record by record: outputs in the end').toEqual(end(other))
  for (const part of ['dead', 'late', 'rows'] as const) {
    expect(one[part], `record by record: ${part}`).toEqual(other[part])
  }
}

function shown({ time, values, kind }: Row): string {
  const show = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value)
  return JSON.stringify([time, values, kind ?? 0], show)
}
