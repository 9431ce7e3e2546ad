/** Three nodes without proxies, and a log beside them. */

import { mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Cluster } from '../../chaos/live/cluster/cluster.ts'
import { nodeProgram } from '../../chaos/live/cluster/program.ts'
import { type Backing, embeddedBacking } from '../../chaos/live/jobs/backing.ts'
import type { Workshop } from '../frame/bench.ts'

const NODES = 3
const WHOLE_MS = 60_000

export interface Nodes {
  readonly cluster: Cluster
  readonly backing: Backing
  end(): Promise<void>
}

export async function startedNodes({ folder: root, say, options }: Workshop): Promise<Nodes> {
  const folder = mkdtempSync(join(root, 'job-'))
  const { profiles } = options
  const profiling = ['--cpu-prof', '--cpu-prof-dir', resolve(profiles ?? '')]
  const program = nodeProgram(profiles === undefined ? [] : profiling)
  const backing = await embeddedBacking(folder)
  const common = { nodes: NODES, groups: 1, program, hasProxies: false, say }
  const cluster = await Cluster.start({ ...common, folder })
  await mustBeWhole(cluster)
  const end = async () => {
    await cluster.stop()
    await backing.end()
    rmSync(folder, { recursive: true, force: true })
  }
  return { cluster, backing, end }
}

export async function mustBeWhole(cluster: Cluster): Promise<void> {
  const lacks = await cluster.whole(WHOLE_MS)
  if (lacks.length > 0) throw new Error(`the cluster is not whole: ${lacks.join('; ')}`)
}
