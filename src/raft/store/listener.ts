/** What a store tells: to whoever writes to it, and to whoever watches it. */

import type { DiskErrorCode } from '../../base/env.ts'
import type { GroupId } from '../../base/ids.ts'

export interface StoreListener {
  onPersisted(group: GroupId, number: number): void
  /** The log is over its bound, and this group needs the oldest of it: it must take an image. */
  onImageWanted(group: GroupId): void
  /** The image on record does not match its checksum: it must be taken again. */
  onImageDamaged(group: GroupId): void
  onFailed(code: DiskErrorCode): void
}

export interface StoreStats {
  readonly segments: number
  readonly logBytes: number
  readonly frames: number
  readonly syncs: number
  readonly entries: number
  readonly queuedWrites: number
}
