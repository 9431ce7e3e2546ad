/**
 * What a group's leader has to do with other groups: reads the partitions that are the group's to
 * read, for all who take of them, and asks for its own channels. Begins with the leadership, in its
 * term, and ends with it, at once.
 */

import { invariant } from '../../base/errors.ts'
import type { Duties, GroupLeader } from '../leader.ts'
import { Asking, type AskingParts } from './asking.ts'
import type { Place } from './serving.ts'
import { type ReaderParts, SourceReader } from './source-reader.ts'

type Leader = Pick<GroupLeader, 'term' | 'channels'>

export interface FeedParts extends Omit<AskingParts, 'group'> {
  readonly onFrame: AskingParts['group']['onFrame']
  /** Missing: nobody leads the group here. */
  leader(): Leader | undefined
  /** The partitions that the group reads, with what its state says by now. */
  readers(term: number): readonly ReaderParts[]
}

interface Work {
  readonly term: number
  readonly asking: Asking
  readonly readers: readonly SourceReader[]
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
  }

  onLost(): void {
    this.#work?.asking.close()
    for (const reader of this.#work?.readers ?? []) reader.close()
    this.#work = undefined
  }

  onMoved(channel: number): void {
    this.#work?.asking.onMoved(channel)
  }

  onEpochOpened(epoch: number): void {
    for (const reader of this.#work?.readers ?? []) reader.onEpochOpened(epoch)
  }

  onEpochClosed(epoch: number): void {
    for (const reader of this.#work?.readers ?? []) reader.onEpochClosed(epoch)
  }

  /** Who sends on a channel to a group; missing: nobody here. */
  place(channel: number, group: number): Place | undefined {
    return this.#work?.places.get(keyOf(channel, group))
  }

  #working(leader: Leader): Work {
    if (this.#work?.term === leader.term) return this.#work
    this.onLost()
    const { term, channels } = leader
    const all = this.#parts.readers(term)
    const readers = all.map(parts => new SourceReader(parts))
    const places = new Map<string, Place>()
    for (const [at, served] of readers.entries()) {
      for (const [branch, { channel, group }] of (all[at]?.shaping.branches ?? []).entries()) {
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
    const asking = new Asking({ ...this.#parts, group })
    this.#work = { term, asking, readers, places }
    return this.#work
  }
}

function keyOf(channel: number, group: number): string {
  return `${channel}/${group}`
}
