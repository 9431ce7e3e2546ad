/** Images of a group's state: whole in pieces of any size, and void where anything is wrong. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ByteSource, Piece } from '../base/source.ts'
import { decodeCommand } from './command.ts'
import { imageOf, loadState } from './image.ts'
import type { GroupState } from './state.ts'
import { begunState, frameOf, headOf, leaderOf, outputsOf } from './testing/job.ts'

function filled(end: number): GroupState {
  const state = begunState()
  const leader = leaderOf(state)
  leader.channels.open(3, 0)
  for (let from = 0; from <= end; from += 10) {
    leader.duties(0)
    if (from > 0) leader.channels.onFrame(frameOf(3, [from - 10, from]), 200, 0)
    const command = decodeCommand(leader.next({ wallMs: 1000, atMs: 1e6 }) as Uint8Array)
    leader.onApplied(command, state.apply(command))
  }
  return state
}

function bytesOf(source: ByteSource): Uint8Array {
  const all: number[] = []
  for (let isOver = false; !isOver; ) {
    source.next(piece => {
      if (piece.kind === 'bytes') all.push(...piece.bytes)
      else isOver = true
    })
  }
  return Uint8Array.from(all)
}

/** `last`: behind the bytes. */
function sourceOf(bytes: Uint8Array, pieceBytes: number, last: Piece = { kind: 'end' }) {
  let at = 0
  const seen = { closed: 0 }
  const source: ByteSource = {
    next(done) {
      const piece = bytes.subarray(at, at + pieceBytes)
      at += piece.length
      done(piece.length > 0 ? { kind: 'bytes', bytes: piece } : last)
    },
    close() {
      seen.closed++
    },
  }
  return { source, seen }
}

function loaded(bytes: Uint8Array, pieceBytes = 1000, last?: Piece): GroupState | undefined {
  const { source, seen } = sourceOf(bytes, pieceBytes, last)
  const answers: (GroupState | undefined)[] = []
  loadState(source, 0, state => answers.push(state))
  expect([answers.length, seen.closed]).toEqual([1, 1])
  return answers[0]
}

const whole = filled(60)
const image = bytesOf(imageOf(whole))

test('comes back whole, in pieces of any size, and makes the same image', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4000 }), size => {
      const again = loaded(image, size)
      if (again === undefined) throw new Error('the image is void')
      expect(bytesOf(imageOf(again))).toEqual(image)
      expect(outputsOf(again)).toEqual(outputsOf(whole))
      expect(again.book.channels).toEqual(whole.book.channels)
    }),
  )
})

test('of an empty state is one, too', () => {
  const again = loaded(bytesOf(imageOf(begunState())))
  expect([again?.generation, again?.store.size]).toEqual([1, 0])
})

test('of many pieces, each there at once, is no call within a call', () => {
  const large = bytesOf(imageOf(filled(3000)))
  expect(large.length).toBeGreaterThan(20_000)
  expect(loaded(large, 1)?.book.channels.get(3)?.cursor).toBe(3000)
})

test('that ends too early, or breaks off, is void', () => {
  const broken: Piece = { kind: 'broken', why: 'gone' }
  for (let size = 0; size < image.length; size += 97) {
    expect(loaded(image.subarray(0, size)), `${size} bytes`).toBe(undefined)
    expect(loaded(image.subarray(0, size), 1000, broken), `${size} bytes`).toBe(undefined)
  }
  expect(loaded(image, 1000, broken)).toBe(undefined)
})

test('with more behind it is void', () => {
  expect(loaded(Uint8Array.from([...image, 1]))).toBe(undefined)
})

test('whose rows are damaged is void', () => {
  const pieces = [...whole.head()]
  const rowsAt = 4 * (pieces.length + 1) + headOf(whole).length
  fc.assert(
    fc.property(fc.integer({ min: rowsAt, max: image.length - 1 }), fc.nat(7), (at, bit) => {
      const other = image.slice()
      other[at] = (other[at] ?? 0) ^ (1 << bit)
      expect(loaded(other)).toBe(undefined)
    }),
  )
})

test('is of the moment in which it was begun, and holds up two of its kind at most', () => {
  const state = filled(20)
  const first = imageOf(state)
  const before = bytesOf(imageOf(state))
  const second = imageOf(state)
  expect(loaded(bytesOf(imageOf(state)))).toBe(undefined)
  imageOf(state).next(piece =>
    expect(piece).toMatchObject({ kind: 'broken', why: '2 images are being read already' }),
  )
  second.close()
  second.close()
  const leader = leaderOf(state, 2)
  leader.duties(0)
  leader.channels.onFrame(frameOf(3, [20, 22]), 100, 0)
  state.apply(decodeCommand(leader.next({ wallMs: 1000, atMs: 1e6 }) as Uint8Array))
  expect(bytesOf(first)).toEqual(before)
  expect(bytesOf(imageOf(state))).not.toEqual(before)
})
