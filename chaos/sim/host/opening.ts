/**
 * Making and opening a store. Whatever was found is written anew into a file of its own, synced,
 * and only then used: after a failed sync the page cache shows bytes that are not on the disk, and
 * writing them again is what makes them durable.
 *
 * A log whose chain breaks behind the durable end has a torn tail, which nobody was promised. One
 * that breaks before it is damaged and never trusted: the replica has lost its log. The simulated
 * machine itself knows the durable end of a file (`SimDisk.promised`); a product keeps a note of
 * it.
 */

import { ByteWriter } from '../../../src/base/bytes.ts'
import type { Disk, DiskErrorCode } from '../../../src/base/env.ts'
import type { ReplicaId } from '../../../src/base/ids.ts'
import type { Stored } from '../../../src/raft/types.ts'
import { type Head, type Record, scanFrames, unsealImage, writeFrame } from './records.ts'
import { Remnant } from './remnant.ts'
import type { StoreStart } from './store.ts'

export interface Opened {
  readonly replica: ReplicaId
  readonly stored: Stored
  /** The bytes of the stored image. */
  readonly imageBytes: Uint8Array | undefined
  readonly start: StoreStart
}

export type OpenAnswer =
  | { readonly opened: Opened }
  /** The log is damaged or gone: the replica must come back under another id. */
  | { readonly lost: string }
  | { readonly failed: DiskErrorCode }

/** The durable end of a file. */
export type Promised = (name: string) => number

const LOG_NAME = /^log-(\d+)$/
/** The first frame's checksum is seeded with it. */
const LOG_SEED = 0x5765_6972

interface Found {
  readonly head: Head
  readonly remnant: Remnant
  readonly imageName: string | undefined
}

/** A store that holds what a new replica begins with. */
export function makeStore(
  disk: Disk,
  first: { readonly replica: ReplicaId; readonly stored: Stored },
  done: (answer: OpenAnswer) => void,
): void {
  const remnant = new Remnant(first.stored)
  const found = { head: { replica: first.replica, boot: 0 }, remnant, imageName: undefined }
  new Opening(disk, () => 0, done).rewrite(found, undefined)
}

export function openStore(
  disk: Disk,
  promised: Promised,
  done: (answer: OpenAnswer) => void,
): void {
  new Opening(disk, promised, done).begin()
}

class Opening {
  readonly #disk: Disk
  readonly #promised: Promised
  readonly #done: (answer: OpenAnswer) => void

  constructor(disk: Disk, promised: Promised, done: (answer: OpenAnswer) => void) {
    this.#disk = disk
    this.#promised = promised
    this.#done = done
  }

  begin(): void {
    this.#disk.list(answer => {
      if (answer.error === undefined) {
        this.#readLog(answer.value)
      } else {
        this.#done({ failed: answer.error })
      }
    })
  }

  #readLog(names: readonly string[]): void {
    const boots = names.map(name => Number(LOG_NAME.exec(name)?.[1] ?? 0))
    const newest = Math.max(0, ...boots)
    if (newest === 0) {
      this.#done({ lost: 'there is no log' })
      return
    }
    const name = logName(newest)
    this.#disk.read(name, answer => {
      if (answer.error !== undefined) {
        this.#done({ failed: answer.error })
        return
      }
      const found = scanLog(answer.value, this.#promised(name))
      if (typeof found === 'string') {
        this.#done({ lost: found })
      } else {
        this.#readImage(found, names)
      }
    })
  }

  #readImage(found: Found, names: readonly string[]): void {
    const { imageName } = found
    if (imageName === undefined) {
      this.rewrite(found, undefined, names)
      return
    }
    this.#disk.read(imageName, answer => {
      const bytes = answer.error === undefined ? unsealed(answer.value) : undefined
      if (bytes === undefined) {
        this.#done({ lost: `the image ${imageName} is damaged` })
      } else {
        this.rewrite(found, bytes, names)
      }
    })
  }

  rewrite(found: Found, imageBytes: Uint8Array | undefined, old: readonly string[] = []): void {
    const { remnant, imageName } = found
    const head = { replica: found.head.replica, boot: found.head.boot + 1 }
    const name = logName(head.boot)
    const part = `${name}.part`
    const { bytes, crc } = encodeLog(head, remnant.stored(), imageName)
    const start = () => {
      const log = this.#disk.append(name)
      this.#forget(old, imageName)
      const { boot, replica } = head
      const opened = { disk: this.#disk, boot, remnant, log, crc, imageName }
      this.#done({ opened: { replica, stored: remnant.stored(), imageBytes, start: opened } })
    }
    // A part of an earlier opening that was cut off may be in the way.
    const write = () => this.#writeWhole(part, bytes, () => this.#publish(part, name, start))
    if (old.includes(part)) {
      this.#disk.remove(part, write)
    } else {
      write()
    }
  }

  #writeWhole(name: string, bytes: Uint8Array, done: () => void): void {
    const file = this.#disk.append(name)
    file.write(bytes, error => {
      if (error !== undefined) {
        this.#done({ failed: error })
        return
      }
      file.sync(failed => (failed === undefined ? done() : this.#done({ failed })))
    })
  }

  #publish(part: string, name: string, done: () => void): void {
    this.#disk.rename(part, name, () => {
      this.#disk.syncFolder(failed => (failed === undefined ? done() : this.#done({ failed })))
    })
  }

  #forget(old: readonly string[], imageName: string | undefined): void {
    for (const name of old) {
      if (name !== imageName) {
        this.#disk.remove(name, () => {})
      }
    }
  }
}

function logName(boot: number): string {
  return `log-${boot}`
}

function encodeLog(head: Head, stored: Stored, imageName: string | undefined) {
  const out = new ByteWriter()
  const { image, hardState, entries } = stored
  const record: Record = {
    head,
    install: image,
    installName: imageName ?? '',
    hardState,
    entries,
  }
  const crc = writeFrame(out, record, LOG_SEED)
  return { bytes: out.finish(), crc }
}

/** What the log amounts to, or why it cannot be trusted. */
function scanLog(bytes: Uint8Array, promised: number): Found | string {
  let head: Head | undefined
  let remnant: Remnant | undefined
  let imageName = ''
  const end = scanFrames(bytes, LOG_SEED, record => {
    if (record.head !== undefined && record.install !== undefined && record.hardState) {
      head = record.head
      const { install: image, hardState, entries } = record
      remnant = new Remnant({ image, hardState, entries })
    } else {
      remnant?.take(record)
    }
    imageName = record.installName ?? record.compactName ?? imageName
  })
  if (end < promised) {
    return `the chain breaks at byte ${end}, the durable end is ${promised}`
  }
  if (head === undefined || remnant === undefined) {
    return 'the log has no head'
  }
  return { head, remnant, imageName: imageName === '' ? undefined : imageName }
}

function unsealed(file: Uint8Array): Uint8Array | undefined {
  try {
    return unsealImage(file)
  } catch {
    return undefined
  }
}
