/**
 * Opening and making the files of a log. A broken tail that no sync had promised is left behind,
 * any other break is damage. What the last life may have written without a sync is written once
 * more, and synced, before anybody is told of it.
 */

import type { Disk } from '../../../base/env.ts'
import { Guard } from '../../../base/segments/guard.ts'
import { BOOT, IDENTITY, PART, segmentOf } from '../../../base/segments/names.ts'
import { type Scanned, scanSegments } from '../../../base/segments/scan.ts'
import { type Life, StoreFolder, type Unread } from '../../../base/segments/store-folder.ts'
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

const NOTHING = { numbers: 0, topics: [], producerNumbers: 0, producers: [] }
const NOTHING_BEFORE = { previousBytes: 0, previousChain: 0, oldest: 1, state: NOTHING }

/** Names that a log gives; of others in the folder it knows nothing. */
const isWhole = (name: string) =>
  name === IDENTITY || name === BOOT || segmentOf(name) !== undefined
const isPart = (name: string) => name.endsWith(PART) && isWhole(name.slice(0, -PART.length))

interface Found {
  readonly name: string
  readonly bootFile: Life['bootFile']
  readonly reading: LogReading
}

class Opening {
  readonly #disk: Disk
  readonly #options: FilesOptions
  readonly #done: (answer: FilesAnswer) => void
  readonly #guard: Guard
  readonly #folder: StoreFolder
  #names: readonly string[] = []

  constructor(disk: Disk, options: FilesOptions, done: (answer: FilesAnswer) => void) {
    this.#disk = disk
    this.#options = options
    this.#done = done
    this.#guard = new Guard(code => this.#refuse(code, `the disk failed (${code})`))
    this.#folder = new StoreFolder({ disk, guard: this.#guard })
  }

  begin(): void {
    const listed = this.#guard.value<readonly string[]>(names => {
      this.#names = names
      this.#folder.removeAll(names.filter(isPart), () => this.#look())
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
      else if (file.isMade) this.#beginLife(file.name)
      else {
        const rest = this.#names.filter(one => isWhole(one) && one !== IDENTITY)
        this.#folder.removeAll(rest, () => this.#make())
      }
    })
    this.#disk.read(IDENTITY, read)
  }

  /** The identity comes first and says so until all the rest is there. */
  #make(): void {
    const { name } = this.#options
    const identity = (isMade: boolean) => encodeIdentity({ name, isMade })
    const finish = () => this.#folder.keep(IDENTITY, identity(true), () => this.begin())
    const log = () => this.#folder.makeLog(name, encodeHead(NOTHING_BEFORE), finish)
    this.#folder.keep(IDENTITY, identity(false), log)
  }

  #beginLife(name: string): void {
    this.#folder.beginLife(this.#names, life => {
      if (typeof life === 'string') this.#refuseFile(BOOT, life)
      else this.#scan(name, life)
    })
  }

  #scan(name: string, { bootFile, least }: Life): void {
    const numbers = this.#folder.segments(this.#names, least)
    if (typeof numbers === 'string') {
      this.#refuse('log-lost', numbers)
      return
    }
    const reading = new LogReading(this.#options.nowMs)
    const parts = { disk: this.#disk, guard: this.#guard, store: name, least }
    scanSegments(parts, numbers, reading, scanned => {
      if (typeof scanned === 'string') this.#refuse('log-damaged', scanned)
      else this.#start({ name, bootFile, reading }, scanned, numbers[0])
    })
  }

  #start({ name, bootFile, reading }: Found, { number, payloads }: Scanned, first: number): void {
    const isOfNoUse = (one: string) => (segmentOf(one) ?? first) < first
    this.#folder.goOn({ bootFile, store: name, number }, payloads, segment => {
      reading.sizes.set(number, segment.size)
      const { ledger, sizes } = reading
      const parts = { disk: this.#disk, guard: this.#guard, limits: this.#options.limits }
      const start = { ...parts, bootFile, segment, sizes, ledger, name }
      const open = () => this.#done({ files: new LogFiles(start) })
      this.#folder.removeAll(this.#names.filter(isOfNoUse), open)
    })
  }

  #refuseFile(name: string, why: Unread): void {
    if (why === 'missing') this.#refuse('log-damaged', `there is no file ${name}`)
    else if (why === 'damaged') this.#refuse('log-damaged', `the file ${name} is damaged`)
    else this.#refuse('log-format', `the file ${name} has a format that is not known here`)
  }

  #refuse(code: FilesCode, found: string): void {
    this.#done({ refused: filesRefusal(code, found) })
  }
}
