/** Test support: a stage that lets each number through once, and channels full of numbers. */

import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import type { Frame } from '../../engine/channels/frame.ts'
import type { Records } from '../../engine/columns/records.ts'
import { rowsOf } from '../../engine/columns/records.ts'
import { readRecords } from '../../engine/columns/records-codec.ts'
import type { OperatorSpec } from '../../engine/plan/plan.ts'
import { schemasOf } from '../../engine/plan/schemas.ts'
import { sitesOf } from '../../engine/plan/sites.ts'
import { dedup, operator, planOf } from '../../engine/plan/testing/plans.ts'
import { StageGroup, type StageOptions } from '../../engine/stage/group.ts'
import { testCompiler } from '../../engine/testing/compiler.ts'
import { input, recordsFrom } from '../../engine/windows/testing/events.ts'
import { GroupLeader, type Routing } from '../leader.ts'
import { GroupState } from '../state.ts'

const ENTRY = 'once'

/** All that comes is for its one operator. */
export const ROUTING: Routing = () => ({ kind: 'operator', operator: ENTRY, input: 0 })

/** Where such a group publishes, and how far it came. */
export const JOURNAL = { topic: 'journal', partition: 0 }
export const OUT = { topic: 'out', partition: 0 }
export const SEAT = {
  group: 'job/0',
  journal: JOURNAL,
  transactionalId: 'job-0',
  sinks: ['out'],
  hasJournal: true,
}

/** What a group of such a job runs: one operator, whose results go to the sink `out`. */
export function stageOf(spec: OperatorSpec = dedup('n')): Omit<StageOptions, 'store'> {
  const plan = planOf([operator(ENTRY, 'in', spec)])
  const site = sitesOf(plan).find(({ entry }) => entry === ENTRY)
  if (site === undefined) throw new Error('the plan has a stage')
  const schemas = schemasOf(plan, testCompiler)
  return { site, schemas, compiler: testCompiler, errors: 'dead-letter' }
}

/** No two of all channels are equal. */
export const numberAt = (channel: number, offset: number) => 1_000_000 * channel + offset

/** Every third offset holds nothing for this group. */
export const isFull = (offset: number) => offset % 3 !== 2

function offsetsOf(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, at) => from + at).filter(isFull)
}

function recordsOf(channel: number, offsets: readonly number[]): Records {
  const events = offsets.map(offset => {
    return { user: `c${channel}`, time: offset, n: numberAt(channel, offset) }
  })
  return { ...recordsFrom(events), origin: { channel, offsets: Float64Array.from(offsets) } }
}

export function frameOf(
  channel: number,
  [from, to]: readonly [number, number],
  words: Partial<Frame> = {},
): Frame {
  const records = recordsOf(channel, offsetsOf(from, to))
  return { channel, generation: 1, readerTerm: 1, from, to, records, ...words }
}

/** A state in which generation 1 has begun. */
export function begunState(): GroupState {
  const state = GroupState.empty(0)
  state.apply({ kind: 'generation', generation: 1 })
  return state
}

/** `rowsDueMax`: that time may put out in one batch. */
export function leaderOf(
  state: GroupState,
  term = 1,
  spec?: OperatorSpec,
  rowsDueMax = 100,
): GroupLeader {
  const stage = new StageGroup({ ...stageOf(spec), store: state.store, rowsDueMax })
  const bounds = { rowsMax: 10, bytesMax: 100_000, lingerMs: 5, eagerRows: 0, eagerBytes: 0 }
  return new GroupLeader({ state, term, stage, routing: ROUTING, bounds })
}

/** All but the rows, in one. */
export function headOf(state: GroupState): Uint8Array {
  const out = new ByteWriter()
  for (const piece of state.head()) out.raw(piece)
  return out.finish()
}

/** Numbers that a state holds for the sink, in their order; they must be counted without a gap. */
export function outputsOf({ outbox }: GroupState): readonly number[] {
  const all: number[] = []
  for (const { first, count, bytes } of outbox.runs('out')?.items ?? []) {
    if (first !== all.length + 1) throw new Error(`output ${first} follows ${all.length}`)
    const records = readRecords(new ByteReader(bytes), input)
    if (records.size !== count) throw new Error(`${records.size} records are counted as ${count}`)
    all.push(...rowsOf(records).map(({ values }) => Number(values[1])))
  }
  return all
}
