/** Three nodes of Weir on loopback with real fsync, and their load in a process of its own. */

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { Cluster } from '../../chaos/live/cluster/cluster.ts'
import { nodeProgram, weirPath } from '../../chaos/live/cluster/program.ts'
import type { Workshop } from '../frame/bench.ts'
import type { Contestant, Figures, Load } from '../frame/contestant.ts'
import { loaded } from '../frame/loader.ts'
import { leadersOf } from './leaders.ts'

const NODES = 3
const WHOLE_MS = 30_000

const run = promisify(execFile)

export class Weir implements Contestant {
  readonly name: string = 'weir'
  readonly #workshop: Workshop
  #folder = ''
  #cluster: Cluster | undefined

  constructor(workshop: Workshop) {
    this.#workshop = workshop
  }

  get cluster(): Cluster {
    if (this.#cluster === undefined) throw new Error('the cluster is not started')
    return this.#cluster
  }

  async start(groups: number): Promise<string> {
    const { folder, say, options } = this.#workshop
    const { profiles } = options
    this.#folder = mkdtempSync(join(folder, 'weir-'))
    const profiling = ['--cpu-prof', '--cpu-prof-dir', resolve(profiles ?? '')]
    const program = nodeProgram(profiles === undefined ? [] : profiling)
    const common = { nodes: NODES, groups, program, hasProxies: false, say }
    this.#cluster = await Cluster.start({ ...common, folder: this.#folder })
    // Learners take no part in quorums: figures of a cluster with some would be others.
    const lacks = await this.#cluster.whole(WHOLE_MS)
    if (lacks.length > 0) throw new Error(`the cluster is not whole: ${lacks.join('; ')}`)
    const { stdout } = await run(process.execPath, [weirPath(), 'version'])
    return stdout.trim()
  }

  async load({ outstanding, warmSeconds, seconds, sizeBytes }: Load): Promise<Figures> {
    const flags = {
      leaders: JSON.stringify(await leadersOf(this.cluster)),
      outstanding,
      seconds,
      'warm-seconds': warmSeconds,
      'size-bytes': sizeBytes,
    }
    const args = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`)
    const pids = this.cluster.nodes.map(({ pid }) => pid ?? 0)
    const command = process.execPath
    return loaded({ command, args: ['scripts/run.mjs', 'bench/raft/load.ts', ...args], pids })
  }

  async stop(): Promise<void> {
    await this.#cluster?.stop()
    this.#cluster = undefined
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
