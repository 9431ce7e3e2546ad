/**
 * A source of two parts: a head that is held in memory, behind its size, and a tail that streams.
 */

import { ByteReader, ByteWriter } from './bytes.ts'
import type { ByteSource, Piece } from './source.ts'

/** Of a head, where nobody says otherwise; whoever claims more has sent something else. */
const HEAD_BYTES_MAX = 1024 * 1024
const SIZE_BYTES = 4
const PIECE_BYTES_MAX = 1024 * 1024
const NOTHING = new Uint8Array(0)

export function behindHead(head: Uint8Array, tail: ByteSource): ByteSource {
  const first = new ByteWriter().uint32(head.length).raw(head).finish()
  return withFirst(first, tail)
}

/** Hands out the first bytes, then the source's pieces. */
function withFirst(first: Uint8Array, source: ByteSource): ByteSource {
  let given = 0
  return {
    next(done) {
      if (given === first.length) source.next(done)
      else {
        const bytes = first.subarray(given, given + PIECE_BYTES_MAX)
        given += bytes.length
        done({ kind: 'bytes', bytes })
      }
    },
    close: () => source.close(),
  }
}

/** One that holds something; none: there is no other. */
function nextOf(pieces: Iterator<Uint8Array>): Uint8Array {
  for (;;) {
    const next = pieces.next()
    if (next.done === true) return NOTHING
    if (next.value.length > 0) return next.value
  }
}

/** A head that is made piece by piece, each behind its size; 0 ends it. */
export function behindPieces(pieces: Iterable<Uint8Array>, tail: ByteSource): ByteSource {
  const left = pieces[Symbol.iterator]()
  const framed = new ByteWriter()
  let isOver = false
  return {
    next(done) {
      if (isOver) {
        tail.next(done)
        return
      }
      const piece = nextOf(left)
      isOver = piece.length === 0
      done({ kind: 'bytes', bytes: framed.uint32(piece.length).raw(piece).finish() })
    },
    close: () => tail.close(),
  }
}

/**
 * Hands over pieces until one of them is enough (`take` says false). A source may answer within
 * the question, and often: that is a turn of a loop, not a call within a call.
 */
export function eachPiece(source: ByteSource, take: (piece: Piece) => boolean): void {
  for (let isMore = true; isMore; ) {
    isMore = false
    let isWithin = true
    source.next(piece => {
      if (!take(piece)) return
      if (isWithin) isMore = true
      else eachPiece(source, take)
    })
    isWithin = false
  }
}

/** undefined: the source ends or breaks before the head does. */
type Done = (parts: { readonly head: Uint8Array; readonly tail: ByteSource } | undefined) => void

/** What stands before the tail. */
export function takeHead(source: ByteSource, done: Done, headBytesMax = HEAD_BYTES_MAX): void {
  const taken = new ByteWriter()
  eachPiece(source, piece => {
    if (piece.kind === 'bytes') taken.raw(piece.bytes)
    const size = taken.size < SIZE_BYTES ? undefined : new ByteReader(taken.view).uint32()
    const isTooLong = size !== undefined && size > headBytesMax
    if (piece.kind !== 'bytes' || isTooLong) {
      done(undefined)
      return false
    }
    if (size === undefined || taken.size < SIZE_BYTES + size) return true
    const bytes = taken.finish()
    const head = bytes.slice(SIZE_BYTES, SIZE_BYTES + size)
    done({ head, tail: withFirst(bytes.subarray(SIZE_BYTES + size), source) })
    return false
  })
}

/** The pieces before the tail, as one. */
export function takePieces(source: ByteSource, done: Done, headBytesMax: number): void {
  const pieces = new Pieces(headBytesMax)
  eachPiece(source, piece => {
    const rest = piece.kind === 'bytes' ? pieces.take(piece.bytes) : 'void'
    if (rest === 'more') return true
    if (rest === 'void') done(undefined)
    else done({ head: pieces.finish(), tail: withFirst(rest, source) })
    return false
  })
}

class Pieces {
  readonly #bytesMax: number
  readonly #taken = new ByteWriter()
  readonly #size = new ByteWriter()
  /** Of the piece that has begun. */
  #left = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** What lies behind the end of the head; void: it is longer than a head can be. */
  take(bytes: Uint8Array): Uint8Array | 'more' | 'void' {
    for (let at = 0; at < bytes.length; ) {
      const isSize = this.#left === 0
      const wanted = isSize ? SIZE_BYTES - this.#size.size : this.#left
      const part = bytes.subarray(at, at + wanted)
      at += part.length
      if (isSize && !this.#begin(part)) return bytes.subarray(at)
      if (!isSize) this.#goOn(part)
      if (this.#taken.size + this.#left > this.#bytesMax) return 'void'
    }
    return 'more'
  }

  finish(): Uint8Array {
    return this.#taken.finish()
  }

  /** false: there is no other piece. */
  #begin(part: Uint8Array): boolean {
    if (this.#size.raw(part).size < SIZE_BYTES) return true
    this.#left = new ByteReader(this.#size.finish()).uint32()
    return this.#left > 0
  }

  #goOn(part: Uint8Array): void {
    this.#taken.raw(part)
    this.#left -= part.length
  }
}
