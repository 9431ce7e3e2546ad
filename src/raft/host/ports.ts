/**
 * What the host needs of its log store, its links and whoever runs it: no more, so that both can be
 * replaced. Completions may come before the call has returned; the host never has a core on the
 * stack when it calls.
 */

import type { DiskErrorCode } from '../../base/env.ts'
import type { GroupId, NodeId, ReplicaId } from '../../base/ids.ts'
import type { ByteSource } from '../../base/source.ts'
import type { ChunkBytes, ChunkRead, Write } from '../ready.ts'
import type { Image, Stored } from '../types.ts'

export interface StoredReplica {
  readonly replica: ReplicaId
  readonly stored: Stored
}

export interface HostStore {
  /** 1 at the first opening, then one more each time. */
  readonly boot: number
  /** As found when the store was opened. */
  readonly groups: ReadonlyMap<GroupId, StoredReplica>
  listen(listener: HostStoreListener): void
  create(group: GroupId, replica: ReplicaId, stored: Stored, done: () => void): void
  remove(group: GroupId, done: () => void): void
  /** Answered by `onPersisted`, in order. */
  write(group: GroupId, write: Write): void
  /** Writes that `body` asks for begin together. */
  gather(body: () => void): void
  /** `isSaved`: not when the source broke or the group went meanwhile. */
  saveImage(
    group: GroupId,
    image: Image,
    source: ByteSource,
    done: (isSaved: boolean) => void,
  ): void
  dropImage(group: GroupId, index: number): void
  /** The state holds this image: its bytes need not be opened again. */
  imageLoaded(group: GroupId, index: number): void
  openImage(group: GroupId, index: number): ByteSource | undefined
  readChunk(group: GroupId, read: ChunkRead, done: (chunk: ChunkBytes) => void): void
  close(done: () => void): void
}

export interface HostStoreListener {
  onPersisted(group: GroupId, number: number): void
  onImageWanted(group: GroupId): void
  onImageDamaged(group: GroupId): void
  onFailed(code: DiskErrorCode): void
}

/** Images go by themselves, so that they delay nothing else. */
export type HostLane = 'turn' | 'image'

export interface HostLinks {
  listen(listener: HostLinksListener): void
  /** false: dropped. */
  send(to: NodeId, lane: HostLane, bytes: Uint8Array): boolean
}

export interface HostLinksListener {
  /** Throws WeirError('malformed-bytes'), and has believed nothing, when no node sends that. */
  onFrame(from: NodeId, bytes: Uint8Array): void
  /** All frames that came from it have been handed on. */
  onPeerLost(node: NodeId): void
  onPeerUp(node: NodeId): void
  onRefused(node: NodeId | undefined, code: string): void
}

export type FatalCode =
  | DiskErrorCode
  /** The image that the state must be loaded from is gone or its bytes are not whole. */
  | 'image-damaged'
  /** The disk lost entries that were acknowledged, without a trace. */
  | 'log-behind'
  /** The state holds entries that the log lacks: what is applied was durable, so it lost them. */
  | 'state-ahead-of-log'

/** Whoever runs the host. */
export interface HostListener {
  /** Once. Nothing that follows could be trusted: the process must end. */
  onFatal(code: FatalCode, message: string): void
  /** Someone speaks of a group that is not here. */
  onUnknownGroup(group: GroupId, from: NodeId): void
  /** Another leads it as far as is known here, or nobody does; no core is on the stack. */
  onLeader?(group: GroupId): void
  /** A frame that no node of this version sends; nothing of it was taken. */
  onMalformed(from: NodeId, message: string): void
}
