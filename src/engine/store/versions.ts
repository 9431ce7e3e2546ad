/**
 * Which pages an image can still see. Time is counted in cuts; a page is stamped with the number of
 * cuts before it was taken. An image sees the pages of its root: their stamps are at most its own,
 * and so a page that is younger than every living image is changed in place, and all others are
 * copied first. What is dropped while an image may see it is retired, and is freed with that image.
 */

import { invariant, WeirError } from '../../base/errors.ts'
import { LIVE_IMAGES_MAX } from './bounds.ts'
import { IdStack } from './id-stack.ts'
import { STAMP_AT } from './pages.ts'
import type { PagePool } from './pool.ts'

interface Living {
  readonly stamp: number
  /** Dropped while this was the youngest image, and old enough to be seen by it. */
  readonly retired: IdStack
}

/** No image lives: every page is younger. */
const NOTHING_SEEN = -1

export class Versions {
  readonly pool: PagePool
  /** From the oldest to the youngest. */
  readonly #living: Living[] = []
  #now = 0
  #seen = NOTHING_SEEN
  #taken = 0
  #retired = 0

  constructor(pool: PagePool) {
    this.pool = pool
  }

  /** Pages that are reached from the root of now. */
  get pages(): number {
    return this.#taken - this.#retired
  }

  /** Pages that only images see. */
  get retiredPages(): number {
    return this.#retired
  }

  get images(): number {
    return this.#living.length
  }

  /** A page that no image sees. */
  take(): number {
    const id = this.pool.take()
    this.pool.wordsOf(id)[this.pool.wordAt(id) + STAMP_AT] = this.#now
    this.#taken++
    return id
  }

  isSeen(stamp: number): boolean {
    return stamp <= this.#seen
  }

  /** The root of now does not reach it any more. */
  drop(id: number): void {
    const youngest = this.#living.at(-1)
    if (youngest === undefined || this.pool.stampOf(id) > youngest.stamp) {
      this.#free(id)
      return
    }
    youngest.retired.push(id)
    this.#retired++
  }

  /** The stamp of the new image, which sees all that is in use now. */
  cut(): number {
    if (this.#living.length === LIVE_IMAGES_MAX) {
      const rule = `${LIVE_IMAGES_MAX} images of this state live already`
      throw new WeirError('too-many-images', `${rule}; release one before the next is cut`)
    }
    const stamp = this.#now++
    this.#living.push({ stamp, retired: new IdStack() })
    this.#seen = stamp
    return stamp
  }

  release(stamp: number): void {
    const at = this.#living.findIndex(one => one.stamp === stamp)
    const [gone] = at < 0 ? [] : this.#living.splice(at, 1)
    invariant(gone !== undefined, 'an-image-is-released-once')
    this.#seen = this.#living.at(-1)?.stamp ?? NOTHING_SEEN
    // Dropped before a younger image was cut, if there is one: only an older can still see them.
    const older = this.#living[at - 1]
    while (gone.retired.size > 0) this.#giveUp(gone.retired.pop(), older)
  }

  #giveUp(id: number, older: Living | undefined): void {
    if (older !== undefined && this.pool.stampOf(id) <= older.stamp) {
      older.retired.push(id)
      return
    }
    this.#retired--
    this.#free(id)
  }

  #free(id: number): void {
    this.#taken--
    this.pool.free(id)
  }
}
