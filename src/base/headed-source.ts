/**
 * A source of two parts: a head that is held in memory, behind its size, and a tail that streams.
 */

import { ByteReader, ByteWriter } from './bytes.ts'
import type { ByteSource, Piece } from './source.ts'

/** Of a head, where nobody says otherwise; whoever claims more has sent something else. */
const HEAD_BYTES_MAX = 1024 * 1024
const SIZE_BYTES = 4
const PIECE_BYTES_MAX = 1024 * 1024

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

/** What stands before the tail; undefined: the source ends or breaks before the head does. */
export function takeHead(
  source: ByteSource,
  done: (parts: { readonly head: Uint8Array; readonly tail: ByteSource } | undefined) => void,
  headBytesMax = HEAD_BYTES_MAX,
): void {
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
