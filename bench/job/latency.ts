/** From the moment a record is handed to the log to the moment a reader sees its result. */

import { setTimeout as sleep } from 'node:timers/promises'
import { quantile } from '../../chaos/live/quantile.ts'
import type { Trial, Workshop } from '../frame/bench.ts'
import { shown } from '../frame/report.ts'
import { judgedValue } from '../frame/target.ts'
import { JobScene } from './scene.ts'

const GROUPS = 6
const P99 = 0.99
const targets = [
  { what: 'p50', share: 0.5, underMs: 12 },
  { what: 'p99', share: P99, underMs: 40 },
]

const trialAt = (perSecond: number): Trial => ({
  name: `at-${perSecond}`,
  async run(workshop: Workshop) {
    const { heatSeconds, seconds } = workshop.options
    const scene = await JobScene.start(workshop, { groups: GROUPS, perSecond })
    try {
      await sleep(1000 * heatSeconds)
      const sinceMs = performance.now()
      await sleep(1000 * seconds)
      const agesMs = scene.seen.filter(({ atMs }) => atMs > sinceMs).map(({ ageMs }) => ageMs)
      const ms = (share: number) => quantile(agesMs, share)
      const name = (what: string) => `latency at ${perSecond} records/s, ${what}`
      return {
        trial: `${perSecond} records/s, ${2 * GROUPS} groups with 3 replicas, embedded log`,
        lines: [
          `${agesMs.length} results: p50 ${shown(ms(0.5))} ms, p90 ${shown(ms(0.9))} ms, ` +
            `p99 ${shown(ms(P99))} ms, longest ${shown(ms(1))} ms`,
        ],
        judgements: targets.map(({ what, share, underMs }) => {
          const isMet = (value: number) => value < underMs
          const wanted = `under ${underMs} ms`
          return judgedValue({ name: name(what), wanted, unit: 'ms', isMet }, ms(share))
        }),
      }
    } finally {
      await scene.stop()
    }
  },
})

export const latencyTrials: readonly Trial[] = [2000, 5000].map(trialAt)
