/**
 * The log of a node, for all its groups. A frame is one turn: the writes of all groups that came
 * while the frame before was written and synced. Nothing is reported before it is durable, nothing
 * is ever rewritten; whatever is of no more use goes in whole files, the oldest first.
 *
 * Any error of the disk ends the store: it says so once and is silent from then on. `openStore`
 * finds out what is left.
 */

import { ByteWriter } from '../../base/bytes.ts'
import type { Disk } from '../../base/env.ts'
import { invariant } from '../../base/errors.ts'
import type { GroupId, ReplicaId } from '../../base/ids.ts'
import type { LogEnd, OpenLog } from '../../base/log-end.ts'
import type { BootFile } from '../../base/segments/boot-file.ts'
import { openFrame } from '../../base/segments/frame.ts'
import type { Guard } from '../../base/segments/guard.ts'
import { segmentName } from '../../base/segments/names.ts'
import { SegmentFile } from '../../base/segments/segment-file.ts'
import type { ByteSource } from '../../base/source.ts'
import type { ChunkBytes, ChunkRead, Write } from '../ready.ts'
import type { Image, Stored } from '../types.ts'
import { Coming } from './coming.ts'
import { advance } from './group-state.ts'
import { encodeHead } from './head.ts'
import type { StoreIdentity } from './identity.ts'
import { ImageFiles } from './image-files.ts'
import type { StoreLimits } from './limits.ts'
import type { StoreListener, StoreStats } from './listener.ts'
import { type FiledImage, type LogRecord, recordBytes, TURN_FRAME, writeRecord } from './record.ts'
import type { Replay, StoredGroup } from './replay.ts'
import { type QueuedWrite, TurnQueue } from './turn-queue.ts'

/** Where a store begins: what opening or making one leaves. */
export interface StoreStart {
  readonly disk: Disk
  readonly identity: StoreIdentity
  readonly bootFile: BootFile
  /** Where the log ended that was found. */
  readonly foundEnd: LogEnd
  readonly limits: StoreLimits
  readonly replay: Replay
  readonly groups: Map<GroupId, StoredGroup>
  readonly segment: SegmentFile
  readonly guard: Guard
}

export class LogStore implements OpenLog {
  readonly identity: StoreIdentity
  readonly boot: number
  /** Where the log ended when it was opened. */
  readonly foundEnd: LogEnd
  readonly #bootFile: BootFile
  readonly #disk: Disk
  readonly #limits: StoreLimits
  readonly #guard: Guard
  readonly #segments: Replay['segments']
  readonly #states: Replay['states']
  readonly #found: Map<GroupId, StoredGroup>
  readonly #images: ImageFiles
  readonly #queue = new TurnQueue(() => this.#pump())
  #segment: SegmentFile
  #listener: StoreListener | undefined
  #out = new ByteWriter()
  #isBusy = false
  #isGathering = false
  /** Written and not yet covered by a sync. */
  #unsynced: LogRecord[] = []
  readonly #coming = new Coming()
  /** The log's ends when images were last asked for: `#free` says how. */
  #askedAt = 0
  #onClosed: (() => void) | undefined
  #frames = 0
  #syncs = 0
  #entries = 0

  constructor(start: StoreStart) {
    this.identity = start.identity
    this.boot = start.bootFile.boot
    this.foundEnd = start.foundEnd
    this.#bootFile = start.bootFile
    this.#disk = start.disk
    this.#limits = start.limits
    this.#guard = start.guard
    this.#segments = start.replay.segments
    this.#states = start.replay.states
    this.#found = start.groups
    this.#segment = start.segment
    this.#images = new ImageFiles({
      disk: start.disk,
      guard: start.guard,
      boot: this.boot,
      syncBytes: start.limits.imageSyncBytes,
      onDamaged: group => this.#must.onImageDamaged(group),
    })
    for (const [group, { filed }] of this.#states) {
      if (filed.file !== '') this.#images.found(group, filed.image.index, filed.file)
    }
    start.guard.onFailed = code => this.#must.onFailed(code)
  }

  /** What opening found, of each group until it is written to. */
  get groups(): ReadonlyMap<GroupId, StoredGroup> {
    return this.#found
  }

  /** Behind all that was written. */
  get end(): LogEnd {
    return { segment: this.#segment.number, bytes: this.#segment.size }
  }

  listen(listener: StoreListener): void {
    this.#listener = listener
  }

  /** Writes that `body` asks for begin together, in one frame, when it returns. */
  gather(body: () => void): void {
    this.#isGathering = true
    body()
    this.#isGathering = false
    this.#pump()
  }

  /** A group that the store does not hold. It is durable when `done` is called. */
  create(group: GroupId, replica: ReplicaId, stored: Stored, done: () => void): void {
    invariant(!this.#holds(group), 'STORE a group is created once', group)
    this.#coming.expect(group, true)
    const { image, hardState, entries } = stored
    const install = { image, file: '' }
    this.#enqueue({ group, created: replica, install, hardState, entries }, done)
  }

  /** The group, its entries and its images. */
  remove(group: GroupId, done: () => void): void {
    invariant(this.#holds(group), 'STORE a group that is removed is there', group)
    this.#coming.expect(group, false)
    this.#found.delete(group)
    this.#enqueue({ group, isRemoved: true, entries: [] }, done)
  }

  /** Answered by `onPersisted`, for each group in order. */
  write(group: GroupId, write: Write): void {
    invariant(this.#holds(group), 'STORE a group that is written to is there', group)
    this.#found.delete(group)
    const { chunk, install, sync, entries, number } = write
    const needsFile = chunk !== undefined || install !== undefined
    this.#push({
      group,
      record: () => this.#recordOf(group, write),
      sizeBytes: recordBytes(entries),
      sync,
      prepare: needsFile ? done => this.#receive(group, write, done) : undefined,
      holds: false,
      onDone: () => this.#must.onPersisted(group, number),
    })
  }

  /**
   * Makes the bytes of an image durable, so that a later write may record it. `done` says whether
   * they are: not when the source broke or the group was removed meanwhile.
   */
  saveImage(
    group: GroupId,
    image: Image,
    source: ByteSource,
    done: (isSaved: boolean) => void,
  ): void {
    invariant(this.#holds(group), 'STORE a group whose image is saved is there', group)
    this.#images.save(group, image, source, done)
  }

  /** An image that will not be recorded after all. */
  dropImage(group: GroupId, index: number): void {
    const onRecord = this.#states.get(group)?.filed.image.index
    if (index !== onRecord) this.#images.drop(group, index)
  }

  /** The state of the group holds this image: its file may go once a newer one is on record. */
  imageLoaded(group: GroupId, index: number): void {
    if (this.#holds(group)) this.#images.loaded(group, index)
  }

  /** The image on record or being installed; undefined when it has no bytes that can be trusted. */
  openImage(group: GroupId, index: number): ByteSource | undefined {
    return this.#images.open(group, index)
  }

  readChunk(group: GroupId, read: ChunkRead, done: (chunk: ChunkBytes) => void): void {
    this.#images.readChunk(group, read, done)
  }

  stats(): StoreStats {
    return {
      segments: this.#segments.count,
      logBytes: this.#segments.bytes,
      frames: this.#frames,
      syncs: this.#syncs,
      entries: this.#entries,
      queuedWrites: this.#queue.size,
    }
  }

  /** What is queued is written and synced first; nothing is told afterwards. */
  close(done: () => void): void {
    this.#onClosed = done
    this.#pump()
  }

  get #must(): StoreListener {
    invariant(this.#listener !== undefined, 'STORE somebody listens')
    return this.#listener
  }

  #holds(group: GroupId): boolean {
    return this.#coming.holds(group) ?? this.#states.has(group)
  }

  #enqueue(record: LogRecord, onDone: () => void): void {
    const { group, entries } = record
    const sizeBytes = recordBytes(entries)
    // Behind a removal may come a new life of the group, whose files are not to go with it.
    const holds = record.isRemoved === true
    const take = () => record
    this.#push({ group, record: take, sizeBytes, sync: true, prepare: undefined, holds, onDone })
  }

  #push(write: QueuedWrite): void {
    invariant(this.#onClosed === undefined, 'STORE nothing is written to a store that closes')
    if (this.#guard.isDown) return
    this.#queue.push(write)
    this.#pump()
  }

  #receive(group: GroupId, { chunk, install }: Write, done: () => void): void {
    const finish = () => {
      if (install === undefined) done()
      else this.#images.finishReceived(group, install, done)
    }
    if (chunk === undefined) finish()
    else this.#images.receive(group, chunk, finish)
  }

  #recordOf(group: GroupId, write: Write): LogRecord | undefined {
    const { chunk, install, hardState, entries, compact } = write
    const isOfLog = install ?? hardState ?? compact ?? entries[0]
    if (chunk !== undefined && isOfLog === undefined) return undefined
    return {
      group,
      install: this.#filed(group, install),
      hardState,
      entries,
      compact: this.#filed(group, compact),
    }
  }

  #filed(group: GroupId, image: Image | undefined): FiledImage | undefined {
    if (image === undefined) return undefined
    const file = this.#images.nameOf(group, image.index)
    invariant(file !== undefined, 'STORE an image is durable before it is recorded', image.index)
    return { image, file }
  }

  #pump(): void {
    if (this.#isBusy || this.#isGathering || this.#guard.isDown) return
    const segment = this.#segment
    if (segment.size >= this.#limits.segmentBytes && !segment.isFresh) {
      this.#isBusy = true
      this.#synced(() => this.#roll())
      return
    }
    const writes = this.#queue.take(this.#limits.frameBytesMax)
    if (writes.length > 0) this.#writeTurn(writes)
    else if (this.#onClosed !== undefined && this.#queue.size === 0) this.#finish(this.#onClosed)
  }

  #writeTurn(writes: readonly QueuedWrite[]): void {
    this.#isBusy = true
    openFrame(this.#out)
    this.#out.uint8(TURN_FRAME)
    const empty = this.#out.size
    for (const write of writes) this.#fold(write.record())
    const done = () => this.#isDone(writes)
    const isSynced = writes.some(write => write.sync)
    const next = () => (isSynced ? this.#synced(done) : done())
    if (this.#out.size > empty) this.#writeFrame(next)
    else {
      this.#out.finish()
      next()
    }
  }

  #fold(record: LogRecord | undefined): void {
    if (record === undefined) return
    writeRecord(this.#out, record)
    this.#unsynced.push(record)
    this.#entries += record.entries.length
  }

  #writeFrame(done: () => void): void {
    const frame = this.#out.finish()
    // A writer never shrinks: one that had to take a huge write is not kept.
    if (frame.length > 2 * this.#limits.frameBytesMax) this.#out = new ByteWriter()
    this.#frames++
    this.#segment.write(frame, done)
    this.#segments.grown(this.#segment.size)
  }

  /** All that was written is durable, and counts, before `done`. */
  #synced(done: () => void): void {
    if (this.#segment.isSynced) {
      done()
      return
    }
    this.#syncs++
    this.#segment.sync(() => {
      const records = this.#unsynced
      this.#unsynced = []
      for (const record of records) this.#count(record)
      // The first of a life too: many short lives may never fill a segment.
      if (this.#syncs === 1 || records.some(isFreeing)) this.#free()
      done()
    })
  }

  #count(record: LogRecord): void {
    const { group, install, compact, created, isRemoved } = record
    this.#segments.take(record, this.#states)
    advance(this.#states, record)
    if (isRemoved === true) this.#images.dropAll(group)
    if (created !== undefined || isRemoved === true) this.#coming.settle(group)
    const filed = install ?? compact
    const state = this.#states.get(group)
    if (filed !== undefined && state !== undefined) {
      this.#images.recorded(group, state.filed.image.index)
    }
  }

  #isDone(writes: readonly QueuedWrite[]): void {
    for (const { group, holds, onDone } of writes) {
      if (holds) this.#queue.release(group)
      onDone()
    }
    this.#isBusy = false
    this.#pump()
  }

  #roll(): void {
    const old = this.#segment
    const number = old.number + 1
    const head = { previousBytes: old.size, previousChain: old.chain, states: this.#states }
    const parts = { disk: this.#disk, guard: this.#guard, store: this.identity.store, number }
    SegmentFile.begin(parts, [encodeHead(head)], segment => {
      this.#segment = segment
      this.#segments.begin(number)
      this.#segments.grown(segment.size)
      old.close(() => {})
      this.#bootFile.note(this.end, () => {
        this.#free()
        this.#isBusy = false
        this.#pump()
      })
    })
  }

  /** Lets go of segments that nobody needs, and asks those who need too old ones. */
  #free(): void {
    let oldest = this.#segments.dropOldest(this.#states)
    while (oldest !== undefined) {
      this.#disk.remove(
        segmentName(oldest),
        this.#guard.removed(() => {}),
      )
      oldest = this.#segments.dropOldest(this.#states)
    }
    const { logBytesMax, segmentsMax } = this.#limits
    const isOver = this.#segments.bytes > logBytesMax || this.#segments.count > segmentsMax
    // Either end of the log only moves forward, so that the sum is another as soon as one has.
    const ends = 2 * this.#segment.number - this.#segments.count
    if (!isOver || this.#askedAt === ends) return
    this.#askedAt = ends
    for (const group of this.#segments.pins(this.#states)) this.#must.onImageWanted(group)
  }

  #finish(done: () => void): void {
    this.#isBusy = true
    const close = () =>
      this.#segment.close(() => {
        this.#guard.stop()
        done()
      })
    this.#synced(() => this.#bootFile.note(this.end, close))
  }
}

/** Whether segments may be free by it. */
function isFreeing({ isRemoved, install, compact }: LogRecord): boolean {
  return isRemoved === true || install !== undefined || compact !== undefined
}
