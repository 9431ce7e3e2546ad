/**
 * A disk for tests that knows, at every moment, what a power cut could leave: of each file any page
 * that was not synced may be there, old, zeroed, noise or torn at any byte; of the changes of names
 * any prefix from the last sync of the folder on. `crash` makes such a disk and leaves this one as
 * it is, so that one workload is cut at many points. Completions come one by one, from `step`.
 */

import type { AppendFile, Disk, DiskAnswer, DiskDone, DiskErrorCode, FilePart } from '../env.ts'
import type { Prng } from '../prng.ts'

const PAGE_BYTES = 4096

interface Extent {
  readonly from: number
  readonly to: number
}

class Inode {
  seen: Uint8Array = new Uint8Array(0)
  durable: Uint8Array = new Uint8Array(0)
  /** Written, and in the hands of no sync that has been answered. */
  dirty: Extent[] = []
  /** Bytes that the last answered sync was for: what a single flipped bit may hide. */
  lastSync: Extent = { from: 0, to: 0 }

  append(bytes: Uint8Array): void {
    const from = this.seen.length
    const grown = new Uint8Array(from + bytes.length)
    grown.set(this.seen)
    grown.set(bytes, from)
    this.seen = grown
    this.dirty.push({ from, to: grown.length })
  }

  sync(extents: number): void {
    const synced = this.dirty.splice(0, extents)
    const from = synced[0]?.from
    const to = synced.at(-1)?.to
    if (from === undefined || to === undefined) return
    const durable = new Uint8Array(Math.max(to, this.durable.length))
    durable.set(this.durable)
    for (const extent of synced) {
      durable.set(this.seen.subarray(extent.from, extent.to), extent.from)
    }
    this.durable = durable
    this.lastSync = { from, to }
  }

  /** What the next machine finds. */
  crashed(prng: Prng): Inode {
    const left = new Inode()
    const from = this.durable.length
    const to = this.seen.length
    const end = prng.chance(0.5) ? to : prng.between(Math.min(from, to), to)
    left.seen = new Uint8Array(end)
    left.seen.set(this.durable.subarray(0, end))
    for (const extent of this.dirty) {
      for (let at = extent.from; at < Math.min(extent.to, end); ) {
        const next = Math.min(extent.to, end, at - (at % PAGE_BYTES) + PAGE_BYTES)
        this.#settlePage(left.seen, { from: at, to: next }, prng)
        at = next
      }
    }
    left.durable = left.seen.slice()
    return left
  }

  /** Only bytes that were never synced change; the rest of the page is what it was. */
  #settlePage(bytes: Uint8Array, { from, to }: Extent, prng: Prng): void {
    const written = this.seen.subarray(from, to)
    switch (prng.below(5)) {
      case 0:
        return
      case 1:
        bytes.fill(0, from, to)
        return
      case 2:
        bytes.set(written.subarray(0, prng.below(written.length + 1)), from)
        return
      case 3:
        bytes.set(written, from)
        return
      default:
        for (let at = from + prng.below(written.length); at < to; at++) bytes[at] = prng.below(256)
    }
  }
}

interface NameChange {
  readonly gone?: string | undefined
  readonly name: string
  readonly inode: Inode | undefined
}

export class CrashDisk implements Disk {
  isFull = false
  /** So many syncs from now, one fails. */
  failSyncIn = Number.POSITIVE_INFINITY
  /** Parts of files cannot be read for now. */
  failsParts = false
  /** There is no folder. */
  isMissing = false
  steps = 0
  #names = new Map<string, Inode>()
  #durableNames = new Map<string, Inode>()
  #changes: NameChange[] = []
  #pending: (() => void)[] = []

  /** One completion; false when none is left. */
  step(): boolean {
    const next = this.#pending.shift()
    this.steps++
    next?.()
    return next !== undefined
  }

  settle(): void {
    while (this.step());
  }

  get names(): readonly string[] {
    return [...this.#names.keys()].sort()
  }

  /** A process that dies: whatever it asked for is still done, but nobody hears. */
  kill(): void {
    this.#pending = []
  }

  crash(prng: Prng): CrashDisk {
    const left = new CrashDisk()
    const names = new Map(this.#durableNames)
    const kept = prng.below(this.#changes.length + 1)
    for (const change of this.#changes.slice(0, kept)) apply(names, change)
    const inodes = new Map<Inode, Inode>()
    for (const [name, inode] of names) {
      const crashed = inodes.get(inode) ?? inode.crashed(prng)
      inodes.set(inode, crashed)
      left.#names.set(name, crashed)
      left.#durableNames.set(name, crashed)
    }
    return left
  }

  /** What is synced, as it is, for tests that do damage to it. */
  copy(): CrashDisk {
    const copy = new CrashDisk()
    for (const [name, inode] of this.#durableNames) {
      const same = new Inode()
      same.seen = inode.durable.slice()
      same.durable = inode.durable.slice()
      same.lastSync = inode.lastSync
      copy.#names.set(name, same)
      copy.#durableNames.set(name, same)
    }
    return copy
  }

  size(name: string): number {
    return this.#names.get(name)?.seen.length ?? 0
  }

  lastSync(name: string): Extent {
    return this.#names.get(name)?.lastSync ?? { from: 0, to: 0 }
  }

  flip(name: string, at: number, mask: number): void {
    const inode = this.#names.get(name) as Inode
    for (const bytes of [inode.seen, inode.durable]) bytes[at] = (bytes[at] as number) ^ mask
  }

  /** Puts a whole file there, durable. */
  put(name: string, bytes: Uint8Array): void {
    const inode = new Inode()
    inode.seen = bytes.slice()
    inode.durable = bytes.slice()
    this.#names.set(name, inode)
    this.#durableNames.set(name, inode)
  }

  bytesOf(name: string): Uint8Array {
    return (this.#names.get(name) as Inode).seen.slice()
  }

  drop(name: string): void {
    this.#names.delete(name)
    this.#durableNames.delete(name)
  }

  list(done: (answer: DiskAnswer<readonly string[]>) => void): void {
    this.#later(() => done(this.isMissing ? { error: 'no-such-file' } : { value: this.names }))
  }

  read(name: string, done: (answer: DiskAnswer<Uint8Array>) => void): void {
    this.#later(() => {
      const inode = this.#names.get(name)
      done(inode === undefined ? { error: 'no-such-file' } : { value: inode.seen.slice() })
    })
  }

  readPart(name: string, part: FilePart, done: (answer: DiskAnswer<Uint8Array>) => void): void {
    const { offset, sizeBytes } = part
    this.#later(() => {
      const seen = this.#names.get(name)?.seen
      if (this.failsParts) done({ error: 'io-error' })
      else if (seen === undefined) done({ error: 'no-such-file' })
      else done({ value: seen.slice(offset, offset + sizeBytes) })
    })
  }

  append(name: string): AppendFile {
    const inode = this.#names.get(name) ?? new Inode()
    if (!this.#names.has(name)) this.#change({ name, inode })
    return {
      write: (bytes, done) => this.#write(inode, bytes, done),
      sync: done => this.#sync(inode, done),
      close: done => this.#answer(undefined, done),
    }
  }

  truncate(_name: string, _sizeBytes: number, done: DiskDone): void {
    // The log store never cuts a file.
    this.#answer('io-error', done)
  }

  rename(from: string, to: string, done: DiskDone): void {
    const inode = this.#names.get(from)
    if (inode !== undefined) this.#change({ gone: from, name: to, inode })
    this.#answer(inode === undefined ? 'no-such-file' : undefined, done)
  }

  remove(name: string, done: DiskDone): void {
    const isThere = this.#names.has(name)
    if (isThere) this.#change({ name, inode: undefined })
    this.#answer(isThere ? undefined : 'no-such-file', done)
  }

  syncFolder(done: DiskDone): void {
    const many = this.#changes.length
    this.#later(() => {
      for (const change of this.#changes.splice(0, many)) apply(this.#durableNames, change)
      done(undefined)
    })
  }

  #write(inode: Inode, bytes: Uint8Array, done: DiskDone): void {
    inode.append(this.isFull ? bytes.subarray(0, bytes.length >> 1) : bytes)
    this.#answer(this.isFull ? 'disk-full' : undefined, done)
  }

  #sync(inode: Inode, done: DiskDone): void {
    const extents = inode.dirty.length
    this.#later(() => {
      if (--this.failSyncIn === 0) {
        // The pages are marked clean: they are seen, and no later sync writes them.
        inode.dirty.splice(0, extents)
        done('io-error')
        return
      }
      inode.sync(extents)
      done(undefined)
    })
  }

  #change(change: NameChange): void {
    apply(this.#names, change)
    this.#changes.push(change)
  }

  #answer(error: DiskErrorCode | undefined, done: DiskDone): void {
    this.#later(() => done(error))
  }

  #later(happen: () => void): void {
    this.#pending.push(happen)
  }
}

function apply(names: Map<string, Inode>, { gone, name, inode }: NameChange): void {
  if (gone !== undefined) names.delete(gone)
  if (inode === undefined) names.delete(name)
  else names.set(name, inode)
}
