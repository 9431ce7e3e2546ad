/** A store with two groups on a disk of tests, and what it told. */

import { expect } from 'vitest'
import type { DiskErrorCode } from '../../../base/env.ts'
import { type GroupId, groupId, replicaId } from '../../../base/ids.ts'
import { CrashDisk } from '../../../base/testing/crash-disk.ts'
import type { ChunkBytes, Write } from '../../ready.ts'
import type { Entry } from '../../types.ts'
import type { StoreListener } from '../listener.ts'
import type { StoreOptions } from '../opening.ts'
import type { LogStore } from '../store.ts'
import { bareWrite, founding, imageAt, sourceOf } from './fleet.ts'
import { mustOpen } from './lives.ts'

export const [a, b] = [groupId(1), groupId(2)]

/** Bytes that show their place. */
export const content = (size: number, salt = 1) =>
  Uint8Array.from({ length: size }, (_, i) => i * salt)

/** `toEqual` compares number by number: of images that takes seconds. */
export function expectBytes(found: Uint8Array | string | undefined, wanted: Uint8Array): void {
  if (!(found instanceof Uint8Array)) throw new Error(`no bytes: ${found}`)
  expect(Buffer.compare(found, wanted), 'bytes and what was wanted').toBe(0)
}

export class Rig implements StoreListener {
  readonly disk = new CrashDisk()
  readonly told: string[] = []
  readonly options: Partial<StoreOptions>
  store: LogStore
  #number = 0

  constructor(changed: Partial<StoreOptions> = {}) {
    this.options = changed
    this.store = this.open()
    for (const group of [a, b]) this.store.create(group, replicaId(1), founding, () => {})
    this.disk.settle()
  }

  open(): LogStore {
    this.store = mustOpen(this.disk, this.options)
    this.store.listen(this)
    return this.store
  }

  write(group: GroupId, parts: Partial<Write>): number {
    this.store.write(group, { ...bareWrite, number: ++this.#number, ...parts })
    return this.#number
  }

  append(group: GroupId, first: number, last: number, size = 100): number {
    const entries: Entry[] = []
    for (let index = first; index <= last; index++) {
      entries.push({ index, term: 1, kind: 'data', data: content(size, index) })
    }
    return this.write(group, { entries })
  }

  compact(group: GroupId, index: number, size = 10): void {
    const image = imageAt(index, 1)
    this.store.saveImage(group, image, sourceOf(content(size)), isSaved => {
      expect(isSaved).toBe(true)
      this.write(group, { compact: image })
    })
    this.disk.settle()
  }

  chunk(group: GroupId, read: { index: number; offset: number; size: number }): ChunkBytes {
    const answers: ChunkBytes[] = []
    const image = imageAt(read.index, 1)
    const ask = { to: replicaId(9), image, offset: read.offset, sizeBytesMax: read.size }
    this.store.readChunk(group, ask, chunk => answers.push(chunk))
    this.disk.settle()
    expect(answers.length).toBe(1)
    return answers[0] as ChunkBytes
  }

  onPersisted(group: GroupId, number: number): void {
    this.told.push(`${group}:${number}`)
  }

  onImageWanted(group: GroupId): void {
    this.told.push(`wanted ${group}`)
  }

  onImageDamaged(group: GroupId): void {
    this.told.push(`damaged ${group}`)
  }

  onFailed(code: DiskErrorCode): void {
    this.told.push(code)
  }
}

/** The chunks of an image, one behind the other, and its install with the last. */
export function install(
  rig: Rig,
  group: GroupId,
  index: number,
  bytes: Uint8Array,
  size: number,
): void {
  const image = imageAt(index, 1)
  for (let offset = 0; offset <= bytes.length; offset += size) {
    const isLast = offset + size > bytes.length
    const data = bytes.subarray(offset, offset + size)
    const chunk = { image, from: replicaId(2), offset, data, last: isLast }
    rig.write(group, isLast ? { chunk, install: image } : { chunk })
  }
}
