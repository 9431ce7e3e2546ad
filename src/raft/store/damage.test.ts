/**
 * Damage to what was synced: one flipped bit, or a file that is gone, is never taken for a shorter
 * log. Only after a process died may its very last synced write read as a torn tail; nothing before
 * it is ever missing.
 */

import { expect, test } from 'vitest'
import { Prng } from '../../base/prng.ts'
import { segmentName, segmentOf } from '../../base/segments/names.ts'
import { CrashDisk } from '../../base/testing/crash-disk.ts'
import { isImage } from './names.ts'
import type { LogStore } from './store.ts'
import { Fleet } from './testing/fleet.ts'
import { mustOpen, open, options, readImage } from './testing/lives.ts'

/** A disk on which a store works, everything being reported. */
function lived(seed: number, acts: number): { disk: CrashDisk; fleet: Fleet; store: LogStore } {
  const disk = new CrashDisk()
  const fleet = new Fleet(new Prng(seed))
  const store = mustOpen(disk)
  fleet.adopt(store)
  for (let i = 0; i < acts; i++) {
    fleet.act()
    disk.settle()
  }
  return { disk, fleet, store }
}

/** A disk after a quiet end: everything is synced. */
function used(seed: number, acts: number): { disk: CrashDisk; fleet: Fleet } {
  const { disk, fleet, store } = lived(seed, acts)
  let isClosed = false
  store.close(() => {
    isClosed = true
  })
  disk.settle()
  expect(isClosed).toBe(true)
  return { disk: disk.copy(), fleet }
}

const newestSegment = (disk: CrashDisk): string =>
  disk.names.filter(name => segmentOf(name) !== undefined).at(-1) as string

test.each([1, 2, 3, 4, 5, 6])('any flipped bit of the log is found, seed %i', seed => {
  const { disk, fleet } = used(seed, 25)
  const prng = new Prng(seed)
  const codes = new Set<string>()
  for (const name of disk.names.filter(one => segmentOf(one) !== undefined)) {
    for (let at = prng.below(40); at < disk.size(name); at += prng.between(1, 80)) {
      const hurt = disk.copy()
      hurt.flip(name, at, 1 << prng.below(8))
      const { store, refused } = open(hurt)
      codes.add(refused?.code ?? 'opened')
      // What opens all the same has lost nothing: the bit belonged to bytes that do not count.
      if (store !== undefined) expect(fleet.fork(prng).adopt(store)).toBe(undefined)
      else expect(refused?.code).toBe('log-damaged')
    }
  }
  expect(codes).toContain('log-damaged')
})

test('in the last synced write of a killed process it reads as a torn tail, that alone', () => {
  const { disk } = lived(7, 25)
  const newest = newestSegment(disk)
  const { from, to } = disk.lastSync(newest)
  const whole = mustOpen(disk.copy())
  disk.flip(newest, to - 1, 1)
  const torn = mustOpen(disk)
  const count = (store: typeof whole) =>
    [...store.groups.values()].reduce((sum, { stored }) => sum + stored.entries.length, 0)
  expect(from).toBeLessThan(to)
  expect(torn.groups.size).toBe(whole.groups.size)
  expect(count(torn)).toBeLessThanOrEqual(count(whole))
})

test.each([11, 12, 13])('a log that was cut short anywhere behind a promise, seed %i', seed => {
  const { disk, fleet } = used(seed, 25)
  const newest = newestSegment(disk)
  const names = disk.names.filter(name => segmentOf(name) !== undefined && name !== newest)
  expect(names.length).toBeGreaterThan(0)
  for (const name of names) {
    const bytes = disk.bytesOf(name)
    for (const part of [0, 0.3, 0.9]) {
      const hurt = disk.copy()
      hurt.put(name, bytes.subarray(0, Math.floor(bytes.length * part)))
      const { store, refused } = open(hurt)
      if (store === undefined) expect(refused?.code).toBe('log-damaged')
      else expect(fleet.fork(new Prng(1)).adopt(store)).toBe(undefined)
    }
  }
})

test('a segment that is gone is missed, unless nobody needs it', () => {
  let missed = 0
  for (let seed = 20; seed < 30; seed++) {
    const { disk, fleet } = used(seed, 25)
    for (const name of disk.names.filter(one => segmentOf(one) !== undefined).slice(0, -1)) {
      const hurt = disk.copy()
      hurt.drop(name)
      const { store, refused } = open(hurt)
      if (store !== undefined) expect(fleet.fork(new Prng(1)).adopt(store)).toBe(undefined)
      else expect(refused?.code).toBe('log-damaged')
      if (refused !== undefined) missed++
    }
  }
  expect(missed).toBeGreaterThan(0)
})

test('the newest segment is missed, whether it was begun by a roll or by an opening', () => {
  const begun = new Set<boolean>()
  for (let seed = 30; seed < 40; seed++) {
    const { disk } = used(seed, seed % 2 === 0 ? 2 : 40)
    // The first life makes segment 1 and begins segment 2: whatever is newer came by a roll.
    begun.add(newestSegment(disk) === segmentName(2))
    disk.drop(newestSegment(disk))
    const { refused } = open(disk)
    expect(refused?.code).toBe('log-lost')
    expect(refused?.message).toMatch(/there is no log-\d+, which was begun; .*joins anew/)
    expect(open(disk).refused?.code).toBe('log-lost')
  }
  expect(begun.size).toBe(2)
})

test('a killed process leaves a newest segment that is missed as well', () => {
  const { disk } = lived(41, 25)
  disk.drop(newestSegment(disk))
  expect(open(disk).refused?.code).toBe('log-lost')
})

test('a newest segment that is cut short is missed after an end in peace', () => {
  const { disk } = used(42, 25)
  const newest = newestSegment(disk)
  const bytes = disk.bytesOf(newest)
  for (let size = bytes.length - 1; size >= 0; size -= 1 + Math.floor(size / 5)) {
    const hurt = disk.copy()
    hurt.put(newest, bytes.subarray(0, size))
    expect(open(hurt).refused?.code).toBe('log-damaged')
  }
})

test('what an opening wrote once more is vouched for from then on', () => {
  const first = lived(43, 25).disk
  const life = mustOpen(first)
  expect(life.groups.size).toBeGreaterThan(0)
  const { segment, bytes } = life.end
  expect(bytes).toBe(first.size(segmentName(segment)))
  first.put(segmentName(segment), first.bytesOf(segmentName(segment)).subarray(0, bytes - 1))
  expect(open(first).refused?.code).toBe('log-damaged')
})

test('a log without segments is lost, and no new one is made in its place', () => {
  const { disk } = used(1, 5)
  for (const name of disk.names.filter(one => segmentOf(one) !== undefined)) disk.drop(name)
  expect(open(disk).refused?.code).toBe('log-lost')
  expect(open(disk).refused?.code).toBe('log-lost')
})

test('any flipped bit of an image is found when it is read, and told once', () => {
  let hurtImages = 0
  for (let seed = 1; seed < 12; seed++) {
    const { disk } = used(seed, 25)
    const prng = new Prng(seed)
    for (const name of disk.names.filter(isImage)) {
      const hurt = disk.copy()
      hurt.flip(name, prng.below(hurt.size(name)), 1 << prng.below(8))
      const store = mustOpen(hurt)
      const fleet = new Fleet(prng)
      store.listen(fleet)
      const found = [...store.groups.values()].find(({ group, stored }) =>
        name.startsWith(`image-${group}-${stored.image.index}-`),
      )
      if (found === undefined) continue
      hurtImages++
      const { group, stored } = found
      expect(typeof readImage(hurt, store, group, stored.image.index)).toBe('string')
      expect(store.openImage(group, stored.image.index)).toBe(undefined)
      expect(fleet.damaged).toEqual([group])
    }
  }
  expect(hurtImages).toBeGreaterThan(5)
})

test('any flipped bit of identity and boot is refused', () => {
  const { disk } = used(1, 5)
  for (const name of ['identity', 'boot']) {
    for (let bit = 0; bit < 8 * disk.size(name); bit++) {
      const hurt = disk.copy()
      hurt.flip(name, bit >> 3, 1 << (bit & 7))
      expect(open(hurt, { ...options }).refused?.code).toBe('store-damaged')
    }
  }
})

test.each(['identity', 'boot'])('without %s a store is not trusted, nor made anew', name => {
  const { disk } = used(1, 5)
  disk.drop(name)
  expect(open(disk).refused?.code).toBe('store-damaged')
  expect(disk.names.filter(one => segmentOf(one) !== undefined)).not.toEqual([])
})

test('a segment of another store in the place of one of ours is damage', () => {
  const other = new CrashDisk()
  mustOpen(other, { store: 's2' })
  const { disk } = used(1, 5)
  const newest = newestSegment(disk)
  disk.put(newest, other.bytesOf(newestSegment(other)))
  expect(open(disk).refused?.code).toBe('log-damaged')
})
