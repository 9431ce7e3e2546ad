/**
 * What a drill runs, whatever its nodes are for: a program for them, clients that load them, and
 * logs where they publish. `run.ts` plays any of them.
 */

import type { Random } from '../../src/base/env.ts'
import type { Cluster } from './cluster/cluster.ts'
import type { NodeProgram } from './cluster/node.ts'
import type { Drill } from './drill.ts'
import type { Evidence } from './evidence.ts'
import type { LogSide } from './faults/strike.ts'

export interface Stage {
  readonly program: NodeProgram
  /** Between the nodes there are proxies, that can be troubled. */
  readonly hasProxies: boolean
  /** Missing: its nodes need no logs of others. */
  readonly logs?: LogSide
  /** Key-value groups of its cluster; missing: as many groups as the drill says. */
  readonly groups?: number
  /** With the cluster whole: what is to be loaded may be made first. */
  load(cluster: Cluster, random: Random): Load | Promise<Load>
  /** After its nodes have ended. */
  end(): Promise<void>
}

export interface StageOptions {
  readonly drill: Drill
  /** There already; files may be put there. */
  readonly folder: string
  readonly say: (text: string) => void
}

/** Clients of all groups, and what they remember. */
export interface Load {
  /** Groups that read for all others, where there are such. */
  readonly readers?: readonly number[]
  /** What faults have hit so far. */
  readonly toll: Toll
  start(): void
  /** Since it was made. */
  nowNs(): number
  /** Groups of which nobody was answered with ok since then. */
  unservedSince(ns: number): readonly number[]
  /** All groups are served: in the beginning, and after each fault. */
  settled(): Promise<void>
  /** Waits for a moment, not for long, at which a fault of these groups would hurt most. */
  poised(groups: readonly number[]): Promise<void>
  /** A fault has struck these groups a moment ago. */
  struck(groups: readonly number[]): Promise<void>
  stop(): Promise<void>
  /** Behind `stop`, with nothing wrong any more: looks at what became of it all. */
  concluded(): Promise<Concluded>
  close(): void
}

export interface Calls {
  readonly called: number
  readonly ok: number
  readonly failed: number
  readonly unknown: number
}

/** What faults hit besides processes and connections, counted by name. */
export type Toll = Readonly<Record<string, number>>

export interface Concluded {
  readonly evidence: Evidence
  readonly calls: Calls
  /** Of each group that had any: when calls were answered with ok. */
  readonly okNs: ReadonlyMap<number, readonly number[]>
  /** What should be known in the end, and is not. */
  readonly troubles: readonly string[]
}
