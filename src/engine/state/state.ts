/**
 * The rows of a group, as its operators see them: what is applied, what is speculated on top of it,
 * but not what the batch in the making will write. Operators write when they are told to save, at
 * the end of a batch, and read before.
 */

import type { ByteWriter } from '../../base/bytes.ts'

export interface State {
  /** The group's slots: from the first to before the last. */
  readonly slots: { readonly from: number; readonly to: number }
  /** A view: it holds until the next call. */
  get(key: Uint8Array): Uint8Array | undefined
  /** In order, from `from` to before `to`, until `visit` says false. Views, too. */
  walk(from: Uint8Array, to: Uint8Array | undefined, visit: Visit): void
  /** A key that no row in the range is behind, if there are any. */
  lastKey(from: Uint8Array, to: Uint8Array): Uint8Array | undefined
  put(key: Uint8Array, value: Uint8Array): void
  remove(key: Uint8Array): void
  /** The same without copies: the key, then the value, are written to what these give. */
  begin(): ByteWriter
  middle(): ByteWriter
  end(): void
  /** Instead of a value: the row goes. */
  endRemoved(): void
}

/** Whether to go on. */
export type Visit = (key: Uint8Array, value: Uint8Array) => boolean
