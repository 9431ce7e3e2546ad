/**
 * The segment that is being written. It has its name only once its head is durable: a segment whose
 * head is broken is damaged, never just begun.
 */

import { ByteWriter } from '../bytes.ts'
import type { AppendFile, Disk } from '../env.ts'
import { invariant } from '../errors.ts'
import { frameSeed, openFrame, sealFrame } from './frame.ts'
import type { Guard } from './guard.ts'
import { segmentName } from './names.ts'
import { writeWhole } from './whole-file.ts'

export interface SegmentParts {
  readonly disk: Disk
  readonly guard: Guard
  readonly store: string
  readonly number: number
}

/** Places are written in 32 bits. */
const SEGMENT_BYTES_LIMIT = 2 ** 32 - 1

export class SegmentFile {
  readonly number: number
  readonly #guard: Guard
  readonly #seed: number
  readonly #file: AppendFile
  readonly #firstBytes: number
  #chain: number
  #size: number
  #syncedTo: number

  private constructor(parts: SegmentParts, file: AppendFile, size: number, chain: number) {
    this.number = parts.number
    this.#guard = parts.guard
    this.#seed = frameSeed(parts.store, parts.number)
    this.#file = file
    this.#firstBytes = size
    this.#size = size
    this.#syncedTo = size
    this.#chain = chain
  }

  /** A segment that begins with these payloads, all of them durable. */
  static begin(
    parts: SegmentParts,
    payloads: readonly Uint8Array[],
    done: (file: SegmentFile) => void,
  ): void {
    const out = new ByteWriter()
    const seed = frameSeed(parts.store, parts.number)
    let chain = seed
    for (const payload of payloads) {
      const framing = new ByteWriter()
      openFrame(framing)
      const frame = framing.raw(payload).finish()
      chain = sealFrame(frame, { seed, offset: out.size, syncedTo: 0, chain })
      out.raw(frame)
    }
    const bytes = out.finish()
    writeWhole(parts, segmentName(parts.number), bytes, file =>
      done(new SegmentFile(parts, file, bytes.length, chain)),
    )
  }

  get size(): number {
    return this.#size
  }

  /** The checksum of the last frame. */
  get chain(): number {
    return this.#chain
  }

  /** Nothing was written to it since it began. */
  get isFresh(): boolean {
    return this.#size === this.#firstBytes
  }

  get isSynced(): boolean {
    return this.#syncedTo === this.#size
  }

  /** A frame from `openFrame` on, with its payload. */
  write(frame: Uint8Array, done: () => void): void {
    const offset = this.#size
    invariant(offset + frame.length <= SEGMENT_BYTES_LIMIT, 'STORE a segment is below 4 GiB')
    const place = { seed: this.#seed, offset, syncedTo: this.#syncedTo, chain: this.#chain }
    this.#chain = sealFrame(frame, place)
    this.#size += frame.length
    this.#file.write(frame, this.#guard.step(done))
  }

  sync(done: () => void): void {
    const size = this.#size
    const synced = () => {
      this.#syncedTo = size
      done()
    }
    this.#file.sync(this.#guard.step(synced))
  }

  close(done: () => void): void {
    this.#file.close(this.#guard.step(done))
  }
}
