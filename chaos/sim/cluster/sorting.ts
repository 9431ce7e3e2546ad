/**
 * What of a partition, or of another stage, goes to which group: the product's own fronts and keys,
 * called in one go.
 */

import type { StoredRecord } from '../../../src/base/stream-log.ts'
import { offsetsOf } from '../../../src/engine/channels/frame.ts'
import { Splitter } from '../../../src/engine/channels/slots.ts'
import { concat } from '../../../src/engine/columns/concat.ts'
import type { Failures } from '../../../src/engine/columns/expression.ts'
import { gatherRecords } from '../../../src/engine/columns/gather.ts'
import type { Records } from '../../../src/engine/columns/records.ts'
import { Front } from '../../../src/engine/stage/front.ts'
import { exchangeName } from '../../../src/engine/stage/group.ts'
import { Slotting } from '../../../src/engine/stage/slotting.ts'
import type { Way } from '../../../src/group/wiring.ts'
import type { Job } from './job.ts'

/** What a stretch of a partition comes to. */
export interface Fronted {
  /** By exchange or sink, by its name. */
  readonly leaving: ReadonlyMap<string, readonly Slotted[]>
  readonly times: Float64Array
  /** Of each record that could not be computed, its offset. */
  readonly dead: readonly number[]
}

interface Slotted {
  readonly records: Records
  readonly slots: Int32Array
}

/** By group of a stage, counted there. */
export type Parts = ReadonlyMap<number, Records>

export function frontOf(job: Job, partition: number): Front {
  const { schemas, compiler } = job
  const [site, source] = [job.siteOf(partition), job.sourceOf(partition)]
  return new Front({ site, source, schemas, compiler, isAlone: isAlone(job, source.id) })
}

/** All that takes of a source has one group: then who takes finds out which keys fail. */
export function isAlone(job: Job, source: string): boolean {
  const { wiring } = job
  const ways = wiring.groups.flatMap(ref => wiring.waysBy(ref))
  return ways.every(({ from, exchange, to }) => {
    const isKeyed = from.kind === 'source' && from.source === source && exchange !== undefined
    return !isKeyed || wiring.stage(to).groups === 1
  })
}

export function fronted(front: Front, records: Records): Fronted {
  const leaving = new Map<string, Slotted[]>()
  const times: number[] = []
  const dead: number[] = []
  const leave = (name: string, slotted: Slotted): void => {
    leaving.set(name, [...(leaving.get(name) ?? []), slotted])
  }
  for (const result of records.size > 0 ? front.takeAll(records) : []) {
    times.push(...result.times)
    for (const { records: own, row } of result.dead) dead.push(offsetsOf(own)[row] as number)
    for (const { exchange, records: own, slots = new Int32Array(own.size) } of result.leaving) {
      leave(exchangeName(exchange), { records: own, slots })
    }
    for (const { sink, records: own } of result.sinks) {
      leave(sink.id, { records: own, slots: new Int32Array(own.size) })
    }
  }
  return { leaving, times: Float64Array.from(times), dead }
}

/** Of one way, in the order of offsets. */
export function partsOf(job: Job, fed: Fronted, way: Way): Parts {
  const { groups } = job.wiring.stage(way.to)
  const splitter = new Splitter(way.onlyIndex === undefined ? groups : 1)
  const parts = new Map<number, Records[]>()
  for (const { records, slots } of fed.leaving.get(nameOfWay(way)) ?? []) {
    for (const [at, part] of splitter.split(records, slots)) {
      const index = way.onlyIndex ?? at
      parts.set(index, [...(parts.get(index) ?? []), part])
    }
  }
  const whole = [...parts].map(([index, some]) => {
    return [index, inOrder(concat(way.schema, some))] as const
  })
  return new Map(whole)
}

/** What it names among the outputs of whoever sends. */
export function nameOfWay({ exchange, into }: Way): string {
  if (exchange !== undefined) return exchangeName(exchange)
  return into.kind === 'sink' ? into.sink : into.operator
}

/** What has no key is left out where it is made. */
const UNTOLD: Failures = { add: () => undefined, has: () => false, count: 0 }

/** Of what one stage has for another. */
export function partsOfStage(job: Job, records: Records, { exchange, to, schema }: Way): Parts {
  const { groups } = job.wiring.stage(to)
  const slotting = new Slotting(exchange?.key ?? [], schema, job.compiler)
  return new Splitter(groups).split(records, slotting.of(records, UNTOLD))
}

/** A union in a front sends records of one offset by several ways. */
function inOrder(records: Records): Records {
  const { offsets = new Float64Array(0), channel = 0 } = records.origin ?? {}
  const rows = Array.from(offsets.keys()).sort(
    (one, other) => (offsets[one] as number) - (offsets[other] as number) || one - other,
  )
  const sorted = gatherRecords(records, Int32Array.from(rows))
  return { ...sorted, origin: { channel, offsets: sorted.origin?.offsets ?? offsets } }
}

/** The latest time of all records of a partition before an offset. */
export function latestOf(job: Job, partition: number, stored: readonly StoredRecord[]) {
  const front = frontOf(job, partition)
  let latest = -Infinity
  const times = stored.map(record => {
    const { times: own } = fronted(front, job.decoded(partition, [record]))
    latest = Math.max(latest, ...own)
    return { offset: record.offset, latest }
  })
  return (before: number): number =>
    times.findLast(({ offset }) => offset < before)?.latest ?? -Infinity
}
