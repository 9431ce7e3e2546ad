/** For how long a job says nothing when one of its nodes dies, falls silent, or is asked to end. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { LiveNode } from '../../chaos/live/cluster/node.ts'
import { quantile } from '../../chaos/live/quantile.ts'
import type { Trial, Workshop } from '../frame/bench.ts'
import { shown } from '../frame/report.ts'
import { judgedValue } from '../frame/target.ts'
import { views } from './plays/views.ts'
import { JobScene } from './scene.ts'
import { Steps, stepNames } from './steps.ts'

const PER_SECOND = 2000
const QUIET_MS = 1500
const P99 = 0.99

interface Way {
  readonly name: string
  readonly times: number
  /** So long it is waited for outputs of all groups, before it is taken back. */
  readonly faultMs: number
  readonly targets: readonly { readonly share: number; readonly underMs: number }[]
  strike(node: LiveNode): Promise<unknown>
  heal(node: LiveNode): Promise<unknown>
}

const started = (node: LiveNode) => node.start()

export const ways: readonly Way[] = [
  {
    name: 'kill -9',
    times: 100,
    faultMs: 1500,
    targets: [
      { share: 0.5, underMs: 350 },
      { share: P99, underMs: 1000 },
    ],
    strike: node => node.kill(),
    heal: started,
  },
  {
    name: 'SIGSTOP',
    times: 10,
    faultMs: 4000,
    targets: [{ share: 1, underMs: 3000 }],
    strike: node => Promise.resolve(node.pause()),
    heal: node => Promise.resolve(node.resume()),
  },
  {
    name: 'SIGTERM',
    times: 20,
    faultMs: 1500,
    targets: [{ share: 0.5, underMs: 150 }],
    strike: node => node.stop(),
    heal: started,
  },
]

interface Takeover {
  readonly gapMs: number
  /** Of the group that was taken over last; missing: none was. */
  readonly steps: Readonly<Record<string, number>> | undefined
}

async function takeoverOf(scene: JobScene, { strike, heal, faultMs }: Way): Promise<Takeover> {
  await scene.settled()
  await sleep(QUIET_MS)
  const victim = await scene.most()
  const others = scene.cluster.nodes.filter(node => node !== victim)
  const steps = new Steps(others.map(({ log }) => log))
  const sinceMs = performance.now()
  await Promise.all([strike(victim), sleep(faultMs)])
  const gapMs = Math.max(...scene.gapsMs(sinceMs))
  const found = steps.found(victim.id)
  await heal(victim)
  return { gapMs, steps: found }
}

export const takeoverTrials: readonly Trial[] = ways.map(way => ({
  name: way.name.toLowerCase().replaceAll(/[^a-z]+/g, '-'),
  async run(workshop: Workshop) {
    const scene = await JobScene.start(workshop, { play: views, perSecond: PER_SECOND })
    try {
      const takeovers: Takeover[] = []
      for (let i = 0; i < way.times; i++) {
        const one = await takeoverOf(scene, way)
        takeovers.push(one)
        workshop.say(`${way.name} ${i + 1}: ${shown(one.gapMs)} ms`)
      }
      const gapsMs = takeovers.map(({ gapMs }) => gapMs)
      const ms = (share: number) => quantile(gapsMs, share)
      const seen = takeovers.flatMap(({ steps }) => (steps === undefined ? [] : [steps]))
      const medians = stepNames.map(name => {
        return `${name} ${shown(
          quantile(
            seen.map(one => one[name] ?? 0),
            0.5,
          ),
        )}`
      })
      return {
        trial: `${way.name} of who leads most of ${views.groups} groups, ${way.times} times`,
        lines: [
          `Longest time without an output of a group, at ${PER_SECOND} records/s: ` +
            `median ${shown(ms(0.5))} ms, p99 ${shown(ms(P99))} ms, longest ${shown(ms(1))} ms`,
          `Of the group taken over last, medians in ms: ${medians.join(', ')}; ${seen.length} seen`,
        ],
        details: { takeovers },
        judgements: way.targets.map(({ share, underMs }) => {
          const name = `${way.name}: gap over all outputs, ${share === 0.5 ? 'median' : 'p99'}`
          const isMet = (value: number) => value < underMs
          return judgedValue({ name, wanted: `under ${underMs} ms`, unit: 'ms', isMet }, ms(share))
        }),
      }
    } finally {
      await scene.stop()
    }
  },
}))
