/** Which image files are there, when they may go, and what may be read of them. */

import { expect, test } from 'vitest'
import { type GroupId, groupId, replicaId } from '../../base/ids.ts'
import { Prng } from '../../base/prng.ts'
import { Guard } from '../../base/segments/guard.ts'
import { CrashDisk } from '../../base/testing/crash-disk.ts'
import { ImageFiles } from './image-files.ts'
import { drain, imageAt, sourceOf } from './testing/fleet.ts'
import { content, expectBytes } from './testing/rig.ts'

const [a, b] = [groupId(1), groupId(2)]

class Folder {
  readonly disk = new CrashDisk()
  readonly damaged: GroupId[] = []
  readonly files: ImageFiles

  constructor() {
    const guard = new Guard(code => {
      throw new Error(code)
    })
    const onDamaged = (group: GroupId) => this.damaged.push(group)
    this.files = new ImageFiles({ disk: this.disk, guard, boot: 3, syncBytes: 100_000, onDamaged })
  }

  save(group: GroupId, index: number, size = 10): void {
    const source = sourceOf(content(size, index))
    this.files.save(group, imageAt(index, 1), source, isSaved => expect(isSaved).toBe(true))
    this.disk.settle()
  }

  receive(group: GroupId, index: number, size = 10): void {
    const image = imageAt(index, 1)
    const data = content(size, index)
    const chunk = { image, from: replicaId(2), offset: 0, data, last: true }
    this.files.receive(group, chunk, () => this.files.finishReceived(group, image, () => {}))
    this.disk.settle()
  }

  recorded(group: GroupId, index: number): void {
    this.files.recorded(group, index)
    this.disk.settle()
  }

  read(group: GroupId, index: number): Uint8Array | string {
    let found: Uint8Array | string = 'there is none'
    const source = this.files.open(group, index)
    if (source !== undefined) {
      drain(source, bytes => {
        found = bytes
      })
    }
    this.disk.settle()
    return found
  }

  get names(): readonly string[] {
    return this.disk.names.map(name => name.replace(/^image-/, ''))
  }
}

test('a saved image is there, whole, whenever its saver was told', () => {
  const folder = new Folder()
  folder.save(a, 5, 300_000)
  expect(folder.names).toEqual(['1-5-3-0'])
  expectBytes(folder.read(a, 5), content(300_000, 5))
  const left = folder.disk.crash(new Prng(1))
  expectBytes(left.bytesOf('image-1-5-3-0'), folder.disk.bytesOf('image-1-5-3-0'))
})

test('an empty image has an end and nothing before it', () => {
  const folder = new Folder()
  folder.save(a, 5, 0)
  expect(folder.read(a, 5)).toEqual(new Uint8Array(0))
})

test('a newer image on record lets older ones go, of its own group only', () => {
  const folder = new Folder()
  folder.save(a, 5)
  folder.save(a, 7)
  folder.save(b, 3)
  folder.save(a, 9)
  folder.recorded(a, 7)
  expect(folder.names).toEqual(['1-7-3-1', '1-9-3-3', '2-3-3-2'])
})

test('a received image that no state has loaded is kept beside a newer one', () => {
  const folder = new Folder()
  folder.receive(a, 5)
  folder.recorded(a, 5)
  folder.save(a, 7)
  folder.recorded(a, 7)
  expect(folder.read(a, 5)).toEqual(content(10, 5))
  folder.files.loaded(a, 5)
  folder.disk.settle()
  expect(folder.names).toEqual(['1-7-3-1'])
})

test('an image that opening found is kept until it is loaded, too', () => {
  const folder = new Folder()
  folder.save(a, 5)
  const other = new Folder()
  other.disk.put('image-1-5-3-0', folder.disk.bytesOf('image-1-5-3-0'))
  other.files.found(a, 5, 'image-1-5-3-0')
  other.save(a, 7)
  other.recorded(a, 7)
  expect(other.read(a, 5)).toEqual(content(10, 5))
  other.files.loaded(a, 7)
  other.disk.settle()
  expect(other.read(a, 5)).toBe('there is none')
})

test('what was loaded before a newer image is on record goes with that record', () => {
  const folder = new Folder()
  folder.receive(a, 5)
  folder.recorded(a, 5)
  folder.files.loaded(a, 5)
  folder.disk.settle()
  expect(folder.names.length).toBe(1)
  folder.save(a, 6)
  expect(folder.names.length).toBe(2)
  folder.recorded(a, 6)
  expect(folder.names).toEqual(['1-6-3-1'])
})

test('an image that is saved anew under its index takes the place of the old file', () => {
  const folder = new Folder()
  folder.save(a, 5, 10)
  folder.save(a, 5, 20)
  folder.disk.settle()
  expect(folder.names).toEqual(['1-5-3-1'])
  expect(folder.read(a, 5)).toEqual(content(20, 5))
})

test('all files of a group go with it, what is being received as well', () => {
  const folder = new Folder()
  folder.save(a, 5)
  folder.save(b, 6)
  const chunk = {
    image: imageAt(8, 1),
    from: replicaId(2),
    offset: 0,
    data: content(9),
    last: false,
  }
  folder.files.receive(a, chunk, () => {})
  folder.disk.settle()
  expect(folder.names.length).toBe(3)
  folder.files.dropAll(a)
  folder.files.dropAll(groupId(9))
  folder.disk.settle()
  expect(folder.names).toEqual(['2-6-3-1'])
  expect(folder.read(a, 5)).toBe('there is none')
})

test('an image that is saved while its group goes is not kept, at whatever step', () => {
  for (let steps = 0; steps < 12; steps++) {
    const folder = new Folder()
    const said: boolean[] = []
    folder.files.save(a, imageAt(5, 1), sourceOf(content(9)), isSaved => said.push(isSaved))
    for (let i = 0; i < steps; i++) folder.disk.step()
    const wasSaved = said.length > 0
    folder.files.dropAll(a)
    folder.disk.settle()
    expect(said).toEqual([wasSaved])
    expect(folder.names).toEqual([])
  }
})

test('a source of which no more is asked says no more', () => {
  const folder = new Folder()
  folder.save(a, 5, 600_000)
  const source = folder.files.open(a, 5)
  const kinds: string[] = []
  source?.next(piece => kinds.push(piece.kind))
  folder.disk.settle()
  source?.next(piece => kinds.push(piece.kind))
  source?.close()
  folder.disk.settle()
  expect(kinds).toEqual(['bytes'])
})

test('an image whose file is gone is damaged, and is told so once', () => {
  const folder = new Folder()
  folder.save(a, 5)
  folder.disk.drop('image-1-5-3-0')
  expect(folder.read(a, 5)).toContain('no-such-file')
  expect(folder.read(a, 5)).toBe('there is none')
  expect(folder.damaged).toEqual([a])
})

test('an image that breaks behind its first piece says so there', () => {
  const folder = new Folder()
  folder.save(a, 5, 600_000)
  folder.disk.flip('image-1-5-3-0', 500_000, 1)
  expect(folder.read(a, 5)).toContain('damaged')
  expect(folder.damaged).toEqual([a])
})

test('damage to the foot alone is found, in a whole read', () => {
  for (let back = 1; back <= 16; back++) {
    const folder = new Folder()
    folder.save(a, 5, 100_000)
    const size = folder.disk.size('image-1-5-3-0')
    folder.disk.flip('image-1-5-3-0', size - back, 64)
    expect(folder.read(a, 5)).toContain('damaged')
  }
})

test('a long image is synced now and then, not at its end alone', () => {
  const folder = new Folder()
  let synced = 0
  const { disk } = folder
  const append = disk.append.bind(disk)
  disk.append = name => {
    const file = append(name)
    const sync = file.sync.bind(file)
    return {
      ...file,
      sync: done => {
        synced++
        sync(done)
      },
    }
  }
  folder.save(a, 5, 1_000_000)
  expect(synced).toBeGreaterThan(6)
})
