/** When records were, and what their channels so say of time. */

import type { Arrival, Batch, Input, Mark } from './input.ts'
import type { Plan, Source } from './plan.ts'

/** Milliseconds from the beginning of the year 1, and of the year 10000, on. */
const TIME_MIN = -62_135_596_800_000
const TIME_END = 253_402_300_800_000

/** Missing: its column names no moment. */
export function timeOf(
  { columns, time }: Source,
  arrival: Pick<Arrival, 'time' | 'values'>,
): number | undefined {
  if (time === undefined) return arrival.time
  const value = arrival.values[columns.findIndex(({ name }) => name === time)] ?? null
  const told = value === null ? Number.NaN : Number(value)
  return told >= TIME_MIN && told < TIME_END ? told : undefined
}

/** The input with what follows from records: behind each batch, the latest of them less the lag. */
export function clocked({ sources }: Plan, { channels, batches }: Input): Input {
  const told = batches.map((batch, at): Batch => {
    const marks = channels.flatMap(({ id, source }): readonly Mark[] => {
      const plan = sources.find(one => one.id === source)
      if (plan?.lagMs === undefined) return []
      const arrivals = batches.slice(0, at + 1).flatMap(one => one.arrivals)
      const own = arrivals.filter(({ channel }) => channel === id)
      const times = own.flatMap(arrival => timeOf(plan, arrival) ?? [])
      return times.length === 0 ? [] : [{ channel: id, watermark: Math.max(...times) - plan.lagMs }]
    })
    return { ...batch, marks: [...batch.marks, ...marks] }
  })
  return { channels, batches: told }
}
