/**
 * Under which conditions figures were measured: without them nobody can compare two runs. Taken
 * while nothing else of the benchmark runs.
 */

import { open, rm } from 'node:fs/promises'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { quantile } from '../../chaos/live/quantile.ts'

const SYNCS = 200
const SYNC_BYTES = 4096
const LOOP_MS = 1000
const LOOP_RESOLUTION_MS = 10

interface Spread {
  readonly p50Ms: number
  readonly p99Ms: number
}

export interface Conditions {
  readonly at: string
  readonly processors: number
  readonly processor: string
  readonly node: string
  /** Of one, five and fifteen minutes. */
  readonly loadAverage: readonly number[]
  /** Appending 4 KiB and syncing it, one after the other. */
  readonly fsync: Spread
  /** How much later than wanted an idle loop's timers fire. */
  readonly loopDelay: Spread
}

async function syncTimes(folder: string): Promise<Spread> {
  const path = join(folder, 'sync-probe')
  const file = await open(path, 'w')
  const block = Buffer.alloc(SYNC_BYTES, 1)
  const times: number[] = []
  try {
    for (let i = 0; i < SYNCS; i++) {
      const startedMs = performance.now()
      await file.write(block)
      await file.datasync()
      times.push(performance.now() - startedMs)
    }
  } finally {
    await file.close()
    await rm(path, { force: true })
  }
  return { p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99) }
}

async function loopDelay(): Promise<Spread> {
  const histogram = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS })
  histogram.enable()
  await sleep(LOOP_MS)
  histogram.disable()
  const lateMs = (share: number) =>
    Math.max(0, histogram.percentile(share) / 1e6 - LOOP_RESOLUTION_MS)
  return { p50Ms: lateMs(50), p99Ms: lateMs(99) }
}

export async function conditions(folder: string): Promise<Conditions> {
  const processors = cpus()
  return {
    at: new Date().toISOString(),
    processors: processors.length,
    processor: processors[0]?.model ?? 'unknown',
    node: process.versions.node,
    loadAverage: loadavg(),
    fsync: await syncTimes(folder),
    loopDelay: await loopDelay(),
  }
}
