/** What only a leader may say, and how far: appends, heartbeats, images, the call to campaign. */

import type { ReplicaId } from '../../../src/base/ids.ts'
import type { Message, Snapshot, TimeoutNow } from '../../../src/raft/messages.ts'
import type { Image } from '../../../src/raft/types.ts'
import { NO_ONE } from '../../../src/raft/types.ts'
import type { ReplicaView } from './checker.ts'
import type { Ledger } from './ledger.ts'
import { isDurable } from './ledger.ts'
import { Rule } from './rule.ts'

export class LeaderSpeech extends Rule {
  readonly name = 'RAFT-12 what leaders say'
  readonly #ledger: Ledger

  constructor(ledger: Ledger) {
    super()
    this.#ledger = ledger
  }

  sent(view: ReplicaView, message: Message): void {
    const { id } = view
    this.must(message.from === id && message.to !== id, () => {
      return `${id} sends a message from ${message.from} to ${message.to}`
    })
    if (!isLeaders(message)) return
    const { term, type } = message
    const leader = this.#ledger.leaders.get(term)
    this.must(leader?.id === id && leader.boot === view.boot, () => {
      return `${id} sends ${type} in term ${term}, which it does not lead`
    })
    this.must(view.durable.term >= term, () => `${id} leads term ${term}, which is not durable`)
    this.#onCommit(view, message)
  }

  #onCommit({ id, raft }: ReplicaView, message: Message): void {
    if (message.type !== 'append' && message.type !== 'heartbeat') return
    const { commit, to } = message
    this.must(commit <= raft.log.commit, () => `${id} tells of a commit beyond its own`)
    if (message.type === 'append' || commit === 0) return
    const receiver = this.#ledger.sights.get(to)
    const known = this.#ledger.committed.get(commit)
    const holds =
      receiver !== undefined &&
      known !== undefined &&
      isDurable(receiver.view.durable, commit, known.term)
    this.must(holds, () => `${id} beats a commit of ${commit} to ${to}, which does not hold it`)
  }
}

function isLeaders({ type }: Message): boolean {
  return type === 'append' || type === 'heartbeat' || type === 'snapshot' || type === 'timeout-now'
}

/** Leadership is handed only to a voter whose log is as long as the leader's. */
export class Transfer extends Rule {
  readonly name = 'RAFT-13 transfer'
  readonly #ledger: Ledger
  readonly #electionMs: number
  /** By leader: how long it has been handing over, by its own ticks. */
  readonly #handingMs = new Map<ReplicaId, number>()

  constructor(ledger: Ledger, electionMs: number) {
    super()
    this.#ledger = ledger
    this.#electionMs = electionMs
  }

  stepped({ id }: ReplicaView): void {
    if (this.#ledger.sights.get(id)?.status.transferee === NO_ONE) this.#handingMs.delete(id)
  }

  /** An heir that does not take over within an election time never will. */
  ticked({ id, raft }: ReplicaView, elapsedMs: number): void {
    if ((this.#ledger.sights.get(id)?.status.transferee ?? NO_ONE) === NO_ONE) return
    const handingMs = (this.#handingMs.get(id) ?? 0) + elapsedMs
    this.#handingMs.set(id, handingMs)
    const isOver = raft.status().transferee === NO_ONE
    this.must(isOver || handingMs < this.#electionMs, () => {
      return `${id} has been handing leadership over for ${handingMs} ms`
    })
  }

  sent(view: ReplicaView, message: Message): void {
    if (message.type === 'timeout-now') this.#onTimeoutNow(view, message)
  }

  #onTimeoutNow({ id, raft }: ReplicaView, { to, term }: TimeoutNow): void {
    const { voters, outgoing } = raft.log.members
    this.must(voters.includes(to) || outgoing.includes(to), () => {
      return `${id} hands leadership to ${to}, which does not vote`
    })
    const heir = this.#ledger.sights.get(to)
    if (heir === undefined || heir.status.term > term) return
    const { lastIndex } = raft.log
    const lastTerm = raft.log.term(lastIndex) ?? 0
    this.must(isDurable(heir.view.durable, lastIndex, lastTerm), () => {
      return `${id} hands leadership to ${to}, whose disk does not hold ${lastIndex}`
    })
  }

  /** While leadership is handed over, nothing is taken in that the heir would lack. */
  grew({ view, status, before, input }: { view: ReplicaView } & Turn): void {
    const handing = before.transferee !== 0 && status.transferee !== 0 && input === 'propose'
    this.must(!handing, () => `${view.id} takes a proposal while it hands leadership over`)
  }
}

interface Turn {
  readonly status: { readonly transferee: number }
  readonly before: { readonly transferee: number }
  readonly input: string
}

/** Images of one index are images of one history, everywhere. */
export class Images extends Rule {
  readonly name = 'RAFT-14 images'
  readonly #ledger: Ledger
  readonly #chains = new Map<number, number>()

  constructor(ledger: Ledger) {
    super()
    this.#ledger = ledger
  }

  started({ id, durable }: ReplicaView): void {
    this.#onImage(id, durable.image)
  }

  durable({ id, durable }: ReplicaView): void {
    this.#onImage(id, durable.image)
  }

  sent({ id, raft }: ReplicaView, message: Message): void {
    if (message.type !== 'snapshot') return
    this.#onImage(id, message.image)
    this.must(message.image.index <= raft.log.commit, () => `${id} sends an uncommitted image`)
    this.must(isPlausible(message), () => `${id} sends a chunk from ${message.offset}`)
  }

  #onImage(id: number, image: Image): void {
    const { index, term, chain } = image
    if (index === 0) return
    const known = this.#ledger.committed.get(index)
    this.must(known?.term === term, () => {
      return `${id} has an image of (${index}, ${term}), committed is term ${known?.term}`
    })
    const first = this.#chains.get(index)
    this.must(first === undefined || first === chain, () => {
      return `${id} has an image of ${index} with chain ${chain}; another has ${first}`
    })
    this.#chains.set(index, chain)
  }
}

function isPlausible({ offset, data, last }: Snapshot): boolean {
  return offset >= 0 && (last || data.length > 0)
}
