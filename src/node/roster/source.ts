/**
 * An image of two parts: a head that is held in memory, behind its size, and a tail that streams.
 */

import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import type { ByteSource, Piece } from '../../base/source.ts'

/** Of a head; whoever claims more has sent something else. */
const HEAD_BYTES_MAX = 1024 * 1024
const SIZE_BYTES = 4

export function behindHead(head: Uint8Array, tail: ByteSource): ByteSource {
  const first = new ByteWriter().uint32(head.length).raw(head).finish()
  return withFirst(first, tail)
}

/** Hands out the first bytes, then the source's pieces. */
function withFirst(first: Uint8Array, source: ByteSource): ByteSource {
  let isGiven = false
  return {
    next(done) {
      if (isGiven) source.next(done)
      else {
        isGiven = true
        done({ kind: 'bytes', bytes: first })
      }
    },
    close: () => source.close(),
  }
}

/** What stands before the tail; undefined: the source ends or breaks before the head does. */
export function takeHead(
  source: ByteSource,
  done: (parts: { readonly head: Uint8Array; readonly tail: ByteSource } | undefined) => void,
): void {
  let taken: Uint8Array = new Uint8Array(0)
  const onPiece = (piece: Piece) => {
    if (piece.kind !== 'bytes') return done(undefined)
    taken = joined(taken, piece.bytes)
    const size = taken.length < SIZE_BYTES ? undefined : new ByteReader(taken).uint32()
    if (size !== undefined && size > HEAD_BYTES_MAX) return done(undefined)
    if (size === undefined || taken.length < SIZE_BYTES + size) return source.next(onPiece)
    const head = taken.slice(SIZE_BYTES, SIZE_BYTES + size)
    return done({ head, tail: withFirst(taken.subarray(SIZE_BYTES + size), source) })
  }
  source.next(onPiece)
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const whole = new Uint8Array(first.length + second.length)
  whole.set(first)
  whole.set(second, first.length)
  return whole
}
