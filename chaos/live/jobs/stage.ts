/** Drills of a job: nodes as the package ships them, a log beside them, and the job submitted. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../../src/base/env.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { nodeProgram } from '../cluster/program.ts'
import { groupsAt } from '../cluster/raft-status.ts'
import type { Drill } from '../drill.ts'
import type { Load, Stage, StageOptions } from '../stage.ts'
import { askedOf, type Backing, embeddedBacking } from './backing.ts'
import { jobText, topics } from './job.ts'
import { kafkaBacking } from './kafka.ts'
import { JobLoad } from './load.ts'

/** Groups of the job have leaders after so long. */
const RUNNING_MS = 60_000
const POLL_MS = 50
const KEYS = 60
/**
 * Inputs a second. Three brokers of a machine take a third of it beside the nodes: each of their
 * transactions is written by all of them.
 */
const PER_SECOND = { log: 1000, kafka: 333 } as const

export async function jobStage({ drill, folder }: StageOptions): Promise<Stage> {
  const backing = await embeddedBacking(folder)
  return staged({ drill, backing, hasProxies: true, perSecond: PER_SECOND.log })
}

export async function kafkaJobStage({ drill, say }: StageOptions): Promise<Stage> {
  const backing = await kafkaBacking(say)
  return staged({ drill, backing, hasProxies: false, perSecond: PER_SECOND.kafka })
}

interface Backed {
  readonly drill: Drill
  readonly backing: Backing
  readonly hasProxies: boolean
  readonly perSecond: number
}

async function staged({ drill, backing, hasProxies, perSecond }: Backed): Promise<Stage> {
  const { log, names, home, replication } = backing
  const end = () => backing.end()
  try {
    for (const topic of topics(names, replication)) {
      await askedOf<void>(done => log.create(topic, done))
    }
  } catch (error) {
    await end()
    throw error
  }
  const load = async (cluster: Cluster, random: Random): Promise<Load> => {
    const text = jobText(names, home, drill.groups)
    const groups = await submitted(cluster, { job: names.job, text, groups: 2 * drill.groups })
    return new JobLoad({ backing, groups, random, perSecond, keys: KEYS })
  }
  return { program: nodeProgram(), hasProxies, groups: 1, load, end }
}

export interface Submission {
  readonly job: string
  readonly text: string
  /** Of all its stages. */
  readonly groups: number
}

/** Ids of the job's groups by their names, in the order of their ids, once each has a leader. */
export async function submitted(
  cluster: Cluster,
  { job, text, groups }: Submission,
): Promise<ReadonlyMap<string, number>> {
  const http = cluster.nodes[0]?.plan.http ?? ''
  const answer = await fetch(`http://${http}/v1/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/yaml' },
    body: text,
  })
  if (!answer.ok) throw new Error(`the job was refused: ${await answer.text()}`)
  const endMs = performance.now() + RUNNING_MS
  for (;;) {
    const all = await groupsAt(http)
    const own = all.filter(({ group }) => group.startsWith(`${job}/`))
    if (own.length === groups && own.every(({ role }) => role === 'leader')) {
      cluster.groups = all.map(({ id }) => id)
      return new Map(own.sort((a, b) => a.id - b.id).map(({ group, id }) => [group, id]))
    }
    if (performance.now() > endMs) {
      const led = own.filter(({ role }) => role === 'leader').length
      throw new Error(`${own.length} groups of the job are known, and ${led} of them led`)
    }
    await sleep(POLL_MS)
  }
}
