/** All that belongs to one group of a run besides its replicas: its clients and its checkers. */

import type { GroupId } from '../../../src/base/ids.ts'
import type { Prng } from '../../../src/base/prng.ts'
import type { RaftLimits, RaftTimes } from '../../../src/raft/options.ts'
import { raftSuite, type Suite } from '../checkers/suite.ts'
import { History } from '../clients/history.ts'
import type { WorkloadOptions } from '../clients/mix.ts'
import type { HostPort } from '../clients/port.ts'
import { Workload } from '../clients/workload.ts'
import { Watch } from '../host/watch.ts'
import type { Machine } from '../machine.ts'
import { type EventQueue, SimClock } from '../world/clock.ts'

/** More than any run asks for: the clients rest before. */
const OPERATIONS_MAX = 5000

export interface GroupWorldParts {
  readonly queue: EventQueue
  readonly prng: Prng
  readonly times: RaftTimes
  readonly limits: RaftLimits
  readonly workload: WorkloadOptions
  /** The replicas of the group that run now. */
  seats(): readonly HostPort[]
}

export class GroupWorld {
  readonly id: GroupId
  readonly history: History
  readonly suite: Suite
  readonly watch: Watch
  readonly workload: Workload

  constructor(id: GroupId, parts: GroupWorldParts) {
    const { queue, prng, times, limits } = parts
    this.id = id
    this.history = new History(() => queue.nowMs, OPERATIONS_MAX)
    this.suite = raftSuite({ history: this.history, times, limits, inTurns: true })
    this.watch = new Watch(this.suite.checkers)
    const clock = new SimClock(queue)
    const port = {
      prng,
      nowMs: () => clock.monotonicMs(),
      after: (delayMs: number, fire: () => void) => {
        clock.after(delayMs, fire)
      },
      replicas: () => parts.seats(),
    }
    const witness = this.suite.reads
    this.workload = new Workload(port, parts.workload, { history: this.history, witness })
  }

  /** Somebody who is no client reads here; what he is told must be as new as what they are. */
  lookIn(replica: HostPort): void {
    const { reads } = this.suite
    const asked = reads.asked()
    const onReady = ({ appliedIndex }: Machine) => reads.answered(asked, appliedIndex)
    replica.read(onReady, () => {})
  }
}
