/**
 * When a replica may campaign and when it must stop leading. Nothing here endangers what is
 * committed; it keeps a group from being disturbed without end.
 */

import type { ReplicaId } from '../../../src/base/ids.ts'
import type { Message } from '../../../src/raft/messages.ts'
import type { RaftTimes } from '../../../src/raft/options.ts'
import { isSound } from '../../../src/raft/validate.ts'
import type { ReplicaView, StepInput } from './checker.ts'
import type { Ledger } from './ledger.ts'
import { hasQuorum } from './ledger.ts'
import { Rule } from './rule.ts'
import type { Sight } from './witness.ts'

/** A campaign begins when a quorum promised its votes, or when the leader asked for it. */
export class AskFirst extends Rule {
  readonly name = 'RAFT-22 ask before a campaign'
  /** By term and candidate, who promised a vote. */
  readonly #promises = new Map<string, Set<ReplicaId>>()
  /** Campaigns that a leader asked for. */
  readonly #forced = new Set<string>()

  sent({ id }: ReplicaView, message: Message): void {
    if (message.type === 'vote') {
      const { forced, term } = message
      this.must(!forced || this.#forced.has(keyOf(term, id)), () => {
        return `${id} forces a campaign in term ${term} that no leader asked for`
      })
    } else if (message.type === 'pre-vote-reply' && message.granted) {
      const key = keyOf(message.term, message.to)
      const voters = this.#promises.get(key) ?? new Set()
      this.#promises.set(key, voters.add(id))
    }
  }

  turned({ view, status, message }: Sight): void {
    if (status.role !== 'candidate') return
    const { id, raft } = view
    const key = keyOf(status.term, id)
    if (message?.type === 'timeout-now') {
      this.#forced.add(key)
      return
    }
    const promised = this.#promises.get(key)
    const has = (voter: ReplicaId): boolean => voter === id || promised?.has(voter) === true
    this.must(hasQuorum(raft.log.members, has), () => {
      return `${id} campaigns in term ${status.term} without the promises of a quorum`
    })
  }
}

function keyOf(term: number, candidate: ReplicaId): string {
  return `${term}/${candidate}`
}

/** Heartbeats that went to a peer, and how many of them when it was last heard. */
interface Contact {
  sent: number
  heardAt: number
  /** Like `heardAt`, of answers to this leader in its term. */
  answeredAt: number
}

interface Reign {
  readonly term: number
  /** Other members make another quorum, which gets its chance. */
  readonly membersIndex: number
  readonly contacts: Map<ReplicaId, Contact>
}

const answers: ReadonlySet<Message['type']> = new Set<Message['type']>([
  'append-reply',
  'heartbeat-reply',
  'snapshot-reply',
])

/** Rounds of heartbeats that go out besides those of the timer, with room to spare. */
const EXTRA_BEATS = 10

/**
 * A leader that no quorum answers steps down, and no other does by itself. Time is measured in the
 * heartbeats that it sends itself, so that one whose process stands still is not blamed.
 */
export class CheckQuorum extends Rule {
  readonly name = 'RAFT-23 a lonely leader steps down'
  readonly #ledger: Ledger
  readonly #beatsMax: number
  readonly #reigns = new Map<ReplicaId, Reign>()

  constructor(ledger: Ledger, { electionMs, heartbeatMs }: RaftTimes) {
    super()
    this.#ledger = ledger
    this.#beatsMax = electionMs / heartbeatMs + EXTRA_BEATS
  }

  stepped(view: ReplicaView, input: StepInput, message?: Message): void {
    const reign = this.#reigns.get(view.id)
    if (reign === undefined) return
    if (input === 'tick') this.#onTick(view, reign)
    if (message === undefined) return
    const contact = reign.contacts.get(message.from)
    if (contact === undefined) return
    contact.heardAt = contact.sent
    const { term, to } = message
    const isAnswer = answers.has(message.type) && term === reign.term && to === view.id
    // One that is refused as malformed tells nothing.
    if (isAnswer && isSound(message)) contact.answeredAt = contact.sent
  }

  /** Whoever steps down because time passes has missed the answers of a quorum. */
  #onTick({ id, raft }: ReplicaView, { term, contacts, membersIndex }: Reign): void {
    const { status, before } = this.#ledger.sights.get(id) as Sight
    if (before.role !== 'leader' || status.role === 'leader' || before.term !== term) return
    if (status.term !== term || raft.log.membersIndex !== membersIndex) return
    // Nothing is owed: a clock that leaps may take one unanswered beat for a long silence.
    const answered = (peer: ReplicaId): boolean => {
      const contact = contacts.get(peer)
      return peer === id || (contact !== undefined && contact.answeredAt === contact.sent)
    }
    this.must(!hasQuorum(raft.log.members, answered), () => {
      return `${id} steps down in term ${term}, and a quorum has just answered`
    })
  }

  sent({ id, raft }: ReplicaView, message: Message): void {
    if (message.type !== 'heartbeat') return
    const { to, term } = message
    const { contacts } = this.#reignOf(id, term, raft.log.membersIndex)
    const contact = contacts.get(to) ?? { sent: 0, heardAt: 0, answeredAt: -2 }
    contacts.set(to, contact)
    contact.sent++
    if (contact.sent - contact.heardAt <= this.#beatsMax) return
    const isHeard = (peer: ReplicaId): boolean => {
      const other = contacts.get(peer)
      return peer === id || other === undefined || other.sent - other.heardAt <= this.#beatsMax
    }
    const leads = this.#ledger.sights.get(id)?.status.role === 'leader'
    this.must(!leads || hasQuorum(raft.log.members, isHeard), () => {
      return `${id} leads term ${term}, and no quorum has answered for ${this.#beatsMax} heartbeats`
    })
  }

  #reignOf(id: ReplicaId, term: number, membersIndex: number): Reign {
    const known = this.#reigns.get(id)
    if (known?.term === term && known.membersIndex === membersIndex) return known
    const reign = { term, membersIndex, contacts: new Map<ReplicaId, Contact>() }
    this.#reigns.set(id, reign)
    return reign
  }
}
