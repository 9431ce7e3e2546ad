/**
 * Opening and making a store. A broken tail that no sync had promised is left behind; any other
 * break is damage, and a damaged log is never trusted.
 *
 * Whatever the last life may have written without it ever being synced (a page cache shows such
 * bytes, and after a failed sync the disk never gets them) is written once more, behind the head of
 * a segment of this life, and synced, before anybody believes it. The old segment is not touched:
 * should the power fail meanwhile, the next opening finds what this one found.
 */

import type { AppendFile, Disk } from '../../base/env.ts'
import type { NodeId } from '../../base/ids.ts'
import type { LogEnd } from '../../base/log-end.ts'
import { BootFile, type BootRecord, decodeBoot } from '../../base/segments/boot-file.ts'
import { Guard } from '../../base/segments/guard.ts'
import { BOOT, IDENTITY, newestRun, segmentName, segmentOf } from '../../base/segments/names.ts'
import { SegmentFile } from '../../base/segments/segment-file.ts'
import { writeWhole } from '../../base/segments/whole-file.ts'
import { encodeHead } from './head.ts'
import { decodeIdentity, encodeIdentity, type IdentityFile } from './identity.ts'
import type { StoreLimits } from './limits.ts'
import { isImage, isOurs, isPart } from './names.ts'
import { refusal, type StoreCode, type StoreRefusal } from './refusal.ts'
import { type Scanned, scanLog } from './scan.ts'
import { LogStore } from './store.ts'

export interface StoreOptions {
  readonly cluster: string
  readonly node: NodeId
  /** The name of the store: it is made with it, or one of that name is opened and no other. */
  readonly store: string
  /** Whether one may be made where there is none. */
  readonly mayMake: boolean
  readonly limits: StoreLimits
}

export type StoreAnswer =
  | { readonly store: LogStore; readonly isMade: boolean; readonly refused?: never }
  | { readonly store?: never; readonly refused: StoreRefusal }

export function openStore(
  disk: Disk,
  options: StoreOptions,
  done: (answer: StoreAnswer) => void,
): void {
  new Opening(disk, options, done).begin(false)
}

/** What is known when the log is about to be read. */
interface Opened {
  readonly identity: IdentityFile
  readonly bootFile: BootFile
  readonly isMade: boolean
}

/** The chain before the first segment, which follows nothing. */
const NOTHING_BEFORE = { previousBytes: 0, previousChain: 0, states: new Map() }
const FIRST_SEGMENT = 1

class Opening {
  readonly #disk: Disk
  readonly #options: StoreOptions
  readonly #done: (answer: StoreAnswer) => void
  readonly #guard: Guard
  #names: readonly string[] = []

  constructor(disk: Disk, options: StoreOptions, done: (answer: StoreAnswer) => void) {
    this.#disk = disk
    this.#options = options
    this.#done = done
    this.#guard = new Guard(code => this.#refuse(code, `the disk failed (${code})`))
  }

  begin(isMade: boolean): void {
    const listed = this.#guard.value<readonly string[]>(names => {
      this.#names = names
      if (names.includes(IDENTITY)) this.#readIdentity(isMade)
      else this.#onNoIdentity()
    })
    this.#disk.list(listed)
  }

  #onNoIdentity(): void {
    const ours = this.#names.find(name => isOurs(name))
    if (ours === undefined) this.#maybeMake()
    else this.#refuse('store-damaged', `there is a file ${ours}, but none named ${IDENTITY}`)
  }

  #readIdentity(isMade: boolean): void {
    const read = this.#guard.value<Uint8Array>(bytes => {
      const file = decodeIdentity(bytes)
      if (typeof file === 'string') this.#refuseFile(IDENTITY, file)
      else if (this.#isMine(file)) {
        if (!file.isMade) this.#maybeMake()
        else if (this.#isNamed(file)) this.#readBoot(file, isMade)
      }
    })
    this.#disk.read(IDENTITY, read)
  }

  #isMine({ cluster, node }: IdentityFile): boolean {
    const options = this.#options
    if (cluster !== options.cluster) {
      this.#refuse(
        'store-of-another-cluster',
        `the folder belongs to cluster ${cluster}, not to ${options.cluster}`,
      )
      return false
    }
    if (node !== options.node) {
      this.#refuse(
        'store-of-another-node',
        `the folder belongs to node ${node}, not to ${options.node}`,
      )
      return false
    }
    return true
  }

  #isNamed({ store }: IdentityFile): boolean {
    const { store: wanted } = this.#options
    if (store === wanted) return true
    const found = `the log is store ${store}, and store ${wanted} belongs here`
    this.#refuse('store-of-another-folder', found)
    return false
  }

  #maybeMake(): void {
    if (this.#options.mayMake) this.#removeAll(this.#names.filter(isLeftOver), () => this.#make())
    else this.#refuse('store-missing', 'there is no store in the folder')
  }

  /** The identity comes first and says so until all the rest is there. */
  #make(): void {
    const { cluster, node, store } = this.#options
    const identity = { cluster, node, store }
    const parts = { disk: this.#disk, guard: this.#guard, store, number: FIRST_SEGMENT }
    const reopen = () => this.begin(true)
    const finish = () => {
      this.#keep(IDENTITY, encodeIdentity({ ...identity, isMade: true }), reopen)
    }
    const log = () =>
      SegmentFile.begin(parts, [encodeHead(NOTHING_BEFORE)], file => file.close(finish))
    const boot = () => this.#bootFile(0).note({ segment: FIRST_SEGMENT, bytes: 0 }, log)
    this.#keep(IDENTITY, encodeIdentity({ ...identity, isMade: false }), boot)
  }

  #readBoot(identity: IdentityFile, isMade: boolean): void {
    if (!this.#names.includes(BOOT)) {
      this.#refuse('store-damaged', `there is no file named ${BOOT}`)
      return
    }
    const read = this.#guard.value<Uint8Array>(bytes => {
      const before = decodeBoot(bytes)
      if (typeof before === 'string') this.#refuseFile(BOOT, before)
      else this.#removeAll(this.#names.filter(isPart), () => this.#boot(identity, before, isMade))
    })
    this.#disk.read(BOOT, read)
  }

  /** Counted before anything else is done in this life: no name is ever given twice. */
  #boot(identity: IdentityFile, before: BootRecord, isMade: boolean): void {
    const bootFile = this.#bootFile(before.boot + 1)
    bootFile.note(before.end, () => this.#scan({ identity, bootFile, isMade }, before.end))
  }

  #scan(opened: Opened, least: LogEnd): void {
    const numbers = newestRun(this.#names)
    const newest = numbers.at(-1)
    if (newest === undefined || newest < least.segment) {
      this.#refuse('log-lost', `there is no ${segmentName(least.segment)}, which was begun`)
      return
    }
    const { store } = opened.identity
    scanLog({ disk: this.#disk, guard: this.#guard, store, least }, numbers, scanned => {
      if (typeof scanned === 'string') this.#refuse('log-damaged', scanned)
      else this.#start(opened, scanned, numbers[0] as number)
    })
  }

  #start({ identity, bootFile, isMade }: Opened, scanned: Scanned, oldest: number): void {
    const { replay, groups, end: foundEnd, number, payloads } = scanned
    const { cluster, node, store } = identity
    const parts = { disk: this.#disk, guard: this.#guard, store, number }
    const used = new Set([...replay.states.values()].map(state => state.filed.file))
    const isOfNoUse = (name: string) => {
      const segment = segmentOf(name)
      return segment === undefined ? isImage(name) && !used.has(name) : segment < oldest
    }
    SegmentFile.begin(parts, payloads, segment => {
      replay.segments.grown(segment.size)
      const clean = () => this.#removeAll(this.#names.filter(isOfNoUse), open)
      const open = () => {
        const { limits } = this.#options
        const start = { disk: this.#disk, guard: this.#guard, limits, segment, bootFile, foundEnd }
        const opened = { identity: { cluster, node, store }, replay, groups }
        this.#done({ store: new LogStore({ ...start, ...opened }), isMade })
      }
      bootFile.note({ segment: number, bytes: segment.size }, clean)
    })
  }

  #bootFile(boot: number): BootFile {
    return new BootFile({ disk: this.#disk, guard: this.#guard }, boot)
  }

  #keep(name: string, bytes: Uint8Array, done: () => void): void {
    const close = (file: AppendFile) => file.close(this.#guard.step(done))
    writeWhole({ disk: this.#disk, guard: this.#guard }, name, bytes, close)
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
    if (why === 'damaged') this.#refuse('store-damaged', `the file ${name} is damaged`)
    else this.#refuse('store-format', `the file ${name} has a format that is not known here`)
  }

  #refuse(code: StoreCode, found: string): void {
    this.#done({ refused: refusal(code, found) })
  }
}

function isLeftOver(name: string): boolean {
  return isPart(name) || (isOurs(name) && name !== IDENTITY)
}
