/**
 * What every opening of a store of segments does with its folder, whatever stands in the frames:
 * makes it, counts the life that begins, and goes on behind what was found.
 */

import type { AppendFile, Disk } from '../env.ts'
import type { LogEnd } from '../log-end.ts'
import { BootFile, decodeBoot } from './boot-file.ts'
import type { Guard } from './guard.ts'
import { BOOT, newestRun, segmentName } from './names.ts'
import { SegmentFile } from './segment-file.ts'
import { writeWhole } from './whole-file.ts'

export interface FolderParts {
  readonly disk: Disk
  readonly guard: Guard
}

/** A life that was counted; the log ended there or behind it. */
export interface Life {
  readonly bootFile: BootFile
  readonly least: LogEnd
}

/** A small file that cannot be read, and why. */
export type Unread = 'missing' | 'damaged' | 'other-format'

const FIRST_SEGMENT = 1

export class StoreFolder {
  readonly #parts: FolderParts

  constructor(parts: FolderParts) {
    this.#parts = parts
  }

  /** A small file, there whole or not at all. */
  keep(name: string, bytes: Uint8Array, done: () => void): void {
    const close = (file: AppendFile) => file.close(this.#parts.guard.step(done))
    writeWhole(this.#parts, name, bytes, close)
  }

  removeAll(names: readonly string[], done: () => void): void {
    const [first, ...rest] = names
    if (first === undefined) done()
    else {
      const { disk, guard } = this.#parts
      disk.remove(
        first,
        guard.removed(() => this.removeAll(rest, done)),
      )
    }
  }

  /** A log of one segment, which follows nothing and has this head. */
  makeLog(store: string, head: Uint8Array, done: () => void): void {
    const parts = { ...this.#parts, store, number: FIRST_SEGMENT }
    const begin = () => SegmentFile.begin(parts, [head], file => file.close(done))
    new BootFile(this.#parts, 0).note({ segment: FIRST_SEGMENT, bytes: 0 }, begin)
  }

  /** Counted before anything else is done in this life: no name is ever given twice. */
  beginLife(names: readonly string[], done: (life: Life | Unread) => void): void {
    if (!names.includes(BOOT)) {
      done('missing')
      return
    }
    const { disk, guard } = this.#parts
    const read = guard.value<Uint8Array>(bytes => {
      const before = decodeBoot(bytes)
      if (typeof before === 'string') done(before)
      else {
        const bootFile = new BootFile(this.#parts, before.boot + 1)
        bootFile.note(before.end, () => done({ bootFile, least: before.end }))
      }
    })
    disk.read(BOOT, read)
  }

  /** The segments that are to be read, or what is not there. */
  segments(names: readonly string[], { segment }: LogEnd): readonly [number, ...number[]] | string {
    const [first, ...rest] = newestRun(names)
    if (first === undefined || (rest.at(-1) ?? first) < segment) {
      return `there is no ${segmentName(segment)}, which was begun`
    }
    return [first, ...rest]
  }

  /** In a segment of this life, which is noted before it is used. */
  goOn(
    { bootFile, store, number }: { bootFile: BootFile; store: string; number: number },
    payloads: readonly Uint8Array[],
    done: (segment: SegmentFile) => void,
  ): void {
    SegmentFile.begin({ ...this.#parts, store, number }, payloads, segment => {
      bootFile.note({ segment: number, bytes: segment.size }, () => done(segment))
    })
  }
}
