/**
 * Core and store as the real host uses them, with an onlooker: each hands on what it is given
 * and tells the checkers of the group, at the moment at which it happens.
 */

import type { GroupId, ReplicaId } from '../../../src/base/ids.ts'
import type { ByteSource } from '../../../src/base/source.ts'
import type { HostStore, HostStoreListener } from '../../../src/raft/host/ports.ts'
import type { Proposed } from '../../../src/raft/leading/propose.ts'
import type { MembersWish } from '../../../src/raft/members/members.ts'
import type { Message } from '../../../src/raft/messages.ts'
import type { RaftOptions } from '../../../src/raft/options.ts'
import { Raft } from '../../../src/raft/raft.ts'
import type { ChunkBytes, ChunkRead, Ready, Write } from '../../../src/raft/ready.ts'
import type { Refusal } from '../../../src/raft/refusal.ts'
import type { Image, ReadId, Stored } from '../../../src/raft/types.ts'
import type { StepInput } from '../checkers/checker.ts'
import type { Watch } from '../host/watch.ts'
import type { Book } from './book.ts'
import type { Seat } from './seat.ts'

export class WatchedRaft extends Raft {
  readonly #seat: Seat
  readonly #watch: Watch
  readonly #stallMs: number

  constructor(options: RaftOptions, stored: Stored, onlooker: { seat: Seat; watch: Watch }) {
    super(options, stored)
    this.#seat = onlooker.seat
    this.#watch = onlooker.watch
    this.#stallMs = options.times.stallMs
  }

  /** What the core says is told as it leaves the core; the links may lose it. */
  override ready(): Ready {
    const ready = super.ready()
    for (const message of ready.messages) this.#watch.sent(this.#seat, message)
    return ready
  }

  override tick(elapsedMs: number, lateMs: number): void {
    super.tick(elapsedMs, lateMs)
    this.#watch.ticked(this.#seat, elapsedMs)
    this.#told(undefined, lateMs > this.#stallMs ? 'late-tick' : 'tick')
  }

  override step(message: Message): Refusal | undefined {
    const refusal = super.step(message)
    this.#watch.stepped(this.#seat, 'message', message)
    return refusal
  }

  override propose(expectedTerm: number, data: Uint8Array): Proposed | Refusal {
    return this.#told(super.propose(expectedTerm, data), 'propose')
  }

  override changeMembers(wish: MembersWish, expectedMembersIndex: number): Proposed | Refusal {
    return this.#told(super.changeMembers(wish, expectedMembersIndex), 'other')
  }

  override transfer(to: ReplicaId): Refusal | undefined {
    return this.#told(super.transfer(to), 'other')
  }

  override read(): { readonly read: ReadId } | Refusal {
    return this.#told(super.read(), 'other')
  }

  override suspectLeader(peer: ReplicaId): void {
    this.#told(super.suspectLeader(peer), 'suspect')
  }

  override unreachable(peer: ReplicaId): void {
    this.#told(super.unreachable(peer), 'other')
  }

  override persisted(number: number): void {
    this.#told(super.persisted(number), 'persisted')
  }

  override applied(index: number): void {
    this.#told(super.applied(index), 'applied')
  }

  override imageTaken(image: Image): Refusal | undefined {
    return this.#told(super.imageTaken(image), 'other')
  }

  override chunkRead(bytes: ChunkBytes): void {
    this.#told(super.chunkRead(bytes), 'other')
  }

  #told<T>(answer: T, input: StepInput): T {
    this.#watch.stepped(this.#seat, input)
    return answer
  }
}

export class WatchedStore implements HostStore {
  readonly #store: HostStore
  readonly #book: Book
  readonly #onDurable: (group: GroupId) => void

  constructor(store: HostStore, book: Book, onDurable: (group: GroupId) => void) {
    this.#store = store
    this.#book = book
    this.#onDurable = onDurable
  }

  get boot(): number {
    return this.#store.boot
  }

  get groups(): HostStore['groups'] {
    return this.#store.groups
  }

  listen(listener: HostStoreListener): void {
    this.#store.listen({
      onPersisted: (group, number) => {
        if (this.#book.done(group, number)) this.#onDurable(group)
        listener.onPersisted(group, number)
      },
      onImageWanted: group => listener.onImageWanted(group),
      onImageDamaged: group => listener.onImageDamaged(group),
      onFailed: code => listener.onFailed(code),
    })
  }

  write(group: GroupId, write: Write): void {
    this.#book.wrote(group, write)
    this.#store.write(group, write)
  }

  create(group: GroupId, replica: ReplicaId, stored: Stored, done: () => void): void {
    this.#store.create(group, replica, stored, done)
  }

  remove(group: GroupId, done: () => void): void {
    this.#store.remove(group, done)
  }

  gather(body: () => void): void {
    this.#store.gather(body)
  }

  saveImage(
    group: GroupId,
    image: Image,
    source: ByteSource,
    done: (isSaved: boolean) => void,
  ): void {
    this.#store.saveImage(group, image, source, done)
  }

  dropImage(group: GroupId, index: number): void {
    this.#store.dropImage(group, index)
  }

  imageLoaded(group: GroupId, index: number): void {
    this.#store.imageLoaded(group, index)
  }

  openImage(group: GroupId, index: number): ByteSource | undefined {
    return this.#store.openImage(group, index)
  }

  readChunk(group: GroupId, read: ChunkRead, done: (chunk: ChunkBytes) => void): void {
    this.#store.readChunk(group, read, done)
  }

  close(done: () => void): void {
    this.#store.close(done)
  }
}
