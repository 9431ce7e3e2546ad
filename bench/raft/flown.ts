/** What became of a load, in the figures of the frame. */

import type { Flown } from '../../chaos/kv/service/flow.ts'
import { quantile } from '../../chaos/live/quantile.ts'
import type { Figures } from '../frame/contestant.ts'

export type LoadFigures = Omit<Figures, 'cpuSeconds' | 'clientCpuSeconds'>

/** Of all loads that ran side by side. */
export function figuresOf(loads: readonly Flown[], seconds: number): LoadFigures {
  const latencies = loads.flatMap(({ latenciesMs }) => latenciesMs)
  const at = (share: number) => (latencies.length === 0 ? 0 : quantile(latencies, share))
  return {
    done: latencies.length,
    failed: loads.reduce((sum, { failed }) => sum + failed, 0),
    seconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: at(1),
  }
}
