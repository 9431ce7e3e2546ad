/**
 * The log of one replica on the Disk door: one file of framed records and one file for each image.
 * Writes go in order; while one batch is written and synced the next one gathers. Images are
 * written under a name for the time being, synced, renamed, and the folder synced, before any
 * record speaks of them.
 *
 * Any error of the disk ends the store: nothing is known of what it had promised to write.
 * `opening.ts` finds out.
 */

import { ByteWriter } from '../../../src/base/bytes.ts'
import { crc32c } from '../../../src/base/crc32c.ts'
import type { AppendFile, Disk, DiskErrorCode } from '../../../src/base/env.ts'
import { invariant } from '../../../src/base/errors.ts'
import type { ChunkBytes, ChunkRead, ChunkWrite, Write } from '../../../src/raft/ready.ts'
import type { Image } from '../../../src/raft/types.ts'
import { type Record, seal, sealImage, unsealImage, writeFrame } from './records.ts'
import type { Remnant } from './remnant.ts'

export interface StoreListener {
  /** One more write is durable: the remnant has it. */
  onDurable(): void
  /** Everything up to this write is done. */
  onPersisted(number: number, synced: boolean): void
  onFailed(error: DiskErrorCode): void
  /** The checksum of the current image is wrong: it must be taken again. */
  onImageDamaged(): void
}

/** Where a store begins: what opening or making one leaves. */
export interface StoreStart {
  readonly disk: Disk
  readonly boot: number
  readonly remnant: Remnant
  readonly log: AppendFile
  /** The checksum of the last frame in the log. */
  readonly crc: number
  readonly imageName: string | undefined
}

interface Receiving {
  readonly name: string
  readonly file: AppendFile
  readonly image: Image
  readonly from: number
  size: number
  crc: number
}

const RECEIVED = 'received.part'

export class Store {
  /** What is durable. */
  readonly remnant: Remnant
  readonly #disk: Disk
  readonly #boot: number
  readonly #log: AppendFile
  readonly #listener: StoreListener
  readonly #out = new ByteWriter()
  #crc: number
  /** Files of images, by index: the one on record, and those that wait to be. */
  readonly #imageNames = new Map<number, string>()
  #imageIndex: number
  #serial = 0
  #waiting: Write[] = []
  #isWriting = false
  /** Written, not yet covered by a sync. */
  #unsynced: Write[] = []
  #receiving: Receiving | undefined

  constructor(start: StoreStart, listener: StoreListener) {
    this.remnant = start.remnant
    this.#disk = start.disk
    this.#boot = start.boot
    this.#log = start.log
    this.#crc = start.crc
    this.#listener = listener
    this.#imageIndex = start.remnant.image.index
    if (start.imageName !== undefined) {
      this.#imageNames.set(this.#imageIndex, start.imageName)
    }
  }

  write(write: Write): void {
    this.#waiting.push(write)
    if (!this.#isWriting) {
      this.#writeNext()
    }
  }

  /** Makes an image's bytes durable in a file of their own; a later write may then record it. */
  saveImage(image: Image, bytes: Uint8Array, done: () => void): void {
    const name = this.#newImageName(image.index)
    const part = `${name}.part`
    const file = this.#disk.append(part)
    file.write(sealImage(bytes), error => this.#failed(error))
    file.sync(error => {
      if (this.#failed(error)) return
      this.#disk.rename(part, name, renamed => this.#failed(renamed))
      this.#disk.syncFolder(synced => {
        if (this.#failed(synced)) return
        this.#imageNames.set(image.index, name)
        done()
      })
    })
  }

  /** An image that will not be recorded after all. */
  dropImage(index: number): void {
    const name = this.#imageNames.get(index)
    if (name !== undefined && index !== this.#imageIndex) {
      this.#imageNames.delete(index)
      this.#disk.remove(name, () => {})
    }
  }

  /** The bytes of the image on record, or undefined when they are damaged. */
  readImage(index: number, done: (bytes: Uint8Array | undefined) => void): void {
    const name = this.#imageNames.get(index)
    if (name === undefined) {
      done(undefined)
      return
    }
    this.#disk.read(name, answer => {
      const bytes = answer.error === undefined ? intact(answer.value) : undefined
      if (bytes === undefined && this.#imageNames.get(index) === name) {
        this.#listener.onImageDamaged()
      }
      done(bytes)
    })
  }

  readChunk(read: ChunkRead, done: (chunk: ChunkBytes) => void): void {
    const { to, image, offset } = read
    this.readImage(image.index, bytes => {
      const gone = { to, imageIndex: image.index, offset, last: false }
      if (bytes === undefined || offset > bytes.length) {
        done(gone)
        return
      }
      const end = Math.min(bytes.length, offset + read.sizeBytesMax)
      done({ ...gone, data: bytes.slice(offset, end), last: end === bytes.length })
    })
  }

  /** Writes with bytes of an image go alone; all others that wait go together. */
  #writeNext(): void {
    const first = this.#waiting[0]
    this.#isWriting = first !== undefined
    if (first === undefined) {
      return
    }
    if (isSpecial(first)) {
      this.#waiting.shift()
      this.#receive(first)
      return
    }
    const special = this.#waiting.findIndex(isSpecial)
    this.#record(this.#waiting.splice(0, special < 0 ? this.#waiting.length : special))
  }

  #record(writes: readonly Write[]): void {
    for (const write of writes) {
      const record = this.#recordOf(write)
      if (record !== undefined) this.#crc = writeFrame(this.#out, record, this.#crc)
      this.#unsynced.push(write)
    }
    const last = writes.at(-1) as Write
    const synced = writes.some(write => write.sync)
    const done = () => this.#recorded(last.number, synced)
    if (this.#out.size > 0) {
      this.#log.write(this.#out.finish(), error => !this.#failed(error) && !synced && done())
    } else if (!synced) {
      done()
    }
    if (synced) {
      this.#log.sync(error => !this.#failed(error) && done())
    }
  }

  #recordOf(write: Write): Record | undefined {
    const { install, hardState, entries, compact } = write
    const isEmpty = !install && !hardState && !compact && entries.length === 0
    if (isEmpty) return undefined
    const installName = install && this.#nameOf(install)
    const compactName = compact && this.#nameOf(compact)
    return { install, installName, hardState, entries, compact, compactName }
  }

  #nameOf(image: Image): string {
    const name = this.#imageNames.get(image.index)
    invariant(name !== undefined, 'STORE an image is durable before it is recorded', image.index)
    return name
  }

  #recorded(number: number, synced: boolean): void {
    if (synced) {
      for (const write of this.#unsynced) {
        this.remnant.take(write)
        this.#listener.onDurable()
      }
      this.#unsynced = []
      this.#forgetImages()
    }
    this.#listener.onPersisted(number, synced)
    this.#writeNext()
  }

  /** Files of images older than the one on record are of no more use. */
  #forgetImages(): void {
    const { index } = this.remnant.image
    if (index === this.#imageIndex) return
    this.#imageIndex = index
    for (const [old, name] of this.#imageNames) {
      if (old < index) {
        this.#imageNames.delete(old)
        this.#disk.remove(name, () => {})
      }
    }
  }

  #receive(write: Write): void {
    const { chunk } = write
    if (chunk !== undefined) {
      this.#receiveChunk(chunk)
    }
    if (write.install === undefined) {
      this.#syncChunk(write)
      return
    }
    this.#finishImage(write.install, () => this.#record([write]))
  }

  #receiveChunk(chunk: ChunkWrite): void {
    if (chunk.offset === 0) {
      this.#startReceiving(chunk)
    }
    const receiving = this.#receiving
    invariant(
      receiving?.size === chunk.offset && receiving.image.index === chunk.image.index,
      'STORE chunks follow one another',
    )
    receiving.file.write(chunk.data, error => this.#failed(error))
    receiving.size += chunk.data.length
    receiving.crc = crc32c(chunk.data, receiving.crc)
  }

  #startReceiving(chunk: ChunkWrite): void {
    const name = `${this.#serial++}-${this.#boot}-${RECEIVED}`
    if (this.#receiving !== undefined) {
      this.#disk.remove(this.#receiving.name, () => {})
    }
    const file = this.#disk.append(name)
    this.#receiving = { name, file, image: chunk.image, from: chunk.from, size: 0, crc: 0 }
  }

  #syncChunk(write: Write): void {
    const next = () => this.#record([write])
    if (write.sync && this.#receiving !== undefined) {
      this.#receiving.file.sync(error => !this.#failed(error) && next())
    } else {
      next()
    }
  }

  #finishImage(image: Image, done: () => void): void {
    const receiving = this.#receiving
    invariant(receiving?.image.index === image.index, 'STORE the image was received', image.index)
    this.#receiving = undefined
    const name = this.#newImageName(image.index)
    receiving.file.write(seal(receiving.crc), error => this.#failed(error))
    receiving.file.sync(error => {
      if (this.#failed(error)) return
      this.#disk.rename(receiving.name, name, renamed => this.#failed(renamed))
      this.#disk.syncFolder(synced => {
        if (this.#failed(synced)) return
        this.#imageNames.set(image.index, name)
        done()
      })
    })
  }

  #newImageName(index: number): string {
    return `image-${index}-${this.#boot}-${this.#serial++}`
  }

  #failed(error: DiskErrorCode | undefined): boolean {
    if (error !== undefined) {
      this.#listener.onFailed(error)
    }
    return error !== undefined
  }
}

function isSpecial(write: Write): boolean {
  return write.chunk !== undefined || write.install !== undefined
}

function intact(file: Uint8Array): Uint8Array | undefined {
  try {
    return unsealImage(file)
  } catch {
    return undefined
  }
}
