/** What a job costs that has nothing to do. */

import { setTimeout as sleep } from 'node:timers/promises'
import { askedOf } from '../../chaos/live/jobs/backing.ts'
import { submitted } from '../../chaos/live/jobs/stage.ts'
import type { Trial } from '../frame/bench.ts'
import { cpuSecondsDuring } from '../frame/cpu.ts'
import { shown } from '../frame/report.ts'
import { judgedValue } from '../frame/target.ts'
import { startedNodes } from './nodes.ts'
import { pairs } from './plays/pairs.ts'

/** By then nobody asks after seats any more: what founding leaves to do is done. */
const SETTLE_MS = 12_000
const SECONDS = 20
const CORE_PERCENT_MAX = 10

export const idle: Trial = {
  name: 'idle',
  async run(workshop) {
    const { cluster, backing, end } = await startedNodes(workshop)
    try {
      for (const topic of pairs.topics(backing.replication)) {
        await askedOf<void>(done => backing.log.create(topic, done))
      }
      const { name: job, groups } = pairs
      await submitted(cluster, { job, groups, text: pairs.text(backing.home) })
      await sleep(SETTLE_MS)
      const pids = cluster.nodes.map(({ pid }) => pid ?? 0)
      const used = await cpuSecondsDuring(pids, SECONDS)
      const percents = used.map(seconds => (seconds / SECONDS) * 100)
      const target = {
        name: `${pairs.groups} idle groups, all nodes together`,
        wanted: `under ${CORE_PERCENT_MAX} % of a core`,
        unit: '%',
        isMet: (value: number) => value < CORE_PERCENT_MAX,
      }
      return {
        trial: `${pairs.groups} groups of a job without input`,
        lines: [`Percent of a core, by node: ${percents.map(shown).join(', ')}`],
        judgements: [
          judgedValue(
            target,
            percents.reduce((all, one) => all + one, 0),
          ),
        ],
      }
    } finally {
      await end()
    }
  },
}
