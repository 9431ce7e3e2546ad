/**
 * Drives changes of members as an operator would: computes a wish from the leader's members, asks,
 * and asks again until it is taken or given up. Stops replicas that belong to nobody's group any
 * more, some time after they were removed.
 */

import type { ReplicaId } from '../../../src/base/ids.ts'
import type { Prng } from '../../../src/base/prng.ts'
import type { MembersWish } from '../../../src/raft/members/members.ts'
import { isJoint, isMember } from '../../../src/raft/members/members.ts'
import type { Members } from '../../../src/raft/types.ts'
import type { SimNode } from '../host/node.ts'
import type { EventQueue, SimEvent } from '../world/clock.ts'
import { US_PER_MS } from '../world/clock.ts'
import type { Cluster } from './cluster.ts'

/** How often an operator looks. */
const PERIOD_MS = 150
/** A replica that was removed goes on for so long: it must do no harm. */
const GRACE_MS = [500, 8000] as const

/** The members that are wanted, if there is anything to do; 'done' when there is not. */
export type Plan = (members: Members, leader: ReplicaId) => MembersWish | 'done' | 'wait'

export interface Intent {
  readonly plan: Plan
  /** Given up then; a loss is never given up. */
  readonly untilUs: number
  /** It is enough that a leader takes the wish; else it is pursued until the plan is done. */
  readonly once: boolean
  onTaken(): void
}

interface ChurnParts {
  readonly queue: EventQueue
  readonly prng: Prng
  readonly cluster: Cluster
}

export class Churn implements SimEvent {
  readonly #parts: ChurnParts
  #intents: Intent[] = []
  readonly #leaving = new Set<SimNode>()

  constructor(parts: ChurnParts) {
    this.#parts = parts
    parts.queue.after(PERIOD_MS * US_PER_MS, this)
  }

  /** Lost disks that still have to be replaced. */
  get isMending(): boolean {
    return this.#intents.some(intent => intent.untilUs === Number.POSITIVE_INFINITY)
  }

  want(intent: Intent): void {
    this.#intents.push(intent)
  }

  /** Only what was lost is still mended. */
  heal(): void {
    this.#intents = this.#intents.filter(({ untilUs }) => untilUs === Number.POSITIVE_INFINITY)
  }

  fire(): void {
    const { queue, cluster } = this.#parts
    this.#takeLosses()
    this.#intents = this.#intents.filter(intent => intent.untilUs > queue.nowUs)
    const leader = cluster.leader()
    if (leader !== undefined && this.#intents.length > 0) {
      this.#intents = this.#intents.filter(intent => !this.#pursue(intent, leader))
    }
    this.#dismiss()
    queue.after(PERIOD_MS * US_PER_MS, this)
  }

  /** One step towards the wish; true when there is nothing left to do. */
  #pursue(intent: Intent, node: SimNode): boolean {
    const { process } = node
    if (process === undefined || process.life.isPaused) return false
    const wish = intent.plan(process.raft.log.members, process.id)
    if (wish === 'done') return true
    if (wish === 'wait' || !this.#parts.cluster.isSound(wish.voters)) return false
    if (process.changeMembers(wish) !== undefined) return false
    intent.onTaken()
    return intent.once
  }

  #takeLosses(): void {
    const { losses } = this.#parts.cluster
    for (const { lost, node } of losses.splice(0)) {
      // The heir may itself be lost before it has taken the place.
      const plan: Plan = members => {
        return replacement(members, lost, node.isGone ? undefined : node.replica)
      }
      this.want({ plan, untilUs: Number.POSITIVE_INFINITY, once: false, onTaken: () => {} })
    }
  }

  /** Whoever is in no set of members that a member goes by, and is not about to be, leaves. */
  #dismiss(): void {
    const { cluster, queue, prng } = this.#parts
    if (this.#intents.length > 0) return
    const known = cluster.knownMembers()
    for (const node of cluster.present) {
      if (this.#leaving.has(node) || known.some(m => isMember(m, node.replica))) continue
      this.#leaving.add(node)
      const graceMs = prng.between(GRACE_MS[0], GRACE_MS[1])
      queue.after(graceMs * US_PER_MS, { fire: () => this.#leave(node) })
    }
  }

  #leave(node: SimNode): void {
    this.#leaving.delete(node)
    const known = this.#parts.cluster.knownMembers()
    const isWanted = this.#intents.length > 0 || known.some(m => isMember(m, node.replica))
    if (!isWanted) node.leave()
  }
}

/**
 * First the heir learns, then it takes the place of the lost in one joint change. It may have
 * become a voter by another way, or be gone: then the lost only leaves.
 */
export function replacement(
  members: Members,
  lost: ReplicaId,
  heir: ReplicaId | undefined,
): ReturnType<Plan> {
  if (isJoint(members)) return 'wait'
  if (!isMember(members, lost)) return 'done'
  const voters = members.voters.filter(id => id !== lost)
  const learners = members.learners.filter(id => id !== lost && id !== heir)
  if (heir === undefined || voters.includes(heir)) return { voters, learners }
  if (voters.length === members.voters.length) return { voters, learners: [...learners, heir] }
  if (members.learners.includes(heir)) return { voters: [...voters, heir], learners }
  return { voters: members.voters, learners: [...members.learners, heir] }
}
