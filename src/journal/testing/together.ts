/** Test support: what one entry has for several sinks of a log is decided together. */

import type { SinkRun } from '../types.ts'

/** `decided`: by sink, how many of its outputs are. */
export function mustBeTogether(
  runs: readonly SinkRun[],
  sinks: readonly string[],
  decided: ReadonlyMap<string, number>,
): void {
  const own = runs.filter(({ sink }) => sinks.includes(sink))
  const left = own.map(({ sink, first, count }) => first + count - 1 - (decided.get(sink) ?? 0))
  const areOut = left.every(many => many <= 0)
  const areIn = own.every(({ count }, at) => (left[at] ?? 0) >= count)
  if (own.length < 2 || areOut || areIn) return
  throw new Error(`${JSON.stringify([...decided])} of ${JSON.stringify(own)}`)
}
