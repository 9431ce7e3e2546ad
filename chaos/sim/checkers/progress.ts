/** What only moves forward, and in which order: term, vote, commit, applied, durable, image. */

import type { ReplicaId } from '../../../src/base/ids.ts'
import { NO_ONE } from '../../../src/raft/types.ts'
import type { ReplicaView } from './checker.ts'
import type { Ledger } from './ledger.ts'
import { isDurable } from './ledger.ts'
import { Rule } from './rule.ts'
import type { Sight } from './witness.ts'

interface Kept {
  readonly term: number
  readonly vote: number
  readonly commit: number
  readonly imageIndex: number
}

export class Monotonic extends Rule {
  readonly name = 'RAFT-4 monotonic'
  readonly #ledger: Ledger
  readonly #kept = new Map<ReplicaId, Kept>()

  constructor(ledger: Ledger) {
    super()
    this.#ledger = ledger
  }

  started(view: ReplicaView): void {
    const { id, raft, durable } = view
    this.durable(view)
    const { term, vote, commit } = raft.status()
    this.must(term === durable.term && vote === durable.vote, () => {
      const kept = `${durable.term}, ${durable.vote}`
      return `${id} starts in term ${term} with vote ${vote}; kept were ${kept}`
    })
    this.must(commit <= durable.lastIndex, () => `${id} starts with a commit beyond its log`)
    this.must(raft.log.lastIndex === durable.lastIndex, () => {
      return `${id} starts with a log up to ${raft.log.lastIndex}; kept was ${durable.lastIndex}`
    })
  }

  stepped({ id }: ReplicaView): void {
    const { status, before } = this.#ledger.sights.get(id) as Sight
    const forward =
      status.term >= before.term &&
      status.commit >= before.commit &&
      status.applied >= before.applied &&
      status.image >= before.image
    this.must(forward, () => `${id} went back from ${told(before)} to ${told(status)}`)
    const voted = before.term === status.term && before.vote !== NO_ONE
    this.must(!voted || status.vote === before.vote, () => {
      return `${id} voted for ${before.vote} and then for ${status.vote} in term ${status.term}`
    })
  }

  durable({ id, durable }: ReplicaView): void {
    const { term, vote, commit } = durable
    const imageIndex = durable.image.index
    const kept = this.#kept.get(id)
    if (kept !== undefined) {
      const forward = term >= kept.term && commit >= kept.commit && imageIndex >= kept.imageIndex
      this.must(forward, () => `${id}: what is kept went back from ${kept.term}, ${kept.commit}`)
      const voted = kept.term === term && kept.vote !== NO_ONE
      this.must(!voted || kept.vote === vote, () => `${id}: a kept vote changed in term ${term}`)
    }
    this.#kept.set(id, { term, vote, commit, imageIndex })
  }
}

/**
 * purged <= image <= applied <= commit <= last, applied <= durable; and durable is what the disk
 * says.
 */
export class Order extends Rule {
  readonly name = 'RAFT-5 order of indexes'

  started(view: ReplicaView): void {
    this.stepped(view)
  }

  stepped({ id, raft, durable }: ReplicaView): void {
    const { log } = raft
    const { firstIndex, image, applied, commit, lastIndex } = log
    // An image that was installed is committed at once, and applied when the host has loaded it.
    const inOrder =
      firstIndex - 1 <= image.index &&
      (image.index <= applied || image.index <= commit) &&
      applied <= commit &&
      commit <= lastIndex &&
      firstIndex <= lastIndex + 1
    this.must(inOrder, () => {
      const far = `applied ${applied}, commit ${commit}, last ${lastIndex}`
      return `${id}: first ${firstIndex}, image ${image.index}, ${far}`
    })
    this.must(applied <= log.durable, () => `${id} applied ${applied}, durable is ${log.durable}`)
    const term = log.term(log.durable)
    const isTrue =
      log.durable <= durable.lastIndex &&
      (term === undefined || isDurable(durable, log.durable, term))
    this.must(isTrue, () => `${id} believes ${log.durable} durable, which the disk does not hold`)
  }
}

function told(status: Sight['status']): string {
  const { term, commit, applied, image } = status
  return `term ${term}, commit ${commit}, applied ${applied}, image ${image}`
}
