/** The disk of tests does lose what it may lose, and nothing else. */

import { expect, test } from 'vitest'
import { Prng } from '../prng.ts'
import { CrashDisk } from './crash-disk.ts'

const content = (size: number) => Uint8Array.from({ length: size }, (_, i) => 1 + (i % 250))

/** A file of three pages of which the first one and a half are synced. */
function halfSynced(): CrashDisk {
  const disk = new CrashDisk()
  const bytes = content(12_288)
  const file = disk.append('a')
  file.write(bytes.subarray(0, 6000), () => {})
  file.sync(() => {})
  disk.syncFolder(() => {})
  disk.settle()
  file.write(bytes.subarray(6000), () => {})
  disk.settle()
  return disk
}

const crashes = Array.from({ length: 400 }, (_, seed) =>
  halfSynced().crash(new Prng(seed)).bytesOf('a'),
)

const isAll = (
  bytes: Uint8Array,
  from: number,
  to: number,
  test: (b: number, i: number) => boolean,
) => bytes.subarray(from, to).every((byte, i) => test(byte, from + i))

const isWritten = (byte: number, at: number) => byte === 1 + (at % 250)
const isZero = (byte: number) => byte === 0

test('what was synced is there, always', () => {
  for (const left of crashes) {
    expect(left.length).toBeGreaterThanOrEqual(6000)
    expect(isAll(left, 0, 6000, isWritten)).toBe(true)
  }
})

test('what was not may be there, or not, or in part', () => {
  const sizes = new Set(crashes.map(left => left.length))
  expect(sizes.size).toBeGreaterThan(50)
  expect(crashes.some(left => left.length === 12_288 && isAll(left, 6000, 12_288, isWritten))).toBe(
    true,
  )
  expect(crashes.some(left => left.length === 12_288 && isAll(left, 6000, 12_288, isZero))).toBe(
    true,
  )
})

test('a page in the middle may be missing while the next is there', () => {
  const holes = crashes.filter(
    left =>
      left.length === 12_288 &&
      isAll(left, 6000, 8192, isZero) &&
      isAll(left, 8192, 12_288, isWritten),
  )
  expect(holes.length).toBeGreaterThan(3)
})

test('a page may be torn at any byte', () => {
  const tears = new Set<number>()
  for (const left of crashes) {
    const end = left.subarray(8192).findIndex((byte, i) => !isWritten(byte, 8192 + i))
    if (end > 0) tears.add(end)
  }
  expect(tears.size).toBeGreaterThan(30)
})

test('names are settled up to any point behind the last sync of the folder', () => {
  const found = new Set<string>()
  for (let seed = 0; seed < 100; seed++) {
    const disk = new CrashDisk()
    disk.append('a')
    disk.syncFolder(() => {})
    disk.settle()
    disk.append('b')
    disk.rename('a', 'c', () => {})
    disk.remove('b', () => {})
    disk.settle()
    found.add(disk.crash(new Prng(seed)).names.join(' '))
  }
  expect([...found].sort()).toEqual(['a', 'a b', 'b c', 'c'])
})

test('a crash leaves the disk that it is drawn from as it was', () => {
  const disk = halfSynced()
  const before = disk.bytesOf('a')
  disk.crash(new Prng(1)).flip('a', 0, 255)
  disk.append('b')
  disk.crash(new Prng(2))
  expect(disk.bytesOf('a')).toEqual(before)
  expect(disk.names).toEqual(['a', 'b'])
})

test('a sync that failed leaves bytes that are seen and that no later sync writes', () => {
  const disk = halfSynced()
  disk.failSyncIn = 1
  const answers: (string | undefined)[] = []
  const file = disk.append('a')
  file.sync(error => answers.push(error))
  file.sync(error => answers.push(error))
  disk.settle()
  expect(answers).toEqual(['io-error', undefined])
  expect(disk.bytesOf('a')).toEqual(content(12_288))
  for (let seed = 0; seed < 20; seed++) {
    const left = disk.crash(new Prng(seed)).bytesOf('a')
    expect(isAll(left, 6000, left.length, isZero)).toBe(true)
  }
})

test('who was killed hears nothing, and what he wrote is seen', () => {
  const disk = new CrashDisk()
  let heard = 0
  disk.append('a').write(content(10), () => heard++)
  disk.kill()
  disk.settle()
  expect(heard).toBe(0)
  expect(disk.bytesOf('a')).toEqual(content(10))
})

test('a full disk takes a part', () => {
  const disk = new CrashDisk()
  disk.isFull = true
  const answers: (string | undefined)[] = []
  disk.append('a').write(content(10), error => answers.push(error))
  disk.settle()
  expect(answers).toEqual(['disk-full'])
  expect(disk.size('a')).toBe(5)
})
