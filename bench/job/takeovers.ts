/** For how long a job says nothing when one of its nodes dies, falls silent, or is asked to end. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { LiveNode } from '../../chaos/live/cluster/node.ts'
import { quantile } from '../../chaos/live/quantile.ts'
import type { Trial, Workshop } from '../frame/bench.ts'
import { shown } from '../frame/report.ts'
import { judgedValue } from '../frame/target.ts'
import type { Play } from './plays/play.ts'
import { heavyViews, views } from './plays/views.ts'
import { JobScene } from './scene.ts'
import { Steps, stepNames } from './steps.ts'

const PER_SECOND = 2000
const QUIET_MS = 1500
const P99 = 0.99
const HEAVY_TIMES = 30
const LONGER_MAX = 1.1
const GIB = 1024 ** 3

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

async function takeoversOf(workshop: Workshop, play: Play, way: Way): Promise<readonly Takeover[]> {
  const scene = await JobScene.start(workshop, { play, perSecond: PER_SECOND })
  try {
    const takeovers: Takeover[] = []
    for (let i = 0; i < way.times; i++) {
      const one = await takeoverOf(scene, way)
      takeovers.push(one)
      workshop.say(`${way.name} ${i + 1}: ${shown(one.gapMs)} ms`)
    }
    return takeovers
  } finally {
    await scene.stop()
  }
}

const gapMs = (takeovers: readonly Takeover[], share: number): number =>
  quantile(
    takeovers.map(one => one.gapMs),
    share,
  )

/** How long the outputs stood still, and in which steps it went on. */
function linesOf(takeovers: readonly Takeover[]): readonly string[] {
  const ms = (share: number) => shown(gapMs(takeovers, share))
  const seen = takeovers.flatMap(({ steps }) => (steps === undefined ? [] : [steps]))
  const medians = stepNames.map(name => {
    const all = seen.map(one => one[name] ?? 0)
    return `${name} ${shown(quantile(all, 0.5))}`
  })
  return [
    `Longest time without an output of a group, at ${PER_SECOND} records/s: ` +
      `median ${ms(0.5)} ms, p99 ${ms(P99)} ms, longest ${ms(1)} ms`,
    `Of the group taken over last, medians in ms: ${medians.join(', ')}; ${seen.length} seen`,
  ]
}

const killed = ways[0] as Way

/** The same kill with little state and with much: a takeover does not read what it takes over. */
const heavyTrial: Trial = {
  name: 'heavy',
  async run(workshop: Workshop) {
    const way = { ...killed, times: HEAVY_TIMES }
    const light = await takeoversOf(workshop, heavyViews(0), way)
    const heavy = await takeoversOf(workshop, heavyViews(GIB), way)
    const target = {
      name: 'kill -9: gap with 1 GiB of state, times the gap without',
      wanted: `at most ${LONGER_MAX}`,
      unit: 'times',
      isMet: (value: number) => value <= LONGER_MAX,
    }
    return {
      trial: `${way.name} without state and with 1 GiB of it, ${way.times} times each`,
      lines: ['Without:', ...linesOf(light), 'With 1 GiB:', ...linesOf(heavy)],
      details: { light, heavy },
      judgements: [judgedValue(target, gapMs(heavy, 0.5) / gapMs(light, 0.5))],
    }
  },
}

const wayTrials: readonly Trial[] = ways.map(way => ({
  name: way.name.toLowerCase().replaceAll(/[^a-z]+/g, '-'),
  async run(workshop: Workshop) {
    const takeovers = await takeoversOf(workshop, views, way)
    return {
      trial: `${way.name} of who leads most of ${views.groups} groups, ${way.times} times`,
      lines: linesOf(takeovers),
      details: { takeovers },
      judgements: way.targets.map(({ share, underMs }) => {
        const name = `${way.name}: gap over all outputs, ${share === 0.5 ? 'median' : 'p99'}`
        const isMet = (value: number) => value < underMs
        const target = { name, wanted: `under ${underMs} ms`, unit: 'ms', isMet }
        return judgedValue(target, gapMs(takeovers, share))
      }),
    }
  },
}))

export const takeoverTrials: readonly Trial[] = [...wayTrials, heavyTrial]
