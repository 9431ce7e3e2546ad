/**
 * A replica of a group of a job on a node: what `meta` wishes, told to whoever does the work. It
 * leads as far as its work knows only while the claim of the job is whole: before that, and while
 * the job is deleted, it would stand in the way of whoever claims it.
 */

import type { GroupId } from '../base/ids.ts'
import type { StageRef } from '../group/wiring.ts'
import type { GroupWork } from '../group/work.ts'
import type { MetaJob } from '../meta/state.ts'
import type { JobBody, JobGroupFacts, JobReplica } from '../node/jobs/body.ts'
import type { GroupMachine } from '../raft/host/machine.ts'

/** Of `GroupWork`, as much as a body asks of it. */
export type Work = Pick<
  GroupWork,
  | 'machine'
  | 'isDrained'
  | 'facts'
  | 'onChanged'
  | 'onMoved'
  | 'onClaim'
  | 'stop'
  | 'look'
  | 'close'
>

export interface BodyParts {
  readonly group: GroupId
  readonly job: MetaJob
  readonly place: StageRef
  make(body: Body): Work
  onClosed(body: Body): void
}

export class Body implements JobBody {
  readonly group: GroupId
  readonly place: StageRef
  readonly work: Work
  readonly #parts: BodyParts
  #job: MetaJob
  #replica: JobReplica | undefined
  /** That the work was told of. */
  #generation = 0
  #isClosed = false

  constructor(parts: BodyParts) {
    this.#parts = parts
    this.#job = parts.job
    this.group = parts.group
    this.place = parts.place
    this.work = parts.make(this)
    this.#follow()
  }

  get job(): MetaJob {
    return this.#job
  }

  get machine(): GroupMachine {
    return this.work.machine
  }

  take(replica: JobReplica): void {
    this.#replica = replica
    this.onChanged()
  }

  onChanged(): void {
    if (this.#replica !== undefined) this.work.onChanged()
  }

  /** The job as `meta` has it by now. */
  onJob(job: MetaJob): void {
    if (job === this.#job) return
    this.#job = job
    this.#follow()
    this.onChanged()
  }

  /** Work begins with a claim that is whole, and goes by its newest. */
  #follow(): void {
    const { claim, generation, owner, wish } = this.#job
    if (claim === 'whole' && generation > this.#generation) {
      this.#generation = generation
      this.work.onClaim({ generation, owner })
    }
    if (wish === 'stopped') this.work.stop()
  }

  /** In which term the group may be worked on here; 0: it may not. */
  get leads(): number {
    const { claim, wish } = this.#job
    const mayWork = claim === 'whole' && wish !== 'deleted'
    return mayWork ? (this.#replica?.leads() ?? 0) : 0
  }

  propose(term: number, data: Uint8Array, done: () => void): boolean {
    return this.#replica?.propose(term, data, done) ?? false
  }

  read(done: (isReady: boolean) => void): void {
    this.#replica?.read(done)
  }

  /** `meta` knows the group no more, though a job of the same name may be there again. */
  onGone(): void {
    this.onJob({ ...this.#job, wish: 'deleted' })
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.work.close()
    this.#parts.onClosed(this)
  }

  facts(): JobGroupFacts {
    const { isDrained, facts } = this.work
    const { generation, state, trouble } = facts
    const told = trouble && { trouble: { ...trouble, isFinal: state === 'failed' } }
    return { leads: (this.#replica?.leads() ?? 0) > 0, generation, isDrained, ...told }
  }
}
