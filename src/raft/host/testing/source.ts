/** Test support: bytes in memory as a source, and back. */

import type { ByteSource } from '../../../base/source.ts'

const PIECE_BYTES = 16

export function sourceOf(bytes: Uint8Array): ByteSource {
  let offset = 0
  return {
    next: done => {
      const end = Math.min(bytes.length, offset + PIECE_BYTES)
      const piece = bytes.slice(offset, end)
      const isEnd = offset === bytes.length
      offset = end
      done(isEnd ? { kind: 'end' } : { kind: 'bytes', bytes: piece })
    },
    close: () => {},
  }
}

/** undefined: it broke off. */
export function joined(source: ByteSource, done: (bytes: Uint8Array | undefined) => void): void {
  const pieces: number[] = []
  const pull = () =>
    source.next(piece => {
      if (piece.kind === 'bytes') {
        pieces.push(...piece.bytes)
        pull()
        return
      }
      source.close()
      done(piece.kind === 'end' ? Uint8Array.from(pieces) : undefined)
    })
  pull()
}
