/**
 * Test support: a log store in memory that keeps its promises. Writes become durable a sync later,
 * in order, and what a crash finds is what was synced (`StoredState`, which outlives the process).
 */

import type { Clock, DiskErrorCode } from '../../../base/env.ts'
import { invariant } from '../../../base/errors.ts'
import type { GroupId, ReplicaId } from '../../../base/ids.ts'
import type { ByteSource } from '../../../base/source.ts'
import type { ChunkBytes, ChunkRead, Write } from '../../ready.ts'
import { Disk } from '../../testing/disk.ts'
import type { Image, Stored } from '../../types.ts'
import type { HostStore, HostStoreListener, StoredReplica } from '../ports.ts'
import { joined, sourceOf } from './source.ts'

interface Kept {
  readonly replica: ReplicaId
  readonly disk: Disk
}

/** What is on the disk of one node. */
export class StoredState {
  boot = 0
  readonly groups = new Map<GroupId, Kept>()
}

export class MemoryStore implements HostStore {
  readonly boot: number
  /** What was found, of each group until it is written to. */
  readonly groups: Map<GroupId, StoredReplica>
  syncMs = 1
  /** false: an image waits until the test lets it be saved. */
  savesImages = true
  readonly held: (() => void)[] = []
  writes = 0
  gathered = 0
  closed = false
  /** The last sync fails. */
  failsAtClose = false
  #isClosing = false
  readonly #clock: Clock
  readonly #state: StoredState
  #listener: HostStoreListener | undefined

  constructor(clock: Clock, state: StoredState) {
    this.#clock = clock
    this.#state = state
    this.boot = ++state.boot
    this.groups = new Map(
      [...state.groups].map(([id, { replica, disk }]) => [id, { replica, stored: disk.stored() }]),
    )
  }

  listen(listener: HostStoreListener): void {
    this.#listener = listener
  }

  fail(code: DiskErrorCode): void {
    this.#listener?.onFailed(code)
  }

  wantImage(group: GroupId): void {
    this.#listener?.onImageWanted(group)
  }

  create(group: GroupId, replica: ReplicaId, stored: Stored, done: () => void): void {
    invariant(!this.#state.groups.has(group), 'STORE a group is created once')
    this.#later(() => {
      const disk = new Disk(stored.image)
      disk.hardState = stored.hardState
      disk.entries = [...stored.entries]
      this.#state.groups.set(group, { replica, disk })
      done()
    })
  }

  remove(group: GroupId, done: () => void): void {
    this.#mustBeOpen()
    this.groups.delete(group)
    this.#later(() => {
      this.#state.groups.delete(group)
      done()
    })
  }

  write(group: GroupId, write: Write): void {
    this.#mustBeOpen()
    this.groups.delete(group)
    this.writes++
    this.#later(() => {
      this.#state.groups.get(group)?.disk.apply(write)
      this.#listener?.onPersisted(group, write.number)
    })
  }

  gather(body: () => void): void {
    this.gathered++
    body()
  }

  saveImage(
    group: GroupId,
    image: Image,
    source: ByteSource,
    done: (isSaved: boolean) => void,
  ): void {
    const save = () =>
      joined(source, bytes => {
        this.#later(() => {
          if (bytes !== undefined) {
            this.#state.groups.get(group)?.disk.images.set(image.index, bytes)
          }
          done(bytes !== undefined)
        })
      })
    if (this.savesImages) save()
    else this.held.push(save)
  }

  dropImage(group: GroupId, index: number): void {
    this.#state.groups.get(group)?.disk.images.delete(index)
  }

  /** Memory keeps every image. */
  imageLoaded(): void {}

  openImage(group: GroupId, index: number): ByteSource | undefined {
    const bytes = this.#state.groups.get(group)?.disk.images.get(index)
    return bytes === undefined ? undefined : sourceOf(bytes)
  }

  readChunk(group: GroupId, read: ChunkRead, done: (chunk: ChunkBytes) => void): void {
    const { to, image, offset, sizeBytesMax } = read
    this.#later(() => {
      const bytes = this.#state.groups.get(group)?.disk.images.get(image.index)
      const there = { to, imageIndex: image.index, offset }
      if (bytes === undefined) {
        done({ ...there, last: false })
        return
      }
      const end = Math.min(bytes.length, offset + sizeBytesMax)
      done({ ...there, data: bytes.slice(offset, end), last: end === bytes.length })
    })
  }

  close(done: () => void): void {
    this.#isClosing = true
    this.#later(() => {
      if (this.failsAtClose) {
        this.fail('io-error')
        return
      }
      this.closed = true
      done()
    })
  }

  #mustBeOpen(): void {
    invariant(!this.#isClosing, 'STORE nothing is written to a store that closes')
  }

  #later(act: () => void): void {
    this.#clock.after(this.syncMs, act)
  }
}
