/**
 * What a group's leader has to do with other groups: reads the partitions that are the group's to
 * read, for all who take of them, and asks for its own channels. Begins with the leadership, in its
 * term, and ends with it, at once.
 */

import { invariant } from '../../base/errors.ts'
import type { Duties, GroupLeader } from '../leader.ts'
import { Asking, type AskingParts } from './asking.ts'
import type { Sending } from './desk.ts'
import type { Place } from './serving.ts'

type Leader = Pick<GroupLeader, 'term' | 'channels'>

export interface FeedParts extends Omit<AskingParts, 'group' | 'self'> {
  readonly self: Omit<AskingParts['self'], 'term'>
  readonly onFrame: AskingParts['group']['onFrame']
  /** Missing: nobody leads the group here. */
  leader(): Leader | undefined
  /** What the group reads or sends in this term, made anew. */
  senders(term: number): readonly Sending[]
}

interface Work {
  readonly term: number
  readonly asking: Asking
  readonly senders: readonly Sending[]
  /** By channel and group. */
  readonly places: ReadonlyMap<string, Place>
}

export class GroupFeed {
  readonly #parts: FeedParts
  #work: Work | undefined

  constructor(parts: FeedParts) {
    this.#parts = parts
  }

  /** Of the group's runtime, in each of its turns. */
  onDuties(duties: Pick<Duties, 'hellos' | 'rewinds' | 'credits' | 'wanted'>): void {
    const leader = this.#parts.leader()
    if (leader === undefined) return
    const work = this.#working(leader)
    work.asking.open(duties.hellos.map(({ channel }) => channel))
    work.asking.onDuties(duties)
    this.onAdvanced()
  }

  /** More is committed, or released. */
  onAdvanced(): void {
    for (const sender of this.#work?.senders ?? []) sender.onAdvanced()
  }

  onLost(): void {
    this.#work?.asking.close()
    for (const sender of this.#work?.senders ?? []) sender.close()
    this.#work = undefined
  }

  onMoved(channel: number): void {
    this.#work?.asking.onMoved(channel)
  }

  /** Somebody who takes from this group waits for a barrier: so it is wanted of all before it. */
  onWanted(epoch: number): void {
    this.onEpochOpened(epoch)
    this.#work?.asking.onWanted(epoch)
  }

  onEpochOpened(epoch: number): void {
    for (const sender of this.#work?.senders ?? []) sender.onEpochOpened(epoch)
  }

  onEpochClosed(epoch: number): void {
    for (const sender of this.#work?.senders ?? []) sender.onEpochClosed(epoch)
  }

  /** Who sends on a channel to a group; missing: nobody here. */
  place(channel: number, group: number): Place | undefined {
    return this.#work?.places.get(keyOf(channel, group))
  }

  #working(leader: Leader): Work {
    if (this.#work?.term === leader.term) return this.#work
    this.onLost()
    const { term, channels } = leader
    const senders = this.#parts.senders(term)
    const places = new Map<string, Place>()
    for (const { branches, desk: served } of senders) {
      for (const [branch, { channel, group }] of branches.entries()) {
        places.set(keyOf(channel, group), { served, branch })
      }
    }
    const group = {
      hello: (channel: number) => {
        const [hello] = channels.hello([channel])
        invariant(hello !== undefined, 'FEED a channel has its hello', channel)
        return hello
      },
      onFrame: this.#parts.onFrame,
      taken: (channel: number) => channels.applied.channels.get(channel)?.cursor ?? 0,
    }
    const asking = new Asking({ ...this.#parts, self: { ...this.#parts.self, term }, group })
    this.#work = { term, asking, senders, places }
    return this.#work
  }
}

function keyOf(channel: number, group: number): string {
  return `${channel}/${group}`
}
