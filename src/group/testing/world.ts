/**
 * Test support: a group of a job on three nodes with real Raft between them, and the readers of its
 * channels. What a process had in memory goes with it; readers begin anew with whoever leads.
 */

import type { Prng } from '../../base/prng.ts'
import type { Grant } from '../../engine/channels/credit.ts'
import { Purse } from '../../engine/channels/credit.ts'
import type { Hello, Rewind } from '../../engine/channels/reception.ts'
import { type Node, Trio } from '../../raft/host/testing/trio.ts'
import { asGroup } from '../../raft/host/testing/world.ts'
import { JobMachine } from '../machine.ts'
import { GroupRuntime } from '../runtime.ts'
import type { GroupState } from '../state.ts'
import { frameOf, isFull, stageOf } from './job.ts'

const BYTES_PER_RECORD = 20
const STRETCH_MAX = 8
/** On its way. */
const FRAME_MS_MAX = 4

interface Stream {
  readonly to: GroupRuntime
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

  onHello(to: GroupRuntime, { cursor, bytes }: Hello): void {
    this.#stream = { to, purse: new Purse(bytes), position: cursor, isBusy: false }
    this.send()
  }

  onGrant(to: GroupRuntime, { bytes }: Grant): void {
    if (this.#stream?.to !== to) return
    this.#stream.purse.onGrant(bytes)
    this.send()
  }

  onRewind(to: GroupRuntime, { cursor }: Rewind): void {
    if (this.#stream?.to !== to) return
    this.#stream.position = cursor
    this.send()
  }

  onLost(to: GroupRuntime): void {
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

interface Replica {
  readonly machine: JobMachine
  readonly runtime: GroupRuntime
}

export interface WorldOptions {
  readonly channels: number
  /** What is committed and not let out may have room for no more. */
  mayTake?(): boolean
}

export class GroupWorld {
  readonly prng: Prng
  readonly trio: Trio
  readonly readers: readonly Reader[]
  /** How often a leader was lost with all it had computed ahead. */
  lost = 0
  readonly #replicas = new Map<Node, Replica>()
  readonly #options: WorldOptions

  constructor(prng: Prng, options: WorldOptions) {
    this.prng = prng
    this.#options = options
    this.readers = Array.from({ length: options.channels }, (_, at) => new Reader(at, this))
    this.trio = Trio.led(1, {
      seed: 1 + prng.below(1_000_000),
      limits: { tailEntries: 4 },
      machineOn: node => this.#machineOn(node),
    })
  }

  state(node: Node): GroupState {
    return this.#mustReplica(node).machine.state
  }

  machine(node: Node): JobMachine {
    return this.#mustReplica(node).machine
  }

  runtime(node: Node): GroupRuntime {
    return this.#mustReplica(node).runtime
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

  /** All that is there is taken, committed and applied on every node that is up. */
  get isDone(): boolean {
    return this.trio.up.every(node => {
      const { channels } = this.state(node).book
      return this.readers.every(({ channel, end }) => channels.get(channel)?.cursor === end)
    })
  }

  #mustReplica(node: Node): Replica {
    const replica = this.#replicas.get(node)
    if (replica === undefined) throw new Error(`no replica on node ${node.number}`)
    return replica
  }

  #machineOn(node: Node): JobMachine {
    const machine: JobMachine = new JobMachine(0, {
      onEntry: (...fact) => runtime.onEntry(...fact),
      onApplied: () => runtime.onApplied(),
      onRestored: () => runtime.onRestored(),
    })
    const runtime: GroupRuntime = new GroupRuntime({
      clock: node.clock,
      machine,
      raft: {
        leads: () => this.#leads(node),
        propose: (term, data, done) => node.mustGroup(1).propose(term, data, done),
      },
      listener: {
        onDuties: ({ hellos, credits, rewinds }) => {
          for (const one of hellos) this.readers[one.channel]?.onHello(runtime, one)
          for (const one of credits) this.readers[one.channel]?.onGrant(runtime, one)
          for (const one of rewinds) this.readers[one.channel]?.onRewind(runtime, one)
        },
        onLost: () => {
          this.lost++
          for (const reader of this.readers) reader.onLost(runtime)
        },
      },
      stage: stageOf(),
      generation: 1,
      bounds: { rowsMax: 12, bytesMax: 4000, lingerMs: 2 },
      channels: () => this.readers.map(({ channel }) => [channel, 0] as const),
      mayTake: () => this.#options.mayTake?.() ?? true,
    })
    this.#replicas.set(node, { machine, runtime })
    return machine
  }

  #leads(node: Node): number {
    const group = node.host.groups.get(asGroup(1))
    return group?.raft.role === 'leader' ? group.raft.term : 0
  }
}
