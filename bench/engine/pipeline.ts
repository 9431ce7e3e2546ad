/**
 * From bytes of JSON to encoded deltas, in one process: decoder, filter, windows, next to a bare
 * `JSON.parse` of the same records, in turns. Each batch goes through the very parts of which nodes
 * are made: decoder, front, stage, delta and, beyond what is compared, the applied store.
 */

import type { RawRecords } from '../../src/connectors/formats/format.ts'
import { JsonDecoder } from '../../src/connectors/formats/json/decoder.ts'
import { fieldOf } from '../../src/connectors/formats/path.ts'
import { allRows, type Records } from '../../src/engine/columns/records.ts'
import type { Named, Plan, WindowSpec } from '../../src/engine/plan/plan.ts'
import { SEMANTICS } from '../../src/engine/plan/plan.ts'
import { schemasOf } from '../../src/engine/plan/schemas.ts'
import { sitesOf } from '../../src/engine/plan/sites.ts'
import { Schema } from '../../src/engine/schema/schema.ts'
import { INTEGER, TEXT, TIMESTAMPTZ } from '../../src/engine/schema/type.ts'
import { Front } from '../../src/engine/stage/front.ts'
import { StageGroup } from '../../src/engine/stage/group.ts'
import { PartitionClock } from '../../src/engine/stage/source-time.ts'
import { MemoryStore } from '../../src/engine/store/store.ts'
import { compilerOf } from '../../src/sql/compiler.ts'

const fields = [
  fieldOf({ name: 'user', type: TEXT }),
  fieldOf({ name: 'ts', type: TIMESTAMPTZ }),
  fieldOf({ name: 'status', type: INTEGER }),
]
const schema = new Schema(fields.map(({ name, type }) => ({ name, type })))
const key: readonly Named[] = [{ name: 'user', expression: 'user' }]

function planOf(window: WindowSpec): Plan {
  const time = { column: 'ts', lagMs: 0 }
  const columns = [
    { name: 'user', type: 'TEXT' },
    { name: 'ts', type: 'TIMESTAMPTZ' },
    { name: 'status', type: 'INTEGER' },
  ]
  const calls = [{ name: 'views', fn: 'count', args: [], distinct: false }]
  return {
    semantics: SEMANTICS,
    job: 'clicks',
    errors: 'dead-letter',
    sources: [{ id: 'clicks', columns, time, options: {} }],
    operators: [
      { id: 'good', inputs: [{ from: 'clicks' }], spec: { kind: 'filter', where: 'status < 500' } },
      {
        id: 'views',
        inputs: [{ from: 'good' }],
        spec: { kind: 'aggregate', key, window, aggregates: calls, latenessMs: 0, mode: 'final' },
      },
    ],
    sinks: [{ id: 'out', from: { from: 'views' }, key: ['user'], options: {} }],
  }
}

/** Everything that a record passes, from its bytes to the delta that holds what it changed. */
export class Pipeline {
  outputs = 0
  deltaBytes = 0
  readonly #decoder = new JsonDecoder(fields)
  readonly #front: Front
  readonly #stage: StageGroup
  readonly #store = new MemoryStore()
  readonly #clock: PartitionClock
  readonly #applies: boolean

  constructor(window: WindowSpec, applies: boolean) {
    const plan = planOf(window)
    const compiler = compilerOf()
    const schemas = schemasOf(plan, compiler)
    const [reader, stage] = sitesOf(plan)
    const [source] = plan.sources
    if (reader === undefined || stage === undefined || source === undefined) {
      throw new Error('the plan has a source and a stage')
    }
    this.#front = new Front({ site: reader, source, schemas, compiler, isAlone: true })
    const { errors } = plan
    this.#stage = new StageGroup({ site: stage, schemas, compiler, errors, store: this.#store })
    this.#clock = new PartitionClock(source.time)
    this.#applies = applies
  }

  get rows(): number {
    return this.#store.size
  }

  takeAll(batches: readonly RawRecords[]): void {
    for (const batch of batches) this.take(batch)
  }

  take(batch: RawRecords): void {
    const { vectors } = this.#decoder.decode(batch)
    const { size } = batch
    const records: Records = { schema, size, vectors, times: new Float64Array(size) }
    const { leaving, times } = this.#front.take(records)
    this.#clock.see(times)
    const inputs = leaving.map(one => ({ operator: 'views', input: 0, records: one.records }))
    this.#step(inputs)
    while (this.#stage.owes(this.#clock.watermark, 0)) this.#step([])
  }

  #step(inputs: Parameters<StageGroup['step']>[0]['inputs']): void {
    const { delta, outputs } = this.#stage.step({
      now: 0,
      watermark: this.#clock.watermark,
      inputs,
    })
    this.deltaBytes += delta.length
    for (const { records } of outputs) this.outputs += records.size
    if (this.#applies) {
      this.#store.apply(delta)
      this.#stage.onApplied()
    } else if (this.#stage.depth > 3) this.#stage.onApplied()
  }
}

/** What came of it is used, so that nothing of it is left out as useless. */
export function parsedAll(batches: readonly RawRecords[]): number {
  let sum = 0
  for (const batch of batches) {
    const bytes = Buffer.from(batch.bytes.buffer, batch.bytes.byteOffset, batch.bytes.length)
    for (const row of allRows(batch.size)) {
      const text = bytes.toString('utf8', batch.starts[row], batch.ends[row])
      sum += (JSON.parse(text) as { status: number }).status
    }
  }
  return sum
}
