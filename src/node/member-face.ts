/** What the HTTP interface is told of a member. */

import type { GroupId, NodeId } from '../base/ids.ts'
import type { GroupMachine } from '../raft/host/machine.ts'
import type { Links } from '../raft/links/links.ts'
import type { LogStore } from '../raft/store/store.ts'
import type { Directory } from './directory.ts'
import type { Answer, Check, Counted, Figures, GroupReport, NodeFace, OtherNode } from './face.ts'
import type { Placing } from './jobs/placing.ts'
import type { Member } from './member.ts'
import { checksOf, type SeatFacts } from './readiness.ts'
import type { Replica } from './replica.ts'
import type { Fingerprint } from './roster/digest.ts'

export interface FaceParts {
  readonly node: NodeId
  readonly cluster: string
  readonly member: Member<GroupMachine>
  readonly directory: Directory
  readonly placing: Placing
  readonly links: Pick<Links, 'status' | 'counters'>
  readonly store: Pick<LogStore, 'stats'>
  /** Wishes to join that came to nothing, by code. */
  readonly joinsRefused: ReadonlyMap<string, number>
  seats(): SeatFacts
}

export class MemberFace implements NodeFace {
  readonly node: NodeId
  readonly cluster: string
  readonly #parts: FaceParts

  constructor(parts: FaceParts) {
    this.node = parts.node
    this.cluster = parts.cluster
    this.#parts = parts
  }

  reports(): readonly GroupReport[] {
    return this.#replicas().map(replica => this.#report(replica))
  }

  report(group: string): GroupReport | undefined {
    const id = this.#parts.placing.idOf(group)
    const replica = id === undefined ? undefined : this.#find(id)
    return replica && this.#report(replica)
  }

  others(): readonly OtherNode[] {
    return this.#parts.directory.others().map(({ node, http }) => ({ node, http }))
  }

  transfer(group: GroupId, to: NodeId, done: (answer: Answer<{ leader: NodeId }>) => void): void {
    const replica = this.#find(group)
    if (replica === undefined) done(this.#unknown(group))
    else replica.transfer(to, done)
  }

  askFingerprint(group: GroupId, done: (answer: Answer<{ index: number }>) => void): void {
    const replica = this.#find(group)
    if (replica === undefined) done(this.#unknown(group))
    else replica.askFingerprint(done)
  }

  fingerprint(group: GroupId, index: number): Fingerprint | undefined {
    return this.#find(group)?.roster.digests.at(index)
  }

  readiness(): readonly Check[] {
    const { member, seats } = this.#parts
    const replicas = this.#replicas().map(one => one.readiness())
    return checksOf({ replicas, seats: seats(), isStopping: member.isStopping })
  }

  figures(): Figures {
    const { member, links, store, joinsRefused } = this.#parts
    const replicas = this.#replicas()
    const sum = (value: (replica: Replica<GroupMachine>) => number) =>
      replicas.reduce((total, replica) => total + value(replica), 0)
    const peers = links.status()
    const { accepted, refused, refusedByPeers } = links.counters()
    const { stalls, received, imagesRunning, imagesWaiting } = member.host.stats()
    const { unknownGroup, wrongSender } = received
    const ofMessages = { 'unknown-group': unknownGroup, 'wrong-sender': wrongSender }
    const ofJoins = Object.fromEntries(joinsRefused)
    return {
      leaderChanges: member.leaderChanges,
      committed: sum(one => one.group.raft.log.commit),
      applied: sum(one => one.group.raft.log.applied),
      failed: sum(one => one.failed),
      pending: sum(one => one.group.proposalsOpen),
      readsFailed: sum(one => one.readsFailed),
      framesDropped: peers.reduce((total, { dropped }) => total + dropped, 0),
      stalls: stalls.count,
      logBytes: store.stats().logBytes,
      ...{ imagesRunning, imagesWaiting, accepted },
      refused: counted(refused, ofMessages, ofJoins),
      refusedByPeers: counted(refusedByPeers),
      links: peers.map(({ node, sentBytes, receivedBytes, rttMs, state }) => {
        return { peer: node, sentBytes, receivedBytes, rttMs, isUp: state === 'up' }
      }),
    }
  }

  /** Groups know their peers as replicas; how far away a node is the links know. */
  #report(replica: Replica<GroupMachine>): GroupReport {
    const report = replica.report()
    if (report.peers.length === 0) return report
    const rtts = new Map(this.#parts.links.status().map(({ node, rttMs }) => [node, rttMs]))
    const peers = report.peers.map(peer => {
      const rttMs = peer.node && rtts.get(peer.node)
      return rttMs === undefined ? peer : { ...peer, rttMs }
    })
    return { ...report, peers }
  }

  #replicas(): readonly Replica<GroupMachine>[] {
    return [...this.#parts.member.replicas.values()].sort((a, b) => a.id - b.id)
  }

  #unknown(group: GroupId) {
    const name = this.#parts.placing.nameOf(group)
    const message = `no replica of ${name} is here; GET /v1/raft lists who leads what`
    return { refused: 'unknown-group', message }
  }

  #find(group: GroupId): Replica<GroupMachine> | undefined {
    return this.#parts.member.replicas.get(group)
  }
}

/** Codes may come from the wire: what is none is counted, and its text goes no further. */
const CODE = /^[a-z][a-z0-9-]{0,39}$/
const OTHER_CODE = 'other'

/** Sums by code, in their order; what never happened is left out. */
function counted(...parts: readonly Readonly<Record<string, number>>[]): readonly Counted[] {
  const sums = new Map<string, number>()
  for (const [said, count] of parts.flatMap(part => Object.entries(part))) {
    const code = CODE.test(said) ? said : OTHER_CODE
    if (count > 0) sums.set(code, (sums.get(code) ?? 0) + count)
  }
  return [...sums].sort().map(([code, count]) => ({ code, count }))
}
