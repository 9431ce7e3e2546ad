/**
 * 100 groups, all led by one node, and that node is killed: how long until each has a leader again,
 * as the survivors themselves say. Then it starts again, and the next one has its turn.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster } from '../../../chaos/live/cluster/cluster.ts'
import type { LiveNode } from '../../../chaos/live/cluster/node.ts'
import { type GroupStatus, replicasOf } from '../../../chaos/live/cluster/raft-status.ts'
import { quantile } from '../../../chaos/live/quantile.ts'
import type { Trial, Workshop } from '../../frame/bench.ts'
import { shown } from '../../frame/report.ts'
import { judgedValue } from '../../frame/target.ts'
import { Weir } from '../contestant.ts'
import { gathered } from '../leaders.ts'

const GROUPS = 100
const KILLS = 50
const SETTLE_MS = 500
/** Each question costs the survivors some milliseconds, at the worst of moments. */
const POLL_MS = 25
/** Beyond it the report says when each group had its leader. */
const SLOW_MS = 500
const PATIENCE_MS = 30_000
const P99 = 0.99
const P99_MS_MAX = 1000

const ms = (value: number) => `${shown(value)} ms`

/** When a group was first seen with a leader, and how many terms that took. */
interface Regained {
  readonly group: number
  readonly afterMs: number
  readonly terms: number
}

/** One kill; `groups` when it took long enough to be asked why. */
interface Recovery {
  readonly victim: string
  readonly tookMs: number
  readonly groups?: readonly Regained[]
}

type Terms = ReadonlyMap<number, number>

/** By group the highest term of all, or of those who lead. */
function termsOf(
  replicas: readonly GroupStatus[],
  isCounted: (one: GroupStatus) => boolean,
): Terms {
  const terms = new Map<number, number>()
  for (const one of replicas.filter(isCounted)) {
    terms.set(one.id, Math.max(terms.get(one.id) ?? 0, one.term))
  }
  return terms
}

/** Of the groups that are killed with their leader: meta goes its own way. */
async function replicasAt(nodes: readonly LiveNode[]): Promise<readonly GroupStatus[]> {
  const asked = nodes.map(({ id, plan }) => replicasOf(id, plan.http))
  const all = (await Promise.all(asked)).flatMap(replicas => replicas ?? [])
  return all.filter(({ id }) => id <= GROUPS)
}

async function recovery(cluster: Cluster, dead: LiveNode): Promise<Recovery> {
  const before = termsOf(await replicasAt(cluster.nodes), () => true)
  const survivors = cluster.nodes.filter(node => node !== dead)
  await dead.kill()
  const diedMs = performance.now()
  const regained = new Map<number, Regained>()
  for (;;) {
    const led = termsOf(await replicasAt(survivors), ({ role }) => role === 'leader')
    const afterMs = performance.now() - diedMs
    for (const [group, term] of led) {
      if (regained.has(group)) continue
      regained.set(group, { group, afterMs, terms: term - (before.get(group) ?? 0) })
    }
    if (led.size === GROUPS)
      return told({ victim: dead.id, tookMs: afterMs }, [...regained.values()])
    if (afterMs > PATIENCE_MS) throw new Error(`only ${led.size} groups have a leader`)
    await sleep(POLL_MS)
  }
}

function told(recovery: Recovery, groups: readonly Regained[]): Recovery {
  return recovery.tookMs > SLOW_MS ? { ...recovery, groups } : recovery
}

async function kills(cluster: Cluster, say: Workshop['say']): Promise<readonly Recovery[]> {
  const recoveries: Recovery[] = []
  for (let kill = 0; kill < KILLS; kill++) {
    const victim = cluster.nodes[kill % cluster.nodes.length] as LiveNode
    const lacks = await cluster.whole(PATIENCE_MS)
    if (lacks.length > 0) throw new Error(`not whole before a kill: ${lacks.join('; ')}`)
    await gathered(cluster, victim.id)
    await sleep(SETTLE_MS)
    const one = await recovery(cluster, victim)
    recoveries.push(one)
    const terms = Math.max(0, ...(one.groups ?? []).map(group => group.terms))
    const why = one.groups === undefined ? '' : `, up to ${terms} terms`
    say(`kill ${kill + 1} of ${victim.id}: ${ms(one.tookMs)}${why}`)
    await victim.start()
    await cluster.ready()
  }
  return recoveries
}

export const failover: Trial = {
  name: 'failover',
  async run(workshop) {
    const weir = new Weir(workshop)
    await weir.start(GROUPS)
    try {
      const recoveries = await kills(weir.cluster, workshop.say)
      const times = recoveries.map(({ tookMs }) => tookMs)
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
        details: recoveries,
        judgements: [judgedValue(target, at(P99))],
      }
    } finally {
      await weir.stop()
    }
  },
}
