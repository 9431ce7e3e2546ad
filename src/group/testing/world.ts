/**
 * Test support: a group of a job on three nodes with real Raft between them, the readers of its
 * channels, and the log that it publishes to, where calls and answers take their time and are lost.
 * What a process had in memory goes with it; readers begin anew with whoever leads. The job may be
 * started again, whatever is on its way: processes that begin afterwards run under the new claim.
 */

import { ByteReader, utf8Of } from '../../base/bytes.ts'
import type { Prng } from '../../base/prng.ts'
import { decodeSchedule } from '../../engine/batch/schedule.ts'
import { type Grant, Purse } from '../../engine/channels/credit.ts'
import type { Hello, Rewind } from '../../engine/channels/reception.ts'
import { rowsOf } from '../../engine/columns/records.ts'
import { readRecords } from '../../engine/columns/records-codec.ts'
import { input } from '../../engine/windows/testing/events.ts'
import { defaultJournalBounds } from '../../journal/bounds.ts'
import { Budget } from '../../journal/budget.ts'
import { claimJob } from '../../journal/claims/claim-driver.ts'
import { identityIn } from '../../journal/identity.ts'
import { decodeRecord } from '../../journal/record.ts'
import { ModelLog } from '../../journal/testing/model-log.ts'
import type { Claim, Output, SinkRun } from '../../journal/types.ts'
import { type Node, Trio } from '../../raft/host/testing/trio.ts'
import { asGroup } from '../../raft/host/testing/world.ts'
import { JobGroup } from '../job-group.ts'
import type { JobMachine } from '../machine.ts'
import { frameOf, isFull, JOURNAL, numberAt, OUT, ROUTING, SEAT, stageOf } from './job.ts'

const BYTES_PER_RECORD = 20
const STRETCH_MAX = 8
/** On its way. */
const FRAME_MS_MAX = 4

interface Stream {
  readonly to: JobGroup
  readonly purse: Purse
  position: number
  /** A frame is on its way: streams keep their order. */
  isBusy: boolean
}

/** Sends all that its source holds, again and again from wherever it is asked to begin. */
class Reader {
  readonly channel: number
  /** How much there is to send by now. */
  end = 0
  #stream: Stream | undefined
  readonly #world: GroupWorld

  constructor(channel: number, world: GroupWorld) {
    this.channel = channel
    this.#world = world
  }

  onHello(to: JobGroup, { cursor, bytes }: Hello): void {
    this.#stream = { to, purse: new Purse(bytes), position: cursor, isBusy: false }
    this.send()
  }

  onGrant(to: JobGroup, { bytes }: Grant): void {
    if (this.#stream?.to !== to) return
    this.#stream.purse.onGrant(bytes)
    this.send()
  }

  onRewind(to: JobGroup, { cursor }: Rewind): void {
    if (this.#stream?.to !== to) return
    this.#stream.position = cursor
    this.send()
  }

  onLost(to: JobGroup): void {
    if (this.#stream?.to === to) this.#stream = undefined
  }

  /** One frame, and the next when that has arrived. */
  send(): void {
    const stream = this.#stream
    if (stream === undefined || stream.isBusy || !stream.purse.maySend) return
    if (stream.position >= this.end) return
    const { prng, trio } = this.#world
    const from = stream.position
    const to = Math.min(this.end, from + 1 + prng.below(STRETCH_MAX))
    const isLast = to === this.end
    const generation = this.#world.generationOf(stream.to)
    const words = isLast ? { generation, watermark: to } : { generation }
    const frame = frameOf(this.channel, [from, to], words)
    const bytes = 40 + BYTES_PER_RECORD * frame.records.size
    stream.purse.onSent(bytes)
    stream.position = to
    stream.isBusy = true
    trio.clock.after(prng.below(FRAME_MS_MAX), () => {
      stream.isBusy = false
      if (this.#stream !== stream) return
      stream.to.onFrame(frame, bytes)
      this.send()
    })
  }
}

export interface WorldOptions {
  readonly channels: number
  /** How often a call or its answer is lost, of 1. */
  readonly loss: number
}

/** Small, so that what is not out holds up what is to come, and entries leave in pieces. */
const SMALL = { outboxBytesMax: 4000, outputBytesMax: 300, stallMs: 200, paceMaxMs: 20 }
const BOUNDS = { ...defaultJournalBounds, ...SMALL }

function rendered({ bytes }: SinkRun): readonly Output[] {
  const records = readRecords(new ByteReader(bytes), input)
  return rowsOf(records).map(({ values }) => {
    const record = { key: null, value: utf8Of(`${values[1]}`), headers: [], timestampMs: 0 }
    return { ...OUT, record }
  })
}

/** An output as a reader of committed records sees it, and as the journal has it. */
export interface Shown {
  readonly number: number
  /** In which it says that its entry was first journaled, and in which it was. */
  readonly generation: number | undefined
  readonly journaled: number | undefined
}

export class GroupWorld {
  readonly prng: Prng
  readonly trio: Trio
  readonly readers: readonly Reader[]
  /** How often a leader was lost with all it had computed ahead. */
  lost = 0
  readonly told: string[] = []
  readonly #log = new ModelLog()
  readonly #groups = new Map<Node, JobGroup>()
  readonly #generations = new Map<JobGroup, number>()
  #claim: Claim = { generation: 1, owner: 'owner 1' }
  #isStarting = false
  #loss: number

  constructor(prng: Prng, options: WorldOptions) {
    this.prng = prng
    this.#loss = options.loss
    this.readers = Array.from({ length: options.channels }, (_, at) => new Reader(at, this))
    this.trio = Trio.led(1, {
      seed: 1 + prng.below(1_000_000),
      limits: { tailEntries: 4 },
      bounds: { imageEntriesMax: 40 },
      machineOn: node => this.#machineOn(node),
    })
    this.#log.topics.set(JOURNAL.topic, { partitions: 1, replication: 3, settings: {} })
    this.#pump()
  }

  /** What a reader of committed records sees. */
  get published(): readonly Shown[] {
    const journaled = this.#journaled()
    return this.#log.decided(OUT).map(({ value, headers }) => {
      const number = Number(Buffer.from(value ?? []).toString())
      const generation = identityIn(headers)?.generation
      return { number, generation, journaled: journaled.get(number) }
    })
  }

  /** By the schedules alone: under which generation the entry was journaled that took a number. */
  #journaled(): ReadonlyMap<number, number> {
    const found = new Map<number, number>()
    for (const { value, offset } of this.#log.decided(JOURNAL)) {
      const record = decodeRecord(value, SEAT.group, { ...JOURNAL, offset })
      if (record.kind !== 'published') continue
      for (const { schedule } of record.schedules) {
        for (const { channel, from, to } of decodeSchedule(schedule).inputs) {
          for (let at = from; at < to; at++) found.set(numberAt(channel, at), record.generation)
        }
      }
    }
    return found
  }

  generationOf(group: JobGroup): number {
    return this.#generations.get(group) ?? 0
  }

  /** Somebody starts the job again, and it was not drained. */
  start(): void {
    if (this.#isStarting) return
    this.#isStarting = true
    const random = this.prng.fork(`claim behind ${this.#claim.generation}`)
    const wish = { kind: 'start', owner: `owner ${this.#claim.generation + 1}` } as const
    const lanes = [{ log: this.#log, seats: [SEAT] }]
    const { clock } = this.trio
    const record = (_: Claim, done: () => void) => void clock.after(1, done)
    claimJob({ clock, random, wish, lanes, bounds: BOUNDS, record }, outcome => {
      if (outcome.kind === 'refused') throw new Error(outcome.trouble.message)
      this.#claim = outcome.claim
      this.#isStarting = false
    })
  }

  /** Replicas that run under an earlier claim, or will: they let nothing more out. */
  get outdated(): readonly Node[] {
    return this.trio.up.filter(node => {
      const group = this.#groups.get(node)
      return group !== undefined && this.generationOf(group) < this.#claim.generation
    })
  }

  /** Nothing more is lost. */
  calm(): void {
    this.#loss = 0
  }

  machine(node: Node): JobMachine {
    const group = this.#groups.get(node)
    if (group === undefined) throw new Error(`no replica on node ${node.number}`)
    return group.machine
  }

  /** More is there to be read. */
  grow(count: number): void {
    for (const reader of this.readers) {
      reader.end += count
      reader.send()
    }
  }

  /** All numbers that were ever there to be read, by channel. */
  get wanted(): readonly (readonly number[])[] {
    return this.readers.map(({ end }) => Array.from({ length: end }, (_, at) => at).filter(isFull))
  }

  /** All that is there is taken, committed, applied on every node that is up, and out. */
  get isDone(): boolean {
    if (this.#isStarting || this.outdated.length > 0) return false
    const isOut = this.#log.decided(OUT).length >= this.wanted.flat().length
    const behind = this.trio.up.filter(node => {
      const { book, outbox } = this.machine(node).state
      const isWhole = this.readers.every(({ channel, end }) => {
        return book.channels.get(channel)?.cursor === end
      })
      return !isWhole || outbox.bytes > 0
    })
    return isOut && behind.length === 0
  }

  /** Calls take effect, and their answers come, when chance has it. */
  #pump(): void {
    for (const one of [...this.#log.pending]) {
      if (this.prng.chance(this.#loss)) this.#log.lose(one)
      else if (this.prng.chance(0.6)) this.#log.take(one)
      else this.#log.deliver(one)
    }
    if (this.prng.chance(0.3)) this.#log.land()
    this.trio.clock.after(1, () => this.#pump())
  }

  #machineOn(node: Node): JobMachine {
    const { prng, readers } = this
    const claim = this.#claim
    const group: JobGroup = new JobGroup({
      clock: node.clock,
      random: prng.fork(`journal ${node.number} ${node.store.boot}`),
      replica: {
        leads: () => this.#leads(node),
        propose: (term, data, done) => node.mustGroup(1).propose(term, data, done),
        read: done => node.mustGroup(1).read(({ kind }) => done(kind === 'ready')),
      },
      listener: {
        onDuties: ({ hellos, credits, rewinds }) => {
          for (const one of hellos) readers[one.channel]?.onHello(group, one)
          for (const one of credits) readers[one.channel]?.onGrant(group, one)
          for (const one of rewinds) readers[one.channel]?.onRewind(group, one)
        },
        onLost: () => {
          this.lost++
          for (const reader of readers) reader.onLost(group)
        },
        onReleased: () => undefined,
        onPublished: () => undefined,
        onTrouble: code => this.told.push(code),
        onTroubleOver: () => this.told.push('over'),
      },
      claim,
      slot: 0,
      stage: stageOf(),
      routing: ROUTING,
      taking: { rowsMax: 12, bytesMax: 4000, lingerMs: 2, eagerRows: 0, eagerBytes: 0 },
      bounds: BOUNDS,
      lanes: [{ log: this.#log, seat: SEAT, budget: new Budget(BOUNDS.transactionsMax) }],
      channels: () => readers.map(({ channel }) => [channel, 0] as const),
      render: rendered,
    })
    this.#groups.set(node, group)
    this.#generations.set(group, claim.generation)
    return group.machine
  }

  #leads(node: Node): number {
    const group = node.host.groups.get(asGroup(1))
    return group?.raft.role === 'leader' ? group.raft.term : 0
  }
}
