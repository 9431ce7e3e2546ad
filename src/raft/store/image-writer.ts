/** One image on its way into a file: sealed in blocks, synced now and then, named when whole. */

import type { AppendFile, Disk } from '../../base/env.ts'
import type { Guard } from '../../base/segments/guard.ts'
import { partOf } from '../../base/segments/names.ts'
import { publishPart } from '../../base/segments/whole-file.ts'
import type { ByteSource } from '../../base/source.ts'
import { BlockSealer } from './image-blocks.ts'

interface WriterParts {
  readonly disk: Disk
  readonly guard: Guard
  readonly name: string
  readonly syncBytes: number
}

export class ImageWriter {
  readonly name: string
  readonly #parts: WriterParts
  readonly #file: AppendFile
  readonly #sealer = new BlockSealer()
  #unsyncedBytes = 0

  constructor(parts: WriterParts) {
    this.name = parts.name
    this.#parts = parts
    this.#file = parts.disk.append(partOf(parts.name))
  }

  /** Bytes of the image so far. */
  get sizeBytes(): number {
    return this.#sealer.sizeBytes
  }

  /** Takes all that the source has; false when it breaks. */
  pull(source: ByteSource, done: (isWhole: boolean) => void): void {
    source.next(piece => {
      if (this.#parts.guard.isDown) return
      if (piece.kind === 'bytes') this.write(piece.bytes, () => this.pull(source, done))
      else done(piece.kind === 'end')
    })
  }

  write(bytes: Uint8Array, done: () => void): void {
    const { guard, syncBytes } = this.#parts
    const sealed = this.#sealer.push(bytes)
    this.#unsyncedBytes += sealed.length
    const isDue = this.#unsyncedBytes >= syncBytes
    const sync = () => this.#file.sync(guard.step(done))
    if (isDue) this.#unsyncedBytes = 0
    this.#file.write(sealed, guard.step(isDue ? sync : done))
  }

  finish(done: () => void): void {
    const { guard } = this.#parts
    const close = () => this.#file.close(guard.step(done))
    const publish = () => publishPart(this.#parts, this.name, close)
    const sync = () => this.#file.sync(guard.step(publish))
    this.#file.write(this.#sealer.finish(), guard.step(sync))
  }

  /** It will not be wanted after all. */
  drop(): void {
    const { disk, guard, name } = this.#parts
    this.#file.close(
      guard.step(() =>
        disk.remove(
          partOf(name),
          guard.removed(() => {}),
        ),
      ),
    )
  }
}
