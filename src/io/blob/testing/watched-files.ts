/**
 * Test support: the system's files, and what of them a power cut could still take. A file's bytes
 * are safe when it was synced after they were written; a name is safe when its folder was synced
 * after it was given or taken.
 */

import { dirname } from 'node:path'
import { type Files, systemFiles } from '../files.ts'

export class WatchedFiles {
  /** Folders in which names have changed since their last sync. */
  readonly #unsafeFolders = new Map<string, number>()
  readonly #unsafeFiles = new Set<string>()
  #changes = 0
  /** Plants a bug: so many syncs from now, one is left out. */
  leaveOutSync = Number.POSITIVE_INFINITY
  syncs = 0

  /** What could be lost: folders, and files whose bytes were not synced before they were named. */
  get unsafe(): readonly string[] {
    return [...this.#unsafeFolders.keys(), ...this.#unsafeFiles].sort()
  }

  /** As far as it matters to an object: its folders up to the store's. */
  unsafeOf(objects: string, path: string): readonly string[] {
    const above: string[] = []
    for (let at = path; at.startsWith(objects); at = dirname(at)) above.push(at)
    return this.unsafe.filter(one => above.includes(one))
  }

  get files(): Files {
    const named = async (path: string, change: () => Promise<unknown>) => {
      await change()
      this.#unsafeFolders.set(dirname(path), ++this.#changes)
    }
    const given = async (from: string, to: string, change: () => Promise<unknown>) => {
      await named(to, change)
      if (this.#unsafeFiles.has(from)) this.#unsafeFiles.add(to)
    }
    const mkdir = async (path: string) => {
      const first = await systemFiles.mkdir(path, { recursive: true })
      for (let at = path; first !== undefined && at.startsWith(first); at = dirname(at)) {
        this.#unsafeFolders.set(dirname(at), ++this.#changes)
      }
      return first
    }
    return {
      ...systemFiles,
      mkdir: mkdir as Files['mkdir'],
      link: (from, to) => given(String(from), String(to), () => systemFiles.link(from, to)),
      rename: (from, to) => given(String(from), String(to), () => systemFiles.rename(from, to)),
      rm: path => named(String(path), () => systemFiles.rm(path, { force: true })),
      rmdir: async path => {
        await named(String(path), () => systemFiles.rmdir(path))
        this.#unsafeFolders.delete(String(path))
      },
      open: async (path, flags) => {
        const file = await systemFiles.open(path, flags)
        return this.#watched(String(path), file)
      },
    }
  }

  #watched<File extends Awaited<ReturnType<Files['open']>>>(path: string, file: File): File {
    const writeFile = file.writeFile.bind(file)
    const sync = file.sync.bind(file)
    file.writeFile = async bytes => {
      this.#unsafeFiles.add(path)
      await writeFile(bytes)
    }
    file.sync = async () => {
      this.syncs++
      const change = this.#unsafeFolders.get(path)
      await sync()
      if (this.syncs === this.leaveOutSync) return
      this.#unsafeFiles.delete(path)
      if (this.#unsafeFolders.get(path) === change) this.#unsafeFolders.delete(path)
    }
    return file
  }
}
