/**
 * Which group takes an image next: whoever asked first and can, few at once. Its machine is asked
 * before, and may have something to settle first; where the log is over its bound, nobody waits for
 * that. The bytes are pulled from the machine by the store, so that no image is ever in memory as a
 * whole.
 */

import type { GroupId } from '../../base/ids.ts'
import type { ByteSource } from '../../base/source.ts'
import type { Image } from '../types.ts'
import type { HostStore } from './ports.ts'

export interface Cut {
  readonly image: Image
  readonly source: ByteSource
}

export interface ImageSubject {
  readonly id: GroupId
  /** `done` when its machine has settled what it wants in the image. */
  prepare(done: () => void): void
  /** Not while its machine works, nor when nothing is new. */
  maybeCut(): Cut | undefined
  onImageSaved(image: Image, isSaved: boolean): void
}

export class Images {
  readonly #store: Pick<HostStore, 'saveImage'>
  readonly #atOnceMax: number
  /** Those whose machines were asked, and have not answered. */
  readonly #asked = new Set<ImageSubject>()
  readonly #waiting = new Set<ImageSubject>()
  #running = 0

  constructor(store: Pick<HostStore, 'saveImage'>, atOnceMax: number) {
    this.#store = store
    this.#atOnceMax = atOnceMax
  }

  get running(): number {
    return this.#running
  }

  get waiting(): number {
    return this.#asked.size + this.#waiting.size
  }

  /** When its machine has answered, and anything is applied that the last image does not hold. */
  want(subject: ImageSubject): void {
    if (this.#asked.has(subject) || this.#waiting.has(subject)) return
    this.#asked.add(subject)
    subject.prepare(() => {
      if (this.#asked.has(subject)) this.must(subject)
    })
  }

  /** The same, whatever its machine says, or has not said yet. */
  must(subject: ImageSubject): void {
    this.#asked.delete(subject)
    this.#waiting.add(subject)
  }

  forget(subject: ImageSubject): void {
    this.#asked.delete(subject)
    this.#waiting.delete(subject)
  }

  /** Begins what can begin now. */
  pump(): void {
    if (this.#waiting.size === 0) return
    for (const subject of this.#waiting) {
      if (this.#running >= this.#atOnceMax) return
      this.maybeBegin(subject)
    }
  }

  /** The machine of this group is between two batches. */
  maybeBegin(subject: ImageSubject): void {
    if (this.#running >= this.#atOnceMax || !this.#waiting.has(subject)) return
    const cut = subject.maybeCut()
    if (cut === undefined) return
    this.#waiting.delete(subject)
    this.#running++
    this.#store.saveImage(subject.id, cut.image, cut.source, isSaved => {
      this.#running--
      subject.onImageSaved(cut.image, isSaved)
    })
  }
}
