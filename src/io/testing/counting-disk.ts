/** Test support: knows when a real disk has answered all that it was asked. */

import type { AppendFile, Disk } from '../../base/env.ts'

/** Counts what was asked for and not yet answered, of the disk and of its files. */
export class Counting {
  #open = 0
  #settle: () => void = () => {}

  settled(): Promise<void> {
    return new Promise(resolve => {
      this.#settle = resolve
      if (this.#open === 0) resolve()
    })
  }

  counted<T>(done: (answer: T) => void): (answer: T) => void {
    this.#open++
    return answer => {
      done(answer)
      this.#open--
      if (this.#open === 0) this.#settle()
    }
  }

  disk(inner: Disk): Disk {
    return {
      list: done => inner.list(this.counted(done)),
      read: (name, done) => inner.read(name, this.counted(done)),
      readPart: (name, part, done) => inner.readPart(name, part, this.counted(done)),
      append: name => this.#file(inner.append(name)),
      truncate: (name, size, done) => inner.truncate(name, size, this.counted(done)),
      rename: (from, to, done) => inner.rename(from, to, this.counted(done)),
      remove: (name, done) => inner.remove(name, this.counted(done)),
      syncFolder: done => inner.syncFolder(this.counted(done)),
    }
  }

  #file(inner: AppendFile): AppendFile {
    return {
      write: (bytes, done) => inner.write(bytes, this.counted(done)),
      sync: done => inner.sync(this.counted(done)),
      close: done => inner.close(this.counted(done)),
    }
  }
}
