/**
 * Logs: index and term name an entry and all before it; nothing is cut off without need; leaders
 * only append.
 */

import type { ReplicaId } from '../../../src/base/ids.ts'
import type { Append, Message } from '../../../src/raft/messages.ts'
import type { Entry, Image } from '../../../src/raft/types.ts'
import type { ReplicaView } from './checker.ts'
import type { Ledger } from './ledger.ts'
import { Rule } from './rule.ts'
import type { OldLog, Sight } from './witness.ts'

export class LogMatching extends Rule {
  readonly name = 'RAFT-6 log matching'
  readonly #ledger: Ledger

  constructor(ledger: Ledger) {
    super()
    this.#ledger = ledger
  }

  grew({ view, status, input }: Sight, from: number, to: number): void {
    const { id, raft } = view
    for (let index = from; index <= to; index++) {
      const entry = raft.log.entry(index)
      this.must(entry?.index === index, () => `${id} holds ${entry?.index} at ${index}`)
      if (entry === undefined) continue
      this.#compare(entry, raft.log.term(index - 1), id)
    }
    const newest = raft.log.term(to) ?? 0
    this.must(newest <= status.term, () => `${id} holds term ${newest} and is in ${status.term}`)
    // A new log may be found on a disk; anywhere else an entry begins its life at its term's
    // leader.
    const leads = status.role === 'leader' || input === 'start'
    this.must(leads || this.#ledger.leaders.has(newest), () => {
      return `${id} holds an entry of term ${newest}, which nobody led`
    })
  }

  sent({ id, raft }: ReplicaView, message: Message): void {
    if (message.type !== 'append') return
    let term = message.prevTerm
    for (const [i, entry] of message.entries.entries()) {
      this.must(entry.index === message.prevIndex + 1 + i, () => `${id} sends a gap`)
      this.#compare(entry, term, id)
      term = entry.term
    }
    this.must(term <= message.term, () => `${id} sends entries of a term above its own`)
    const status = raft.status()
    const own = raft.log.term(message.prevIndex)
    if (status.term !== message.term || own === undefined) return
    this.must(
      own === message.prevTerm,
      () => `${id} misstates the term before ${message.prevIndex}`,
    )
  }

  #compare(entry: Entry, previousTerm: number | undefined, id: ReplicaId): void {
    const { index, term, kind, data } = entry
    this.must(previousTerm === undefined || previousTerm <= term, () => {
      return `${id}: term falls from ${previousTerm} to ${term} at ${index}`
    })
    const known = this.#ledger.record(index, term)
    this.must(known !== undefined, () => `${id} sends (${index}, ${term}), which no log ever held`)
    if (known === undefined) return
    const sameData = known.data === data || isEqual(known.data, data)
    const samePast =
      previousTerm === undefined ||
      known.previousTerm === undefined ||
      known.previousTerm === previousTerm
    this.must(sameData && known.kind === kind && samePast, () => {
      return `${id}: another entry (${index}, ${term}), or another past of it, is known`
    })
    if (previousTerm === undefined) return
    const opens = previousTerm < term
    this.must(opens === (kind === 'term'), () => {
      return `${id}: (${index}, ${term}) is of kind ${kind} behind term ${previousTerm}`
    })
  }
}

/**
 * Entries are cut off only for others that contradict them, and never by a leader from its own
 * log.
 */
export class NoNeedlessCut extends Rule {
  readonly name = 'RAFT-7 leader append-only, no needless cut'

  cut({ view, status, before, message }: Sight, from: number, term: number): void {
    const { id, raft } = view
    const leads = before.role === 'leader' && before.term === status.term
    this.must(!leads, () => `${id} leads term ${status.term} and cuts its log at ${from}`)
    this.must(from > before.commit, () => `${id} cuts ${from}, committed up to ${before.commit}`)
    this.must(message?.type === 'append', () => `${id} cuts its log at ${from} for no append`)
    if (message?.type !== 'append') return
    this.must(message.term === status.term, () => `${id} cuts its log for a stale append`)
    const other = entryOf(message, from)
    this.must(other !== undefined && other.term !== term, () => {
      return `${id} cuts (${from}, ${term}), which the append does not contradict`
    })
    this.must(raft.log.lastIndex >= from, () => `${id} cuts its log at ${from} and adds nothing`)
  }

  installed({ view, status, before }: Sight, image: Image, old: OldLog): void {
    const { id } = view
    const leads = before.role === 'leader' && before.term === status.term
    this.must(!leads, () => `${id} leads term ${status.term} and installs an image`)
    const drops = old.termAtImage === image.term && old.lastIndex > image.index
    this.must(!drops, () => {
      return `${id} drops all behind ${image.index} for an image that its log already held`
    })
  }
}

function entryOf(message: Append, index: number): Entry | undefined {
  return message.entries[index - message.prevIndex - 1]
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
