/**
 * Little histories by hand, for the tests of the checkers: replicas are plain records, every move
 * is a line, and each move is told to all checkers as the world would tell it. Nothing here obeys
 * Raft unless the test does.
 */

import type { ReplicaId } from '../../../../src/base/ids.ts'
import { replicaId } from '../../../../src/base/ids.ts'
import { encodeMembers } from '../../../../src/raft/log/codec.ts'
import type { Append, AppendReply, Message } from '../../../../src/raft/messages.ts'
import type { RaftLimits } from '../../../../src/raft/options.ts'
import { defaultLimits, defaultTimes } from '../../../../src/raft/options.ts'
import type { Entry, EntryKind, Image, Members, Role } from '../../../../src/raft/types.ts'
import { History } from '../../clients/history.ts'
import type { Command } from '../../command.ts'
import { encodeCommand } from '../../command.ts'
import { TestMachine } from '../../machine.ts'
import type { DurableView, ReplicaView, StepInput } from '../checker.ts'
import { Violation } from '../checker.ts'
import type { CoreView, LogView, PeerView, StatusView } from '../core.ts'
import type { Suite } from '../suite.ts'
import { raftSuite } from '../suite.ts'

const nothing: Uint8Array = new Uint8Array(0)

export class HandDurable implements DurableView {
  term = 0
  vote = 0
  commit = 0
  image: Image
  /** Of the entries behind the image. */
  terms: number[] = []

  constructor(image: Image) {
    this.image = image
  }

  get lastIndex(): number {
    return this.image.index + this.terms.length
  }

  termAt(index: number): number | undefined {
    return index === this.image.index ? this.image.term : this.terms[index - this.image.index - 1]
  }
}

export class HandLog implements LogView {
  firstIndex: number
  commit = 0
  applied = 0
  durable = 0
  image: Image
  members: Members
  membersIndex = 0
  entries: Entry[] = []

  constructor(image: Image) {
    this.image = image
    this.members = image.members
    this.firstIndex = image.index + 1
  }

  get lastIndex(): number {
    return this.firstIndex + this.entries.length - 1
  }

  term(index: number): number | undefined {
    return index === this.image.index ? this.image.term : this.entry(index)?.term
  }

  entry(index: number): Entry | undefined {
    return this.entries[index - this.firstIndex]
  }
}

export class Hand implements ReplicaView, CoreView {
  readonly id: ReplicaId
  boot = 1
  log: HandLog
  machine = new TestMachine()
  durable: HandDurable
  role: Role = 'follower'
  term = 0
  vote = 0
  leader = 0
  transferee = 0
  peers: PeerView[] = []
  electionElapsedMs = 0
  readsPending = 0

  constructor(id: number, image: Image) {
    this.id = replicaId(id)
    this.log = new HandLog(image)
    this.durable = new HandDurable(image)
  }

  get raft(): CoreView {
    return this
  }

  status(): StatusView {
    const { id, role, term, log, transferee, electionElapsedMs, readsPending } = this
    const { commit, applied, lastIndex, durable, members, membersIndex, image } = log
    return {
      self: id,
      role,
      term,
      vote: replicaId(this.vote),
      leader: replicaId(this.leader),
      commit,
      applied,
      lastIndex,
      durable,
      members,
      membersIndex,
      image: image.index,
      transferee: replicaId(transferee),
      peers: [...this.peers],
      fast: false,
      electionElapsedMs,
      uncommittedBytes: 0,
      readsPending,
    }
  }
}

export function membersOf(
  voters: number[],
  outgoing: number[] = [],
  learners: number[] = [],
): Members {
  const ids = (list: number[]) => list.map(replicaId)
  return { voters: ids(voters), outgoing: ids(outgoing), learners: ids(learners) }
}

export class Stage {
  readonly history: History
  readonly suite: Suite
  readonly hands: Hand[]
  /** The names of the checkers that objected so far. */
  readonly objections: string[] = []
  /** Time passes by one with every call or answer of a client. */
  nowMs = 0

  constructor(count = 3, limits: Partial<RaftLimits> = {}) {
    this.history = new History(() => this.nowMs++, 1000)
    this.suite = raftSuite({
      history: this.history,
      times: defaultTimes,
      limits: { ...defaultLimits, ...limits },
    })
    const ids = Array.from({ length: count }, (_, i) => i + 1)
    const image = { index: 0, term: 0, members: membersOf(ids), membersIndex: 0, chain: 0 }
    this.hands = ids.map(id => new Hand(id, image))
    for (const hand of this.hands) this.start(hand)
  }

  hand(id: number): Hand {
    const hand = this.hands.find(other => other.id === id)
    if (hand === undefined) throw new Error(`no replica ${id}`)
    return hand
  }

  #tell(tell: (checker: Suite['checkers'][number]) => void): void {
    for (const checker of this.suite.checkers) {
      try {
        tell(checker)
      } catch (error) {
        if (!(error instanceof Violation)) throw error
        this.objections.push(error.checker.split(' ')[0] ?? '')
      }
    }
  }

  start(hand: Hand): void {
    this.#tell(checker => checker.started?.(hand))
  }

  /** A crash that loses all that is not durable, and a new start. */
  restart(hand: Hand): void {
    const { durable, log } = hand
    hand.boot++
    hand.role = 'follower'
    hand.leader = 0
    hand.term = durable.term
    hand.vote = durable.vote
    const { terms, image } = durable
    log.image = image
    log.entries = log.entries.filter(({ index }) => index > image.index).slice(0, terms.length)
    log.firstIndex = image.index + 1
    log.durable = log.lastIndex
    log.commit = durable.commit
    log.applied = image.index
    hand.machine = new TestMachine()
    this.start(hand)
  }

  step(hand: Hand, change: () => void, input: StepInput = 'other', message?: Message): void {
    change()
    this.#tell(checker => checker.stepped?.(hand, input, message))
  }

  /** So much time passes for this replica, whose state is already what it makes of that. */
  tick(hand: Hand, elapsedMs: number): void {
    this.#tell(checker => checker.ticked?.(hand, elapsedMs))
    this.step(hand, () => {}, 'tick')
  }

  send(hand: Hand, message: Message): void {
    this.#tell(checker => checker.sent?.(hand, message))
  }

  end(): void {
    this.#tell(checker => checker.ended?.(this.hands))
  }

  /** Everything in memory reaches the disk and the core hears of it. */
  sync(hand: Hand): void {
    this.disk(hand, durable => {
      const { log } = hand
      durable.term = hand.term
      durable.vote = hand.vote
      durable.commit = log.commit
      durable.terms = log.entries
        .filter(({ index }) => index > durable.image.index)
        .map(({ term }) => term)
    })
    this.step(hand, () => (hand.log.durable = hand.log.lastIndex), 'persisted')
  }

  disk(hand: Hand, change: (durable: HandDurable) => void): void {
    change(hand.durable)
    this.#tell(checker => checker.durable?.(hand))
  }

  /** Everything that an election takes. */
  elect(candidate: Hand, term: number, voters: readonly Hand[]): void {
    this.campaign(candidate, term)
    for (const voter of voters) this.vote(candidate, voter)
    this.win(candidate)
  }

  /** The leader has asked for it. */
  campaign(candidate: Hand, term: number): void {
    const to = candidate.id
    const from = replicaId(to === 1 ? 2 : 1)
    const message: Message = { type: 'timeout-now', from, to, term: term - 1 }
    this.step(candidate, () => this.become(candidate, 'candidate', term, to), 'message', message)
    this.sync(candidate)
  }

  vote(candidate: Hand, voter: Hand): void {
    const { term } = candidate
    const ask = this.ask(candidate, voter)
    this.send(candidate, ask)
    this.step(voter, () => this.become(voter, 'follower', term, candidate.id), 'message', ask)
    this.sync(voter)
    this.send(voter, {
      type: 'vote-reply',
      from: voter.id,
      to: candidate.id,
      term,
      granted: true,
    })
  }

  ask(candidate: Hand, voter: Hand): Message & { type: 'vote' } {
    const { id: from, log, term } = candidate
    const { lastIndex } = log
    const lastTerm = log.term(lastIndex) ?? 0
    return { type: 'vote', from, to: voter.id, term, lastIndex, lastTerm, forced: true }
  }

  win(leader: Hand): void {
    this.step(leader, () => {
      leader.role = 'leader'
      leader.leader = leader.id
      this.put(leader, 'term', nothing)
    })
    this.sync(leader)
  }

  become(hand: Hand, role: Role, term: number, vote: number): void {
    hand.role = role
    hand.term = term
    hand.vote = vote
    hand.leader = 0
  }

  /** Only into memory: tells nobody. */
  put(hand: Hand, kind: EntryKind, data: Uint8Array, term = hand.term): Entry {
    const entry = { index: hand.log.lastIndex + 1, term, kind, data }
    hand.log.entries.push(entry)
    return entry
  }

  propose(leader: Hand, data: Uint8Array = nothing): void {
    this.step(leader, () => this.put(leader, 'data', data), 'propose')
    this.sync(leader)
  }

  change(leader: Hand, members: Members): void {
    this.step(leader, () => {
      const { index } = this.put(leader, 'members', encodeMembers(members))
      leader.log.members = members
      leader.log.membersIndex = index
    })
    this.sync(leader)
  }

  /** The leader's whole log, sent and taken and acknowledged. */
  replicate(leader: Hand, follower: Hand): void {
    const message = this.append(leader, follower)
    this.send(leader, message)
    this.step(follower, () => this.copy(leader, follower), 'message', message)
    this.sync(follower)
    this.send(follower, this.ack(leader, follower, follower.log.lastIndex))
  }

  append(leader: Hand, follower: Hand): Append {
    const { id: from, term, log } = leader
    const { entries, commit, firstIndex } = log
    const prevIndex = firstIndex - 1
    const prevTerm = log.term(prevIndex) ?? 0
    const to = follower.id
    return { type: 'append', from, to, term, prevIndex, prevTerm, entries: [...entries], commit }
  }

  copy(leader: Hand, follower: Hand): void {
    const { log } = follower
    this.become(
      follower,
      'follower',
      leader.term,
      follower.term === leader.term ? follower.vote : 0,
    )
    follower.leader = leader.id
    log.entries = [...leader.log.entries]
    log.members = leader.log.members
    log.membersIndex = leader.log.membersIndex
    log.durable = Math.min(log.durable, log.lastIndex)
  }

  ack(leader: Hand, follower: Hand, index: number): AppendReply {
    const { id: from, term } = follower
    const to = leader.id
    return { type: 'append-reply', from, to, term, ok: true, index, hintIndex: 0, hintTerm: 0 }
  }

  /** Others hear of it by a heartbeat of whoever they take for the leader. */
  commit(hand: Hand, index = hand.log.lastIndex): void {
    const change = () => (hand.log.commit = index)
    if (hand.role === 'leader') {
      this.step(hand, change)
      return
    }
    const from = replicaId(hand.leader)
    const ids = { from, to: hand.id, term: hand.term }
    this.step(hand, change, 'message', { type: 'heartbeat', ...ids, commit: index, round: 0 })
  }

  /** Applies all that is committed. */
  apply(hand: Hand): void {
    const { log, machine } = hand
    while (machine.appliedIndex < log.commit) {
      const entry = log.entry(machine.appliedIndex + 1)
      if (entry === undefined) throw new Error('the stage has lost an entry')
      machine.apply(entry)
      this.applied(hand, entry)
      this.step(hand, () => (log.applied = entry.index), 'applied')
    }
  }

  applied(hand: Hand, entry: Entry): void {
    this.#tell(checker => checker.applied?.(hand, entry))
  }
}

/** A command of a client, in its history and as bytes. */
export function ask(stage: Stage, command: Partial<Command> & Pick<Command, 'name' | 'serial'>) {
  const defaults = { expectedTerm: 1, key: 0, value: command.serial, expected: 0, paddingBytes: 0 }
  const whole: Command = { ...defaults, ...command }
  return { operation: stage.history.call(1, whole), data: encodeCommand(whole) }
}
