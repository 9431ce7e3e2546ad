/**
 * The Disk door on a folder of the system. What must be in order is: names change one after the
 * other, and each file's bytes are taken, synced and closed in the order of the calls. Reads go
 * beside all that, behind the changes of names that were asked for before. A file that failed once
 * answers nothing but its failure: what it holds is not known.
 *
 * A small write is done at once, on the thread that asks: the system only copies it, and a trip to
 * another thread and back takes several times as long.
 */

import * as fs from 'node:fs'
import { join } from 'node:path'
import type {
  AppendFile,
  Disk,
  DiskAnswer,
  DiskDone,
  DiskErrorCode,
  FilePart,
} from '../base/env.ts'

type Step = (next: () => void) => void

const AT_ONCE_BYTES = 64 * 1024

/** One step at a time. */
class Line {
  #steps: Step[] = []
  #isMoving = false

  add(step: Step): void {
    this.#steps.push(step)
    if (!this.#isMoving) this.#move()
  }

  #move(): void {
    const step = this.#steps.shift()
    this.#isMoving = step !== undefined
    step?.(() => this.#move())
  }
}

export class FolderDisk implements Disk {
  readonly #folder: string
  readonly #names = new Line()

  constructor(folder: string) {
    this.#folder = folder
  }

  list(done: (answer: DiskAnswer<readonly string[]>) => void): void {
    this.#names.add(next => {
      fs.readdir(this.#folder, { withFileTypes: true }, (error, found) => {
        next()
        if (error !== null) done({ error: codeOf(error) })
        else
          done({
            value: found
              .filter(one => one.isFile())
              .map(one => one.name)
              .sort(),
          })
      })
    })
  }

  read(name: string, done: (answer: DiskAnswer<Uint8Array>) => void): void {
    this.#names.add(next => {
      fs.readFile(this.#path(name), (error, bytes) => {
        if (error !== null) done({ error: codeOf(error) })
        else done({ value: plain(bytes) })
      })
      next()
    })
  }

  readPart(name: string, part: FilePart, done: (answer: DiskAnswer<Uint8Array>) => void): void {
    this.#names.add(next => {
      fs.open(this.#path(name), 'r', (error, file) => {
        next()
        if (error !== null) done({ error: codeOf(error) })
        else readWhole(file, part, answer => fs.close(file, () => done(answer)))
      })
    })
  }

  append(name: string): AppendFile {
    return new FolderFile(opened => {
      this.#names.add(next => {
        fs.open(this.#path(name), 'a', (error, file) => {
          next()
          opened(error, file)
        })
      })
    })
  }

  truncate(name: string, sizeBytes: number, done: DiskDone): void {
    this.#change(answer => fs.truncate(this.#path(name), sizeBytes, answer), done)
  }

  rename(from: string, to: string, done: DiskDone): void {
    this.#change(answer => fs.rename(this.#path(from), this.#path(to), answer), done)
  }

  remove(name: string, done: DiskDone): void {
    this.#change(answer => fs.unlink(this.#path(name), answer), done)
  }

  syncFolder(done: DiskDone): void {
    this.#change(answer => syncPath(this.#folder, answer), done)
  }

  #change(change: (answer: fs.NoParamCallback) => void, done: DiskDone): void {
    this.#names.add(next => {
      change(error => {
        next()
        done(error === null ? undefined : codeOf(error))
      })
    })
  }

  #path(name: string): string {
    return join(this.#folder, name)
  }
}

class FolderFile implements AppendFile {
  readonly #line = new Line()
  #file = -1
  #failed: DiskErrorCode | undefined

  constructor(open: (opened: (error: NodeJS.ErrnoException | null, file: number) => void) => void) {
    this.#line.add(next => {
      open((error, file) => {
        this.#fails(error)
        this.#file = file
        next()
      })
    })
  }

  write(bytes: Uint8Array, done: DiskDone): void {
    const write = bytes.length <= AT_ONCE_BYTES ? writeAtOnce : writeAll
    this.#step(answer => write(this.#file, bytes, answer), done)
  }

  sync(done: DiskDone): void {
    this.#step(answer => fs.fdatasync(this.#file, answer), done)
  }

  close(done: DiskDone): void {
    this.#step(answer => fs.close(this.#file, answer), done)
  }

  #step(act: (answer: fs.NoParamCallback) => void, done: DiskDone): void {
    this.#line.add(next => {
      const answer: fs.NoParamCallback = error => {
        this.#fails(error)
        next()
        done(this.#failed)
      }
      if (this.#failed === undefined) act(answer)
      else setImmediate(answer, null)
    })
  }

  #fails(error: NodeJS.ErrnoException | null): void {
    if (error !== null) this.#failed ??= codeOf(error)
  }
}

function writeAtOnce(file: number, bytes: Uint8Array, done: fs.NoParamCallback): void {
  let written = 0
  try {
    written = fs.writeSync(file, bytes)
  } catch (error) {
    process.nextTick(done, error)
    return
  }
  if (written === bytes.length) process.nextTick(done, null)
  else writeAll(file, bytes.subarray(written), done)
}

/** A system may take a part of what it is given. */
function writeAll(file: number, bytes: Uint8Array, done: fs.NoParamCallback): void {
  if (bytes.length === 0) {
    setImmediate(done, null)
    return
  }
  fs.write(file, bytes, 0, bytes.length, null, (error, written) => {
    if (error !== null) done(error)
    else if (written === bytes.length) done(null)
    else writeAll(file, bytes.subarray(written), done)
  })
}

function readWhole(
  file: number,
  { offset, sizeBytes }: FilePart,
  done: (answer: DiskAnswer<Uint8Array>) => void,
): void {
  const bytes = new Uint8Array(sizeBytes)
  const more = (size: number) => {
    if (size === sizeBytes) {
      done({ value: bytes })
      return
    }
    fs.read(file, bytes, size, sizeBytes - size, offset + size, (error, count) => {
      if (error !== null) done({ error: codeOf(error) })
      else if (count === 0) done({ value: bytes.subarray(0, size) })
      else more(size + count)
    })
  }
  if (sizeBytes === 0) setImmediate(more, 0)
  else more(0)
}

function syncPath(folder: string, done: fs.NoParamCallback): void {
  fs.open(folder, 'r', (error, file) => {
    if (error !== null) {
      done(error)
      return
    }
    fs.fsync(file, failed => fs.close(file, notClosed => done(failed ?? notClosed)))
  })
}

/** A Buffer would compare as another kind of value than what was written. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}

function codeOf(error: NodeJS.ErrnoException): DiskErrorCode {
  if (error.code === 'ENOENT') return 'no-such-file'
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') return 'disk-full'
  return 'io-error'
}
