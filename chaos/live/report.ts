/** What a drill saw, for people. */

import type { Facts } from './drill.ts'
import type { HistoryEvent } from './history/event.ts'
import { quantile } from './quantile.ts'

const P99 = 0.99

export function factLines(drilled: {
  readonly facts: Facts
  readonly events: readonly HistoryEvent[]
}): readonly string[] {
  const { verdict, struck, gapsMs, ok, seconds } = drilled.facts
  const count = (type: HistoryEvent['type']) =>
    drilled.events.filter(event => event.type === type).length
  const hits = struck.reduce((sum, one) => sum + one.hits, 0)
  const led = struck.reduce((sum, one) => sum + one.led, 0)
  const all = gapsMs.flat()
  const ms = (share: number) => `${Math.round(quantile(all, share))} ms`
  const faults = struck.map(({ what, victim, led, replacedMs }, i) => {
    const gap = Math.round(Math.max(0, ...(gapsMs[i] ?? [])))
    const replaced = `${replacedMs.length} of ${led} groups led by others`
    const when = replacedMs.length > 0 ? ` within ${Math.round(Math.max(...replacedMs))} ms` : ''
    return `  ${what}: ${victim}: longest ${gap} ms; ${replaced}${when}`
  })
  return [
    `calls: ${count('invoke')} in ${seconds.toFixed(1)} s, ${ok} ok, ` +
      `${count('fail')} failed, ${count('info')} unknown`,
    `faults: ${struck.length}, which hit ${hits} processes or connections and ${led} leaderships`,
    `without service, by fault and group: median ${ms(0.5)}, p99 ${ms(P99)}, longest ${ms(1)}`,
    ...faults,
    `linearizable: ${verdict.keys} keys, ${verdict.calls} calls placed, ` +
      `${verdict.impossible.length} impossible, ${verdict.undecided.length} undecided`,
  ]
}
