/** Bounds: no message, queue or window grows past what the options say. */

import type { Append, Message } from '../../../src/raft/messages.ts'
import type { RaftLimits } from '../../../src/raft/options.ts'
import type { ReplicaView } from './checker.ts'
import type { LogView } from './core.ts'
import type { Ledger } from './ledger.ts'
import { Rule } from './rule.ts'
import type { Sight } from './witness.ts'

export class Bounds extends Rule {
  readonly name = 'RAFT-20 bounds'
  readonly #ledger: Ledger
  readonly #limits: RaftLimits

  constructor(ledger: Ledger, limits: RaftLimits) {
    super()
    this.#ledger = ledger
    this.#limits = limits
  }

  sent({ id, raft }: ReplicaView, message: Message): void {
    if (message.type === 'snapshot') {
      this.must(message.data.length <= this.#limits.chunkBytesMax, () => {
        return `${id} sends a chunk of ${message.data.length} bytes`
      })
    } else if (message.type === 'append' && message.entries.length > 0) {
      this.#onAppend(id, message)
      this.#onWindow(id, message, raft.log)
    }
  }

  #onAppend(id: number, { entries }: Append): void {
    let bytes = 0
    for (const { data } of entries) bytes += data.length
    this.must(bytes <= this.#limits.messageBytesMax || entries.length === 1, () => {
      return `${id} sends an append of ${bytes} bytes`
    })
    this.must(entries.length <= this.#limits.inflightEntriesMax, () => {
      return `${id} sends ${entries.length} entries at once`
    })
  }

  /** Sent and not acknowledged, this append included; one entry always goes. */
  #onWindow(id: number, { to, entries }: Append, log: LogView): void {
    const { status } = this.#ledger.sights.get(id as Sight['view']['id']) as Sight
    const peer = status.peers.find(other => other.id === to)
    const last = entries.at(-1)
    if (peer?.state !== 'replicate' || last === undefined || last.index >= peer.next) return
    const open = last.index - peer.match
    this.must(open <= this.#limits.inflightEntriesMax || entries.length === open, () => {
      return `${id} has ${open} entries on their way to ${to}`
    })
    const bytes = this.#bytesBetween(log, peer.match, last.index)
    const allowed = this.#limits.inflightBytesMax + this.#limits.messageBytesMax
    this.must(bytes <= allowed || open === 1, () => {
      return `${id} has ${bytes} bytes on their way to ${to}`
    })
  }

  grew({ view, status, input }: Sight, from: number, to: number): void {
    if (input !== 'propose') return
    const { id, raft } = view
    const entry = raft.log.entry(to)
    this.must(from === to && entry?.kind === 'data', () => `${id} appends more than it was told`)
    const size = entry?.data.length ?? 0
    this.must(size <= this.#limits.entryBytesMax, () => `${id} takes an entry of ${size} bytes`)
    const start = this.#ledger.leaders.get(status.term)?.lastIndex ?? 0
    const tail = Math.max(status.commit, start)
    const bytes = this.#bytesBetween(raft.log, tail, to)
    this.must(bytes <= this.#limits.uncommittedBytesMax || bytes === size, () => {
      return `${id} has ${bytes} bytes uncommitted`
    })
  }

  #bytesBetween(log: LogView, from: number, to: number): number {
    const low = this.#ledger.record(from, log.term(from) ?? 0)
    const high = this.#ledger.record(to, log.term(to) ?? 0)
    return low === undefined || high === undefined ? 0 : high.bytesUpTo - low.bytesUpTo
  }
}
