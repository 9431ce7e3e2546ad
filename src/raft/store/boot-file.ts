/**
 * What a store keeps of itself beside its log: how often it was opened, and how far the log reached
 * at least. The log is always longer first and the file says so next, before anything behind that
 * is reported; so a log that ends before what the file says has lost something, and one that ends
 * behind it may have been left so by a power cut.
 */

import type { AppendFile, Disk } from '../../base/env.ts'
import type { LogEnd } from '../../base/log-end.ts'
import type { Guard } from './guard.ts'
import { encodeBoot } from './identity.ts'
import { BOOT } from './names.ts'
import { writeWhole } from './whole-file.ts'

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
