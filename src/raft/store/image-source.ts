/**
 * An image's file, pulled piece by piece; each piece was judged before it is handed out. That it is
 * gone, or not what was written, is damage; that the disk cannot read it now says nothing of it.
 */

import type { Disk, DiskErrorCode } from '../../base/env.ts'
import type { ByteSource, Piece } from '../../base/source.ts'
import { blocksPart, openBlocks } from './image-blocks.ts'
import { IMAGE_BLOCKS_READ } from './limits.ts'

export interface ImageJudge {
  onDamaged(): void
  onFailed(error: DiskErrorCode): void
}

export class ImageSource implements ByteSource {
  readonly #disk: Disk
  readonly #name: string
  readonly #judge: ImageJudge
  #block = 0
  #crc = 0
  #isAtEnd = false
  #isClosed = false

  constructor(disk: Disk, name: string, judge: ImageJudge) {
    this.#disk = disk
    this.#name = name
    this.#judge = judge
  }

  next(done: (piece: Piece) => void): void {
    const where = { first: this.#block, count: IMAGE_BLOCKS_READ }
    this.#disk.readPart(this.#name, blocksPart(where.first, where.count), answer => {
      if (this.#isClosed) return
      if (answer.error === undefined) done(this.#piece(answer.value))
      else if (answer.error === 'no-such-file') done(this.#gone())
      // No piece comes any more: the process ends, and the next one tries again.
      else this.#judge.onFailed(answer.error)
    })
  }

  close(): void {
    this.#isClosed = true
  }

  #piece(bytes: Uint8Array): Piece {
    // Behind the last piece the same blocks are read once more: an image ends for good, or not.
    if (this.#isAtEnd) return { kind: 'end' }
    const where = { first: this.#block, count: IMAGE_BLOCKS_READ, crc: this.#crc }
    const blocks = openBlocks(bytes, where)
    if (blocks === undefined) return this.#broken(`the file ${this.#name} is damaged`)
    this.#crc = blocks.crc
    this.#block += IMAGE_BLOCKS_READ
    this.#isAtEnd = blocks.isLast
    if (blocks.isLast && blocks.footCrc !== blocks.crc) {
      return this.#broken(`the file ${this.#name} does not match its checksum`)
    }
    const isEmpty = blocks.data.length === 0
    return isEmpty ? { kind: 'end' } : { kind: 'bytes', bytes: blocks.data }
  }

  #gone(): Piece {
    return this.#broken(`the file ${this.#name} is gone (no-such-file)`)
  }

  #broken(why: string): Piece {
    this.#judge.onDamaged()
    return { kind: 'broken', why }
  }
}
