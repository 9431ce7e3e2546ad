/** Drills of a job: nodes as the package ships them, a log beside them, and the job submitted. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../../src/base/env.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { nodeProgram } from '../cluster/program.ts'
import { groupsAt } from '../cluster/raft-status.ts'
import type { Load, Stage, StageOptions } from '../stage.ts'
import { askedOf, embeddedBacking } from './backing.ts'
import { JOB, jobText, topics } from './job.ts'
import { JobLoad } from './load.ts'

/** Groups of the job have leaders after so long. */
const RUNNING_MS = 60_000
const POLL_MS = 50
const PER_SECOND = 1000
const KEYS = 60

export async function jobStage({ drill, folder }: StageOptions): Promise<Stage> {
  const backing = await embeddedBacking(folder)
  const { log, replication } = backing
  for (const topic of topics(replication)) await askedOf<void>(done => log.create(topic, done))
  const load = async (cluster: Cluster, random: Random): Promise<Load> => {
    const text = jobText(backing.home, drill.groups)
    const groups = await submitted(cluster, { job: JOB, text, groups: 2 * drill.groups })
    const journal = `weir.${JOB}.journal`
    return new JobLoad({ backing, groups, journal, random, perSecond: PER_SECOND, keys: KEYS })
  }
  const end = () => backing.end()
  return { program: nodeProgram(), hasProxies: true, groups: 1, load, end }
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
