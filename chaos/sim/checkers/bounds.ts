/** Bounds: no message, queue or window grows past what the options say. */

import type { ReplicaId } from '../../../src/base/ids.ts'
import type { Append, Message } from '../../../src/raft/messages.ts'
import type { RaftLimits } from '../../../src/raft/options.ts'
import type { ReplicaView } from './checker.ts'
import type { LogView, PeerView } from './core.ts'
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

  sent({ id }: ReplicaView, message: Message): void {
    if (message.type === 'snapshot') {
      this.must(message.data.length <= this.#limits.chunkBytesMax, () => {
        return `${id} sends a chunk of ${message.data.length} bytes`
      })
    } else if (message.type === 'append' && message.entries.length > 0) {
      this.#onAppend(id, message)
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

  stepped({ id, raft }: ReplicaView): void {
    const { status } = this.#ledger.sights.get(id) as Sight
    this.must(status.readsPending <= this.#limits.readsPendingMax, () => {
      return `${id} has ${status.readsPending} reads pending`
    })
    if (status.role !== 'leader') return
    for (const peer of status.peers) {
      if (peer.state === 'replicate') this.#onWindow(id, peer, raft.log)
    }
  }

  /** Sent and not acknowledged; one entry always goes. */
  #onWindow(id: ReplicaId, { id: to, match, next }: PeerView, log: LogView): void {
    const open = next - 1 - match
    if (open <= 1) return
    this.must(open <= this.#limits.inflightEntriesMax, () => {
      return `${id} has ${open} entries on their way to ${to}`
    })
    const bytes = this.#bytesBetween(log, match, next - 1)
    const allowed = this.#limits.inflightBytesMax + this.#limits.entryBytesMax
    this.must(bytes <= allowed, () => `${id} has ${bytes} bytes on their way to ${to}`)
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
