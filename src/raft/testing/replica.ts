/**
 * Test support, no part of what runs: a host of one core, with a disk, a state (the list of what
 * was applied) and every duty under the hand of the test. What a crash takes is what a crash takes
 * from a real host: the core, the state and all writes that were not yet persisted.
 */

import { invariant } from '../../base/errors.ts'
import type { ReplicaId } from '../../base/ids.ts'
import { Prng } from '../../base/prng.ts'
import type { Message } from '../messages.ts'
import type { RaftLimits, RaftTimes } from '../options.ts'
import { Raft } from '../raft.ts'
import type { ChainAt, ChunkRead, Ready, Write } from '../ready.ts'
import type { Entry, Image, ReadId } from '../types.ts'
import { Disk } from './disk.ts'

export interface ReplicaOptions {
  readonly id: ReplicaId
  readonly image: Image
  readonly seed: number
  readonly times: RaftTimes
  readonly limits: RaftLimits
}

type Job = { readonly entry: Entry } | { readonly install: Image }

/** What an entry leaves in the state. */
export function lineOf({ index, term, kind, data }: Entry): string {
  return `${index} ${term} ${kind} ${new TextDecoder().decode(data)}`
}

export class Replica {
  readonly id: ReplicaId
  readonly disk: Disk
  raft: Raft
  boot = 0
  up = true
  /** false: writes wait for `persist`. */
  autoPersist = true
  /** false: entries and images wait for `apply`. */
  autoApply = true
  /** false: reads of chunks wait for `answerChunks`. */
  autoChunks = true
  writes: Write[] = []
  jobs: Job[] = []
  chunkReads: ChunkRead[] = []
  /** The state: one line for each entry. */
  lines: string[] = []
  reads: ReadId[] = []
  readsLost: ReadId[] = []
  chains: ChainAt[] = []
  readonly #options: ReplicaOptions
  readonly #send: (message: Message) => void

  constructor(options: ReplicaOptions, send: (message: Message) => void) {
    this.#options = options
    this.#send = send
    this.id = options.id
    this.disk = new Disk(options.image)
    this.raft = this.#start()
  }

  /** Does all duties, until there is none left that is not held back by the test. */
  pump(): void {
    while (this.up && this.raft.hasReady()) this.#do(this.raft.ready())
  }

  #do(ready: Ready): void {
    for (const message of ready.messages) this.#send(message)
    if (ready.write !== undefined) this.writes.push(ready.write)
    this.chunkReads.push(...ready.chunkReads)
    if (ready.install !== undefined) this.jobs.push({ install: ready.install })
    for (const entry of ready.committed) this.jobs.push({ entry })
    this.reads.push(...ready.reads)
    this.readsLost.push(...ready.readsLost)
    this.chains.push(...ready.chains)
    if (this.autoPersist) this.persist()
    if (this.autoApply) this.apply()
    if (this.autoChunks) this.answerChunks()
  }

  /** The oldest `count` writes become durable. */
  persist(count = this.writes.length): void {
    for (const write of this.writes.splice(0, count)) {
      this.disk.apply(write)
      this.raft.persisted(write.number)
    }
  }

  apply(count = this.jobs.length): void {
    for (const job of this.jobs.splice(0, count)) {
      if ('install' in job) this.#load(job.install)
      else this.lines.push(lineOf(job.entry))
      this.raft.applied('install' in job ? job.install.index : job.entry.index)
    }
  }

  answerChunks(): void {
    for (const { to, image, offset, sizeBytesMax } of this.chunkReads.splice(0)) {
      const bytes = this.disk.images.get(image.index)
      const data = bytes?.subarray(offset, offset + sizeBytesMax)
      const last = offset + sizeBytesMax >= (bytes?.length ?? 0)
      const answer = { to, imageIndex: image.index, offset, last }
      this.raft.chunkRead(data === undefined ? answer : { ...answer, data })
    }
  }

  /** Takes an image of what is applied. */
  takeImage(): Image {
    const image = this.raft.imageNow()
    invariant(image !== undefined, 'BENCH no image is coming in')
    this.disk.images.set(image.index, new TextEncoder().encode(JSON.stringify(this.lines)))
    this.raft.imageTaken(image)
    this.pump()
    return image
  }

  crash(): void {
    this.up = false
    this.writes = []
    this.jobs = []
    this.chunkReads = []
    this.lines = []
  }

  restart(): void {
    if (this.up) this.crash()
    this.raft = this.#start()
    this.up = true
    this.pump()
  }

  #start(): Raft {
    this.boot++
    const { id: self, seed, times, limits } = this.#options
    const random = new Prng(seed).fork(`${self}/${this.boot}`)
    const { image } = this.disk
    if (image.index > 0) this.#load(image)
    return new Raft({ self, boot: this.boot, random, times, limits }, this.disk.stored())
  }

  #load(image: Image): void {
    const bytes = this.disk.images.get(image.index)
    invariant(bytes !== undefined, 'BENCH an image is durable before it is loaded')
    this.lines = JSON.parse(new TextDecoder().decode(bytes)) as string[]
    invariant(this.lines.length === image.index, 'BENCH an image holds every entry')
  }
}
