/**
 * Members: what the log says, changed one step at a time through joint phases, with quorums that
 * always overlap.
 */

import type { ReplicaId } from '../../../src/base/ids.ts'
import type { Message } from '../../../src/raft/messages.ts'
import type { Image, Members } from '../../../src/raft/types.ts'
import type { ReplicaView } from './checker.ts'
import type { LogView, StatusView } from './core.ts'
import type { EntryRecord, Ledger } from './ledger.ts'
import { hasQuorum } from './ledger.ts'
import { Rule } from './rule.ts'
import type { OldLog, Sight } from './witness.ts'

export class Membership extends Rule {
  readonly name = 'RAFT-16 members'
  readonly #ledger: Ledger
  readonly #judged = new Set<EntryRecord>()

  constructor(ledger: Ledger) {
    super()
    this.#ledger = ledger
  }

  grew(sight: Sight, from: number, to: number): void {
    const { view, status } = sight
    const { log } = view.raft
    for (let index = from; index <= to; index++) {
      const record = this.#ledger.record(index, log.term(index) ?? 0)
      if (record?.kind !== 'members' || this.#judged.has(record)) continue
      this.#judged.add(record)
      this.#judgeStep(record)
      if (status.role === 'leader' && status.term === record.term) this.#judgeTime(sight, record)
    }
    this.#compareWithLog(view)
  }

  cut({ view }: Sight): void {
    // Entries that come in the same step are looked at by `grew`.
    this.#compareWithLog(view)
  }

  installed({ view }: Sight, image: Image, _old: OldLog): void {
    this.#judgeImage(view.id, image)
    this.#compareWithLog(view)
  }

  stepped({ id, raft }: ReplicaView): void {
    const { status, before } = this.#ledger.sights.get(id) as Sight
    const moved = status.membersIndex !== before.membersIndex
    if (moved) this.#compareWithLog({ id, raft })
    if (!moved && status.role === before.role && status.commit === before.commit) return
    const may = this.#mayVote(status, raft.log)
    const fits = (status.role === 'learner') === !may
    this.must(fits, () => `${id} is ${status.role}, and ${may ? 'may' : 'may not'} vote`)
  }

  turned({ view, status, before }: Sight): void {
    const campaigns = status.role !== 'follower' && status.role !== 'learner'
    if (!campaigns || status.role === before.role) return
    this.must(this.#mayVote(status, view.raft.log), () => {
      return `${view.id} becomes ${status.role} and may not vote`
    })
  }

  /** By the newest members, or by any that may yet turn out to be the newest that are committed. */
  #mayVote({ self, commit, members, membersIndex }: StatusView, log: LogView): boolean {
    if (votesIn(members, self)) return true
    let index = membersIndex
    while (index > commit) {
      const before = this.#ledger.record(index - 1, log.term(index - 1) ?? 0)
      if (before?.membersIndex === undefined || before.members === undefined) return false
      if (votesIn(before.members, self)) return true
      index = before.membersIndex
    }
    return false
  }

  sent({ id }: ReplicaView, message: Message): void {
    if (message.type === 'snapshot') this.#judgeImage(id, message.image)
  }

  durable({ id, durable }: ReplicaView): void {
    this.#judgeImage(id, durable.image)
  }

  #judgeImage(id: ReplicaId, image: Image): void {
    const record = this.#ledger.record(image.index, image.term)
    // An image taken by one that knew nobody yet tells of nobody.
    if (image.membersIndex === 0 && image.members.voters.length === 0) return
    if (image.index === 0 || record?.members === undefined) return
    const same = image.membersIndex === record.membersIndex && isSame(image.members, record.members)
    this.must(same, () => `${id}: the image of ${image.index} has not the log's members`)
  }

  /**
   * Voters change only by entering a joint phase, whose outgoing are the old voters, and leaving
   * it as it stands.
   */
  #judgeStep(record: EntryRecord): void {
    const { index, term, previousTerm, members } = record
    const before =
      previousTerm === undefined ? undefined : this.#ledger.record(index - 1, previousTerm)
    if (before?.members === undefined || members === undefined) return
    const old = before.members
    const sound = old.outgoing.length > 0 ? isLeaving(old, members) : isEntering(old, members)
    this.must(sound, () => `(${index}, ${term}) goes from ${told(old)} to ${told(members)}`)
    this.must(overlap(old, members), () => {
      return `quorums of ${told(old)} and ${told(members)} need not overlap`
    })
  }

  /** One change at a time, and none before the leader has committed an entry of its own term. */
  #judgeTime({ view, status }: Sight, record: EntryRecord): void {
    const { index, term, previousTerm } = record
    const before = this.#ledger.record(index - 1, previousTerm ?? 0)
    const pending = (before?.membersIndex ?? 0) > status.commit
    this.must(!pending, () => `${view.id} changes members at ${index}; the last change is pending`)
    this.must(view.raft.log.term(status.commit) === term, () => {
      return `${view.id} changes members at ${index} before it committed in its own term ${term}`
    })
  }

  #compareWithLog({ id, raft }: Pick<ReplicaView, 'id' | 'raft'>): void {
    const { log } = raft
    const record = this.#ledger.record(log.lastIndex, log.term(log.lastIndex) ?? 0)
    // A replica that joined knows nobody until an entry or an image tells.
    if (record?.members === undefined || log.membersIndex === 0) return
    const same = log.membersIndex === record.membersIndex && isSame(log.members, record.members)
    this.must(same, () => {
      const own = `${told(log.members)} of ${log.membersIndex}`
      return `${id} goes by ${own}, its log says ${told(record.members)} of ${record.membersIndex}`
    })
  }
}

function votesIn(members: Members, id: ReplicaId): boolean {
  return members.voters.includes(id) || members.outgoing.includes(id)
}

function isEntering(old: Members, now: Members): boolean {
  if (now.outgoing.length === 0) return sameIds(now.voters, old.voters)
  return sameIds(now.outgoing, old.voters) && !sameIds(now.voters, old.voters)
}

function isLeaving(old: Members, now: Members): boolean {
  return now.outgoing.length === 0 && sameIds(now.voters, old.voters)
}

/**
 * By trying every set of voters: one that decides under the one and whose rest decides under the
 * other?
 */
export function overlap(a: Members, b: Members): boolean {
  const ids = [...new Set([...a.voters, ...a.outgoing, ...b.voters, ...b.outgoing])]
  for (let mask = 0; mask < 2 ** ids.length; mask++) {
    const inside = (id: ReplicaId): boolean => ((mask >> ids.indexOf(id)) & 1) === 1
    if (hasQuorum(a, inside) && hasQuorum(b, id => !inside(id))) return false
  }
  return true
}

function isSame(a: Members, b: Members): boolean {
  return (
    a === b ||
    (sameIds(a.voters, b.voters) &&
      sameIds(a.outgoing, b.outgoing) &&
      sameIds(a.learners, b.learners))
  )
}

function sameIds(a: readonly ReplicaId[], b: readonly ReplicaId[]): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i])
}

function told(members: Members | undefined): string {
  if (members === undefined) return 'unknown members'
  const { voters, outgoing, learners } = members
  return `[${voters}] from [${outgoing}] with learners [${learners}]`
}
