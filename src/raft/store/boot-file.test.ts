/** What is noted of the log's end never runs ahead of the log, whenever the power goes. */

import { expect, test } from 'vitest'
import { endsBefore } from '../../base/log-end.ts'
import { Prng } from '../../base/prng.ts'
import { BootFile, type BootRecord, decodeBoot } from '../../base/segments/boot-file.ts'
import { Guard } from '../../base/segments/guard.ts'
import { segmentName } from '../../base/segments/names.ts'
import { CrashDisk } from '../../base/testing/crash-disk.ts'
import { Fleet } from './testing/fleet.ts'
import { dieWhileOpening, mustOpen, open } from './testing/lives.ts'
import { a, Rig } from './testing/rig.ts'

function noted(disk: CrashDisk): BootRecord {
  const record = decodeBoot(disk.bytesOf('boot'))
  if (typeof record === 'string') throw new Error(record)
  return record
}

test('it says what it was told last', () => {
  const disk = new CrashDisk()
  const guard = new Guard(code => {
    throw new Error(code)
  })
  const file = new BootFile({ disk, guard }, 4)
  for (const end of [
    { segment: 1, bytes: 0 },
    { segment: 7, bytes: 70 },
  ]) {
    let isDone = false
    file.note(end, () => {
      isDone = true
    })
    disk.settle()
    expect([isDone, noted(disk)]).toEqual([true, { boot: 4, end }])
  }
  expect(disk.names).toEqual(['boot'])
})

test('an opening, each roll and an end in peace move it on', () => {
  const rig = new Rig()
  const ends = [noted(rig.disk).end]
  expect(ends[0]?.segment).toBe(rig.store.end.segment)
  for (let turn = 0; rig.store.end.segment < 5; turn++) {
    rig.append(a, turn * 20 + 1, turn * 20 + 20, 300)
    rig.disk.settle()
    const { end } = noted(rig.disk)
    expect(end.segment).toBe(rig.store.end.segment)
    expect(endsBefore(rig.store.end, end)).toBe(false)
    ends.push(end)
  }
  expect(new Set(ends.map(({ segment }) => segment)).size).toBeGreaterThan(2)
  rig.store.close(() => {})
  rig.disk.settle()
  expect(noted(rig.disk).end).toEqual(rig.store.end)
})

test('nothing is reported of a segment that is not noted', () => {
  const rig = new Rig()
  for (let turn = 0; rig.store.end.segment < 5; turn++) {
    const told = rig.told.length
    rig.append(a, turn * 20 + 1, turn * 20 + 20, 300)
    while (rig.told.length === told) {
      rig.disk.step()
      // The file is there whole at every moment, and never ahead of the log.
      const { end } = noted(rig.disk)
      expect(rig.disk.names).toContain(segmentName(end.segment))
    }
    expect(noted(rig.disk).end.segment).toBe(rig.store.end.segment)
  }
})

test('a power cut between a new segment and its note costs nothing', () => {
  let between = 0
  for (let seed = 0; seed < 150; seed++) {
    const prng = new Prng(seed)
    const disk = new CrashDisk()
    const fleet = new Fleet(prng)
    fleet.adopt(mustOpen(disk))
    for (let i = prng.below(25); i > 0; i--) {
      fleet.act()
      disk.settle()
    }
    fleet.act()
    for (let step = prng.below(30); step > 0; step--) disk.step()
    let cut = disk.crash(prng)
    while (prng.chance(0.5)) cut = dieWhileOpening(cut, prng, 40)
    if (!cut.names.includes('boot')) continue
    const newest = cut.names.filter(name => name.startsWith('log-')).at(-1)
    if (newest !== segmentName(noted(cut).end.segment)) between++
    const { store, refused } = open(cut)
    expect(refused).toBeUndefined()
    expect(store && fleet.fork(prng).adopt(store)).toBeUndefined()
  }
  expect(between).toBeGreaterThan(5)
})

test('a new segment that was never noted may go: nothing of it was reported', () => {
  const { disk, store } = new Rig()
  const { end } = noted(disk)
  const later = segmentName(end.segment + 1)
  // As an opening leaves it that dies in front of its note.
  const next = disk.copy()
  mustOpen(next)
  disk.put(later, next.bytesOf(later))
  expect(open(disk.copy()).refused).toBeUndefined()
  disk.drop(later)
  expect(mustOpen(disk).groups.size).toBe(2)
  expect(store.foundEnd.segment).toBe(1)
})
