/**
 * Bytes that are pulled piece by piece, so that whoever passes them on never holds them all: an
 * image on its way from a machine to a file, or back.
 */

export type Piece =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' }
  /** What came before must not be used. */
  | { readonly kind: 'broken'; readonly why: string }

export interface ByteSource {
  /** One at a time; nothing is asked for behind an end or a break. */
  next(done: (piece: Piece) => void): void
  /** No more will be asked for. */
  close(): void
}
