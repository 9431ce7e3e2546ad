/** Making, opening, refusing: whose store it is, how often it was opened, what dies half way. */

import { expect, test } from 'vitest'
import { groupId, nodeId, replicaId } from '../../base/ids.ts'
import { Prng } from '../../base/prng.ts'
import { encodeBoot } from '../../base/segments/boot-file.ts'
import { CrashDisk } from '../../base/testing/crash-disk.ts'
import { encodeIdentity } from './identity.ts'
import { openStore } from './opening.ts'
import { Fleet, founding } from './testing/fleet.ts'
import { dieWhileOpening, mustOpen, mustRefuse, open, options } from './testing/lives.ts'

test('a store is made once, when it may be', () => {
  const disk = new CrashDisk()
  expect(mustRefuse(disk, { mayMake: false })).toBe('store-missing')
  const made = open(disk)
  expect(made).toMatchObject({ isMade: true })
  expect(made.store?.identity).toEqual({ cluster: 'c', node: 'n1', store: 's1' })
  const again = open(disk, { mayMake: false })
  expect(again).toMatchObject({ isMade: false })
  expect(again.store?.identity.store).toBe('s1')
})

test('the boot counter grows with each opening', () => {
  const disk = new CrashDisk()
  expect([1, 2, 3].map(() => mustOpen(disk).boot)).toEqual([1, 2, 3])
})

test('the boot counter never falls back, whenever the power goes', () => {
  for (let seed = 0; seed < 60; seed++) {
    const prng = new Prng(seed)
    let disk = new CrashDisk()
    let boot = 0
    for (let life = 0; life < 6; life++) {
      disk = prng.chance(0.7) ? dieWhileOpening(disk, prng, 50) : disk
      const store = mustOpen(disk)
      expect(store.boot).toBeGreaterThan(boot)
      boot = store.boot
      disk = disk.crash(prng)
    }
  }
})

test('a making that is cut off at any step is made good, without a trace', () => {
  for (let steps = 0; steps < 60; steps++) {
    for (let seed = 0; seed < 4; seed++) {
      const disk = new CrashDisk()
      let isOpen = false
      openStore(disk, options, () => {
        isOpen = true
      })
      for (let i = 0; i < steps; i++) disk.step()
      const left = disk.crash(new Prng(seed))
      // What was not yet whole is made under another name; what was is known by its own.
      const { store, refused } = open(left, { store: 's2' })
      if (isOpen) expect(refused?.code).toBe('store-of-another-folder')
      if (store === undefined) expect(mustOpen(left).groups.size).toBe(0)
      else expect([store.groups.size, store.identity.store]).toEqual([0, 's2'])
      expect(left.names.filter(name => name.endsWith('.part'))).toEqual([])
    }
  }
})

test('a process that is killed while it opens leaves the store to the next', () => {
  for (let steps = 0; steps < 50; steps++) {
    const disk = new CrashDisk()
    mustOpen(disk).create(groupId(1), replicaId(3), founding, () => {})
    disk.settle()
    openStore(disk, options, () => {})
    for (let i = 0; i < steps; i++) disk.step()
    disk.kill()
    expect(mustOpen(disk).groups.get(groupId(1))?.replica).toBe(3)
  }
})

test('the store of somebody else is refused, and not touched', () => {
  const disk = new CrashDisk()
  mustOpen(disk)
  expect(mustRefuse(disk, { node: nodeId('n2') })).toBe('store-of-another-node')
  expect(mustRefuse(disk, { cluster: 'd' })).toBe('store-of-another-cluster')
  for (const mayMake of [true, false]) {
    const { refused } = open(disk, { store: 's2', mayMake })
    expect(refused?.code).toBe('store-of-another-folder')
    expect(refused?.message).toMatch(/the log is store s1, and store s2 belongs here; .*put/)
  }
  expect(mustOpen(disk).boot).toBe(2)
})

test('another format is refused, of either small file', () => {
  const disk = new CrashDisk()
  const identity = mustOpen(disk).identity
  const older = disk.bytesOf('identity')
  disk.put('identity', encodeIdentity({ ...identity, isMade: true }, 2))
  expect(mustRefuse(disk)).toBe('store-format')
  disk.put('identity', older)
  disk.put('boot', encodeBoot({ boot: 1, end: { segment: 1, bytes: 0 } }, 2))
  expect(mustRefuse(disk)).toBe('store-format')
})

test('a folder that is not there, a full disk, a disk that fails', () => {
  const missing = new CrashDisk()
  missing.isMissing = true
  expect(mustRefuse(missing)).toBe('no-such-file')
  const full = new CrashDisk()
  full.isFull = true
  expect(mustRefuse(full)).toBe('disk-full')
  const failing = new CrashDisk()
  failing.failSyncIn = 1
  expect(mustRefuse(failing)).toBe('io-error')
})

test('a sync that fails at any point of an opening refuses it, and the next one succeeds', () => {
  for (let at = 1; at < 6; at++) {
    const disk = new CrashDisk()
    const fleet = new Fleet(new Prng(at))
    fleet.adopt(mustOpen(disk))
    for (let i = 0; i < 10; i++) fleet.act()
    disk.settle()
    disk.failSyncIn = at
    const { refused } = open(disk)
    if (refused === undefined) continue
    expect(refused.code).toBe('io-error')
    expect(fleet.fork(new Prng(1)).adopt(mustOpen(disk))).toBe(undefined)
    expect(fleet.fork(new Prng(1)).adopt(mustOpen(disk.crash(new Prng(at))))).toBe(undefined)
  }
})

test('files of others in the folder are left alone', () => {
  const disk = new CrashDisk()
  disk.put('LOCK', Uint8Array.of(1))
  disk.put('notes.part', Uint8Array.of(2))
  mustOpen(disk)
  mustOpen(disk)
  expect(disk.names).toContain('LOCK')
  expect(disk.names).toContain('notes.part')
})

test('many openings in a row leave few segments', () => {
  const disk = new CrashDisk()
  for (let i = 0; i < 20; i++) {
    mustOpen(disk)
    mustOpen(disk).create(groupId(i + 1), replicaId(1), founding, () => {})
    disk.settle()
  }
  const store = mustOpen(disk)
  expect(store.groups.size).toBe(20)
  store.create(groupId(99), replicaId(1), founding, () => {})
  disk.settle()
  expect(disk.names.filter(name => name.startsWith('log-')).length).toBeLessThan(60)
})
