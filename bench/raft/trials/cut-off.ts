/**
 * A follower hears nothing for a while that is full of load: what the others hold in memory
 * meanwhile, and how long it takes him to catch up.
 */

import { defaultStoreLimits } from '../../../src/raft/store/limits.ts'
import type { Trial } from '../../frame/bench.ts'
import { residentMb } from '../../frame/memory.ts'
import { shown } from '../../frame/report.ts'
import { judgedValue } from '../../frame/target.ts'
import { Weir } from '../contestant.ts'
import { gathered } from '../leaders.ts'

const GROUPS = 16
const LOAD = { outstanding: 1000, groups: GROUPS, warmSeconds: 1, seconds: 60, sizeBytes: 256 }
const SAMPLE_MS = 500
const PATIENCE_MS = 120_000
const MIB = 1024 * 1024
/** What stands in the log is in memory too, until an image covers it, which takes a while. */
const LOG_BYTES_MAX = defaultStoreLimits.logBytesMax + 2 * defaultStoreLimits.segmentBytes
/** An entry of this load takes some 300 bytes of the log, and 450 more of memory. */
const MEMORY_PER_LOG_BYTE = 2.5
/** State that gathers, windows, queues, and Node itself. */
const REST_MB = 200
const RESIDENT_MB_MAX = (LOG_BYTES_MAX / MIB) * MEMORY_PER_LOG_BYTE + REST_MB

class Watch {
  readonly #pids: readonly number[]
  readonly #most: number[]
  readonly #timer: NodeJS.Timeout

  constructor(pids: readonly number[]) {
    this.#pids = pids
    this.#most = pids.map(residentMb)
    this.#timer = setInterval(() => {
      for (const [i, pid] of this.#pids.entries()) {
        this.#most[i] = Math.max(this.#most[i] ?? 0, residentMb(pid))
      }
    }, SAMPLE_MS)
  }

  stop(): readonly number[] {
    clearInterval(this.#timer)
    return this.#most
  }
}

export const cutOff: Trial = {
  name: 'cut-off',
  async run(workshop) {
    const weir = new Weir(workshop)
    await weir.start(GROUPS)
    try {
      const { cluster } = weir
      const [leader, ...others] = cluster.nodes
      const follower = others.at(-1)
      await gathered(cluster, leader?.id ?? '')
      const pids = cluster.nodes.filter(node => node !== follower).map(({ pid }) => pid ?? 0)
      const before = pids.map(residentMb)
      follower?.pause()
      const watch = new Watch(pids)
      const figures = await weir.load(LOAD)
      const most = watch.stop()
      follower?.resume()
      const heardMs = performance.now()
      const lacks = await cluster.whole(PATIENCE_MS)
      if (lacks.length > 0) throw new Error(`not caught up: ${lacks.join('; ')}`)
      const tookMs = performance.now() - heardMs
      const target = {
        name: `memory of a node while a follower is cut off for ${LOAD.seconds} s of load`,
        wanted: `at most ${RESIDENT_MB_MAX} MB`,
        unit: 'MB',
        isMet: (value: number) => value <= RESIDENT_MB_MAX,
      }
      return {
        trial: 'a follower is cut off',
        lines: [
          `${figures.done} entries meanwhile; resident MB of the others before: ` +
            `${before.map(shown).join(', ')}; at most: ${most.map(shown).join(', ')}`,
          `Caught up and equal ${shown(tookMs / 1000)} s after he was heard again`,
        ],
        judgements: [judgedValue(target, Math.max(...most))],
      }
    } finally {
      await weir.stop()
    }
  },
}
