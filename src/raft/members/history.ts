/**
 * The members that each stretch of the log goes by. An entry counts from the moment it stands in
 * the log, committed or not, and stops counting when it is cut off again.
 */

import { invariant } from '../../base/errors.ts'
import type { Image, Members } from '../types.ts'

interface Since {
  readonly membersIndex: number
  readonly members: Members
}

export class MembersHistory {
  /** Ascending; the first is the image's. */
  #since: Since[]
  #current: Since

  constructor(image: Image) {
    this.#current = image
    this.#since = [image]
  }

  get current(): Members {
    return this.#current.members
  }

  get currentIndex(): number {
    return this.#current.membersIndex
  }

  at(index: number): Since {
    const found = this.#since.findLast(since => since.membersIndex <= index)
    invariant(found !== undefined, 'MEMBERS known at every index from the image on')
    return found
  }

  /** The members by the newest entry that is committed, and all that may yet take their place. */
  possible(commit: number): readonly Members[] {
    const from = this.#since.findLastIndex(since => since.membersIndex <= commit)
    return this.#since.slice(Math.max(0, from)).map(since => since.members)
  }

  push(membersIndex: number, members: Members): void {
    this.#current = { membersIndex, members }
    this.#since.push(this.#current)
  }

  truncate(fromIndex: number): void {
    this.#keep(this.#since.filter(since => since.membersIndex < fromIndex))
  }

  /** An image taken here: what was before it is forgotten. */
  rebase(image: Image): void {
    const later = this.#since.filter(since => since.membersIndex > image.membersIndex)
    this.#keep([image, ...later])
  }

  reset(image: Image): void {
    this.#keep([image])
  }

  #keep(since: Since[]): void {
    const last = since.at(-1)
    invariant(last !== undefined, 'MEMBERS the image stays')
    this.#since = since
    this.#current = last
  }
}
