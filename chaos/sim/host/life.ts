/**
 * One life of a process, from its start to its death. Whatever calls back into the process goes
 * through here: nothing reaches the dead, and what comes for one that stands still waits, in order,
 * until it goes on.
 */

import type { AppendFile, Disk, DiskAnswer, DiskDone, FilePart } from '../../../src/base/env.ts'
import type { EventQueue } from '../world/clock.ts'

/** What waits for a paused process; more is lost, as a full socket loses it. */
const HELD_MAX = 5000

export class Life {
  isDead = false
  #held: (() => void)[] | undefined
  #isPaused = false
  #busyUntilUs = 0

  get isPaused(): boolean {
    return this.#isPaused
  }

  end(): void {
    this.isDead = true
    this.#held = undefined
  }

  pause(): void {
    this.#isPaused = true
    this.#held ??= []
  }

  /** Everything that waited happens now, after `first`. */
  resume(first: () => void): void {
    this.#isPaused = false
    const held = this.#held ?? []
    this.#held = undefined
    for (const happen of [first, ...held]) {
      this.admit(happen)
    }
  }

  /** Its one thread has so much to do, behind what it has to do already: all else waits. */
  occupy(queue: EventQueue, forUs: number): void {
    if (this.isDead || forUs <= 0) return
    const isFree = this.#busyUntilUs <= queue.nowUs
    this.#busyUntilUs = Math.max(this.#busyUntilUs, queue.nowUs) + Math.ceil(forUs)
    this.#held ??= []
    if (isFree) this.#freeAgain(queue)
  }

  #freeAgain(queue: EventQueue): void {
    const fire = (): void => {
      if (this.isDead) return
      if (this.#busyUntilUs > queue.nowUs) this.#freeAgain(queue)
      else if (!this.#isPaused) this.resume(() => {})
    }
    queue.at(this.#busyUntilUs, { fire })
  }

  admit(happen: () => void): void {
    if (this.isDead) return
    if (this.#held === undefined) {
      happen()
    } else if (this.#held.length < HELD_MAX) {
      this.#held.push(happen)
    }
  }

  later(queue: EventQueue, delayUs: number, happen: () => void): void {
    queue.after(delayUs, { fire: () => this.admit(happen) })
  }
}

/** A disk as one life of a process sees it. */
export class LivingDisk implements Disk {
  readonly #disk: Disk
  readonly #life: Life

  constructor(disk: Disk, life: Life) {
    this.#disk = disk
    this.#life = life
  }

  list(done: (answer: DiskAnswer<readonly string[]>) => void): void {
    this.#disk.list(this.#admitted(done))
  }

  read(name: string, done: (answer: DiskAnswer<Uint8Array>) => void): void {
    this.#disk.read(name, this.#admitted(done))
  }

  readPart(name: string, part: FilePart, done: (answer: DiskAnswer<Uint8Array>) => void): void {
    this.#disk.readPart(name, part, this.#admitted(done))
  }

  append(name: string): AppendFile {
    const file = this.#disk.append(name)
    return {
      write: (bytes, done) => file.write(bytes, this.#admitted(done)),
      sync: done => file.sync(this.#admitted(done)),
      close: done => file.close(this.#admitted(done)),
    }
  }

  truncate(name: string, sizeBytes: number, done: DiskDone): void {
    this.#disk.truncate(name, sizeBytes, this.#admitted(done))
  }

  rename(from: string, to: string, done: DiskDone): void {
    this.#disk.rename(from, to, this.#admitted(done))
  }

  remove(name: string, done: DiskDone): void {
    this.#disk.remove(name, this.#admitted(done))
  }

  syncFolder(done: DiskDone): void {
    this.#disk.syncFolder(this.#admitted(done))
  }

  #admitted<T>(done: (answer: T) => void): (answer: T) => void {
    return answer => this.#life.admit(() => done(answer))
  }
}
