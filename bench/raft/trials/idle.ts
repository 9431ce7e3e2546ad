/** What 100 groups cost that nobody talks to. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Trial } from '../../frame/bench.ts'
import { cpuSecondsDuring } from '../../frame/cpu.ts'
import { shown } from '../../frame/report.ts'
import { judgedValue } from '../../frame/target.ts'
import { Weir } from '../contestant.ts'
import { leadersOf } from '../leaders.ts'

const GROUPS = 100
/** By then nobody asks after seats any more: what founding leaves to do is done. */
const SETTLE_MS = 12_000
const SECONDS = 10
const CORE_PERCENT_MAX = 5

export const idle: Trial = {
  name: 'idle',
  async run(workshop) {
    const weir = new Weir(workshop)
    await weir.start(GROUPS)
    try {
      await leadersOf(weir.cluster)
      await sleep(SETTLE_MS)
      const pids = weir.cluster.nodes.map(({ pid }) => pid ?? 0)
      const used = await cpuSecondsDuring(pids, SECONDS)
      const percents = used.map(seconds => (seconds / SECONDS) * 100)
      const target = {
        name: `${GROUPS} idle groups, busiest node`,
        wanted: `under ${CORE_PERCENT_MAX} % of a core`,
        unit: '%',
        isMet: (value: number) => value < CORE_PERCENT_MAX,
      }
      return {
        trial: `${GROUPS} idle groups`,
        lines: [`Percent of a core, by node: ${percents.map(shown).join(', ')}`],
        judgements: [judgedValue(target, Math.max(...percents))],
      }
    } finally {
      await weir.stop()
    }
  },
}
