/**
 * Elections: one leader per term, elected by a quorum; one vote per term and replica, however
 * often it restarts.
 */

import type { ReplicaId } from '../../../src/base/ids.ts'
import { replicaId } from '../../../src/base/ids.ts'
import type { Message, PreVoteReply, Vote, VoteReply } from '../../../src/raft/messages.ts'
import { NO_ONE } from '../../../src/raft/types.ts'
import type { ReplicaView, StepInput } from './checker.ts'
import type { LogView } from './core.ts'
import type { Ledger } from './ledger.ts'
import { hasQuorum } from './ledger.ts'
import { Rule } from './rule.ts'
import type { Sight } from './witness.ts'

/** Who voted for whom, by term: as said to others, and as it stood on disk. */
export class Ballots {
  readonly #said = new Map<number, Map<ReplicaId, ReplicaId>>()
  readonly #durable = new Map<number, Map<ReplicaId, ReplicaId>>()

  said(term: number, voter: ReplicaId): ReplicaId | undefined {
    return this.#said.get(term)?.get(voter)
  }

  durable(term: number, voter: ReplicaId): ReplicaId | undefined {
    return this.#durable.get(term)?.get(voter)
  }

  say(term: number, voter: ReplicaId, candidate: ReplicaId): void {
    within(this.#said, term).set(voter, candidate)
  }

  keep(term: number, voter: ReplicaId, candidate: ReplicaId): void {
    within(this.#durable, term).set(voter, candidate)
  }
}

function within<K, V>(map: Map<number, Map<K, V>>, term: number): Map<K, V> {
  const found = map.get(term) ?? new Map<K, V>()
  map.set(term, found)
  return found
}

export class ElectionSafety extends Rule {
  readonly name = 'RAFT-1 election safety'
  readonly #ledger: Ledger
  readonly #ballots: Ballots

  constructor(ledger: Ledger, ballots: Ballots) {
    super()
    this.#ledger = ledger
    this.#ballots = ballots
  }

  started({ id, raft }: ReplicaView): void {
    const { role } = raft.status()
    this.must(role !== 'leader', () => `${id} starts as leader`)
  }

  turned({ view, status, before }: Sight): void {
    if (status.role !== 'leader') return
    const { term } = status
    const first = this.#ledger.leaders.get(term)
    const same = first === undefined || (first.id === view.id && first.boot === view.boot)
    this.must(same, () => `${first?.id} and ${view.id} both lead term ${term}`)
    this.must(before.role !== 'leader', () => `${view.id} leads from one term into the next`)
    const voted = (id: ReplicaId): boolean =>
      id === view.id
        ? this.#ballots.durable(term, id) === view.id
        : this.#ballots.said(term, id) === view.id
    this.must(hasQuorum(view.raft.log.members, voted), () => {
      return `${view.id} leads term ${term} without the votes of a quorum`
    })
  }
}

export class OneVote extends Rule {
  readonly name = 'RAFT-2 one vote'
  readonly #ledger: Ledger
  readonly #ballots: Ballots

  constructor(ledger: Ledger, ballots: Ballots) {
    super()
    this.#ledger = ledger
    this.#ballots = ballots
  }

  started(view: ReplicaView): void {
    this.durable(view)
  }

  durable({ id, durable }: ReplicaView): void {
    const { term, vote } = durable
    if (vote === NO_ONE) return
    const kept = this.#ballots.durable(term, id)
    this.must(kept === undefined || kept === vote, () => {
      return `${id} kept a vote for ${kept} and then for ${vote} in term ${term}`
    })
    this.#ballots.keep(term, id, replicaId(vote))
  }

  sent(view: ReplicaView, message: Message): void {
    if (message.type === 'vote') this.#onVote(view, message)
    else if (message.type === 'vote-reply' && message.granted) this.#onGrant(view, message)
  }

  #onVote({ id, durable }: ReplicaView, { term }: Vote): void {
    this.#say(id, id, term)
    this.must(durable.term > term || this.#ballots.durable(term, id) === id, () => {
      return `${id} asks for votes in term ${term}, and its own is not durable`
    })
  }

  /**
   * A disk that is in a later term can give no other vote in this one: it need not tell which it
   * gave.
   */
  #onGrant({ id, durable }: ReplicaView, { term, to }: VoteReply): void {
    this.#say(id, to, term)
    this.must(durable.term > term || this.#ballots.durable(term, id) === to, () => {
      return `${id} tells ${to} of a vote in term ${term} that is not durable`
    })
    this.must(this.#ledger.leaders.get(term)?.id !== id, () => {
      return `${id} leads term ${term} and votes for ${to} in it`
    })
  }

  #say(voter: ReplicaId, candidate: ReplicaId, term: number): void {
    const said = this.#ballots.said(term, voter)
    this.must(said === undefined || said === candidate, () => {
      return `${voter} votes for ${said} and for ${candidate} in term ${term}`
    })
    this.#ballots.say(term, voter, candidate)
  }
}

/** Where a log ends. */
interface End {
  readonly lastIndex: number
  readonly lastTerm: number
}

/** A vote and a promise of one go only to a log at least as good as the voter's own. */
export class UpToDate extends Rule {
  readonly name = 'RAFT-3 votes for full logs'
  readonly #ledger: Ledger
  /** What is promised leaves later than it was decided, and the log may have grown since. */
  readonly #inTurns: boolean
  /** The best log that a replica claimed when it asked for promises to vote in a term. */
  readonly #claims = new Map<number, Map<ReplicaId, End>>()

  constructor(ledger: Ledger, inTurns = false) {
    super()
    this.#ledger = ledger
    this.#inTurns = inTurns
  }

  stepped({ id, raft }: ReplicaView, _input: StepInput, message?: Message): void {
    if (message?.type !== 'vote') return
    const { status, before } = this.#ledger.sights.get(id) as Sight
    const { term, vote } = status
    // A vote that was given before may be asked for again, and the log has grown since.
    const isOld = before.term === term && before.vote === vote
    if (vote !== message.from || term !== message.term || isOld) return
    this.must(!isBetter(endOf(raft.log), message), () => {
      return `${id} votes in term ${term} for ${vote}, whose log ends before its own`
    })
  }

  sent(view: ReplicaView, message: Message): void {
    if (message.type === 'pre-vote' || message.type === 'vote') this.#onClaim(view, message)
    else if (message.type === 'pre-vote-reply' && message.granted && !this.#inTurns) {
      this.#onPromise(view, message)
    }
  }

  #onClaim({ id, raft }: ReplicaView, message: Message & End): void {
    const status = raft.status()
    const campaigns = status.role === 'candidate' || status.role === 'pre-candidate'
    const end = endOf(raft.log)
    const isTrue = end.lastIndex === message.lastIndex && end.lastTerm === message.lastTerm
    this.must(!campaigns || isTrue, () => `${id} misstates where its log ends`)
    if (message.type !== 'pre-vote') return
    const claims = within(this.#claims, message.term)
    const earlier = claims.get(id)
    if (earlier === undefined || isBetter(message, earlier)) claims.set(id, message)
  }

  #onPromise({ id, raft }: ReplicaView, { term, to }: PreVoteReply): void {
    const claim = this.#claims.get(term)?.get(to)
    this.must(claim !== undefined && !isBetter(endOf(raft.log), claim), () => {
      return `${id} would vote in term ${term} for ${to}, whose log ends before its own`
    })
  }
}

function endOf(log: LogView): End {
  return { lastIndex: log.lastIndex, lastTerm: log.term(log.lastIndex) ?? 0 }
}

function isBetter(a: End, b: End): boolean {
  return a.lastTerm > b.lastTerm || (a.lastTerm === b.lastTerm && a.lastIndex > b.lastIndex)
}
