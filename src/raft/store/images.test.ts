/** Images in the store: taken, received, read in chunks, recorded, and gone. */

import { expect, test } from 'vitest'
import { groupId, replicaId } from '../../base/ids.ts'
import type { ChunkBytes } from '../ready.ts'
import { founding, imageAt, sourceOf } from './testing/fleet.ts'
import { readImage } from './testing/lives.ts'
import { a, b, content, expectBytes, install, Rig } from './testing/rig.ts'

test('segments follow one another, and go once images cover them', () => {
  const rig = new Rig()
  for (let i = 0; i < 40; i++) {
    rig.append(a, 20 * i + 1, 20 * i + 20)
    rig.disk.settle()
  }
  expect(rig.store.stats().segments).toBeGreaterThan(3)
  rig.compact(a, 700)
  const { segments, logBytes } = rig.store.stats()
  expect(segments).toBeLessThan(8)
  const logs = rig.disk.names.filter(name => name.startsWith('log-'))
  expect(logs.length).toBe(segments)
  expect(logBytes).toBe(logs.reduce((sum, name) => sum + rig.disk.size(name), 0))
  const { stored } = rig.open().groups.get(a) ?? { stored: founding }
  expect([stored.image.index, stored.entries[0]?.index, stored.entries.length]).toEqual([
    700, 701, 100,
  ])
})

test('an image is durable before it is on record, and older ones go after that', () => {
  const rig = new Rig()
  rig.append(a, 1, 9)
  rig.disk.settle()
  rig.compact(a, 3)
  const images = () => rig.disk.names.filter(name => name.startsWith('image-'))
  const [first] = images()
  expect(images().length).toBe(1)
  rig.compact(a, 6, 200_000)
  expect(images().length).toBe(1)
  expect(images()[0]).not.toBe(first)
  expect(readImage(rig.disk, rig.store, a, 3)).toBe('there is none')
  expectBytes(readImage(rig.disk, rig.store, a, 6), content(200_000))
  rig.open()
  expectBytes(readImage(rig.disk, rig.store, a, 6), content(200_000))
})

test('an image that is not wanted leaves no file; one on record cannot be dropped', () => {
  const rig = new Rig()
  rig.append(a, 1, 9)
  rig.compact(a, 3)
  rig.store.saveImage(a, imageAt(5, 1), sourceOf(content(9)), () => rig.store.dropImage(a, 5))
  rig.disk.settle()
  rig.store.dropImage(a, 3)
  rig.store.dropImage(a, 77)
  rig.disk.settle()
  const images = rig.disk.names.filter(name => name.startsWith('image-'))
  expect(images.map(name => name.split('-')[2])).toEqual(['3'])
})

test('a source that breaks leaves no file', () => {
  const rig = new Rig()
  const said: boolean[] = []
  let isClosed = false
  const source = {
    next: (done: (piece: { kind: 'broken'; why: string }) => void) =>
      done({ kind: 'broken', why: 'test' }),
    close: () => {
      isClosed = true
    },
  }
  rig.store.saveImage(a, imageAt(5, 1), source, isSaved => said.push(isSaved))
  rig.disk.settle()
  expect([said, isClosed]).toEqual([[false], true])
  expect(rig.disk.names.filter(name => name.startsWith('image-'))).toEqual([])
})

test('a received image takes the place of the log, and others write meanwhile', () => {
  const rig = new Rig()
  rig.append(a, 1, 9)
  rig.disk.settle()
  rig.told.length = 0
  install(rig, a, 50, content(200_000), 70_000)
  const last = rig.append(b, 1, 1)
  rig.disk.settle()
  expect(rig.told[0]).toBe(`2:${last}`)
  expect(rig.told.length).toBe(4)
  expectBytes(readImage(rig.disk, rig.store, a, 50), content(200_000))
  const { stored } = rig.open().groups.get(a) ?? { stored: founding }
  expect([stored.image.index, stored.entries.length]).toEqual([50, 0])
})

test('a first chunk begins anew; what was received before is void', () => {
  const rig = new Rig()
  const chunk = {
    image: imageAt(7, 1),
    from: replicaId(2),
    offset: 0,
    data: content(5),
    last: false,
  }
  rig.write(a, { chunk })
  install(rig, a, 8, content(10, 3), 4)
  rig.disk.settle()
  expect(readImage(rig.disk, rig.store, a, 8)).toEqual(content(10, 3))
  expect(rig.disk.names.filter(name => name.endsWith('.part'))).toEqual([])
})

test('chunks of an image are read anywhere, and the last is known as such', () => {
  const rig = new Rig()
  rig.append(a, 1, 9)
  const bytes = content(200_000)
  rig.compact(a, 5, bytes.length)
  for (const [offset, size] of [
    [0, 10],
    [65_530, 20],
    [100_000, 99_999],
    [100_000, 100_000],
    [100_000, 500_000],
    [199_999, 1],
    [200_000, 10],
  ] as const) {
    const { data, last, to, imageIndex } = rig.chunk(a, { index: 5, offset, size })
    expectBytes(data, bytes.subarray(offset, offset + size))
    expect([last, to, imageIndex]).toEqual([offset + size >= bytes.length, 9, 5])
  }
})

test('a chunk of an image that is gone, damaged or unknown has no data', () => {
  const rig = new Rig()
  rig.append(a, 1, 9)
  rig.compact(a, 5, 100_000)
  const [name] = rig.disk.names.filter(one => one.startsWith('image-'))
  expect(rig.chunk(a, { index: 4, offset: 0, size: 10 }).data).toBe(undefined)
  expect(rig.chunk(groupId(77), { index: 4, offset: 0, size: 10 }).data).toBe(undefined)
  rig.disk.flip(name as string, 70_000, 4)
  expect(rig.chunk(a, { index: 5, offset: 0, size: 10 }).data).toBeDefined()
  rig.told.length = 0
  expect(rig.chunk(a, { index: 5, offset: 65_536, size: 10 }).data).toBe(undefined)
  expect(rig.chunk(a, { index: 5, offset: 0, size: 10 }).data).toBe(undefined)
  expect(rig.told).toEqual(['damaged 1'])
  rig.compact(a, 6, 100)
  expect(rig.chunk(a, { index: 6, offset: 0, size: 1000 }).data).toEqual(content(100))
})

test('the image that is gone while it is read has no data', () => {
  const rig = new Rig()
  rig.append(a, 1, 9)
  rig.compact(a, 5, 100_000)
  const answers: ChunkBytes[] = []
  rig.store.remove(a, () => {
    const read = { to: replicaId(9), image: imageAt(5, 1), offset: 0, sizeBytesMax: 5 }
    rig.store.readChunk(a, read, chunk => answers.push(chunk))
  })
  rig.disk.settle()
  expect(answers).toEqual([{ to: 9, imageIndex: 5, offset: 0, last: false }])
  expect(rig.told.filter(one => one.startsWith('damaged'))).toEqual([])
})

test('a group that is removed is gone with its images, and may be made again at once', () => {
  const rig = new Rig()
  rig.append(a, 1, 9)
  rig.compact(a, 5)
  const done: string[] = []
  rig.store.remove(a, () => done.push('removed'))
  rig.store.create(a, replicaId(2), founding, () => done.push('made'))
  install(rig, a, 3, content(100_000), 40_000)
  rig.disk.settle()
  expect(done).toEqual(['removed', 'made'])
  expect(readImage(rig.disk, rig.store, a, 3)).toEqual(content(100_000))
  const found = rig.open().groups.get(a)
  expect([found?.replica, found?.stored.image.index]).toEqual([2, 3])
  expect(rig.disk.names.filter(name => name.startsWith('image-')).length).toBe(1)
})

test('an image that is being taken when its group is removed is not kept', () => {
  const rig = new Rig()
  rig.append(a, 1, 9)
  rig.disk.settle()
  const said: boolean[] = []
  rig.store.saveImage(a, imageAt(5, 1), sourceOf(content(400_000), 999), one => said.push(one))
  rig.store.remove(a, () => {})
  rig.disk.settle()
  expect(said).toEqual([false])
  expect(rig.disk.names.filter(name => name.startsWith('image-'))).toEqual([])
})

test('an image that cannot be read now is not damaged: the next store reads it', () => {
  const rig = new Rig()
  rig.append(a, 1, 9)
  rig.disk.settle()
  rig.compact(a, 5, 100_000)
  rig.told.length = 0
  rig.disk.failsParts = true
  expect(readImage(rig.disk, rig.store, a, 5)).toBe('nothing was said')
  expect(rig.told).toEqual(['io-error'])
  rig.disk.failsParts = false
  rig.open()
  expectBytes(readImage(rig.disk, rig.store, a, 5), content(100_000))
})

test('nor is one of which a peer cannot be told a chunk now', () => {
  const rig = new Rig()
  rig.append(a, 1, 9)
  rig.disk.settle()
  rig.compact(a, 5, 100_000)
  rig.told.length = 0
  rig.disk.failsParts = true
  const ask = { to: replicaId(9), image: imageAt(5, 1), offset: 0, sizeBytesMax: 10 }
  rig.store.readChunk(a, ask, chunk => rig.told.push(`chunk of ${chunk.imageIndex}`))
  rig.disk.settle()
  expect(rig.told).toEqual(['io-error'])
})
