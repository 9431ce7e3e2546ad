/**
 * Opening and making a store. A broken tail that no sync had promised is left behind; any other
 * break is damage, and a damaged log is never trusted.
 *
 * Whatever the last life may have written without it ever being synced (a page cache shows such
 * bytes, and after a failed sync the disk never gets them) is written once more, behind the head of
 * a segment of this life, and synced, before anybody believes it. The old segment is not touched:
 * should the power fail meanwhile, the next opening finds what this one found.
 */

import type { Disk } from '../../base/env.ts'
import type { NodeId } from '../../base/ids.ts'
import { Guard } from '../../base/segments/guard.ts'
import { BOOT, IDENTITY, segmentOf } from '../../base/segments/names.ts'
import { type Life, StoreFolder, type Unread } from '../../base/segments/store-folder.ts'
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
interface Opened extends Life {
  readonly identity: IdentityFile
  readonly isMade: boolean
}

/** The chain before the first segment, which follows nothing. */
const NOTHING_BEFORE = { previousBytes: 0, previousChain: 0, states: new Map() }

class Opening {
  readonly #disk: Disk
  readonly #options: StoreOptions
  readonly #done: (answer: StoreAnswer) => void
  readonly #guard: Guard
  readonly #folder: StoreFolder
  #names: readonly string[] = []

  constructor(disk: Disk, options: StoreOptions, done: (answer: StoreAnswer) => void) {
    this.#disk = disk
    this.#options = options
    this.#done = done
    this.#guard = new Guard(code => this.#refuse(code, `the disk failed (${code})`))
    this.#folder = new StoreFolder({ disk, guard: this.#guard })
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
        else if (this.#isNamed(file)) this.#beginLife(file, isMade)
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
    if (this.#options.mayMake) {
      this.#folder.removeAll(this.#names.filter(isLeftOver), () => this.#make())
    } else this.#refuse('store-missing', 'there is no store in the folder')
  }

  /** The identity comes first and says so until all the rest is there. */
  #make(): void {
    const { cluster, node, store } = this.#options
    const identity = (isMade: boolean) => encodeIdentity({ cluster, node, store, isMade })
    const finish = () => this.#folder.keep(IDENTITY, identity(true), () => this.begin(true))
    const log = () => this.#folder.makeLog(store, encodeHead(NOTHING_BEFORE), finish)
    this.#folder.keep(IDENTITY, identity(false), log)
  }

  #beginLife(identity: IdentityFile, isMade: boolean): void {
    this.#folder.removeAll(this.#names.filter(isPart), () => {
      this.#folder.beginLife(this.#names, life => {
        if (typeof life === 'string') this.#refuseFile(BOOT, life)
        else this.#scan({ ...life, identity, isMade })
      })
    })
  }

  #scan(opened: Opened): void {
    const { identity, least } = opened
    const numbers = this.#folder.segments(this.#names, least)
    if (typeof numbers === 'string') {
      this.#refuse('log-lost', numbers)
      return
    }
    const parts = { disk: this.#disk, guard: this.#guard, store: identity.store, least }
    scanLog(parts, numbers, scanned => {
      if (typeof scanned === 'string') this.#refuse('log-damaged', scanned)
      else this.#start(opened, scanned, numbers[0])
    })
  }

  #start({ identity, bootFile, isMade }: Opened, scanned: Scanned, oldest: number): void {
    const { replay, groups, end: foundEnd, number, payloads } = scanned
    const { cluster, node, store } = identity
    const used = new Set([...replay.states.values()].map(state => state.filed.file))
    const isOfNoUse = (name: string) => {
      const segment = segmentOf(name)
      return segment === undefined ? isImage(name) && !used.has(name) : segment < oldest
    }
    this.#folder.goOn({ bootFile, store, number }, payloads, segment => {
      replay.segments.grown(segment.size)
      this.#folder.removeAll(this.#names.filter(isOfNoUse), () => {
        const { limits } = this.#options
        const start = { disk: this.#disk, guard: this.#guard, limits, segment, bootFile, foundEnd }
        const opened = { identity: { cluster, node, store }, replay, groups }
        this.#done({ store: new LogStore({ ...start, ...opened }), isMade })
      })
    })
  }

  #refuseFile(name: string, why: Unread): void {
    if (why === 'missing') this.#refuse('store-damaged', `there is no file named ${name}`)
    else if (why === 'damaged') this.#refuse('store-damaged', `the file ${name} is damaged`)
    else this.#refuse('store-format', `the file ${name} has a format that is not known here`)
  }

  #refuse(code: StoreCode, found: string): void {
    this.#done({ refused: refusal(code, found) })
  }
}

function isLeftOver(name: string): boolean {
  return isPart(name) || (isOurs(name) && name !== IDENTITY)
}
