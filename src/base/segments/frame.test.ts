/** Frames: where they stand, what they follow, and what they vouch for. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteWriter } from '../bytes.ts'
import {
  FRAME_HEAD_BYTES,
  findPromise,
  frameAt,
  frameSeed,
  frameSize,
  openFrame,
  sealFrame,
  walkFrames,
} from './frame.ts'

const seed = frameSeed('s', 1)

/** Frames one behind the other, each of which knows all before `synced(i)` frames to be synced. */
function log(payloads: readonly Uint8Array[], synced: (i: number) => number, salt = seed) {
  const starts: number[] = [0]
  const chains: number[] = [salt]
  const out = new ByteWriter()
  for (const [i, payload] of payloads.entries()) {
    const one = new ByteWriter()
    openFrame(one)
    const frame = one.raw(payload).finish()
    const offset = out.size
    const syncedTo = starts[Math.min(i, synced(i))] as number
    chains.push(sealFrame(frame, { seed: salt, offset, syncedTo, chain: chains[i] as number }))
    out.raw(frame)
    starts.push(out.size)
  }
  return { bytes: out.finish(), starts, chains }
}

const some = [1, 2, 3, 4].map(n => new Uint8Array(10 * n).fill(n))
const payloads = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 8 })

test('frames are walked to the end, and what they hold is where their sizes say', () => {
  fc.assert(
    fc.property(payloads, list => {
      const { bytes, starts, chains } = log(list, i => i)
      const walk = walkFrames(bytes, seed, bytes.length)
      expect(walk).toEqual({
        endBytes: bytes.length,
        chain: chains.at(-1),
        syncedBytes: starts[list.length - 1],
      })
      for (const [i, payload] of list.entries()) {
        const start = starts[i] as number
        const end = start + frameSize(bytes, start)
        expect(end).toBe(starts[i + 1])
        expect(bytes.slice(start + FRAME_HEAD_BYTES, end)).toEqual(payload)
      }
    }),
  )
})

test('any flipped bit breaks the chain at its frame', () => {
  const { bytes, starts } = log(some, i => i)
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const hurt = bytes.slice()
    hurt[bit >> 3] = (hurt[bit >> 3] as number) ^ (1 << (bit & 7))
    const frame = starts.findLastIndex(start => start <= bit >> 3)
    expect(walkFrames(hurt, seed, hurt.length).endBytes).toBe(starts[frame])
  }
})

test('a log that is cut anywhere ends with its last whole frame', () => {
  const { bytes, starts } = log(some, i => i)
  for (let size = 0; size <= bytes.length; size++) {
    const cut = bytes.subarray(0, size)
    const end = starts.findLast(start => start <= size)
    expect(walkFrames(cut, seed, size).endBytes).toBe(end)
  }
})

test('a frame of another store, another segment or another place is none', () => {
  const { bytes } = log(some, i => i)
  expect(frameAt(bytes, 0, seed)).toBeDefined()
  expect(frameAt(bytes, 0, frameSeed('s', 2))).toBe(undefined)
  expect(frameAt(bytes, 0, frameSeed('t', 1))).toBe(undefined)
  const moved = new Uint8Array(bytes.length + 8)
  moved.set(bytes, 8)
  expect(frameAt(moved, 8, seed)).toBe(undefined)
})

test('a whole frame that follows another frame than the one before it breaks the chain', () => {
  const one = log(some, i => i)
  const other = log([new Uint8Array(10).fill(9), ...some.slice(1)], i => i)
  const mixed = one.bytes.slice()
  const second = one.starts[1] as number
  mixed.set(other.bytes.subarray(second), second)
  expect(frameAt(mixed, second, seed)).toBeDefined()
  expect(walkFrames(mixed, seed, mixed.length).endBytes).toBe(second)
})

test('a walk stops where it is told to, at the end of a frame or behind it', () => {
  const { bytes, starts } = log(some, i => i)
  expect(walkFrames(bytes, seed, starts[2] as number).endBytes).toBe(starts[2])
  expect(walkFrames(bytes, seed, (starts[2] as number) - 1).endBytes).toBe(starts[2])
  expect(walkFrames(bytes, seed, 0)).toEqual({ endBytes: 0, chain: seed, syncedBytes: 0 })
})

test('a frame behind a break vouches for it only when that was synced before', () => {
  for (const [synced, vouches] of [
    [0, false],
    [1, false],
    [2, true],
    [3, true],
  ] as const) {
    const { bytes, starts } = log(some, i => (i === 3 ? synced : 0))
    const hurt = bytes.slice()
    const breakAt = starts[1] as number
    hurt.fill(0, breakAt, starts[2])
    const found = findPromise(hurt, seed, breakAt)
    expect(found).toBe(vouches ? starts[3] : undefined)
  }
})

test('nothing vouches in noise, nor in frames that other logs left', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 50, maxLength: 300 }), payloads, (noise, list) => {
      const other = log(list, i => i, frameSeed('other', 1)).bytes
      const bytes = Uint8Array.from([...noise, ...other])
      expect(findPromise(bytes, seed, 0)).toBe(undefined)
    }),
  )
})

test('the bytes of a log within a payload vouch for nothing', () => {
  const inner = log(some, i => i).bytes
  const { bytes, starts } = log([inner, new Uint8Array(3)], () => 0)
  const hurt = bytes.slice()
  hurt[0] = 0
  expect(findPromise(hurt, seed, 0)).toBe(undefined)
  expect(starts.length).toBe(3)
})

test('an empty file has no frames', () => {
  const nothing = new Uint8Array(0)
  expect(frameAt(nothing, 0, seed)).toBe(undefined)
  expect(findPromise(nothing, seed, 0)).toBe(undefined)
})
