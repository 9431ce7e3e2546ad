/**
 * What a store keeps of itself beside its log: how often it was opened, and how far the log reached
 * at least. The log is always longer first and the file says so next, before anything behind that
 * is reported; so a log that ends before what the file says has lost something, and one that ends
 * behind it may have been left so by a power cut.
 */

import type { AppendFile, Disk } from '../env.ts'
import type { LogEnd } from '../log-end.ts'
import type { Guard } from './guard.ts'
import { BOOT } from './names.ts'
import { openSealed, type SmallFile, sealedFile } from './sealed-file.ts'
import { writeWhole } from './whole-file.ts'

export interface BootRecord {
  readonly boot: number
  /** The log ends here or behind it. */
  readonly end: LogEnd
}

const BOOT_MAGIC = 0x42696557

export function encodeBoot({ boot, end }: BootRecord, format?: number): Uint8Array {
  return sealedFile({ magic: BOOT_MAGIC, format }, out => {
    out.varint(boot).varint(end.segment).varint(end.bytes)
  })
}

export function decodeBoot(bytes: Uint8Array): SmallFile<BootRecord> {
  return openSealed(bytes, BOOT_MAGIC, input => {
    return { boot: input.varint(), end: { segment: input.varint(), bytes: input.varint() } }
  })
}

export class BootFile {
  readonly boot: number
  readonly #parts: { readonly disk: Disk; readonly guard: Guard }

  constructor(parts: { readonly disk: Disk; readonly guard: Guard }, boot: number) {
    this.#parts = parts
    this.boot = boot
  }

  /** One at a time. */
  note({ segment, bytes }: LogEnd, done: () => void): void {
    const close = (file: AppendFile) => file.close(this.#parts.guard.step(done))
    const { boot } = this
    writeWhole(this.#parts, BOOT, encodeBoot({ boot, end: { segment, bytes } }), close)
  }
}
