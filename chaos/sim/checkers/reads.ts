/**
 * Reads see at least all that was committed anywhere when they were asked, which is more than
 * linearizability demands, and is seen at once.
 */

import type { Message, ReadReply } from '../../../src/raft/messages.ts'
import type { ReadId } from '../../../src/raft/types.ts'
import type { ReplicaView } from './checker.ts'
import type { Ledger } from './ledger.ts'
import { Rule } from './rule.ts'

export class Reads extends Rule {
  readonly name = 'RAFT-17 reads'
  readonly #ledger: Ledger
  /** What was committed when a follower asked its leader. */
  readonly #floors = new Map<string, number>()

  constructor(ledger: Ledger) {
    super()
    this.#ledger = ledger
  }

  /** For the clients: a read begins. */
  asked(): number {
    return this.#ledger.commitMax
  }

  /** For the clients: a machine that applied so much answers the read. */
  answered(floor: number, appliedIndex: number): void {
    this.must(appliedIndex >= floor, () => {
      return `a read is answered at ${appliedIndex}; ${floor} was committed when it was asked`
    })
  }

  sent(view: ReplicaView, message: Message): void {
    if (message.type === 'read') this.#onRead(message.read)
    else if (message.type === 'read-reply') this.#onReply(view, message)
  }

  #onRead(read: ReadId): void {
    const key = keyOf(read)
    if (!this.#floors.has(key)) this.#floors.set(key, this.#ledger.commitMax)
  }

  #onReply({ id, raft }: ReplicaView, { read, index, term }: ReadReply): void {
    const floor = this.#floors.get(keyOf(read))
    this.must(floor !== undefined && index >= floor, () => {
      return `${id} answers a read with ${index}; ${floor} was committed when it was asked`
    })
    this.must(this.#ledger.leaders.get(term)?.id === id, () => {
      return `${id} answers a read in term ${term}, which it does not lead`
    })
    const { log } = raft
    this.must(index <= log.commit, () => `${id} answers a read with ${index}, beyond its commit`)
    const committedIn = log.term(log.commit)
    this.must(committedIn === undefined || committedIn >= term, () => {
      return `${id} answers a read before it committed in its own term ${term}`
    })
  }
}

function keyOf({ replica, boot, serial }: ReadId): string {
  return `${replica}/${boot}/${serial}`
}
