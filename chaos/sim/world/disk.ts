/**
 * The simulated disk of one machine: files and their names as a power cut would leave them and as
 * the operating system shows them, one operation after the other, each with its delay. Faults are
 * switched on and off from outside.
 */

import type {
  AppendFile,
  Disk,
  DiskAnswer,
  DiskDone,
  DiskErrorCode,
  FilePart,
} from '../../../src/base/env.ts'
import type { Prng } from '../../../src/base/prng.ts'
import type { EventQueue } from './clock.ts'
import { US_PER_MS } from './clock.ts'
import { SimFile } from './file.ts'

export interface DiskProfile {
  /** A sync takes from the least to twice the mean. */
  readonly syncMinUs: number
  readonly syncMeanUs: number
  /** A read takes up to so long, and whatever was asked for behind it waits. */
  readonly readUs: number
  /** Everything else takes up to so long. */
  readonly otherUs: number
  /** The chance that a read waits for a cold or busy disk. */
  readonly slowReads?: number
  /** Removals reach the disk in any order: a power cut may keep a later one and not an earlier. */
  readonly looseRemovals?: boolean
}

/** Durable files by name. */
export type DiskCopy = ReadonlyMap<string, Uint8Array>

/** Below which byte of a file a bit may turn over. */
export type FlipBound = (name: string, bytes: Uint8Array) => number

/** Others go on meanwhile: reads are answered in any order. */
const SLOW_READ_MS_MAX = 3000

/** A change of names that no syncFolder has made durable: the file under the name, or none. */
interface NameChange {
  readonly name: string
  readonly file: SimFile | undefined
  /** The name that the file had before: a rename happens whole or not at all. */
  readonly gone?: string
}

/** So many reads of files with such names report an error. */
export interface FailingReads {
  left: number
  fits(name: string): boolean
  onFailed(): void
}

/** Faults that a disk counts itself, if and when they take effect. */
type DiskHit = 'slow-read' | 'disk-full' | 'sync-fails' | 'unsynced-lost' | 'torn-tail'

export interface DiskParts {
  readonly queue: EventQueue
  readonly prng: Prng
  readonly tally: { hit(kind: DiskHit): void }
}

export class SimDisk implements Disk {
  profile: DiskProfile
  /** Faults. */
  isFull = false
  failingSyncs = 0
  slowness = 1
  failingReads: FailingReads | undefined
  readonly #parts: DiskParts
  #names = new Map<string, SimFile>()
  #durableNames = new Map<string, SimFile>()
  #nameChanges: NameChange[] = []
  #nameChangesSettled = 0
  #busyUntilUs = 0
  /** Grows with each power cut: what was under way then never answers. */
  #powerCuts = 0

  constructor(profile: DiskProfile, parts: DiskParts) {
    this.profile = profile
    this.#parts = parts
  }

  list(done: (answer: DiskAnswer<readonly string[]>) => void): void {
    this.#later(this.#otherUs(), () => done({ value: [...this.#names.keys()].sort() }))
  }

  read(name: string, done: (answer: DiskAnswer<Uint8Array>) => void): void {
    this.#read(name, file => file.seen.copy(), done)
  }

  readPart(name: string, part: FilePart, done: (answer: DiskAnswer<Uint8Array>) => void): void {
    const end = part.offset + part.sizeBytes
    this.#read(name, file => file.seen.copy().slice(part.offset, end), done)
  }

  #read(
    name: string,
    bytesOf: (file: SimFile) => Uint8Array,
    done: (answer: DiskAnswer<Uint8Array>) => void,
  ): void {
    const answer = (): void => {
      if (this.#isReadFailing(name)) {
        done({ error: 'io-error' })
        return
      }
      const file = this.#names.get(name)
      done(file === undefined ? { error: 'no-such-file' } : { value: bytesOf(file) })
    }
    const { prng, tally, queue } = this.#parts
    if (prng.chance(this.profile.slowReads ?? 0)) {
      tally.hit('slow-read')
      this.#answerAt(queue.nowUs + prng.below(SLOW_READ_MS_MAX * US_PER_MS), answer)
    } else {
      this.#later(1 + prng.below(this.profile.readUs), answer)
    }
  }

  #isReadFailing(name: string): boolean {
    const failing = this.failingReads
    if (failing === undefined || failing.left === 0 || !failing.fits(name)) return false
    failing.left--
    failing.onFailed()
    return true
  }

  append(name: string): AppendFile {
    let file = this.#names.get(name)
    if (file === undefined) {
      file = new SimFile()
      this.#change({ name, file })
    }
    return new SimAppendFile(this, file)
  }

  truncate(name: string, sizeBytes: number, done: DiskDone): void {
    const file = this.#names.get(name)
    file?.truncate(sizeBytes)
    this.#answer(file === undefined ? 'no-such-file' : undefined, done)
  }

  rename(from: string, to: string, done: DiskDone): void {
    const file = this.#names.get(from)
    if (file !== undefined) {
      this.#change({ name: to, file, gone: from })
    }
    this.#answer(file === undefined ? 'no-such-file' : undefined, done)
  }

  remove(name: string, done: DiskDone): void {
    const isThere = this.#names.has(name)
    if (isThere) {
      this.#change({ name, file: undefined })
    }
    this.#answer(isThere ? undefined : 'no-such-file', done)
  }

  syncFolder(done: DiskDone): void {
    const mark = this.#nameChangesSettled + this.#nameChanges.length
    this.#later(this.#syncUs(), () => {
      this.#settleNames(mark - this.#nameChangesSettled)
      done(undefined)
    })
  }

  /** How much of a file was answered for by a sync: the truth that the simulated machine keeps. */
  promised(name: string): number {
    return this.#names.get(name)?.promised ?? 0
  }

  /** Every operation from now on waits until then. */
  stall(untilUs: number): void {
    this.#busyUntilUs = Math.max(this.#busyUntilUs, untilUs)
  }

  /** Loses what was not synced; whatever was under way never answers. */
  cutPower(): void {
    const { prng, tally, queue } = this.#parts
    this.#powerCuts++
    this.#busyUntilUs = queue.nowUs
    const names = this.#nameChanges.length
    const kept = prng.below(names + 1)
    this.#settleNames(kept)
    if (this.profile.looseRemovals === true) this.#settleRemovals()
    this.#nameChangesSettled += this.#nameChanges.length
    this.#nameChanges = []
    let lost = kept < names
    let torn = false
    for (const file of new Set([...this.#names.values(), ...this.#durableNames.values()])) {
      const damage = file.cutPower(prng)
      lost ||= damage.lost
      torn ||= damage.torn
    }
    this.#names = new Map(this.#durableNames)
    if (lost) tally.hit('unsynced-lost')
    if (torn) tally.hit('torn-tail')
  }

  wipe(): void {
    this.#powerCuts++
    this.#busyUntilUs = this.#parts.queue.nowUs
    this.#names = new Map()
    this.#durableNames = new Map()
    this.#nameChangesSettled += this.#nameChanges.length
    this.#nameChanges = []
  }

  /** Files as they would be found if the power failed now and nothing unsynced were left. */
  copy(): DiskCopy {
    return new Map([...this.#durableNames].map(([name, { platter }]) => [name, platter.copy()]))
  }

  /** Another disk is put in the place of this one: the copy, as it was made. */
  putBack(copy: DiskCopy): void {
    this.wipe()
    for (const [name, bytes] of copy) {
      const file = SimFile.holding(bytes)
      this.#names.set(name, file)
      this.#durableNames.set(name, file)
    }
  }

  /**
   * Turns over one bit that a sync has answered for, below the bound that is set to its file, and
   * tells in which file. Undefined when there is none.
   */
  flipBit(prng: Prng, bound: FlipBound = (_name, bytes) => bytes.length): string | undefined {
    const limits = new Map<string, number>()
    for (const [name, { platter }] of this.#durableNames) {
      const limit = Math.min(platter.size, bound(name, platter.copy()))
      if (limit > 0) limits.set(name, limit)
    }
    if (limits.size === 0) return undefined
    const name = prng.pick([...limits.keys()])
    this.#durableNames.get(name)?.flip(prng.below(limits.get(name) ?? 1), 1 << prng.below(8))
    return name
  }

  /** A file is gone, from under its name and for good. */
  lose(name: string): void {
    this.#settleNames(this.#nameChanges.length)
    for (const names of [this.#names, this.#durableNames]) names.delete(name)
  }

  /** The bytes of a file, as the operating system shows them. */
  shown(name: string): Uint8Array | undefined {
    return this.#names.get(name)?.seen.copy()
  }

  /** Synced or not, nothing is left of a file from there on. */
  cutShort(name: string, size: number): void {
    this.#settleNames(this.#nameChanges.length)
    this.#names.get(name)?.cutShort(size)
  }

  /** Bytes that no sync has answered for, in the last file of those whose names this fits. */
  unsyncedBytes(fits: (name: string) => boolean): number {
    const last = [...this.#names.keys()].filter(fits).sort().at(-1) ?? ''
    const file = this.#names.get(last)
    return file === undefined ? 0 : file.seen.size - file.promised
  }

  /** As the operating system shows them. */
  names(): readonly string[] {
    return [...this.#names.keys()]
  }

  has(name: string): boolean {
    return this.#names.has(name)
  }

  write(file: SimFile, bytes: Uint8Array, done: DiskDone): void {
    if (this.isFull) {
      // A part may have found room.
      file.appendPart(bytes.subarray(0, this.#parts.prng.below(bytes.length + 1)))
      this.#parts.tally.hit('disk-full')
      this.#answer('disk-full', done)
      return
    }
    file.append(bytes)
    this.#answer(undefined, done)
  }

  sync(file: SimFile, done: DiskDone): void {
    const mark = file.mark()
    this.#later(this.#syncUs(), () => {
      if (this.failingSyncs > 0) {
        this.failingSyncs--
        this.#parts.tally.hit('sync-fails')
        file.failSync(mark, this.#parts.prng)
        done('io-error')
        return
      }
      file.sync(mark)
      done(undefined)
    })
  }

  close(done: DiskDone): void {
    this.#answer(undefined, done)
  }

  #otherUs(): number {
    return 1 + this.#parts.prng.below(this.profile.otherUs)
  }

  #syncUs(): number {
    const { syncMinUs, syncMeanUs } = this.profile
    return syncMinUs + this.#parts.prng.below(2 * syncMeanUs)
  }

  #answer(error: DiskErrorCode | undefined, done: DiskDone): void {
    this.#later(this.#otherUs(), () => done(error))
  }

  #later(delayUs: number, answer: () => void): void {
    const { nowUs } = this.#parts.queue
    this.#busyUntilUs = Math.max(nowUs, this.#busyUntilUs) + delayUs * this.slowness
    this.#answerAt(this.#busyUntilUs, answer)
  }

  #answerAt(atUs: number, answer: () => void): void {
    const life = this.#powerCuts
    this.#parts.queue.at(atUs, {
      fire: () => {
        if (life === this.#powerCuts) answer()
      },
    })
  }

  #change(change: NameChange): void {
    apply(this.#names, change)
    this.#nameChanges.push(change)
  }

  /** Of what is lost, some removals are not: those of files that are not changed otherwise. */
  #settleRemovals(): void {
    const changed = new Set(
      this.#nameChanges.filter(({ file }) => file !== undefined).flatMap(namesOf),
    )
    for (const change of this.#nameChanges) {
      const isRemoval = change.file === undefined && !changed.has(change.name)
      if (isRemoval && this.#parts.prng.chance(0.5)) apply(this.#durableNames, change)
    }
  }

  #settleNames(many: number): void {
    for (const change of this.#nameChanges.splice(0, Math.max(0, many))) {
      apply(this.#durableNames, change)
      this.#nameChangesSettled++
    }
  }
}

function namesOf({ name, gone }: NameChange): readonly string[] {
  return gone === undefined ? [name] : [name, gone]
}

function apply(names: Map<string, SimFile>, change: NameChange): void {
  if (change.gone !== undefined) {
    names.delete(change.gone)
  }
  if (change.file === undefined) {
    names.delete(change.name)
  } else {
    names.set(change.name, change.file)
  }
}

class SimAppendFile implements AppendFile {
  readonly #disk: SimDisk
  readonly #file: SimFile

  constructor(disk: SimDisk, file: SimFile) {
    this.#disk = disk
    this.#file = file
  }

  write(bytes: Uint8Array, done: DiskDone): void {
    this.#disk.write(this.#file, bytes, done)
  }

  sync(done: DiskDone): void {
    this.#disk.sync(this.#file, done)
  }

  close(done: DiskDone): void {
    this.#disk.close(done)
  }
}
