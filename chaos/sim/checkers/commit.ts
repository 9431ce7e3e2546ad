/**
 * What is committed: held by a quorum's disks, the same everywhere and forever, and in the log of
 * every later leader.
 */

import type { Message } from '../../../src/raft/messages.ts'
import type { EntryRecord, Leader, Ledger } from './ledger.ts'
import { hasQuorum, isDurable } from './ledger.ts'
import { Rule } from './rule.ts'
import type { Sight } from './witness.ts'

/** The leader that moved its commit index itself, be it in the step by which it stepped down. */
function leadsIn({ status, before }: Sight): boolean {
  return status.role === 'leader' || (before.role === 'leader' && before.term === status.term)
}

/** How far a receiver may commit for this message. */
function provenBy(message: Message): number {
  if (message.type === 'append') {
    return Math.min(message.commit, message.prevIndex + message.entries.length)
  }
  if (message.type === 'heartbeat') return message.commit
  return message.type === 'snapshot' ? message.image.index : 0
}

/** Also keeps the ledger's list of what is committed. */
export class Committed extends Rule {
  readonly name = 'RAFT-8 committed on a quorum, forever'
  readonly #ledger: Ledger

  constructor(ledger: Ledger) {
    super()
    this.#ledger = ledger
  }

  committed(sight: Sight, from: number, to: number): void {
    const { view, input } = sight
    if (input !== 'start') {
      if (leadsIn(sight)) this.#byLeader(sight, to)
      else this.#byFollower(sight, to)
    }
    this.must(to <= this.#ledger.commitMax, () => {
      return `${view.id} counts ${to} as committed, which no leader has committed`
    })
    const { log } = view.raft
    for (let index = Math.max(from + 1, log.image.index); index <= to; index++) {
      if (index === 0) continue
      const known = this.#ledger.committed.get(index)
      this.must(log.term(index) === known?.term, () => {
        return `${view.id} committed (${index}, ${log.term(index)}), known is term ${known?.term}`
      })
    }
  }

  /**
   * What the leader says and what its message proves to be here: no more, be there more in the
   * log.
   */
  #byFollower({ view, message }: Sight, to: number): void {
    const said = message === undefined ? 0 : provenBy(message)
    this.must(to <= said, () => `${view.id} commits ${to}, and was told and shown only ${said}`)
  }

  #byLeader({ view, status, before }: Sight, to: number): void {
    const { id, raft } = view
    const { term } = status
    this.must(raft.log.term(to) === term, () => {
      return `leader ${id} of term ${term} commits ${to} of term ${raft.log.term(to)}`
    })
    // Members that were appended in this very step did not decide on it.
    const members = before.role === 'leader' ? before.members : status.members
    const holds = (replica: typeof id): boolean => {
      const sight = this.#ledger.sights.get(replica)
      return sight !== undefined && isDurable(sight.view.durable, to, term)
    }
    this.must(hasQuorum(members, holds), () => {
      return `leader ${id} of term ${term} commits ${to}, which no quorum's disks hold`
    })
    this.#extend(view.raft.log.term.bind(raft.log), to, term)
  }

  #extend(termAt: (index: number) => number | undefined, to: number, term: number): void {
    const ledger = this.#ledger
    if (to <= ledger.commitMax) return
    for (let index = ledger.commitMax + 1; index <= to; index++) {
      const record = ledger.record(index, termAt(index) ?? 0)
      this.must(record !== undefined, () => `${index} is committed and was never seen`)
      if (record !== undefined) ledger.committed.set(index, record)
    }
    ledger.commitMax = to
    ledger.commits.push({ index: to, term })
  }
}

export class LeaderCompleteness extends Rule {
  readonly name = 'RAFT-9 leader completeness'
  readonly #ledger: Ledger
  #newestTerm = 0

  constructor(ledger: Ledger) {
    super()
    this.#ledger = ledger
  }

  turned({ view, status }: Sight): void {
    if (status.role !== 'leader') return
    this.#newestTerm = Math.max(this.#newestTerm, status.term)
    const { log } = view.raft
    const index = this.#ledger.committedBefore(status.term)
    const record = this.#ledger.committed.get(index)
    if (record === undefined || index < log.firstIndex - 1) return
    this.must(log.term(index) === record.term, () => {
      return `${view.id} leads term ${status.term} without committed (${index}, ${record.term})`
    })
  }

  /**
   * A commit may come to light after later leaders were elected: they must hold it all the same.
   */
  committed(sight: Sight, _from: number, to: number): void {
    const { term } = sight.status
    const record = this.#ledger.committed.get(to)
    if (!leadsIn(sight) || term >= this.#newestTerm || record === undefined) return
    for (const leader of this.#ledger.leaders.values()) {
      if (leader.term > term) this.#mustHold(leader, record)
    }
  }

  #mustHold(leader: Leader, record: EntryRecord): void {
    this.must(this.#ledger.holds(leader, record) !== false, () => {
      const { index, term } = record
      return `${leader.id} led term ${leader.term} without committed (${index}, ${term})`
    })
  }
}
