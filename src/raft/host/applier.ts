/**
 * Feeds the state machines of all groups: entries and images in the order in which the cores handed
 * them out, one batch of each group after the other, for at most a slice of time, so that one busy
 * group starves no other and none delays a beat for long.
 */

import type { Clock } from '../../base/env.ts'
import { invariant } from '../../base/errors.ts'
import type { ByteSource } from '../../base/source.ts'
import { sizeOf } from '../log/codec.ts'
import type { Entry, Image } from '../types.ts'
import type { HostBounds } from './bounds.ts'
import type { GroupMachine } from './machine.ts'

/** A group, as its state machine's feeder sees it. */
export interface ApplyPort {
  readonly machine: GroupMachine
  /** The core may be told that all up to `index` is applied; entries that were known have none. */
  onApplied(index: number, entries: readonly Entry[], results: readonly unknown[]): void
  onInstalled(image: Image): void
  openImage(image: Image): ByteSource | undefined
  /** The image cannot be loaded: the state is void. */
  onImageBroken(image: Image): void
}

export type ApplyBounds = Pick<HostBounds, 'sliceMs' | 'applyEntriesMax'>

/** Parts of a slice that one call of a machine should take. */
const CALLS_PER_SLICE = 4
/** A machine that nobody has seen work gets so many entries at first. */
const FIRST_ENTRIES = 16
/** How much of the last measure of a machine's speed goes into the estimate. */
const FRESH_SHARE = 0.25
/** Tasks done are forgotten when there are so many. */
const FORGET_TASKS = 1024

export class Applier {
  readonly clock: Clock
  readonly bounds: ApplyBounds
  #waiting: ApplyLane[] = []
  readonly #onWork: () => void

  /** `onWork`: a machine that was busy can go on; `run` is wanted. */
  constructor(clock: Clock, bounds: ApplyBounds, onWork: () => void) {
    this.clock = clock
    this.bounds = bounds
    this.#onWork = onWork
  }

  add(port: ApplyPort): ApplyLane {
    return new ApplyLane(port, this)
  }

  /** A lane has something to do and its machine is free. */
  enlist(lane: ApplyLane): void {
    this.#waiting.push(lane)
    this.#onWork()
  }

  /** Works for at most a slice, and for one batch in any case; true: there is more to do. */
  run(): boolean {
    const { clock, bounds } = this
    const untilMs = clock.monotonicMs() + bounds.sliceMs
    while (this.#waiting.length > 0) {
      const round = this.#waiting
      this.#waiting = []
      for (let at = 0; at < round.length; at++) {
        round[at]?.work()
        if (clock.monotonicMs() < untilMs) continue
        this.#waiting = [...round.slice(at + 1), ...this.#waiting]
        return this.#waiting.length > 0
      }
    }
    return false
  }
}

/** The tasks of one group. */
export class ApplyLane {
  readonly #port: ApplyPort
  readonly #applier: Applier
  #tasks: (Entry | Image)[] = []
  #done = 0
  #isBusy = false
  #isEnlisted = false
  #isClosed = false
  #onIdle: (() => void) | undefined
  #queuedBytes = 0
  /** What one entry takes, as far as the machine works within its call. */
  #msPerEntry: number

  constructor(port: ApplyPort, applier: Applier) {
    this.#port = port
    this.#applier = applier
    this.#msPerEntry = applier.bounds.sliceMs / CALLS_PER_SLICE / FIRST_ENTRIES
  }

  get queued(): number {
    return this.#tasks.length - this.#done
  }

  get queuedBytes(): number {
    return this.#queuedBytes
  }

  get isBusy(): boolean {
    return this.#isBusy
  }

  install(image: Image): void {
    this.#tasks.push(image)
    this.#enlist()
  }

  apply(entries: readonly Entry[]): void {
    for (const entry of entries) {
      this.#tasks.push(entry)
      this.#queuedBytes += sizeOf(entry)
    }
    this.#enlist()
  }

  /** Nothing more is begun; `onIdle` when the machine is left alone. */
  close(onIdle: () => void): void {
    this.#isClosed = true
    this.#tasks = []
    this.#done = 0
    this.#queuedBytes = 0
    if (this.#isBusy) this.#onIdle = onIdle
    else onIdle()
  }

  /** One batch, or one image. */
  work(): void {
    this.#isEnlisted = false
    const first = this.#tasks[this.#done]
    if (first === undefined || this.#isBusy) return
    this.#isBusy = true
    if (isImage(first)) this.#load(first)
    else this.#applyBatch(first)
  }

  #enlist(): void {
    if (this.#isBusy || this.#isEnlisted || this.#isClosed || this.queued === 0) return
    this.#isEnlisted = true
    this.#applier.enlist(this)
  }

  #applyBatch(first: Entry): void {
    const { machine } = this.#port
    const skipped = machine.appliedIndex - first.index + 1
    const batch = this.#takeEntries(skipped > 0 ? skipped : this.#batchMax())
    const last = batch.at(-1)
    invariant(last !== undefined, 'APPLY a batch has entries')
    if (skipped > 0) {
      // The state outlived the process that had built it: these entries are in it.
      this.#finish(() => this.#port.onApplied(last.index, [], []))
      return
    }
    const { clock } = this.#applier
    const beganMs = clock.monotonicMs()
    machine.apply(batch, results => {
      invariant(results.length === batch.length, 'APPLY each entry has a result')
      invariant(machine.appliedIndex === last.index, 'APPLY the machine says what it holds')
      this.#finish(() => this.#port.onApplied(last.index, batch, results))
    })
    this.#measure((clock.monotonicMs() - beganMs) / batch.length)
  }

  #batchMax(): number {
    const { applyEntriesMax, sliceMs } = this.#applier.bounds
    const inTime = sliceMs / CALLS_PER_SLICE / this.#msPerEntry
    return Math.max(1, Math.min(applyEntriesMax, Math.floor(inTime)))
  }

  /** Bad news is believed at once, good news little by little. */
  #measure(msPerEntry: number): void {
    const fresher = this.#msPerEntry + FRESH_SHARE * (msPerEntry - this.#msPerEntry)
    this.#msPerEntry = Math.max(msPerEntry, fresher)
  }

  #takeEntries(countMax: number): readonly Entry[] {
    const batch: Entry[] = []
    while (batch.length < countMax) {
      const task = this.#tasks[this.#done]
      if (task === undefined || isImage(task)) break
      batch.push(task)
      this.#queuedBytes -= sizeOf(task)
      this.#done++
    }
    return batch
  }

  #load(image: Image): void {
    this.#done++
    const port = this.#port
    const { machine } = port
    const onLoaded = (isWhole: boolean) => {
      const isThere = !isWhole || machine.appliedIndex === image.index
      invariant(isThere, 'APPLY the machine holds the image')
      this.#finish(() => (isWhole ? port.onInstalled(image) : this.#onBroken(image)))
    }
    const source = port.openImage(image)
    if (source === undefined) onLoaded(false)
    else machine.restore(image, source, onLoaded)
  }

  /** Nothing is ever applied on a void state. */
  #onBroken(image: Image): void {
    this.close(() => this.#port.onImageBroken(image))
  }

  #finish(report: () => void): void {
    this.#isBusy = false
    this.#forget()
    if (this.#isClosed) {
      this.#onIdle?.()
      return
    }
    report()
    this.#enlist()
  }

  #forget(): void {
    if (this.#done < FORGET_TASKS && this.#done < this.#tasks.length) return
    this.#tasks.splice(0, this.#done)
    this.#done = 0
  }
}

function isImage(task: Entry | Image): task is Image {
  return !('kind' in task)
}
