/** A head before a tail, in pieces of any size, and whatever can be wrong with it. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { behindHead, behindPieces, takeHead, takePieces } from './headed-source.ts'
import type { ByteSource, Piece } from './source.ts'

/** Pieces in this order; what comes behind them is the end. */
function sourceOf(pieces: readonly Piece[]) {
  const left = [...pieces]
  const seen = { closed: 0, asked: 0 }
  const source: ByteSource = {
    next(done) {
      seen.asked++
      done(left.shift() ?? { kind: 'end' })
    },
    close() {
      seen.closed++
    },
  }
  return { source, seen }
}

const bytes = (...values: readonly number[]): Piece => ({
  kind: 'bytes',
  bytes: Uint8Array.from(values),
})

function all(source: ByteSource) {
  const taken: number[] = []
  let end = ''
  while (end === '') {
    source.next(piece => {
      if (piece.kind === 'bytes') taken.push(...piece.bytes)
      else end = piece.kind
    })
  }
  return { taken, end }
}

const BYTES_MAX = 1000

function headOf(source: ByteSource, inPieces = false) {
  let found: { readonly head: Uint8Array; readonly tail: ByteSource } | undefined
  let answers = 0
  const told = (parts: typeof found) => {
    answers++
    found = parts
  }
  if (inPieces) takePieces(source, told, BYTES_MAX)
  else takeHead(source, told)
  expect(answers).toBe(1)
  return found
}

const cut = (whole: readonly number[], sizes: readonly number[]): readonly Piece[] => {
  const pieces: Piece[] = []
  for (let at = 0, turn = 0; at < whole.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    pieces.push(bytes(...whole.slice(at, at + size)))
    at += size
  }
  return pieces
}

test('whatever is put behind a head comes out behind it, however it is cut', () => {
  const some = fc.uint8Array({ maxLength: 40 })
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(some, some, sizes, (head, tail, each) => {
      const whole = all(behindHead(head, sourceOf([bytes(...tail)]).source)).taken
      const found = headOf(sourceOf(cut(whole, each)).source)
      expect(found?.head).toEqual(head)
      const rest = found && all(found.tail)
      expect(rest).toEqual({ taken: [...tail], end: 'end' })
    }),
  )
})

test('an empty head before an empty tail', () => {
  const { source } = sourceOf([])
  expect(all(behindHead(new Uint8Array(0), source))).toEqual({ taken: [0, 0, 0, 0], end: 'end' })
})

const size = [3, 0, 0, 0]

test.each<[string, readonly Piece[]]>([
  ['nothing', []],
  ['a part of a size', [bytes(0, 0, 0)]],
  ['a size alone', [bytes(...size)]],
  ['a part of a head', [bytes(...size, 1, 2)]],
  ['a source that breaks at once', [{ kind: 'broken', why: 'gone' }]],
  ['a source that breaks in the head', [bytes(...size, 1), { kind: 'broken', why: 'gone' }]],
  ['a size beyond the bound', [bytes(1, 0, 16, 0)]],
])('%s has no head', (_, pieces) => {
  expect(headOf(sourceOf(pieces).source)).toBeUndefined()
})

test('a size beyond the bound is refused before anything is waited for', () => {
  const { source, seen } = sourceOf([bytes(0xff, 0xff, 0xff, 0xff), bytes(1), bytes(2)])
  expect(headOf(source)).toBeUndefined()
  expect(seen.asked).toBe(1)
})

test('no more is read than the head needs: the tail streams', () => {
  const { source, seen } = sourceOf([bytes(...size, 7, 8, 9), bytes(1), bytes(2)])
  const found = headOf(source)
  expect(found?.head).toEqual(Uint8Array.of(7, 8, 9))
  expect(seen.asked).toBe(1)
  expect(found && all(found.tail)).toEqual({ taken: [1, 2], end: 'end' })
})

test('a tail that breaks says so, and closing goes through', () => {
  const { source, seen } = sourceOf([bytes(...size, 7, 8, 9, 1), { kind: 'broken', why: 'gone' }])
  const tail = headOf(source)?.tail
  expect(tail && all(tail)).toEqual({ taken: [1], end: 'broken' })
  tail?.close()
  expect(seen.closed).toBe(1)
  const other = sourceOf([])
  behindHead(new Uint8Array(1), other.source).close()
  expect(other.seen.closed).toBe(1)
})

test('whatever is put behind a head that is made in pieces comes out behind it', () => {
  const some = fc.uint8Array({ maxLength: 40 })
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(fc.array(some, { maxLength: 8 }), some, sizes, (pieces, tail, each) => {
      const whole = all(behindPieces(pieces, sourceOf([bytes(...tail)]).source)).taken
      const found = headOf(sourceOf(cut(whole, each)).source, true)
      expect([...(found?.head ?? [0])]).toEqual(pieces.flatMap(piece => [...piece]))
      const rest = found && all(found.tail)
      expect(rest).toEqual({ taken: [...tail], end: 'end' })
    }),
  )
})

test('a piece of a head is made when it is asked for, one at a time', () => {
  let made = 0
  function* pieces() {
    for (; made < 3; made++) yield Uint8Array.of(made)
  }
  const other = sourceOf([])
  const source = behindPieces(pieces(), other.source)
  source.next(piece => expect(piece).toEqual(bytes(1, 0, 0, 0, 0)))
  source.next(piece => expect(piece).toEqual(bytes(1, 0, 0, 0, 1)))
  expect([made, other.seen.asked]).toEqual([1, 0])
  source.close()
  expect(other.seen.closed).toBe(1)
})

const end = [0, 0, 0, 0]

test.each<[string, readonly Piece[]]>([
  ['nothing', []],
  ['a part of a size', [bytes(0, 0, 0)]],
  ['pieces and no end', [bytes(...size, 1, 2, 3)]],
  ['a part of a piece', [bytes(...size, 1, 2)]],
  ['a source that breaks between pieces', [bytes(...size, 1, 2, 3), { kind: 'broken', why: '' }]],
  ['a piece beyond the bound', [bytes(0xff, 0xff, 0, 0)]],
  ['pieces beyond the bound', [bytes(...size, 1, 2, 3, 0xe6, 3, 0, 0)]],
])('%s has no head that is made in pieces', (_, pieces) => {
  expect(headOf(sourceOf(pieces).source, true)).toBeUndefined()
})

test('no more is read than the pieces of the head need', () => {
  const { source, seen } = sourceOf([bytes(...size, 7, 8, 9), bytes(...end, 1), bytes(2)])
  const found = headOf(source, true)
  expect(found?.head).toEqual(Uint8Array.of(7, 8, 9))
  expect(seen.asked).toBe(2)
  expect(found && all(found.tail)).toEqual({ taken: [1, 2], end: 'end' })
})

test('a piece that holds nothing does not end the head', () => {
  const pieces = [[], [1], [], [], [2, 3], []].map(each => Uint8Array.from(each))
  const source = behindPieces(pieces, sourceOf([bytes(9)]).source)
  const framed = [1, 0, 0, 0, 1, 2, 0, 0, 0, 2, 3, ...end, 9]
  expect(all(source)).toEqual({ taken: framed, end: 'end' })
})

test('a tail that breaks behind pieces says so, and closing goes through', () => {
  const broken: Piece = { kind: 'broken', why: 'gone' }
  const { source, seen } = sourceOf([bytes(...size, 7, 8, 9, ...end, 1), broken])
  const tail = headOf(source, true)?.tail
  expect(tail && all(tail)).toEqual({ taken: [1], end: 'broken' })
  tail?.close()
  expect(seen.closed).toBe(1)
})
