/**
 * Test support: a group, its readers, and whatever may befall them; and all that was applied.
 */

import fc from 'fast-check'
import { Intake, type Source, type Taken } from '../batch/taking.ts'
import type { Barrier } from '../channels/barrier.ts'
import { Book } from '../channels/book.ts'
import { Channels } from '../channels/channels.ts'
import type { Input } from '../channels/state.ts'
import type { Records } from '../columns/records.ts'
import { greet, offsetsWithin, TestReader, tell } from './readers.ts'
import { recordsAt } from './traffic.ts'

/** A source that holds all that readers send, in pieces of three offsets. */
export class Everything implements Source {
  has(): boolean {
    return true
  }

  read({ channel, from, to }: Input) {
    const records: Records[] = []
    for (let at = from; at < to; at += 3) {
      records.push(recordsAt(channel, offsetsWithin(channel, at, Math.min(at + 3, to))))
    }
    return { records, cost: 0 }
  }
}

export const CHANNELS = [1, 2, 3]
export const END = 60
const HEALING_ROUNDS_MAX = 200

type ReaderDeed = 'send' | 'words' | 'deliver' | 'lose' | 'reader' | 'ghost' | 'back' | 'ahead'
type GroupDeed = 'take' | 'wake' | 'apply' | 'tell' | 'discard' | 'leader' | 'epoch' | 'time'

export interface Step {
  readonly deed: ReaderDeed | GroupDeed
  readonly channel: number
  readonly size: number
}

const often: readonly Step['deed'][] = ['send', 'deliver', 'deliver', 'take', 'apply', 'tell']
const sometimes: readonly Step['deed'][] = ['words', 'ghost', 'wake', 'epoch', 'epoch', 'time']
const rarely: readonly Step['deed'][] = ['lose', 'reader', 'discard', 'leader', 'back', 'ahead']

export const anySteps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    deed: fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom(...often) },
      { weight: 4, arbitrary: fc.constantFrom(...sometimes) },
      { weight: 1, arbitrary: fc.constantFrom(...rarely) },
    ),
    channel: fc.nat(CHANNELS.length - 1),
    size: fc.nat(9),
  }),
  { minLength: 20, maxLength: 200, size: 'max' },
)

/** What has its place in the log: a batch, or a barrier between two. */
type Entry = { readonly batch: Taken } | { readonly barrier: Barrier }

/** A group and its readers, and all that was applied. */
export class World {
  readonly log: Taken[] = []
  /** What it came to, for a test to see that it came to everything. */
  readonly hits = new Set<string>()
  readonly #bounds = { rowsMax: 12, bytesMax: 2000, lingerMs: 2, eagerRows: 0, eagerBytes: 0 }
  #channels = new Channels(new Book(), 1)
  #intake = new Intake(this.#channels, this.#bounds)
  #readers: TestReader[] = []
  /** Readers that were deposed, and what of theirs is still on its way. */
  #ghosts: TestReader[] = []
  #atMs = 0
  #epoch = 0
  #entries: Entry[] = []

  constructor() {
    for (const channel of CHANNELS) {
      this.#channels.open(channel, 0)
    }
    this.#take(Infinity)
    this.#apply()
    this.#connect(1)
  }

  #connect(term: number): void {
    this.#ghosts = []
    this.#readers = CHANNELS.map(channel => new TestReader(channel, term))
    greet(this.#channels, this.#readers)
  }

  #hit(what: string): void {
    this.hits.add(what)
  }

  #take(wakeMs: number): void {
    this.#atMs += 1
    const moment = { wallMs: 1000 - this.#atMs, atMs: this.#atMs }
    const batch = this.#intake.take(moment, wakeMs)
    if (batch !== undefined) this.#entries.push({ batch })
  }

  #apply(): void {
    const oldest = this.#entries.shift()
    if (oldest === undefined) return
    if ('batch' in oldest) {
      this.#intake.onApplied(oldest.batch.seq)
      this.log.push(oldest.batch)
    } else {
      this.#hit(`barrier ${this.#channels.onBarrierApplied(oldest.barrier).counting}`)
    }
  }

  #tell(doesAsk: boolean): void {
    const duties = this.#channels.duties(this.#atMs)
    const { barrier, wanted, failures } = duties
    if (barrier !== undefined) {
      this.#channels.onBarrierProposed(barrier.epoch)
      this.#entries.push({ barrier })
    }
    for (const { why } of failures) {
      this.#hit(`failed: ${why}`)
    }
    tell(duties, this.#readers)
    if (wanted === undefined || !doesAsk) return
    for (const reader of this.#readers) {
      if (wanted.channels.includes(reader.channel)) reader.send(0, { barrier: wanted.epoch })
    }
  }

  #discard(): void {
    this.#begin()
    this.#ghosts = []
    greet(this.#channels, this.#readers)
  }

  #begin(): void {
    this.#channels = new Channels(this.#channels.applied, 1)
    this.#intake = new Intake(this.#channels, this.#bounds)
    this.#entries = []
  }

  /** Another replica leads: it knows what is applied. */
  #lead(): void {
    this.#begin()
    this.#connect(Math.max(...this.#readers.map(({ term }) => term)))
  }

  #depose(reader: TestReader): void {
    const next = new TestReader(reader.channel, reader.term + 1)
    this.#ghosts.push(reader)
    this.#readers = this.#readers.map(one => (one === reader ? next : one))
    greet(this.#channels, [next])
  }

  #deliver(reader: TestReader | undefined): void {
    this.#hit(reader?.deliver(this.#channels, this.#atMs) ?? 'nothing came')
  }

  run({ deed, channel, size }: Step): void {
    const reader = this.#readers[channel] as TestReader
    const room = Math.max(END - reader.position, 0)
    const deeds: Readonly<Record<Step['deed'], () => unknown>> = {
      send: () => reader.send(Math.min(size, room)),
      // Watermarks of a new reader may be lower than those that were heard.
      words: () => {
        const watermark = 10 * reader.position - 70 * size
        reader.send(Math.min(size % 2, room), { watermark, idle: size > 6 })
      },
      deliver: () => {
        for (let frames = 1 + (size % 4); frames > 0; frames--) {
          this.#deliver(reader)
        }
      },
      lose: () => greet(this.#channels, [reader]),
      reader: () => this.#depose(reader),
      ghost: () => this.#deliver(this.#ghosts[size % (this.#ghosts.length || 1)]),
      back: () => reader.jump(-size),
      ahead: () => reader.jump(Math.min(size, room)),
      take: () => this.#take(Infinity),
      wake: () => this.#take(0),
      apply: () => this.#apply(),
      tell: () => this.#tell(size > 2),
      discard: () => this.#discard(),
      leader: () => this.#lead(),
      epoch: () => reader.send(0, { barrier: size > 3 ? ++this.#epoch : this.#epoch || 1 }),
      time: () => {
        this.#atMs += 300 * size
      },
    }
    deeds[deed]()
  }

  get #isDone(): boolean {
    const cursors = [...this.#channels.applied.channels.values()].map(({ cursor }) => cursor)
    return cursors.every(cursor => cursor === END) && this.#entries.length === 0
  }

  /** All faults have ended: what is not taken by now is taken in a bounded number of rounds. */
  heal(): void {
    this.#discard()
    for (let round = 0; round < HEALING_ROUNDS_MAX && !this.#isDone; round++) {
      this.#atMs += 500
      for (const reader of this.#readers) {
        if (reader.position < END) reader.send(Math.min(5, END - reader.position))
        while (reader.onWire > 0) this.#deliver(reader)
      }
      this.#take(Infinity)
      this.#apply()
      this.#tell(false)
    }
  }
}
