/** From the moment a record is handed to the log to the moment a reader sees its result. */

import { setTimeout as sleep } from 'node:timers/promises'
import { quantile } from '../../chaos/live/quantile.ts'
import type { Trial, Workshop } from '../frame/bench.ts'
import { shown } from '../frame/report.ts'
import { judgedValue } from '../frame/target.ts'
import { pairs } from './plays/pairs.ts'
import type { Play } from './plays/play.ts'
import { views } from './plays/views.ts'
import { JobScene } from './scene.ts'

const P99 = 0.99
const targets = [
  { what: 'p50', share: 0.5, underMs: 12 },
  { what: 'p99', share: P99, underMs: 40 },
]

const trialAt = (play: Play, perSecond: number): Trial => ({
  name: `${play.name}-at-${perSecond}`,
  async run(workshop: Workshop) {
    const { heatSeconds, seconds } = workshop.options
    const scene = await JobScene.start(workshop, { play, perSecond })
    try {
      await sleep(1000 * heatSeconds)
      const sinceMs = performance.now()
      await sleep(1000 * seconds)
      const agesMs = scene.seen.filter(({ atMs }) => atMs > sinceMs).map(({ ageMs }) => ageMs)
      const ms = (share: number) => quantile(agesMs, share)
      const name = (what: string) => `${play.name}: latency at ${perSecond} records/s, ${what}`
      return {
        trial:
          `${play.name} at ${perSecond} records/s, ` +
          `${play.groups} groups with 3 replicas, embedded log`,
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

/** One stage, as others were measured with, and two. */
export const latencyTrials: readonly Trial[] = [views, pairs].flatMap(play => {
  return [2000, 5000].map(perSecond => trialAt(play, perSecond))
})
