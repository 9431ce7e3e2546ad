/** The simulated disk: the contract of its door, and what its faults leave. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DiskErrorCode } from '../../../src/base/env.ts'
import { Prng } from '../../../src/base/prng.ts'
import { diskContract } from '../contract/disk.ts'
import { EventQueue } from './clock.ts'
import { SimDisk } from './disk.ts'
import { coreTally } from './tally.ts'

function rig(seed = 1) {
  const queue = new EventQueue()
  const tally = coreTally()
  const profile = { syncMinUs: 10, syncMeanUs: 100, readUs: 10, otherUs: 10 }
  const disk = new SimDisk(profile, { queue, tally, prng: new Prng(seed) })
  const settle = () => {
    while (queue.step());
  }
  const read = (name: string): Uint8Array | undefined => {
    let said: Uint8Array | undefined
    disk.read(name, answer => {
      said = answer.error === undefined ? answer.value : undefined
    })
    settle()
    return said
  }
  const keep = (name: string, content: Uint8Array) => {
    const file = disk.append(name)
    file.write(content, () => {})
    file.sync(() => {})
    disk.syncFolder(() => {})
    settle()
  }
  return { queue, tally, disk, settle, read, keep }
}

diskContract('the simulated disk', () => {
  const { disk, settle } = rig()
  return {
    disk,
    settled: () => Promise.resolve(settle()),
    cutPower: () => disk.cutPower(),
  }
})

/** The bytes 0, 1, 2, .. so that every place shows what belongs there. */
const run = (from: number, size: number) => Uint8Array.from({ length: size }, (_, i) => from + i)

test('a power cut keeps what was synced and at most what was written; the rest may be torn', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 8 }),
      (seed, synced, unsynced) => {
        const { disk, settle, read, keep } = rig(seed)
        keep('a', new Uint8Array(0))
        const file = disk.append('a')
        let size = 0
        const write = (more: number) => {
          file.write(run(size, more), () => {})
          size += more
        }
        synced.forEach(write)
        file.sync(() => {})
        settle()
        const promised = size
        unsynced.forEach(write)
        disk.cutPower()
        const left = read('a') ?? new Uint8Array(0)
        expect(disk.promised('a')).toBe(promised)
        expect(left.subarray(0, promised)).toEqual(run(0, promised))
      },
    ),
  )
})

test('power cuts do lose and do tear', () => {
  let lost = 0
  let torn = 0
  for (let seed = 0; seed < 100; seed++) {
    const { disk, keep, tally } = rig(seed)
    keep('a', run(0, 3))
    disk.append('a').write(run(3, 20), () => {})
    disk.cutPower()
    lost += tally.of('unsynced-lost')
    torn += tally.of('torn-tail')
  }
  expect(lost).toBeGreaterThan(20)
  expect(torn).toBeGreaterThan(20)
})

test('a name that no folder sync made durable may be gone, whatever the file holds', () => {
  const gone = Array.from({ length: 50 }, (_, seed) => {
    const { disk, settle, read } = rig(seed)
    const file = disk.append('a')
    file.write(run(0, 3), () => {})
    file.sync(() => {})
    settle()
    disk.cutPower()
    return read('a') === undefined
  })
  expect(gone).toContain(true)
  expect(gone).toContain(false)
})

test('a failed sync says so, promises nothing, and leaves a page cache that lies', () => {
  let lies = 0
  for (let seed = 0; seed < 50; seed++) {
    const { disk, settle, read, keep } = rig(seed)
    keep('a', run(0, 3))
    disk.failingSyncs = 1
    const said: (DiskErrorCode | undefined)[] = []
    const file = disk.append('a')
    file.write(run(3, 3), () => {})
    file.sync(error => said.push(error))
    settle()
    expect(said).toEqual(['io-error'])
    expect(read('a')).toEqual(run(0, 6))
    file.sync(error => said.push(error))
    settle()
    expect(said).toEqual(['io-error', undefined])
    disk.cutPower()
    if (read('a')?.length === 3) lies++
  }
  expect(lies).toBeGreaterThan(5)
})

test('a full disk refuses, and half of the write may stand in the file, unpromised', () => {
  const { disk, settle, read, keep } = rig()
  keep('a', run(0, 3))
  disk.isFull = true
  const said: (DiskErrorCode | undefined)[] = []
  const file = disk.append('a')
  file.write(run(3, 50), error => said.push(error))
  file.sync(() => {})
  settle()
  expect(said).toEqual(['disk-full'])
  expect(read('a')?.subarray(0, 3)).toEqual(run(0, 3))
  expect(disk.promised('a')).toBe(3)
})

test('a flipped bit is one bit of what a sync answered for', () => {
  const { disk, read, keep } = rig()
  const before = new Uint8Array(100)
  keep('a', before)
  expect(disk.flipBit(new Prng(5))).toBe('a')
  const after = read('a') ?? before
  const bits = after.reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0)
  expect(bits).toBe(1)
  expect(rig().disk.flipBit(new Prng(5))).toBeUndefined()
})

test('a stalled disk does nothing until then, and then all in order', () => {
  const { queue, disk, settle } = rig()
  const done: number[] = []
  disk.stall(5000)
  const file = disk.append('a')
  file.write(run(0, 1), () => done.push(1))
  file.sync(() => done.push(2))
  queue.runUntil(5000)
  expect(done).toEqual([])
  settle()
  expect(done).toEqual([1, 2])
})

test('a slow read is overtaken by what was asked for later, and loses nothing', () => {
  const { disk, settle, keep, tally } = rig()
  keep('a', run(0, 9))
  disk.profile = { ...disk.profile, slowReads: 1 }
  const answers: string[] = []
  disk.read('a', answer => {
    expect(answer).toEqual({ value: run(0, 9) })
    answers.push('read')
  })
  disk.syncFolder(() => answers.push('sync'))
  settle()
  expect(answers).toEqual(['sync', 'read'])
  expect(tally.of('slow-read')).toBe(1)
})

test('what is read slowly is not answered over a power cut', () => {
  const { disk, settle, keep } = rig()
  keep('a', run(0, 9))
  disk.profile = { ...disk.profile, slowReads: 1 }
  let isAnswered = false
  disk.read('a', () => {
    isAnswered = true
  })
  disk.cutPower()
  settle()
  expect(isAnswered).toBe(false)
})

test('reads of files with certain names fail so many times, and lose nothing', () => {
  const { disk, settle, keep, read } = rig()
  keep('a', run(0, 9))
  keep('b', run(0, 1))
  let failures = 0
  const onFailed = () => void failures++
  disk.failingReads = { left: 2, fits: name => name === 'a', onFailed }
  const answers: unknown[] = []
  disk.read('a', ({ error }) => answers.push(error))
  disk.readPart('a', { offset: 0, sizeBytes: 1 }, ({ error }) => answers.push(error))
  disk.read('b', answer => answers.push(answer.error ?? answer.value))
  settle()
  expect(answers).toEqual(['io-error', 'io-error', run(0, 1)])
  expect([failures, read('a')]).toEqual([2, run(0, 9)])
})

test('a copy of a disk holds what was synced, and is put back as it was', () => {
  const { disk, settle, read, keep } = rig()
  keep('a', run(0, 4))
  const file = disk.append('a')
  file.write(run(4, 4), () => {})
  settle()
  const copy = disk.copy()
  keep('b', run(0, 1))
  disk.putBack(copy)
  expect(read('a')).toEqual(run(0, 4))
  expect(read('b')).toBeUndefined()
  expect(disk.promised('a')).toBe(4)
  disk.cutPower()
  expect(read('a')).toEqual(run(0, 4))
})

test('loose removals reach the disk in any order, and nothing else does', () => {
  const left = new Set<string>()
  for (let seed = 1; seed <= 60; seed++) {
    const { disk, settle, keep } = rig(seed)
    disk.profile = { ...disk.profile, looseRemovals: true }
    for (const name of ['a', 'b', 'c']) keep(name, run(0, 1))
    for (const name of ['a', 'b']) disk.remove(name, () => {})
    disk.rename('c', 'd', () => {})
    disk.remove('d', () => {})
    settle()
    disk.cutPower()
    left.add(disk.names().join(''))
  }
  // Of c and d a prefix only; of a and b anything.
  expect([...left].sort()).toEqual(['', 'abc', 'ac', 'bc', 'c', 'd'].sort())
})

test('a file that is lost is gone under every name, and stays so over a power cut', () => {
  for (let seed = 0; seed < 20; seed++) {
    const { disk, keep, read } = rig(seed)
    keep('log', Uint8Array.of(1, 2, 3))
    keep('other', Uint8Array.of(4))
    // A change of names that nobody made durable does not bring it back.
    disk.rename('log', 'renamed', () => {})
    disk.lose('renamed')
    expect([read('log'), read('renamed'), disk.has('renamed')]).toEqual([
      undefined,
      undefined,
      false,
    ])
    disk.cutPower()
    expect(disk.names()).toEqual(['other'])
    expect(read('other')).toEqual(Uint8Array.of(4))
  }
})

test('a file that is cut short is so for good, whatever was synced or only written', () => {
  for (let seed = 0; seed < 20; seed++) {
    const { disk, keep, read, settle } = rig(seed)
    keep('log', Uint8Array.of(1, 2, 3, 4))
    disk.append('log').write(Uint8Array.of(5, 6), () => {})
    settle()
    expect(disk.shown('log')).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6))
    disk.cutShort('log', seed % 2 === 0 ? 3 : 5)
    const left = seed % 2 === 0 ? [1, 2, 3] : [1, 2, 3, 4, 5]
    expect(disk.promised('log')).toBe(Math.min(left.length, 4))
    disk.cutPower()
    expect(read('log')).toEqual(Uint8Array.from(left))
  }
  expect(rig().disk.shown('none')).toBeUndefined()
})
