/**
 * Test support: a disk that is full. Where this process may mount, a small file system in memory of
 * its own; elsewhere files that may not grow beyond a bound, which the system refuses alike.
 */

import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmdirSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

const run = (command: string, ...args: readonly string[]) =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0

const BALLAST = 'ballast'
const BLOCK_BYTES = 4096

/** A disk that has room until it is filled, and again when it is emptied. */
export class SmallDisk {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  /** Until the end of the test; undefined: this process may not mount. */
  static maybeMount(sizeBytes: number): SmallDisk | undefined {
    const folder = mkdtempSync(join(tmpdir(), 'weir-disk-'))
    const isMounted = run('mount', '-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', folder)
    onTestFinished(() => {
      // Lazily: a process of a test that failed may still work there.
      if (isMounted) run('umount', '-l', folder)
      rmdirSync(folder)
    })
    return isMounted ? new SmallDisk(folder) : undefined
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.folder)
    return bavail * bsize
  }

  /** Leaves about so much room. */
  fill(leftBytes: number): void {
    const path = join(this.folder, BALLAST)
    while (this.freeBytes > leftBytes) appendFileSync(path, Buffer.alloc(BLOCK_BYTES))
  }

  /** The whole of it from now on. */
  makeRoom(sizeBytes: number): void {
    rmSync(join(this.folder, BALLAST), { force: true })
    if (!run('mount', '-o', `remount,size=${sizeBytes}`, this.folder)) {
      throw new Error('a file system that could be mounted cannot be made larger')
    }
  }
}
