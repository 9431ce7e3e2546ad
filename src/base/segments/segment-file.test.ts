/** The segment that is being written: its name, its frames, what they vouch for. */

import { expect, test } from 'vitest'
import { ByteWriter } from '../bytes.ts'
import { Prng } from '../prng.ts'
import { CrashDisk } from '../testing/crash-disk.ts'
import { FRAME_HEAD_BYTES, frameAt, frameSeed, openFrame, walkFrames } from './frame.ts'
import { Guard } from './guard.ts'
import { segmentName } from './names.ts'
import { SegmentFile } from './segment-file.ts'

const seed = frameSeed('s', 7)
const name = segmentName(7)

function frame(payload: number, size = 10): Uint8Array {
  const out = new ByteWriter()
  openFrame(out)
  return out.raw(new Uint8Array(size).fill(payload)).finish()
}

function begin(payloads: readonly Uint8Array[] = [Uint8Array.of(1), Uint8Array.of(2, 2)]) {
  const disk = new CrashDisk()
  const failures: string[] = []
  const guard = new Guard(code => failures.push(code))
  let file: SegmentFile | undefined
  SegmentFile.begin({ disk, guard, store: 's', number: 7 }, payloads, one => {
    file = one
  })
  const steps: string[][] = []
  while (disk.step()) steps.push([...disk.names])
  return { disk, failures, file: file as SegmentFile, steps }
}

test('a segment has its name only when its first frames are durable', () => {
  const { disk, steps } = begin()
  expect(steps.at(0)).toEqual([`${name}.part`])
  expect(disk.names).toEqual([name])
  const left = disk.crash(new Prng(1))
  const walk = walkFrames(left.bytesOf(name), seed, left.size(name))
  expect(walk.endBytes).toBe(2 * FRAME_HEAD_BYTES + 3)
})

test('whenever the power goes, what has the name is whole', () => {
  for (let steps = 0; steps < 8; steps++) {
    for (let draw = 0; draw < 20; draw++) {
      const disk = new CrashDisk()
      const guard = new Guard(() => {})
      const payload = new Uint8Array(9000).fill(3)
      SegmentFile.begin({ disk, guard, store: 's', number: 7 }, [payload], () => {})
      for (let i = 0; i < steps; i++) disk.step()
      const left = disk.crash(new Prng(draw))
      if (left.names.includes(name)) {
        expect(frameAt(left.bytesOf(name), 0, seed)?.sizeBytes).toBe(9000 + FRAME_HEAD_BYTES)
      }
    }
  }
})

test('frames follow one another, and each vouches for what was synced before it', () => {
  const { disk, file } = begin()
  const first = file.size
  expect([file.isFresh, file.isSynced]).toEqual([true, true])
  file.write(frame(3), () => {})
  expect([file.isFresh, file.isSynced]).toEqual([false, false])
  file.write(frame(4), () => {})
  const second = file.size
  file.sync(() => {})
  disk.settle()
  expect(file.isSynced).toBe(true)
  file.write(frame(5), () => {})
  disk.settle()
  const bytes = disk.bytesOf(name)
  const walk = walkFrames(bytes, seed, bytes.length)
  expect(walk).toEqual({ endBytes: file.size, chain: file.chain, syncedBytes: second })
  expect(frameAt(bytes, first, seed)?.syncedTo).toBe(first)
  expect(frameAt(bytes, second, seed)?.syncedTo).toBe(second)
})

test('what is written while a sync is under way is not vouched for by it', () => {
  const { disk, file } = begin()
  file.write(frame(3), () => {})
  const covered = file.size
  file.sync(() => {})
  file.write(frame(4), () => {})
  disk.settle()
  expect(file.isSynced).toBe(false)
  file.write(frame(5), () => {})
  disk.settle()
  const bytes = disk.bytesOf(name)
  expect(walkFrames(bytes, seed, bytes.length).syncedBytes).toBe(covered)
})

test('a sync that fails vouches for nothing, and nothing goes on', () => {
  const { disk, file, failures } = begin()
  const before = file.size
  file.write(frame(3), () => {})
  disk.failSyncIn = 1
  let isSynced = false
  file.sync(() => {
    isSynced = true
  })
  file.write(frame(4), () => {})
  disk.settle()
  expect([isSynced, failures]).toEqual([false, ['io-error']])
  const bytes = disk.bytesOf(name)
  expect(walkFrames(bytes, seed, bytes.length).syncedBytes).toBe(before)
})

test('a file that is closed says so', () => {
  const { disk, file } = begin()
  let isClosed = false
  file.close(() => {
    isClosed = true
  })
  disk.settle()
  expect(isClosed).toBe(true)
})
