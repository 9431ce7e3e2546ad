/**
 * A replica of a group of a job, at work, with its streams: the group itself, what it reads and
 * sends while it is led here, and what it asks others for. Streams that others open come in at the
 * node, which asks whom they are for (`look`). It is the same object over claims of the job.
 */

import type { Clock, Random, Transport } from '../base/env.ts'
import type { TakingBounds } from '../engine/batch/taking.ts'
import { slotsOf } from '../engine/channels/slots.ts'
import type { Compiler } from '../engine/columns/expression.ts'
import type { SenderBounds } from '../engine/exchange/bounds.ts'
import type { Opening } from '../engine/exchange/talk.ts'
import type { ErrorPolicy } from '../engine/plan/plan.ts'
import type { JournalBounds } from '../journal/bounds.ts'
import type { LaneParts } from '../journal/driver.ts'
import type { Claim, Output, SinkRun, Trouble } from '../journal/types.ts'
import type { FeedBounds } from './feed/bounds.ts'
import type { Sending } from './feed/desk.ts'
import { GroupFeed } from './feed/feed.ts'
import type { OutboxListener } from './feed/outbox-reader.ts'
import type { Look, Place } from './feed/serving.ts'
import type { ReaderListener } from './feed/source-reader.ts'
import { JobGroup, type ReplicaDoor } from './job-group.ts'
import type { JobMachine } from './machine.ts'
import { Senders, type SourceDoor } from './senders.ts'
import type { TakeoverTimes } from './takeover-clock.ts'
import { type TroubleListener, Troubles } from './troubles.ts'
import type { Into, StageRef, Way, Wiring } from './wiring.ts'

export interface WorkListener extends TroubleListener {
  onPublished(sink: string, upTo: number): void
  /** What entries up to here made may leave: for sinks that others write. */
  onReleased?(seq: number): void
  /** It is led here, and the first has left. */
  onTakenOver?(times: TakeoverTimes): void
}

export interface WorkParts {
  readonly clock: Clock
  readonly random: Random
  readonly replica: ReplicaDoor
  /** Opens the streams that this group asks for. */
  readonly transport: Transport<string>
  readonly wiring: Wiring
  /** Which group it is. */
  readonly place: StageRef
  readonly self: { readonly cluster: string; readonly job: string }
  readonly claim: Claim
  readonly compiler: Compiler
  readonly errors: ErrorPolicy
  /** That time may put out in one batch; missing: those that it has everywhere. */
  readonly rowsDueMax?: number
  readonly taking?: TakingBounds
  readonly bounds: JournalBounds
  readonly feedBounds?: FeedBounds
  readonly senderBounds?: SenderBounds
  readonly lanes: readonly LaneParts[]
  render(run: SinkRun, generation: number): readonly Output[]
  source(source: string): SourceDoor
  /** Who leads a group of the job, as far as is known; `onMoved` when it changes. */
  addressOf(ref: StageRef): string | undefined
  readonly listener: WorkListener
}

/** `stopping`: its log is to end, or what is committed is not all out. */
export type WorkState = 'starting' | 'running' | 'stalled' | 'stopping' | 'stopped' | 'failed'

export interface WorkFacts {
  readonly leads: boolean
  /** That has begun; 0: none. */
  readonly generation: number
  readonly state: WorkState
  readonly trouble?: Trouble
}

/** Refusals that pass, or that another leader of this group hears better. */
const PASSING = new Set([
  ...['not-the-sender', 'generation-ahead', 'generation-over', 'unknown-job', 'leader-over'],
  ...['not-held', 'no-hello', 'too-slow', 'too-many-streams'],
])

export class GroupWork {
  readonly #parts: WorkParts
  readonly #ways: ReadonlyMap<number, Way>
  readonly #group: JobGroup
  readonly #feed: GroupFeed
  readonly #senders: Senders
  readonly #troubles: Troubles
  #isStopping = false
  /** Until the group is led anew: nothing but people can help. */
  #isReaderStopped = false
  /** Epochs up to these are open, and over. */
  #opened = 0
  #closed = 0

  constructor(parts: WorkParts) {
    this.#parts = parts
    const { wiring, place, feedBounds, listener } = parts
    this.#ways = new Map(wiring.waysInto(place).map(way => [way.channel, way]))
    this.#troubles = new Troubles(listener)
    this.#senders = new Senders({ ...parts, bounds: feedBounds })
    this.#group = this.#newGroup()
    this.#feed = this.#newFeed()
  }

  get machine(): JobMachine {
    return this.#group.machine
  }

  /** For tests, and for what a node shows. */
  get group(): JobGroup {
    return this.#group
  }

  get facts(): WorkFacts {
    const trouble = this.#troubles.newest
    const { generation } = this.machine.state
    const leads = this.#parts.replica.leads() > 0
    return { leads, generation, state: this.#state, ...(trouble === undefined ? {} : { trouble }) }
  }

  get #state(): WorkState {
    const { state } = this.machine
    if (this.#group.isHalted || this.#isReaderStopped) return 'failed'
    if (this.#isStopping) return state.isOpen || !this.isDrained ? 'stopping' : 'stopped'
    if (state.generation !== this.#group.claim.generation || !state.isOpen) return 'starting'
    return this.#troubles.newest === undefined ? 'running' : 'stalled'
  }

  /** The log of the generation has ended, and all that it has for sinks is out. */
  get isDrained(): boolean {
    const term = this.#parts.replica.leads()
    // Who has just come to lead does not know yet what all was committed.
    if (term > 0 && this.machine.appliedTerm !== term) return false
    return this.machine.state.generation === 0 || this.#group.isDrained
  }

  /** Leadership may have changed. */
  onChanged(): void {
    this.#group.onChanged()
  }

  /** Another leads that group, or the way to who does broke. */
  onMoved(ref: StageRef): void {
    for (const { by, channel } of this.#ways.values()) {
      if (by.stage === ref.stage && by.index === ref.index) this.#feed.onMoved(channel)
    }
  }

  /** The job was started again. */
  onClaim(claim: Claim): void {
    this.#isStopping = false
    this.#troubles.end('')
    this.#group.onClaim(claim)
  }

  /** The job is to stop, until there is another claim. */
  stop(): void {
    this.#isStopping = true
    this.#group.end()
  }

  /** An epoch is wanted: its barriers are to be placed. One at a time. */
  onEpochOpened(epoch: number): void {
    this.#opened = Math.max(this.#opened, epoch)
    this.#feed.onEpochOpened(epoch)
  }

  /** It is over, all groups have cut it or it failed. */
  onEpochClosed(epoch: number): void {
    this.#closed = Math.max(this.#closed, epoch)
    this.#group.runtime.leader?.channels.onEpochClosed(epoch)
    this.#feed.onEpochClosed(epoch)
  }

  /** For the node's Serving: what this group, which sends on the channel, says of a stream. */
  look({ channel, group }: Pick<Opening, 'channel' | 'group'>): Look {
    const { wiring, self } = this.#parts
    const place = this.place(channel, group)
    const way = wiring.way(channel)
    return {
      cluster: self.cluster,
      generation: this.#group.claim.generation,
      isSender: place !== undefined,
      groups: way && wiring.stage(way.to).groups,
      place,
    }
  }

  /** Who sends on a channel to a group of the stage that takes; missing: nobody here. */
  place(channel: number, group: number): Place | undefined {
    return this.#feed.place(channel, group)
  }

  close(): void {
    this.#group.close()
    this.#feed.onLost()
  }

  #newGroup(): JobGroup {
    const { wiring, place, compiler, errors, listener, rowsDueMax } = this.#parts
    const { site, groups } = wiring.stage(place.stage)
    const slots = slotsOf(place.index, groups)
    return new JobGroup({
      ...this.#parts,
      slot: slots.from,
      stage: {
        ...{ site, schemas: wiring.schemas, compiler, errors, slots },
        ...(rowsDueMax === undefined ? {} : { rowsDueMax }),
      },
      routing: channel => this.#into(channel),
      channels: () => [...this.#ways.values()].map(way => [way.channel, this.#startOf(way)]),
      listener: {
        onDuties: duties => this.#feed.onDuties(duties),
        onLost: () => this.#onLost(),
        onReleased: seq => {
          this.#feed.onAdvanced()
          listener.onReleased?.(seq)
        },
        onPublished: (sink, upTo) => listener.onPublished(sink, upTo),
        onTrouble: (code, message) => this.#troubles.begin('journal', code, message),
        onTroubleOver: () => this.#troubles.end('journal'),
        onTakenOver: times => listener.onTakenOver?.(times),
      },
    })
  }

  #newFeed(): GroupFeed {
    const { clock, random, transport, self, place, addressOf, feedBounds } = this.#parts
    const group = this.#group
    return new GroupFeed({
      ...{ clock, random, transport },
      ...(feedBounds === undefined ? {} : { bounds: feedBounds }),
      self: {
        ...self,
        group: place.index,
        get generation() {
          return group.claim.generation
        },
      },
      leader: () => group.runtime.leader,
      onFrame: (frame, bytes) => group.onFrame(frame, bytes),
      addressOf: channel => {
        const way = this.#ways.get(channel)
        return way && addressOf(way.by)
      },
      schemaOf: channel => this.#ways.get(channel)?.schema,
      onRefused: (channel, code, message) => {
        if (!PASSING.has(code)) this.#troubles.begin(`stream ${channel}`, code, message)
      },
      senders: term => this.#made(term),
    })
  }

  /** A channel that was here before the wiring changed: its records go nowhere else. */
  #into(channel: number): Into {
    const way = this.#ways.get(channel) ?? this.#parts.wiring.way(channel)
    if (way === undefined) throw new Error(`channel ${channel} is of no way of this job`)
    return way.into
  }

  #startOf({ from }: Way): number {
    return from.kind === 'source' ? this.#parts.source(from.source).start(from.partition) : 0
  }

  #onLost(): void {
    this.#feed.onLost()
    this.#isReaderStopped = false
    this.#troubles.end('reader')
    this.#troubles.end('stream')
  }

  #made(term: number): readonly Sending[] {
    const senders = this.#senders.made({
      ...{ generation: this.#group.claim.generation, term, state: this.machine.state },
      reader: channel => this.#readerListener(term, channel),
      outbox: name => this.#outboxListener(name),
    })
    this.#group.runtime.leader?.channels.onEpochClosed(this.#closed)
    for (const sender of senders) {
      sender.onEpochClosed(this.#closed)
      if (this.#opened > this.#closed) sender.onEpochOpened(this.#opened)
    }
    return senders
  }

  #readerListener(term: number, channel: number): ReaderListener {
    const who = `reader ${channel}`
    return {
      onBarrierAt: ({ epoch, offset }, done) => {
        this.#group.mark(term, { epoch, channel, offset }, done)
      },
      onTrouble: (code, message) => this.#troubles.begin(who, code, message),
      onTroubleOver: () => this.#troubles.end(who),
      onStopped: (code, message) => {
        this.#troubles.begin(who, code, message)
        this.#isReaderStopped = true
      },
    }
  }

  #outboxListener(name: string): OutboxListener {
    const group = this.#group
    return {
      released: () => group.journal.released,
      said: seq => group.runtime.leader?.saidBehind(seq),
      place: () => group.machine.state.places.ofExchange(name),
      onTaken: upTo => group.journal.onSinkPublished(name, upTo),
      onWanted: epoch => this.#feed.onWanted(epoch),
    }
  }
}
