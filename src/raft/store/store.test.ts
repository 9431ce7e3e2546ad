/** The store at work: folding, order, segments that follow and go, the end. */

import { expect, test } from 'vitest'
import { groupId, replicaId } from '../../base/ids.ts'
import type { Entry } from '../types.ts'
import { founding, imageAt, sourceOf } from './testing/fleet.ts'
import { open, options } from './testing/lives.ts'
import { a, b, content, Rig } from './testing/rig.ts'

test('the writes that come while a frame is written go into one frame, with one sync', () => {
  const rig = new Rig()
  const before = rig.store.stats()
  rig.append(a, 1, 1)
  for (let i = 2; i < 12; i++) rig.append(a, i, i)
  rig.append(b, 1, 3)
  rig.disk.settle()
  const { frames, syncs, entries } = rig.store.stats()
  expect([frames - before.frames, syncs - before.syncs, entries]).toEqual([2, 2, 14])
  expect(rig.told.length).toBe(12)
})

test('what is gathered goes into one frame from the first', () => {
  const rig = new Rig()
  const before = rig.store.stats().frames
  rig.store.gather(() => {
    rig.append(a, 1, 1)
    rig.append(b, 1, 1)
  })
  rig.disk.settle()
  expect(rig.store.stats().frames - before).toBe(1)
})

test('writes are reported in order, none before its sync, none inside of the call', () => {
  const rig = new Rig()
  rig.append(a, 1, 1)
  rig.append(b, 1, 1)
  rig.append(a, 2, 2)
  expect(rig.told).toEqual([])
  rig.disk.step()
  expect(rig.told).toEqual([])
  rig.disk.step()
  expect(rig.told).toEqual(['1:1'])
  rig.disk.settle()
  expect(rig.told).toEqual(['1:1', '2:2', '1:3'])
})

test('a turn in which nobody wants a sync has none', () => {
  const rig = new Rig()
  const { syncs } = rig.store.stats()
  const hardState = { ...founding.hardState, term: 1 }
  rig.write(a, { hardState, sync: false })
  rig.write(b, { hardState, sync: false })
  rig.write(b, { sync: false })
  rig.disk.settle()
  expect(rig.told).toEqual(['1:1', '2:2', '2:3'])
  expect(rig.store.stats().syncs).toBe(syncs)
  rig.append(b, 1, 1)
  rig.disk.settle()
  expect(rig.store.stats().syncs).toBe(syncs + 1)
})

test('a huge write is not split; its memory is given back', () => {
  const rig = new Rig()
  rig.append(a, 1, 400, 100)
  rig.append(b, 1, 1)
  rig.disk.settle()
  expect(rig.told).toEqual(['1:1', '2:2'])
  expect(rig.open().groups.get(a)?.stored.entries.length).toBe(400)
})

test('what opening found is kept until the group is written to', () => {
  const rig = new Rig()
  rig.append(a, 1, 3)
  rig.disk.settle()
  rig.open()
  expect([...rig.store.groups.keys()]).toEqual([a, b])
  rig.append(a, 4, 4)
  expect([...rig.store.groups.keys()]).toEqual([b])
})

test('a log over its bound names the groups that pin its oldest segment, again with each', () => {
  const rig = new Rig()
  rig.append(b, 1, 1)
  let last = 0
  while (!rig.told.includes('wanted 2')) {
    rig.append(a, last + 1, last + 20)
    rig.disk.settle()
    last += 20
    expect(last).toBeLessThan(2000)
  }
  expect(rig.told.filter(one => one.startsWith('wanted'))).toEqual(['wanted 2', 'wanted 1'])
  expect(rig.store.stats().logBytes).toBeGreaterThan(options.limits.logBytesMax)
  rig.compact(b, 1)
  rig.compact(a, last)
  expect(rig.store.stats().logBytes).toBeLessThan(options.limits.logBytesMax)
})

test('a log stays bounded as long as images are taken when they are wanted', () => {
  const rig = new Rig()
  let last = 0
  for (let i = 0; i < 400; i++) {
    rig.append(a, last + 1, last + 20)
    last += 20
    rig.disk.settle()
    const wanted = rig.told.splice(0).some(one => one === 'wanted 1')
    if (wanted) rig.compact(a, last)
    const bound = options.limits.logBytesMax + 2 * options.limits.segmentBytes
    expect(rig.store.stats().logBytes).toBeLessThan(bound)
  }
})

test('many short segments are too many', () => {
  const rig = new Rig()
  for (const index of [1, 2]) {
    rig.append(a, index, index)
    rig.disk.settle()
  }
  for (let i = 0; i < 10; i++) rig.open()
  expect(rig.store.stats().segments).toBeGreaterThan(options.limits.segmentsMax)
  rig.compact(b, 0)
  rig.write(b, { hardState: founding.hardState })
  rig.disk.settle()
  expect(rig.told).toContain('wanted 1')
})

test('a process that starts again and again, and writes little, keeps its log bounded too', () => {
  const rig = new Rig()
  rig.append(a, 1, 1)
  rig.disk.settle()
  let last = 1
  const { segmentsMax, logBytesMax } = options.limits
  for (let life = 0; life < 5 * segmentsMax; life++) {
    rig.told.length = 0
    rig.open()
    last++
    rig.append(a, last, last)
    // Never as much as a segment, so that none is ever full.
    rig.disk.settle()
    if (rig.told.includes('wanted 1')) rig.compact(a, last)
    expect(rig.store.stats().segments).toBeLessThanOrEqual(segmentsMax + 2)
    expect(rig.store.stats().logBytes).toBeLessThan(logBytesMax)
  }
})

test('an idle log that is over its bound asks group after group until it is not', () => {
  const groups = [a, b, ...[3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map(groupId)]
  const rig = new Rig()
  for (const group of groups.slice(2)) {
    rig.store.create(group, replicaId(1), founding, () => {})
  }
  rig.disk.settle()
  // Each group's only entry in a segment of its own: none is pinned by two.
  for (const group of groups) {
    rig.open()
    rig.append(group, 1, 1)
    rig.disk.settle()
  }
  const { segmentsMax } = options.limits
  expect(rig.store.stats().segments).toBeGreaterThan(segmentsMax)
  // Nothing is written from here on but the images that are asked for.
  for (let said = rig.told.splice(0); said.length > 0; said = rig.told.splice(0)) {
    for (const one of said.filter(text => text.startsWith('wanted'))) {
      rig.compact(groupId(Number(one.split(' ')[1])), 1)
    }
  }
  expect(rig.store.stats().segments).toBeLessThanOrEqual(segmentsMax)
})

test('mistakes of the host are found at once', () => {
  const rig = new Rig()
  expect(() => rig.store.create(a, replicaId(1), founding, () => {})).toThrow('created once')
  expect(() => rig.write(groupId(9), {})).toThrow('is there')
  expect(() => rig.store.remove(groupId(9), () => {})).toThrow('is there')
  rig.store.remove(a, () => {})
  expect(() => rig.append(a, 1, 1)).toThrow('is there')
  const idle = new Rig()
  expect(() => idle.write(b, { compact: imageAt(1, 1) })).toThrow('durable before it is recorded')
  const second = {
    image: imageAt(7, 1),
    from: replicaId(2),
    offset: 5,
    data: content(5),
    last: true,
  }
  const other = new Rig()
  expect(() => other.write(a, { chunk: second })).toThrow('chunks follow one another')
})

test('a store that closes writes what is queued first, and is silent afterwards', () => {
  const rig = new Rig()
  rig.append(a, 1, 3)
  rig.append(b, 1, 3)
  const hardState = { ...founding.hardState, term: 4 }
  rig.write(b, { hardState, sync: false })
  let isClosed = false
  rig.store.close(() => {
    isClosed = true
  })
  expect(() => rig.append(a, 4, 4)).toThrow('closes')
  rig.disk.settle()
  expect(isClosed).toBe(true)
  expect(rig.told.length).toBe(3)
  const { store } = open(rig.disk.copy())
  expect(store?.groups.get(b)?.stored.hardState.term).toBe(4)
  expect(store?.groups.get(a)?.stored.entries.length).toBe(3)
})

test('an error of the disk is told once, then nothing more', () => {
  const rig = new Rig()
  rig.append(a, 1, 1)
  rig.disk.isFull = true
  rig.append(b, 1, 1)
  rig.disk.settle()
  rig.append(a, 2, 2)
  rig.store.saveImage(a, imageAt(1, 1), sourceOf(content(9)), () => rig.told.push('saved'))
  rig.disk.settle()
  expect(rig.told).toEqual(['1:1', 'disk-full'])
})

test('groups that were founded with entries keep them', () => {
  const rig = new Rig()
  const entries: Entry[] = [{ index: 1, term: 1, kind: 'members', data: content(3) }]
  const stored = { ...founding, entries, hardState: { term: 1, vote: replicaId(1), commit: 1 } }
  rig.store.create(groupId(3), replicaId(1), stored, () => {})
  rig.disk.settle()
  expect(rig.open().groups.get(groupId(3))?.stored).toEqual(stored)
})
