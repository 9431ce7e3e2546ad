/**
 * 100 groups, all led by one node, and that node is killed: how long until each has a leader again,
 * as the survivors themselves say. Then it starts again, and the next one has its turn.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from '../../../chaos/live/cluster/cluster.ts'
import type { LiveNode } from '../../../chaos/live/cluster/node.ts'
import { ledBy, replicasOf } from '../../../chaos/live/cluster/raft-status.ts'
import { quantile } from '../../../chaos/live/quantile.ts'
import type { Trial, Workshop } from '../../frame/bench.ts'
import { shown } from '../../frame/report.ts'
import { judgedValue } from '../../frame/target.ts'
import { Weir } from '../contestant.ts'
import { gathered } from '../leaders.ts'

const GROUPS = 100
const KILLS = 50
const SETTLE_MS = 500
const POLL_MS = 10
const PATIENCE_MS = 30_000
const P99 = 0.99
const P99_MS_MAX = 1000

const ms = (value: number) => `${shown(value)} ms`

async function timeToLeaders(cluster: Cluster, dead: LiveNode): Promise<number> {
  const survivors = cluster.nodes.filter(node => node !== dead)
  await dead.kill()
  const diedMs = performance.now()
  for (;;) {
    const asked = survivors.map(({ id, plan }) => replicasOf(id, plan.http))
    const led = new Set((await Promise.all(asked)).flatMap(ledBy))
    const afterMs = performance.now() - diedMs
    if (led.size === GROUPS) return afterMs
    if (afterMs > PATIENCE_MS) throw new Error(`only ${led.size} groups have a leader`)
    await sleep(POLL_MS)
  }
}

async function kills(cluster: Cluster, say: Workshop['say']): Promise<readonly number[]> {
  const times: number[] = []
  for (let kill = 0; kill < KILLS; kill++) {
    const victim = cluster.nodes[kill % cluster.nodes.length] as LiveNode
    const lacks = await cluster.whole(PATIENCE_MS)
    if (lacks.length > 0) throw new Error(`not whole before a kill: ${lacks.join('; ')}`)
    await gathered(cluster, victim.id)
    await sleep(SETTLE_MS)
    const tookMs = await timeToLeaders(cluster, victim)
    times.push(tookMs)
    say(`kill ${kill + 1} of ${victim.id}: ${ms(tookMs)}`)
    await victim.start()
    await cluster.ready()
  }
  return times
}

export const failover: Trial = {
  name: 'failover',
  async run(workshop) {
    const weir = new Weir(workshop)
    await weir.start(GROUPS)
    try {
      const times = await kills(weir.cluster, workshop.say)
      const at = (share: number) => quantile(times, share)
      const target = {
        name: `all ${GROUPS} groups have a leader again, p99 of ${KILLS} kills`,
        wanted: `under ${P99_MS_MAX} ms`,
        unit: 'ms',
        isMet: (value: number) => value < P99_MS_MAX,
      }
      const figures = `median ${ms(at(0.5))}, p99 ${ms(at(P99))}, longest ${ms(at(1))}`
      const seen = `seen every ${POLL_MS} ms and what the question takes`
      return {
        trial: `${KILLS} kills of the node that leads ${GROUPS} groups`,
        lines: [`Until all have a leader again: ${figures} (${seen})`],
        judgements: [judgedValue(target, at(P99))],
      }
    } finally {
      await weir.stop()
    }
  },
}
