/**
 * Jobs as the HTTP interface sees them: the wish as this node knows it, what the groups that are
 * led here say, and words that are carried to whoever leads `meta`.
 */

import type { Clock } from '../../base/env.ts'
import type { GroupId } from '../../base/ids.ts'
import { type JobWish, jobIn, type MetaJob, type MetaState, nameOfGroup } from '../../meta/state.ts'
import type { MemberMeta } from '../meta/member-meta.ts'
import type { JobFile, JobGroupFacts, MetaAnswer, Trouble } from './body.ts'

/** `starting` until all groups run, `stopping` until all of it is out. */
export type JobState = 'starting' | 'running' | 'stalled' | 'stopping' | 'stopped' | 'failed'

export interface JobGroupReport extends JobGroupFacts {
  readonly group: string
  readonly id: GroupId
}

export interface JobReport {
  readonly job: string
  readonly state: JobState
  readonly wish: JobWish
  /** 0: nobody has claimed it yet. */
  readonly generation: number
  readonly replication: number
  readonly stages: MetaJob['stages']
  /** What holds it up, each as `who: code: sentence`; who is a group, or a node. */
  readonly troubles: readonly string[]
}

/** What a node says that holds a job up. */
export interface NodeTrouble extends Pick<Trouble, 'code' | 'message'> {
  readonly node: string
}

export interface SubmitOptions {
  /** Whoever submits again under it is told the same again; empty: nobody can. */
  readonly key: string
}

export type Submitted = { readonly job: string } | { readonly refused: Trouble }

const NO_META: Trouble = {
  code: 'no-meta',
  message: 'this cluster was founded without a meta group, so it runs no jobs; found another',
}

const NO_BODIES: Trouble = {
  code: 'no-jobs',
  message: 'this node runs no jobs; submit to one that does',
}

const NOT_OPEN: Trouble = {
  code: 'meta-not-open',
  message: 'this node knows no jobs yet: its replica of the meta group is not open; ask again',
}

export class JobsFace {
  readonly #meta: MemberMeta
  readonly #clock: Clock
  readonly #isSettled: () => boolean

  /** `isSettled`: every group that there is has its replica here. */
  constructor(meta: MemberMeta, clock: Clock, isSettled: () => boolean) {
    this.#meta = meta
    this.#clock = clock
    this.#isSettled = isSettled
  }

  /** Why nothing is known of jobs here; undefined: it is. */
  get trouble(): Trouble | undefined {
    if (this.state !== undefined) return undefined
    return this.#isSettled() ? NO_META : NOT_OPEN
  }

  /** What this node says of the groups that it leads; of others, whoever leads them. */
  groups(job: string): readonly JobGroupReport[] {
    const { state } = this
    if (state === undefined) return []
    const own = state.groups.filter(one => one.job === job)
    const facts = this.#meta.jobs?.facts
    return own.flatMap(group => {
      const known = facts?.get(group.id)
      if (known === undefined || !known.leads) return []
      return [{ ...known, group: nameOfGroup(group), id: group.id }]
    })
  }

  /** What holds the job up here, or everywhere as far as this node knows, besides its groups. */
  troubles(job: string): readonly Trouble[] {
    const claim = this.#meta.bodies?.troubleOf(job)
    const waiting = this.#meta.jobs?.troublesOf(job) ?? []
    return claim === undefined ? waiting : [claim, ...waiting]
  }

  names(): readonly string[] {
    return this.state?.jobs.map(({ name }) => name) ?? []
  }

  /**
   * `said`: by those who lead its groups, as far as they answered; `besides`: what holds it up,
   * by nodes.
   */
  report(
    name: string,
    said: readonly JobGroupReport[],
    besides: readonly NodeTrouble[] = [],
  ): JobReport | undefined {
    const job = this.state && jobIn(this.state, name)
    if (job === undefined) return undefined
    const { wish, generation, replication, stages } = job
    const led = said.flatMap(({ group, trouble }) => {
      return trouble === undefined ? [] : [`${group}: ${trouble.code}: ${trouble.message}`]
    })
    const nodes = besides.map(({ node, code, message }) => `${node}: ${code}: ${message}`)
    const troubles = [...nodes, ...led]
    const known = { job: name, wish, generation, replication, stages, troubles }
    return { ...known, state: stateOf(job, said, besides.length > 0) }
  }

  submit(file: JobFile, { key }: SubmitOptions, done: (answer: Submitted) => void): void {
    const { bodies, line } = this.#meta
    const { state } = this
    if (bodies === undefined || state === undefined) {
      const refused = this.trouble ?? NO_BODIES
      this.#later(() => done({ refused }))
      return
    }
    bodies.prepare(file, state.nodes.length, prepared => {
      if ('refused' in prepared) {
        done(prepared)
        return
      }
      const job = { ...prepared.job, key }
      line.say({ kind: 'submit', job }, answer => {
        done('refused' in answer ? answer : { job: job.name })
      })
    })
  }

  wish(job: string, wish: JobWish, done: (answer: MetaAnswer) => void): void {
    const refused = this.trouble
    if (refused !== undefined) this.#later(() => done({ refused }))
    else this.#meta.line.say({ kind: 'wish', job, wish }, done)
  }

  #later(fire: () => void): void {
    this.#clock.after(0, fire)
  }

  /** undefined: the cluster has none, or it is not open yet. */
  get state(): MetaState | undefined {
    return this.#meta.replica?.machine.state
  }
}

function stateOf(
  { wish, generation, stages }: MetaJob,
  said: readonly JobGroupReport[],
  isHeldUp: boolean,
): JobState {
  const count = stages.reduce((sum, { partitions }) => sum + partitions, 0)
  const isEach = (of: (one: JobGroupReport) => boolean) => said.length === count && said.every(of)
  if (wish !== 'running') return isEach(one => one.isDrained) ? 'stopped' : 'stopping'
  const troubled = said.flatMap(({ trouble }) => trouble ?? [])
  if (troubled.some(({ isFinal }) => isFinal === true)) return 'failed'
  const isBegun = isEach(one => one.generation === generation && generation > 0)
  if (troubled.length > 0) return 'stalled'
  // A node that waits is in the way of nobody once all groups run elsewhere.
  if (isBegun) return 'running'
  return isHeldUp ? 'stalled' : 'starting'
}
