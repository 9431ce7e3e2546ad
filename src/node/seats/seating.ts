/**
 * Takes this node's seat in every group: asks all nodes that it knows of to let it join, until each
 * group that it holds or that any of them has named has confirmed, by its leader, the replica that
 * this node holds. A leader is this node itself as soon as its own roster has it: by then it knows
 * all that are in it, so that it goes on where none of them answers. Asking again is harmless, so
 * that it begins anew with every start and whenever somebody speaks of a group that is not here.
 */

import { WeirError } from '../../base/errors.ts'
import { type GroupId, groupId, type ReplicaId, replicaId } from '../../base/ids.ts'
import type { Logger } from '../../base/log.ts'
import type { JoinAnswer, Place, Seat } from '../../io/members/service.ts'
import { TAKEN } from '../../raft/links/judgement.ts'
import { enrolledFrom } from '../desk.ts'
import { namesakeRefusal } from '../introduction.ts'
import type { Enrolled, Introduction } from '../roster/roster.ts'

export interface SeatingParts {
  readonly logger: Logger
  readonly self: Introduction
  /** All addresses at which a member may be. */
  addresses(): readonly string[]
  join(address: string): Promise<JoinAnswer>
  /** Another process there says that it is this node. */
  isNamesake(address: string): Promise<boolean>
  /** The replica that this node has of a group. */
  replicaHere(group: GroupId): ReplicaId | undefined
  /** A leader needs nobody's leave, once it has put its own place in the roster right. */
  leadsHere(group: GroupId): boolean
  /** Resolves when the group is there. */
  create(group: GroupId, replica: ReplicaId): Promise<void>
  tell(group: GroupId, places: readonly Enrolled[]): void
  pause(): Promise<void>
}

/**
 * A node that fell with its machine is taken to run until its connections are seen to be dead: a
 * matter of seconds, or of half a minute where a full packet stands in front of all and nothing is
 * known of the way (`stuckMs`, `probeMs` and `slowestBytesPerS` of the links). Whoever takes its
 * place is an honest node as often as not, be it the next start of the same folder: it asks for
 * longer, in rounds of which each takes a breath of `ASK_AGAIN_MS` and one after the other.
 */
const TAKEN_ROUNDS_MAX = 120

export class Seating {
  readonly #parts: SeatingParts
  readonly #named = new Set<GroupId>()
  /** By those who answered in this round. */
  readonly #listed = new Set<GroupId>()
  readonly #confirmed = new Set<GroupId>()
  readonly #wrong = new Set<string>()
  readonly #absent = new Set<string>()
  /** One after the other, in which it was said. */
  #takenRounds = 0
  /** What was said in this round about another node of this name. */
  #taken: WeirError | undefined
  #told = ''

  constructor(parts: SeatingParts) {
    this.#parts = parts
  }

  get isSeated(): boolean {
    return this.#named.size > 0 && this.#confirmed.size === this.#named.size
  }

  /** Groups that were named and of which there is no replica here yet. */
  get missing(): number {
    return [...this.#named].filter(group => this.#parts.replicaHere(group) === undefined).length
  }

  /** Resolves when every group has confirmed. Rejects when this node may not join at all. */
  async run(): Promise<void> {
    while (!(await this.#askAll())) await this.#parts.pause()
  }

  /** This node holds the group, or somebody spoke of it. */
  name(group: GroupId): void {
    this.#named.add(group)
  }

  async #askAll(): Promise<boolean> {
    const asked = new Set<string>()
    const troubles: string[] = []
    this.#taken = undefined
    this.#listed.clear()
    let answers = 0
    for (let [address] = this.#parts.addresses(); address !== undefined; ) {
      asked.add(address)
      try {
        await this.#onAnswer(address, await this.#parts.join(address))
        answers++
      } catch (error) {
        if (error instanceof WeirError) throw error
        troubles.push(`${address} (${(error as Error).message})`)
      }
      address = this.#parts.addresses().find(one => !asked.has(one))
    }
    this.#countTaken(this.#taken)
    if (asked.size > 0 && answers === 0) this.#tellTroubles(troubles)
    if (troubles.length === 0) this.#forgetWhatNobodyHas()
    // At once after the last look at the addresses: a leader's roster has told all of them by now.
    for (const group of this.#named) if (this.#parts.leadsHere(group)) this.#confirmed.add(group)
    return this.isSeated
  }

  /** Somebody spoke of it who has it no longer, as all say; if not, he speaks of it again. */
  #forgetWhatNobodyHas(): void {
    for (const group of this.#named) {
      if (this.#listed.has(group) || this.#parts.replicaHere(group) !== undefined) continue
      this.#named.delete(group)
    }
  }

  async #onAnswer(address: string, { code, message, groups }: JoinAnswer): Promise<void> {
    if (code === 'wrong-cluster') this.#tellWrong(address, message)
    if (code === 'wrong-cluster' || code === 'no-cluster') throw new Error(message)
    if (code === TAKEN) this.#taken = new WeirError(code, message)
    if (code === TAKEN) throw new Error(message)
    if (code !== '') throw new WeirError(code, message)
    for (const { places } of groups) await this.#mustBeAlone(places)
    for (const seat of groups) await this.#onSeat(seat)
  }

  async #onSeat({ group: number, replica: given, places }: Seat): Promise<void> {
    const group = groupId(number)
    this.#named.add(group)
    this.#listed.add(group)
    this.#parts.tell(group, places.map(enrolledFrom))
    if (given === 0) return
    const here = this.#parts.replicaHere(group)
    if (here === undefined) await this.#parts.create(group, replicaId(given))
    else if (here !== given) throw otherReplica(number, here, given)
    this.#confirmed.add(group)
  }

  /** Its former self, of a folder that is lost, may run as another's; each place is asked once. */
  async #mustBeAlone(places: readonly Place[]): Promise<void> {
    const { self, isNamesake } = this.#parts
    for (const { node, store, address } of places) {
      if (node !== self.node || store === self.store || address === self.address) continue
      if (this.#absent.has(address)) continue
      const { code, message } = namesakeRefusal(self.node, address)
      if (await isNamesake(address)) throw new WeirError(code, message)
      this.#absent.add(address)
    }
  }

  #countTaken(error: WeirError | undefined): void {
    this.#takenRounds = error === undefined ? 0 : this.#takenRounds + 1
    if (error !== undefined && this.#takenRounds >= TAKEN_ROUNDS_MAX) throw error
  }

  /** Of each address once: this node goes on with those that are of its cluster. */
  #tellWrong(address: string, why: string): void {
    if (this.#wrong.has(address)) return
    this.#wrong.add(address)
    const facts = { address, code: 'wrong-cluster', why }
    this.#parts.logger.log('error', 'a node named by --join is of another cluster', facts)
  }

  #tellTroubles(troubles: readonly string[]): void {
    const why = troubles.join(', ')
    if (why === this.#told) return
    this.#told = why
    this.#parts.logger.log('warn', 'no member of the cluster answers', { why })
  }
}

function otherReplica(group: number, here: ReplicaId, given: number): WeirError {
  return new WeirError(
    'replica-mismatch',
    `the log holds replica ${here} of group ${group}, its members know this node as ${given}; ` +
      'empty the data folder, and let the node join as a new replica',
  )
}
