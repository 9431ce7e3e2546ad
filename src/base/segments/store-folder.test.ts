/** The folder of a store: made, opened, opened again, and whatever the power leaves of that. */

import { expect, test } from 'vitest'
import { Prng } from '../prng.ts'
import { CrashDisk } from '../testing/crash-disk.ts'
import { encodeBoot } from './boot-file.ts'
import { Guard } from './guard.ts'
import { BOOT, partOf, segmentName } from './names.ts'
import type { SegmentFile } from './segment-file.ts'
import { type Life, StoreFolder, type Unread } from './store-folder.ts'

const head = Uint8Array.of(1, 2, 3)

function open(disk: CrashDisk) {
  const failures: string[] = []
  const guard = new Guard(code => failures.push(code))
  return { folder: new StoreFolder({ disk, guard }), failures }
}

function made(): CrashDisk {
  const disk = new CrashDisk()
  let isMade = false
  open(disk).folder.makeLog('s', head, () => {
    isMade = true
  })
  disk.settle()
  expect(isMade).toBe(true)
  return disk
}

function lifeOn(disk: CrashDisk): Life | Unread | undefined {
  let found: Life | Unread | undefined
  open(disk).folder.beginLife(disk.names, life => {
    found = life
  })
  disk.settle()
  return found
}

function mustLive(disk: CrashDisk): Life {
  const life = lifeOn(disk)
  if (typeof life !== 'object') throw new Error(`no life begins: ${life}`)
  return life
}

test('a log that is made has one segment, and no life yet', () => {
  const disk = made()
  expect([...disk.names].sort()).toEqual([BOOT, segmentName(1)])
  const { bootFile, least } = mustLive(disk)
  expect([bootFile.boot, least]).toEqual([1, { segment: 1, bytes: 0 }])
})

test('each life has a number of its own, whenever the power goes', () => {
  const prng = new Prng(1)
  for (let steps = 0; steps < 12; steps++) {
    let disk = made()
    const boots = new Set<number>()
    for (let life = 0; life < 5; life++) {
      open(disk).folder.beginLife(disk.names, found => {
        if (typeof found === 'string') throw new Error(found)
        expect(boots.has(found.bootFile.boot)).toBe(false)
        boots.add(found.bootFile.boot)
      })
      for (let left = steps; left > 0; left--) disk.step()
      disk = disk.crash(prng)
      disk.drop(partOf(BOOT))
    }
  }
})

test.each([
  ['missing', (disk: CrashDisk) => disk.drop(BOOT)],
  ['damaged', (disk: CrashDisk) => disk.flip(BOOT, 5, 1)],
  [
    'other-format',
    (disk: CrashDisk) => {
      disk.drop(BOOT)
      disk.put(BOOT, encodeBoot({ boot: 1, end: { segment: 1, bytes: 0 } }, 9))
    },
  ],
])('a boot file that is %s begins no life', (why, harm) => {
  const disk = made()
  harm(disk)
  const before = disk.copy()
  expect(lifeOn(disk)).toBe(why)
  expect(disk.names).toEqual(before.names)
})

test('a log that ends before what is noted is told, with the segment that should be there', () => {
  const { folder } = open(new CrashDisk())
  const names = [2, 4, 5].map(segmentName)
  const from = (segment: number) => folder.segments(names, { segment, bytes: 9 })
  expect([from(4), from(5)]).toEqual([
    [4, 5],
    [4, 5],
  ])
  expect(from(6)).toBe(`there is no ${segmentName(6)}, which was begun`)
  expect(folder.segments([], { segment: 1, bytes: 0 })).toContain(segmentName(1))
})

test('a segment that is used is noted, whatever the power leaves', () => {
  const disk = made()
  const { bootFile } = mustLive(disk)
  let segment: SegmentFile | undefined
  open(disk).folder.goOn({ bootFile, store: 's', number: 2 }, [head, head], one => {
    segment = one
  })
  disk.settle()
  expect(segment?.number).toBe(2)
  for (let draw = 0; draw < 20; draw++) {
    const { least } = mustLive(disk.crash(new Prng(draw)))
    expect(least).toEqual({ segment: 2, bytes: segment?.size })
  }
})

test('files go one after the other; what is gone already does not matter, a failure does', () => {
  const disk = made()
  const { folder, failures } = open(disk)
  let isGone = false
  folder.removeAll(['none', BOOT, segmentName(1)], () => {
    isGone = true
  })
  disk.settle()
  expect([isGone, disk.names, failures]).toEqual([true, [], []])
  disk.isFull = true
  folder.keep('small', head, () => {
    throw new Error('it was not kept')
  })
  disk.settle()
  expect(failures).toEqual(['disk-full'])
})
