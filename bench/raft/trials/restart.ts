/** A node with a million entries in its log is killed: how long until it is ready again. */

import type { Cluster } from '../../../chaos/live/cluster/cluster.ts'
import { groupsAt } from '../../../chaos/live/cluster/raft-status.ts'
import type { Trial } from '../../frame/bench.ts'
import { shown } from '../../frame/report.ts'
import { judgedValue } from '../../frame/target.ts'
import { Weir } from '../contestant.ts'

const GROUPS = 16
const ENTRIES = 1_000_000
const LOAD = { outstanding: 1000, groups: GROUPS, warmSeconds: 0, seconds: 5, sizeBytes: 256 }
const LOADS_MAX = 60
const READY_MS_MAX = 3000

/** In the logs: those before a group's newest image may be there no more. */
async function entriesOf(cluster: Cluster): Promise<number> {
  const groups = await groupsAt(cluster.nodes[0]?.plan.http ?? '')
  return groups.reduce((sum, { last, snapshot }) => sum + last - snapshot, 0)
}

async function filled(weir: Weir): Promise<number> {
  for (let load = 0; load < LOADS_MAX; load++) {
    const entries = await entriesOf(weir.cluster)
    if (entries >= ENTRIES) return entries
    await weir.load(LOAD)
  }
  throw new Error(`${LOADS_MAX} loads did not make ${ENTRIES} entries`)
}

export const restart: Trial = {
  name: 'restart',
  async run(workshop) {
    const weir = new Weir(workshop)
    await weir.start(GROUPS)
    try {
      const entries = await filled(weir)
      const [node] = weir.cluster.nodes
      await node?.kill()
      const startedMs = performance.now()
      await node?.start()
      await weir.cluster.ready()
      const tookMs = performance.now() - startedMs
      const target = {
        name: `ready again with ${ENTRIES} entries in the log`,
        wanted: `under ${READY_MS_MAX} ms`,
        unit: 'ms',
        isMet: (value: number) => value < READY_MS_MAX,
      }
      return {
        trial: 'restart',
        lines: [`${entries} entries in ${GROUPS} groups: ready after ${shown(tookMs)} ms`],
        judgements: [judgedValue(target, tookMs)],
      }
    } finally {
      await weir.stop()
    }
  },
}
