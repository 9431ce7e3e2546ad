/** What a drill saw, for people. */

import type { Facts, Struck } from './drill.ts'
import { quantile } from './quantile.ts'

const P99 = 0.99

export function factLines(facts: Facts): readonly string[] {
  const { judgement, struck, gapsMs, calls, seconds, toll } = facts
  const hits = struck.reduce((sum, one) => sum + one.hits, 0)
  const led = struck.reduce((sum, one) => sum + one.led, 0)
  const all = gapsMs.flat()
  const ms = (share: number) => `${Math.round(quantile(all, share))} ms`
  const faults = struck.map((one, i) => {
    const gap = Math.round(Math.max(0, ...(gapsMs[i] ?? [])))
    return `  ${one.what}: ${one.victim}: longest ${gap} ms${replacement(one)}`
  })
  const counted = Object.entries(toll).map(([name, count]) => `${name} ${count}`)
  return [
    `calls: ${calls.called} in ${seconds.toFixed(1)} s, ${calls.ok} ok, ` +
      `${calls.failed} failed, ${calls.unknown} unknown`,
    `faults: ${struck.length}, which hit ${hits} processes, connections or calls, ` +
      `and ${led} groups`,
    ...(counted.length > 0 ? [`besides: ${counted.join(', ')}`] : []),
    `without service, by fault and group: median ${ms(0.5)}, p99 ${ms(P99)}, longest ${ms(1)}`,
    ...faults,
    judgement.summary,
  ]
}

function replacement({ led, replacedMs }: Struck): string {
  if (replacedMs === undefined) return `; ${led} groups need it`
  const when = replacedMs.length > 0 ? ` within ${Math.round(Math.max(...replacedMs))} ms` : ''
  return `; ${replacedMs.length} of ${led} groups led by others${when}`
}
