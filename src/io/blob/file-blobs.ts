/**
 * The BlobStore door on a folder of files, for one machine or a file system that several share:
 *
 *     objects/KEY    an object, whole from the moment on that its name is there
 *     drafts/        objects that are being written
 *
 * An object is written as a draft and synced, then gets its name: by a link where it must be the
 * first, which the system grants to one only, else by a rename. All folders up to the store's are
 * synced before anybody is told, also who is told that he was not the first: what is known to be
 * there stays. Whether bytes are those that were put is for whoever reads them to check.
 */

import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import { isBlobKey } from '../../base/blob-key.ts'
import type {
  BlobDone,
  BlobList,
  BlobListRequest,
  BlobPart,
  BlobStore,
  PutCondition,
} from '../../base/blob-store.ts'
import { WeirError } from '../../base/errors.ts'
import { type Files, systemFiles } from './files.ts'
import { listed } from './listing.ts'
import { BlobTrouble, blobTrouble, systemCode } from './trouble.ts'

/** Nobody writes on a draft for so long: whoever made it is gone. */
const DRAFT_MS_MAX = 24 * 3600 * 1000
/** Others remove empty folders while we make them: then they are made again, so often. */
const TRIES_MAX = 20
const PROBE = 'weir-probe'

export class FileBlobs implements BlobStore {
  readonly #folder: string
  readonly #objects: string
  readonly #drafts: string
  readonly #files: Files

  private constructor(folder: string, files: Files) {
    this.#folder = folder
    this.#objects = join(folder, 'objects')
    this.#drafts = join(folder, 'drafts')
    this.#files = files
  }

  /**
   * The folder must be there: one that is missing may be a disk that is not mounted. Tries whether
   * it can do what is asked of it.
   */
  static async open(folder: string, files: Files = systemFiles): Promise<FileBlobs> {
    const blobs = new FileBlobs(folder, files)
    try {
      await blobs.#prepare()
    } catch (error) {
      throw unusable(folder, error)
    }
    return blobs
  }

  put(key: string, bytes: Uint8Array, condition: PutCondition, done: BlobDone<void>): void {
    const copy = bytes.slice()
    tell(key, `putting ${key}`, () => this.#put(key, copy, condition), done)
  }

  get(key: string, done: BlobDone<Uint8Array>): void {
    tell(key, `getting ${key}`, () => this.#found(key, path => this.#whole(path)), done)
  }

  getPart(key: string, part: BlobPart, done: BlobDone<Uint8Array>): void {
    tell(key, `getting ${key}`, () => this.#found(key, path => this.#part(path, part)), done)
  }

  list(request: BlobListRequest, done: BlobDone<BlobList>): void {
    const work = async () => {
      await this.#mustBeThere()
      return listed(this.#files, this.#objects, request)
    }
    tell(undefined, `listing ${request.prefix}`, work, done)
  }

  remove(key: string, done: BlobDone<void>): void {
    tell(key, `removing ${key}`, () => this.#remove(key), done)
  }

  async #prepare(): Promise<void> {
    await this.#files.readdir(this.#folder)
    for (const folder of [this.#objects, this.#drafts]) {
      await this.#files.mkdir(folder, { recursive: true })
    }
    await this.#sync(this.#folder)
    await this.#removeOldDrafts()
    const draft = await this.#draft(new Uint8Array(1))
    const probe = join(this.#drafts, `${PROBE}-${randomBytes(8).toString('hex')}`)
    try {
      await this.#files.link(draft, probe)
      await this.#sync(this.#drafts)
    } finally {
      for (const path of [draft, probe]) await this.#files.rm(path, { force: true })
    }
  }

  async #removeOldDrafts(): Promise<void> {
    for (const name of await this.#files.readdir(this.#drafts)) {
      const path = join(this.#drafts, name)
      if (await this.#isOld(path)) await this.#files.rm(path, { force: true })
    }
  }

  /** Another's draft may go meanwhile. */
  async #isOld(path: string): Promise<boolean> {
    try {
      return Date.now() - (await this.#files.stat(path)).mtimeMs > DRAFT_MS_MAX
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return false
      throw error
    }
  }

  async #put(key: string, bytes: Uint8Array, condition: PutCondition): Promise<void> {
    await this.#mustBeThere()
    const draft = await this.#draft(bytes)
    try {
      const isFirst = await this.#name(draft, key, condition)
      await this.#syncUp(key)
      if (!isFirst) throw new BlobTrouble('exists', `${key} is there already: nothing was changed`)
    } finally {
      await this.#files.rm(draft, { force: true })
    }
  }

  /** Durable, but for its name. */
  async #draft(bytes: Uint8Array): Promise<string> {
    const path = join(this.#drafts, `${process.pid}-${randomBytes(8).toString('hex')}`)
    const file = await this.#files.open(path, 'wx')
    try {
      await file.writeFile(bytes)
      await file.sync()
    } catch (error) {
      await this.#files.rm(path, { force: true })
      throw error
    } finally {
      await file.close()
    }
    return path
  }

  /** False: the key has an object already. */
  async #name(draft: string, key: string, condition: PutCondition): Promise<boolean> {
    const path = join(this.#objects, key)
    for (let tries = 1; ; tries++) {
      try {
        await this.#files.mkdir(dirname(path), { recursive: true })
        if (condition === 'any') await this.#files.rename(draft, path)
        else await this.#files.link(draft, path)
        return true
      } catch (error) {
        if (systemCode(error) === 'EEXIST') return this.#mustBeObject(path, error)
        if (systemCode(error) !== 'ENOENT' || tries === TRIES_MAX) throw error
        await this.#mustBeThere()
      }
    }
  }

  /** What is in our way. */
  async #mustBeObject(path: string, error: unknown): Promise<false> {
    if ((await this.#files.stat(path)).isFile()) return false
    const taken = 'it continues another key, or another continues it, with a /: choose another'
    throw new BlobTrouble('bad-key', `${path} cannot be an object, ${taken} (${String(error)})`)
  }

  /** The name of an object, and those of its folders; of one that is gone the one above tells. */
  async #syncUp(key: string): Promise<void> {
    for (let path = dirname(key); path !== '.'; path = dirname(path)) {
      await this.#sync(join(this.#objects, path)).catch(error => {
        if (systemCode(error) !== 'ENOENT') throw error
      })
    }
    await this.#sync(this.#objects)
  }

  async #sync(folder: string): Promise<void> {
    const file = await this.#files.open(folder, 'r')
    try {
      await file.sync()
    } finally {
      await file.close()
    }
  }

  async #found<T>(key: string, read: (path: string) => Promise<T>): Promise<T> {
    try {
      return await read(join(this.#objects, key))
    } catch (error) {
      if (!['ENOENT', 'ENOTDIR', 'EISDIR'].includes(systemCode(error))) throw error
    }
    await this.#mustBeThere()
    throw new BlobTrouble('no-such-key', `there is no object ${key}: see that the key is right`)
  }

  /** A Buffer would compare as another kind of value than what was put. */
  async #whole(path: string): Promise<Uint8Array> {
    const bytes = await this.#files.readFile(path)
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  async #part(path: string, { offset, sizeBytes }: BlobPart): Promise<Uint8Array> {
    const file = await this.#files.open(path, 'r')
    try {
      const { size } = await file.stat()
      const bytes = new Uint8Array(Math.max(0, Math.min(sizeBytes, size - offset)))
      let filled = 0
      while (filled < bytes.length) {
        const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, offset + filled)
        if (bytesRead === 0) break
        filled += bytesRead
      }
      return bytes.subarray(0, filled)
    } finally {
      await file.close()
    }
  }

  async #remove(key: string): Promise<void> {
    await this.#mustBeThere()
    const path = join(this.#objects, key)
    try {
      if ((await this.#files.stat(path)).isFile()) await this.#files.rm(path)
    } catch (error) {
      if (systemCode(error) === 'ENOTDIR') return
      if (systemCode(error) !== 'ENOENT') throw error
    }
    await this.#removeEmpty(dirname(key))
    await this.#syncUp(key)
  }

  /** Folders that were of this object alone. */
  async #removeEmpty(from: string): Promise<void> {
    for (let path = from; path !== '.'; path = dirname(path)) {
      try {
        await this.#files.rmdir(join(this.#objects, path))
      } catch (error) {
        if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(systemCode(error))) return
        if (systemCode(error) !== 'ENOENT') throw error
      }
    }
  }

  /** Else a disk that is gone would look like an empty store. */
  async #mustBeThere(): Promise<void> {
    const folders = [this.#objects, this.#drafts].map(path => this.#files.stat(path))
    await Promise.all(folders).catch(error => {
      const what = `the blob folder ${this.#folder} is not what it was when it was opened`
      throw new BlobTrouble('unavailable', `${what} (${String(error)}): see that it is mounted`)
    })
  }
}

/** What comes of work; a mistake of our own is nobody's answer, and ends the process. */
function tell<T>(
  key: string | undefined,
  what: string,
  work: () => Promise<T>,
  done: BlobDone<T>,
): void {
  const isBad = key !== undefined && !isBlobKey(key)
  const asked = isBad ? Promise.reject(badKey(key)) : work()
  asked.then(
    value => done({ value }),
    error => {
      const { code, message } = blobTrouble(error, what)
      done({ error: { code, message } })
    },
  )
}

function badKey(key: string): BlobTrouble {
  const rule = 'use words of A-Z, a-z, 0-9, ., _, - and =, joined by /'
  return new BlobTrouble('bad-key', `no object can have the key ${JSON.stringify(key)}: ${rule}`)
}

/** Of opening; by what the store would answer. */
const advices: Readonly<Record<string, readonly [code: string, advice: string]>> = {
  full: ['disk-full', 'make room and start again'],
  'not-authorized': [
    'blob-unusable',
    'give this user the right to read and write it, or choose one that allows hard links',
  ],
}

function unusable(folder: string, error: unknown): WeirError {
  const what = `the blob folder ${folder} cannot be used (${(error as Error).message})`
  if (['ENOENT', 'ENOTDIR'].includes(systemCode(error))) {
    return new WeirError('blob-missing', `${what}; make it, or mount the disk that it is on`)
  }
  const rest = ['blob-unusable', 'see that its disk is sound and allows hard links'] as const
  const [code, advice] = advices[blobTrouble(error, what).code] ?? rest
  return new WeirError(code, `${what}; ${advice}`)
}
