/**
 * Feeds the state machine of one process: entries and images in the order in which the core handed
 * them out, some time later and a few at once, as a busy host does. Takes an image every so often.
 */

import type { Prng } from '../../../src/base/prng.ts'
import type { Entry, Image } from '../../../src/raft/types.ts'
import type { ApplyResult, Machine } from '../machine.ts'
import type { EventQueue, SimEvent } from '../world/clock.ts'
import type { Life } from './life.ts'

export interface ApplyProfile {
  /** An entry is applied up to so long after it was handed out. */
  readonly delayUs: number
  /** Entries applied before the core is told. */
  readonly atOnceMax: number
  /** Entries applied between two images. */
  readonly imageEvery: number
  /** Taking an image takes up to so long. */
  readonly imageUs: number
}

export interface ApplierPort {
  readonly machine: Machine
  onApplied(entry: Entry, result: ApplyResult): void
  /** The core may be told. */
  onProgress(index: number): void
  /** The bytes of an image that is to be loaded. */
  loadImage(image: Image, done: (bytes: Uint8Array) => void): void
  onInstalled(image: Image): void
  onImageDue(): void
}

interface ApplierParts {
  readonly queue: EventQueue
  readonly prng: Prng
  readonly life: Life
}

export class Applier implements SimEvent {
  readonly #port: ApplierPort
  readonly #profile: ApplyProfile
  readonly #parts: ApplierParts
  #tasks: (Entry | Image)[] = []
  #isBusy = false
  #sinceImage = 0
  #isImageWanted = false

  constructor(port: ApplierPort, profile: ApplyProfile, parts: ApplierParts) {
    this.#port = port
    this.#profile = profile
    this.#parts = parts
  }

  install(image: Image): void {
    this.#tasks.push(image)
    this.#start()
  }

  apply(entries: readonly Entry[]): void {
    for (const entry of entries) this.#tasks.push(entry)
    this.#start()
  }

  /** An image is taken as soon as anything more is applied. */
  wantImage(): void {
    this.#isImageWanted = true
  }

  fire(): void {
    const { life } = this.#parts
    if (life.isPaused) life.admit(() => this.#work())
    else if (!life.isDead) this.#work()
  }

  #start(): void {
    if (this.#isBusy || this.#tasks.length === 0) return
    this.#isBusy = true
    const { queue, prng } = this.#parts
    queue.after(1 + prng.below(this.#profile.delayUs), this)
  }

  #work(): void {
    const first = this.#tasks[0] as Entry | Image
    if (isImage(first)) {
      this.#install(first)
      return
    }
    const many = 1 + this.#parts.prng.below(this.#profile.atOnceMax)
    let last = 0
    let done = 0
    for (; done < many; done++) {
      const entry = this.#tasks[done]
      if (entry === undefined || isImage(entry)) break
      this.#port.onApplied(entry, this.#port.machine.apply(entry))
      last = entry.index
    }
    this.#tasks.splice(0, done)
    this.#sinceImage += done
    this.#finish(() => this.#port.onProgress(last))
  }

  /** As the product's machines do it: what was there goes first. */
  #install(image: Image): void {
    this.#port.machine.empty()
    this.#port.loadImage(image, bytes => {
      this.#port.machine.restore(bytes)
      this.#tasks.shift()
      this.#sinceImage = 0
      this.#finish(() => this.#port.onInstalled(image))
    })
  }

  #finish(report: () => void): void {
    report()
    this.#isBusy = false
    const isDue = this.#isImageWanted || this.#sinceImage >= this.#profile.imageEvery
    if (isDue && !this.#tasks.some(isImage)) {
      this.#sinceImage = 0
      this.#isImageWanted = false
      this.#port.onImageDue()
    }
    this.#start()
  }
}

function isImage(task: Entry | Image): task is Image {
  return !('kind' in task)
}
