/**
 * The image files of all groups: those on record, those that wait to be, and those that are being
 * taken or received. An image is durable under its name before any record speaks of it, and what is
 * older goes only once that record is durable.
 */

import type { Disk } from '../../base/env.ts'
import { invariant } from '../../base/errors.ts'
import type { GroupId } from '../../base/ids.ts'
import type { Guard } from '../../base/segments/guard.ts'
import type { ByteSource } from '../../base/source.ts'
import type { ChunkBytes, ChunkRead, ChunkWrite } from '../ready.ts'
import type { Image } from '../types.ts'
import { blocksOf, blocksPart, openBlocks } from './image-blocks.ts'
import { ImageSource } from './image-source.ts'
import { ImageWriter } from './image-writer.ts'
import { IMAGE_BLOCK_BYTES } from './limits.ts'
import { imageName } from './names.ts'

interface Receiving {
  readonly image: Image
  readonly writer: ImageWriter
}

interface Filed {
  readonly name: string
  /** No state is known to hold it: it may yet have to be loaded, even when a newer one is there. */
  isUnloaded: boolean
}

interface GroupImages {
  readonly files: Map<number, Filed>
  /** The newest that is on record for good. */
  recordedIndex: number
  receiving: Receiving | undefined
  /** The group was removed: what is still being written for it goes as well. */
  isGone: boolean
}

export interface ImageParts {
  readonly disk: Disk
  readonly guard: Guard
  readonly boot: number
  readonly syncBytes: number
  onDamaged(group: GroupId): void
}

export class ImageFiles {
  readonly #parts: ImageParts
  readonly #groups = new Map<GroupId, GroupImages>()
  readonly #damaged = new Set<string>()
  #serial = 0

  constructor(parts: ImageParts) {
    this.#parts = parts
  }

  /** A file on record, as opening found it. */
  found(group: GroupId, index: number, name: string): void {
    const images = this.#of(group)
    images.files.set(index, { name, isUnloaded: true })
    images.recordedIndex = index
  }

  /** Pulls an image into a file. `done` says whether it is there: a source may break. */
  save(group: GroupId, image: Image, source: ByteSource, done: (isSaved: boolean) => void): void {
    const images = this.#of(group)
    const writer = this.#newWriter(group, image)
    writer.pull(source, isWhole => {
      if (!isWhole || images.isGone) {
        source.close()
        writer.drop()
        done(false)
        return
      }
      const filed = { name: writer.name, isUnloaded: false }
      writer.finish(() => done(this.#keep(images, image.index, filed)))
    })
  }

  /** Bytes of an image that another replica sends. */
  receive(group: GroupId, chunk: ChunkWrite, done: () => void): void {
    const images = this.#of(group)
    if (chunk.offset === 0) {
      images.receiving?.writer.drop()
      images.receiving = { image: chunk.image, writer: this.#newWriter(group, chunk.image) }
    }
    const { receiving } = images
    invariant(
      receiving?.writer.sizeBytes === chunk.offset && receiving.image.index === chunk.image.index,
      'STORE chunks follow one another',
      chunk.offset,
    )
    receiving.writer.write(chunk.data, done)
  }

  /** The received image is whole. */
  finishReceived(group: GroupId, image: Image, done: () => void): void {
    const images = this.#of(group)
    const { receiving } = images
    invariant(receiving?.image.index === image.index, 'STORE the image was received', image.index)
    images.receiving = undefined
    receiving.writer.finish(() => {
      const { name } = receiving.writer
      this.#keep(images, image.index, { name, isUnloaded: true })
      done()
    })
  }

  nameOf(group: GroupId, index: number): string | undefined {
    return this.#groups.get(group)?.files.get(index)?.name
  }

  /** This image is on record for good: older files are of no more use. */
  recorded(group: GroupId, index: number): void {
    this.#of(group).recordedIndex = index
    this.#dropOld(group)
  }

  /** The state of the group holds this image: its bytes need not be loaded again in this life. */
  loaded(group: GroupId, index: number): void {
    for (const [at, filed] of this.#of(group).files) if (at <= index) filed.isUnloaded = false
    this.#dropOld(group)
  }

  #dropOld(group: GroupId): void {
    const { files, recordedIndex } = this.#of(group)
    for (const [index, { isUnloaded }] of [...files]) {
      if (index < recordedIndex && !isUnloaded) this.drop(group, index)
    }
  }

  drop(group: GroupId, index: number): void {
    const images = this.#groups.get(group)
    const filed = images?.files.get(index)
    if (filed === undefined) return
    images?.files.delete(index)
    this.#remove(filed.name)
  }

  /** The group is gone. */
  dropAll(group: GroupId): void {
    const images = this.#groups.get(group)
    if (images === undefined) return
    images.isGone = true
    images.receiving?.writer.drop()
    this.#groups.delete(group)
    for (const { name } of images.files.values()) this.#remove(name)
  }

  open(group: GroupId, index: number): ByteSource | undefined {
    const name = this.nameOf(group, index)
    if (name === undefined || this.#damaged.has(name)) return undefined
    const { disk, guard } = this.#parts
    return new ImageSource(disk, name, {
      onDamaged: () => this.#onDamaged(group, index, name),
      onFailed: error => guard.fail(error),
    })
  }

  readChunk(group: GroupId, read: ChunkRead, done: (chunk: ChunkBytes) => void): void {
    const { to, image, offset } = read
    const gone = { to, imageIndex: image.index, offset, last: false }
    const { first, count } = blocksOf(offset, read.sizeBytesMax)
    // A name that no file has is answered as late as one that a file has.
    const name = this.nameOf(group, image.index) ?? ''
    const { disk, guard } = this.#parts
    disk.readPart(name, blocksPart(first, count), answer => {
      if (guard.isDown) return
      const isGone = this.nameOf(group, image.index) !== name
      if (isGone || this.#damaged.has(name)) {
        done(gone)
        return
      }
      if (answer.error !== undefined && answer.error !== 'no-such-file') {
        guard.fail(answer.error)
        return
      }
      const bytes = answer.error === undefined ? answer.value : new Uint8Array(0)
      const blocks = openBlocks(bytes, { first, count, crc: 0 })
      if (blocks === undefined) {
        this.#onDamaged(group, image.index, name)
        done(gone)
        return
      }
      const skip = offset - first * IMAGE_BLOCK_BYTES
      const data = blocks.data.subarray(skip, skip + read.sizeBytesMax)
      done({ ...gone, data, last: blocks.isLast && skip + data.length === blocks.data.length })
    })
  }

  #of(group: GroupId): GroupImages {
    let images = this.#groups.get(group)
    if (images === undefined) {
      images = { files: new Map(), recordedIndex: 0, receiving: undefined, isGone: false }
      this.#groups.set(group, images)
    }
    return images
  }

  #newWriter(group: GroupId, { index }: Image): ImageWriter {
    const { disk, guard, syncBytes, boot } = this.#parts
    const name = imageName(group, index, boot, this.#serial++)
    return new ImageWriter({ disk, guard, syncBytes, name })
  }

  /** Whether the group is still there to have it. */
  #keep(images: GroupImages, index: number, filed: Filed): boolean {
    if (images.isGone) {
      this.#remove(filed.name)
      return false
    }
    const older = images.files.get(index)
    if (older !== undefined) this.#remove(older.name)
    images.files.set(index, filed)
    return true
  }

  #onDamaged(group: GroupId, index: number, name: string): void {
    if (this.#parts.guard.isDown || this.#damaged.has(name)) return
    if (this.nameOf(group, index) !== name) return
    this.#damaged.add(name)
    this.#parts.onDamaged(group)
  }

  #remove(name: string): void {
    this.#damaged.delete(name)
    this.#parts.disk.remove(
      name,
      this.#parts.guard.removed(() => {}),
    )
  }
}
