/**
 * Test support: a group of a job on three nodes with real Raft between them, the readers of its
 * channels, and the log that it publishes to, where calls and answers take their time and are lost.
 * What a process had in memory goes with it; readers begin anew with whoever leads.
 */

import { ByteReader, utf8Of } from '../../base/bytes.ts'
import type { Prng } from '../../base/prng.ts'
import { type Grant, Purse } from '../../engine/channels/credit.ts'
import type { Hello, Rewind } from '../../engine/channels/reception.ts'
import { rowsOf } from '../../engine/columns/records.ts'
import { readRecords } from '../../engine/columns/records-codec.ts'
import { input } from '../../engine/windows/testing/events.ts'
import { defaultJournalBounds } from '../../journal/bounds.ts'
import { Budget } from '../../journal/budget.ts'
import { ModelLog } from '../../journal/testing/model-log.ts'
import type { Output, SinkRun } from '../../journal/types.ts'
import { type Node, Trio } from '../../raft/host/testing/trio.ts'
import { asGroup } from '../../raft/host/testing/world.ts'
import { JobGroup } from '../job-group.ts'
import type { JobMachine } from '../machine.ts'
import { frameOf, isFull, OUT, SEAT, stageOf } from './job.ts'

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
    const frame = frameOf(this.channel, [from, to], isLast ? { watermark: to } : {})
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

const CLAIM = { generation: 1, owner: 'ann' }
/** Small, so that what is not out holds up what is to come. */
const BOUNDS = { ...defaultJournalBounds, outboxBytesMax: 4000, stallMs: 200, paceMaxMs: 20 }

function rendered({ bytes }: SinkRun): readonly Output[] {
  const records = readRecords(new ByteReader(bytes), input)
  return rowsOf(records).map(({ values }) => {
    const record = { key: null, value: utf8Of(`${values[1]}`), headers: [], timestampMs: 0 }
    return { ...OUT, record }
  })
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
  #loss: number

  constructor(prng: Prng, options: WorldOptions) {
    this.prng = prng
    this.#loss = options.loss
    this.readers = Array.from({ length: options.channels }, (_, at) => new Reader(at, this))
    this.trio = Trio.led(1, {
      seed: 1 + prng.below(1_000_000),
      limits: { tailEntries: 4 },
      machineOn: node => this.#machineOn(node),
    })
    this.#pump()
  }

  /** Numbers that a reader of committed records sees. */
  get published(): readonly number[] {
    return this.#log.decided(OUT).map(({ value }) => Number(Buffer.from(value ?? []).toString()))
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
    const isOut = this.published.length >= this.wanted.flat().length
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
      claim: CLAIM,
      slot: 0,
      stage: stageOf(),
      taking: { rowsMax: 12, bytesMax: 4000, lingerMs: 2 },
      bounds: BOUNDS,
      lanes: [{ log: this.#log, seat: SEAT, budget: new Budget(BOUNDS.transactionsMax) }],
      channels: () => readers.map(({ channel }) => [channel, 0] as const),
      render: rendered,
    })
    this.#groups.set(node, group)
    return group.machine
  }

  #leads(node: Node): number {
    const group = node.host.groups.get(asGroup(1))
    return group?.raft.role === 'leader' ? group.raft.term : 0
  }
}
