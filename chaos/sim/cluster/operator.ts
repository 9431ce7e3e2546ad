/**
 * Whoever runs the job: stops it and starts it again under another claim, and opens epochs, as
 * checkpoints will. What he wishes is told to all replicas, to some of them late.
 */

import { claimJob } from '../../../src/journal/claims/claim-driver.ts'
import type { ClaimWish } from '../../../src/journal/claims/claiming.ts'
import type { Claim } from '../../../src/journal/types.ts'
import { SimClock, US_PER_MS } from '../world/clock.ts'
import type { Cluster, World } from './cluster.ts'
import { CLAIM, claimSeatOf } from './names.ts'
import type { Replica } from './replica.ts'

/** How often he looks, and tells who has not heard. */
const LOOK_MS = 40
const TOLD = 0.6
const RECORD_MS = 20

export class Operator {
  readonly #world: World
  readonly #cluster: Cluster
  #claim: Claim = CLAIM
  /** This generation is to end; 0: none is. */
  #ending = 0
  #isClaiming = false
  /** The open epoch, or the last. */
  #epoch = 0
  #closed = 0

  constructor(world: World, cluster: Cluster) {
    this.#world = world
    this.#cluster = cluster
  }

  get claim(): Claim {
    return this.#claim
  }

  /** Nothing is on its way that somebody wished for. */
  get isIdle(): boolean {
    const areTold = this.#cluster.all.every(({ claim }) => claim === this.#claim)
    return this.#ending === 0 && !this.#isClaiming && this.#closed === this.#epoch && areTold
  }

  /** Before anything runs: the job is submitted. */
  submit(): void {
    this.#claimJob()
  }

  get isSubmitted(): boolean {
    return !this.#isClaiming
  }

  begin(): void {
    this.#lookAgain()
  }

  /** The job is stopped, and started again when all is out; false: it is being done. */
  restart(): boolean {
    if (this.#ending > 0) return false
    this.#ending = this.#claim.generation
    return true
  }

  /** false: another is open. */
  openEpoch(): boolean {
    if (this.#epoch > this.#closed) return false
    this.#epoch++
    return true
  }

  /** It is over, whoever has cut it. */
  closeEpoch(): void {
    this.#closed = this.#epoch
  }

  /** By all groups that anything comes to. */
  get isCut(): boolean {
    const { judge, job } = this.#world
    return judge.shadows.every(({ cuts }, group) => {
      return job.waysInto(group).length === 0 || cuts.at(this.#epoch) !== undefined
    })
  }

  #lookAgain(): void {
    const { queue, prng } = this.#world
    queue.after(LOOK_MS * US_PER_MS, {
      fire: () => {
        if (this.#isEnded) this.#claimJob()
        if (this.#epoch > this.#closed && this.isCut) this.closeEpoch()
        for (const replica of this.#cluster.all) {
          if (prng.chance(TOLD)) replica.parts.life.admit(() => this.tell(replica))
        }
        this.#lookAgain()
      },
    })
  }

  /** All that he wishes of it. */
  tell(replica: Replica): void {
    replica.onClaim(this.#claim)
    const { work } = replica
    if (replica.claim.generation <= this.#ending) work.stop()
    if (this.#closed > 0) work.onEpochClosed(this.#closed)
    if (this.#epoch > this.#closed) work.onEpochOpened(this.#epoch)
  }

  get #isEnded(): boolean {
    if (this.#ending === 0 || this.#isClaiming) return false
    return this.#world.judge.shadows.every((_, group) => {
      return this.#cluster.leader(group)?.work.facts.state === 'stopped'
    })
  }

  #claimJob(): void {
    const { log, queue, prng, scenario, judge, trace } = this.#world
    const clock = new SimClock(queue)
    const groups = judge.shadows.map((_, group) => group)
    const lanes = [{ log: log.client(), seats: groups.map(claimSeatOf) }]
    this.#isClaiming = true
    const isFirst = this.#ending === 0
    const wish: ClaimWish = isFirst
      ? { kind: 'submit', owner: CLAIM.owner }
      : { kind: 'start', owner: `owner-${this.#ending}` }
    const parts = {
      ...{ clock, lanes, wish, bounds: scenario.profile.bounds },
      random: prng.fork(`claim ${this.#ending}`),
      record: ({ generation }: Claim, recorded: () => void) => {
        judge.generation = generation
        clock.after(RECORD_MS, recorded)
      },
    }
    claimJob(parts, outcome => {
      this.#isClaiming = false
      if (trace.isTold) trace.tell(`a claim: ${JSON.stringify(outcome)}`)
      if (outcome.kind !== 'done') return
      this.#claim = outcome.claim
      this.#cluster.claim = outcome.claim
      this.#ending = 0
    })
  }
}
