/** The simulated log as a stage for scripts: alone in a world of its own, and calm if not told. */

import { Prng } from '../../../../src/base/prng.ts'
import type { StreamLog } from '../../../../src/base/stream-log.ts'
import { EventQueue } from '../../world/clock.ts'
import {
  calmLog,
  type LogFaultKind,
  type LogProfile,
  logFaultKinds,
} from '../../world/log/faults.ts'
import { SimLog } from '../../world/log/log.ts'
import { Tally } from '../../world/tally.ts'
import type { Stage } from '../asking.ts'

export interface Spoilt {
  readonly profile?: LogProfile
  /** Makes a client that lies. */
  readonly spoil?: (log: StreamLog) => StreamLog
}

export interface Simulated {
  readonly stage: Stage
  readonly tally: Tally<LogFaultKind>
}

export function simulated(
  seed: number,
  { profile = calmLog, spoil = log => log }: Spoilt = {},
): Simulated {
  const queue = new EventQueue()
  const tally = new Tally(logFaultKinds)
  const log = new SimLog({ queue, tally, prng: new Prng(seed), profile })
  let names = 0
  const until = (holds: () => boolean): Promise<void> => {
    while (!holds()) if (!queue.step()) throw new Error('it never comes true')
    return Promise.resolve()
  }
  const stage: Stage = {
    client: () => spoil(log.client()),
    name: () => `n${names++}`,
    until,
    // As on real brokers: a marker that has landed and is not known to have is sent again.
    moveCoordinator: async id => {
      await until(() => !log.isEnding(id))
      log.moveCoordinator(id)
    },
  }
  return { stage, tally }
}
