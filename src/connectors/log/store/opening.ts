/**
 * Opening and making the files of a log. A broken tail that no sync had promised is left behind,
 * any other break is damage. What the last life may have written without a sync is written once
 * more, and synced, before anybody is told of it.
 */

import type { AppendFile, Disk } from '../../../base/env.ts'
import type { LogEnd } from '../../../base/log-end.ts'
import { BootFile, type BootRecord, decodeBoot } from '../../../base/segments/boot-file.ts'
import { Guard } from '../../../base/segments/guard.ts'
import {
  BOOT,
  IDENTITY,
  newestRun,
  PART,
  segmentName,
  segmentOf,
} from '../../../base/segments/names.ts'
import { type Scanned, scanSegments } from '../../../base/segments/scan.ts'
import { SegmentFile } from '../../../base/segments/segment-file.ts'
import { writeWhole } from '../../../base/segments/whole-file.ts'
import type { LogLimits } from '../limits.ts'
import { encodeHead } from '../state/head.ts'
import { LogFiles } from './files.ts'
import { decodeIdentity, encodeIdentity } from './identity.ts'
import { LogReading } from './reading.ts'
import { type FilesCode, type FilesRefusal, filesRefusal } from './refusal.ts'

export interface FilesOptions {
  /** The name of a log that is made, where there is none. */
  readonly name: string
  readonly limits: LogLimits
  /** By a clock that never goes back: transactions that are found open have their time anew. */
  readonly nowMs: number
}

export type FilesAnswer =
  | { readonly files: LogFiles; readonly refused?: never }
  | { readonly files?: never; readonly refused: FilesRefusal }

export function openFiles(
  disk: Disk,
  options: FilesOptions,
  done: (answer: FilesAnswer) => void,
): void {
  new Opening(disk, options, done).begin()
}

const FIRST_SEGMENT = 1
const NOTHING = { numbers: 0, topics: [], producers: [] }
const NOTHING_BEFORE = { previousBytes: 0, previousChain: 0, oldest: FIRST_SEGMENT, state: NOTHING }

/** Names that a log gives; of others in the folder it knows nothing. */
const isWhole = (name: string) =>
  name === IDENTITY || name === BOOT || segmentOf(name) !== undefined
const isPart = (name: string) => name.endsWith(PART) && isWhole(name.slice(0, -PART.length))

class Opening {
  readonly #disk: Disk
  readonly #options: FilesOptions
  readonly #done: (answer: FilesAnswer) => void
  readonly #guard: Guard
  #names: readonly string[] = []

  constructor(disk: Disk, options: FilesOptions, done: (answer: FilesAnswer) => void) {
    this.#disk = disk
    this.#options = options
    this.#done = done
    this.#guard = new Guard(code => this.#refuse(code, `the disk failed (${code})`))
  }

  begin(): void {
    const listed = this.#guard.value<readonly string[]>(names => {
      this.#names = names
      this.#removeAll(names.filter(isPart), () => this.#look())
    })
    this.#disk.list(listed)
  }

  #look(): void {
    const ours = this.#names.find(isWhole)
    if (this.#names.includes(IDENTITY)) this.#readIdentity()
    else if (ours === undefined) this.#make()
    else this.#refuse('log-damaged', `there is a file ${ours}, but none named ${IDENTITY}`)
  }

  #readIdentity(): void {
    const read = this.#guard.value<Uint8Array>(bytes => {
      const file = decodeIdentity(bytes)
      if (typeof file === 'string') this.#refuseFile(IDENTITY, file)
      else if (file.isMade) this.#readBoot(file.name)
      else
        this.#removeAll(
          this.#names.filter(one => isWhole(one) && one !== IDENTITY),
          () => this.#make(),
        )
    })
    this.#disk.read(IDENTITY, read)
  }

  /** The identity comes first and says so until all the rest is there. */
  #make(): void {
    const { name } = this.#options
    const parts = { disk: this.#disk, guard: this.#guard, store: name, number: FIRST_SEGMENT }
    const finish = () => this.#keep(encodeIdentity({ name, isMade: true }), () => this.begin())
    const log = () =>
      SegmentFile.begin(parts, [encodeHead(NOTHING_BEFORE)], file => {
        file.close(finish)
      })
    const boot = () => this.#bootFile(0).note({ segment: FIRST_SEGMENT, bytes: 0 }, log)
    this.#keep(encodeIdentity({ name, isMade: false }), boot)
  }

  #readBoot(name: string): void {
    if (!this.#names.includes(BOOT)) {
      this.#refuse('log-damaged', `there is no file ${BOOT}`)
      return
    }
    const read = this.#guard.value<Uint8Array>(bytes => {
      const before = decodeBoot(bytes)
      if (typeof before === 'string') this.#refuseFile(BOOT, before)
      else this.#boot(name, before)
    })
    this.#disk.read(BOOT, read)
  }

  #boot(name: string, before: BootRecord): void {
    const bootFile = this.#bootFile(before.boot + 1)
    bootFile.note(before.end, () => this.#scan(name, bootFile, before.end))
  }

  #scan(name: string, bootFile: BootFile, least: LogEnd): void {
    const numbers = newestRun(this.#names)
    const newest = numbers.at(-1)
    if (newest === undefined || newest < least.segment) {
      this.#refuse('log-lost', `there is no ${segmentName(least.segment)}, which was begun`)
      return
    }
    const reading = new LogReading(this.#options.nowMs)
    const parts = { disk: this.#disk, guard: this.#guard, store: name, least }
    scanSegments(parts, numbers, reading, scanned => {
      if (typeof scanned === 'string') this.#refuse('log-damaged', scanned)
      else this.#start({ name, bootFile, reading }, scanned, numbers[0] as number)
    })
  }

  #start(
    found: { readonly name: string; readonly bootFile: BootFile; readonly reading: LogReading },
    { number, payloads }: Scanned,
    first: number,
  ): void {
    const { name, bootFile, reading } = found
    const parts = { disk: this.#disk, guard: this.#guard }
    const isOfNoUse = (one: string) => (segmentOf(one) ?? first) < first
    SegmentFile.begin({ ...parts, store: name, number }, payloads, segment => {
      reading.sizes.set(number, segment.size)
      const { ledger, sizes } = reading
      const { limits } = this.#options
      const start = { ...parts, limits, bootFile, segment, sizes, ledger, name }
      const open = () => this.#done({ files: new LogFiles(start) })
      const clean = () => this.#removeAll(this.#names.filter(isOfNoUse), open)
      bootFile.note({ segment: number, bytes: segment.size }, clean)
    })
  }

  #bootFile(boot: number): BootFile {
    return new BootFile({ disk: this.#disk, guard: this.#guard }, boot)
  }

  #keep(identity: Uint8Array, done: () => void): void {
    const close = (file: AppendFile) => file.close(this.#afterwards(done))
    writeWhole({ disk: this.#disk, guard: this.#guard }, IDENTITY, identity, close)
  }

  #afterwards(done: () => void) {
    return this.#guard.step(done)
  }

  #removeAll(names: readonly string[], done: () => void): void {
    const [first, ...rest] = names
    if (first === undefined) done()
    else
      this.#disk.remove(
        first,
        this.#guard.removed(() => this.#removeAll(rest, done)),
      )
  }

  #refuseFile(name: string, why: 'damaged' | 'other-format'): void {
    if (why === 'damaged') this.#refuse('log-damaged', `the file ${name} is damaged`)
    else this.#refuse('log-format', `the file ${name} has a format that is not known here`)
  }

  #refuse(code: FilesCode, found: string): void {
    this.#done({ refused: filesRefusal(code, found) })
  }
}
