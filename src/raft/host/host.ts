/**
 * All groups of one node: one ticker, one log store, one packet for each other node in each turn.
 * Every core is a group's own; what they share is time, disk, wires and the one thread on which the
 * state machines work in slices.
 */

import type { Clock, DiskErrorCode, Random } from '../../base/env.ts'
import { invariant, WeirError } from '../../base/errors.ts'
import type { GroupId, NodeId, ReplicaId } from '../../base/ids.ts'
import type { Message } from '../messages.ts'
import type { RaftLimits, RaftTimes } from '../options.ts'
import type { Stored } from '../types.ts'
import { readPacket } from '../wire/packet.ts'
import { Applier } from './applier.ts'
import type { HostBounds } from './bounds.ts'
import { Group, type GroupOptions } from './group.ts'
import { handOver } from './handover.ts'
import { Images } from './images.ts'
import { lossMessage } from './loss.ts'
import { Outgoing } from './outgoing.ts'
import type { FatalCode, HostLinks, HostListener, HostStore, StoredReplica } from './ports.ts'
import { type HostStats, newSpreads } from './stats.ts'
import { Ticker } from './ticker.ts'
import { Turn } from './turn.ts'
import type { Works } from './works.ts'

export interface HostParts {
  readonly clock: Clock
  readonly random: Random
  readonly links: HostLinks
  readonly store: HostStore
  readonly times: RaftTimes
  readonly limits: RaftLimits
  readonly bounds: HostBounds
  readonly listener: HostListener
}

const diskTroubles: Readonly<Record<DiskErrorCode, string>> = {
  'no-such-file': 'a file of the log is gone; nobody else may touch the data folder',
  'disk-full': 'the disk is full; make room and start again',
  'io-error': 'the disk has failed; replace it, or start again to have the log checked',
}

/** A machine that is gone with its memory. */
const NOTHING_KEPT = (cleared: () => void): void => cleared()

export class Host {
  readonly #parts: HostParts
  readonly #groups = new Map<GroupId, Group>()
  readonly #moving = new Set<GroupId>()
  /** Groups that are still to be opened and must take an image then. */
  readonly #imagesWanted = new Set<GroupId>()
  /** Their machines still have something to do. */
  readonly #closing = new Set<Group>()
  #onAllClosed: (() => void) | undefined
  readonly #spreads = newSpreads()
  readonly #ticker: Ticker
  readonly #outgoing: Outgoing
  readonly #applier: Applier
  readonly #images: Images
  readonly #turn: Turn
  readonly #works: Works
  /** Of the packet that is being read. */
  #letters: { readonly group: GroupId; readonly message: Message }[] = []
  #isStopping = false
  #isDead = false
  #turns = 0
  #frames = 0
  #messages = 0
  #malformed = 0
  #unknownGroup = 0
  #wrongSender = 0

  constructor(parts: HostParts) {
    const { clock, store, links, times, bounds } = parts
    const { gridMs, fineMs, stallMs } = bounds
    const { heartbeatMs: beatMs, electionMs: restMsMax } = times
    invariant(beatMs % gridMs === 0, 'HOST beats fall on the grid')
    this.#parts = parts
    this.#ticker = new Ticker(clock, { gridMs, fineMs, beatMs, stallMs, restMsMax })
    this.#outgoing = new Outgoing(links)
    this.#applier = new Applier(clock, bounds, () => this.#turn.plan())
    this.#images = new Images(store, bounds.imagesAtOnceMax)
    this.#turn = this.#newTurn()
    this.#works = this.#newWorks()
    store.listen({
      onPersisted: (group, number) => this.#onPersisted(group, number),
      onImageWanted: group => this.#onImageWanted(group),
      onImageDamaged: group => this.#groups.get(group)?.mustTakeImage(),
      onFailed: code => this.#fatal(code, diskTroubles[code]),
    })
    links.listen({
      onFrame: (from, bytes) => this.#onFrame(from, bytes),
      onPeerLost: node => this.#onPeerLost(node),
      onPeerUp: () => {},
      onRefused: () => {},
    })
  }

  get groups(): ReadonlyMap<GroupId, Group> {
    return this.#groups
  }

  /** Opens a group that the store holds. */
  open(group: GroupId, options: GroupOptions): Group {
    const found = this.#parts.store.groups.get(group)
    invariant(found !== undefined, 'HOST the store holds the group', group)
    return this.#start(group, found, options)
  }

  /** `done` when it is durable; never when the host ends before. */
  create(
    group: GroupId,
    replica: ReplicaId,
    stored: Stored,
    options: GroupOptions,
    done: (group: Group) => void,
  ): void {
    this.#mustBeFree(group)
    this.#moving.add(group)
    this.#parts.store.create(group, replica, stored, () => {
      this.#moving.delete(group)
      if (this.#isDead || this.#isStopping) return
      done(this.#start(group, { replica, stored }, options))
    })
  }

  /**
   * `done` when nothing of it is left, in the machine's keeping as in the log. `clear`: what the
   * machine keeps, once that is closed. Its log goes last: whoever finds it is still to clear up.
   */
  remove(group: GroupId, done: () => void, clear = NOTHING_KEPT): void {
    const there = this.#groups.get(group)
    invariant(there !== undefined, 'HOST a group that is removed is there', group)
    this.#groups.delete(group)
    this.#moving.add(group)
    const forgotten = () => {
      this.#moving.delete(group)
      done()
    }
    const closed = () => {
      if (!this.#isDead) this.#parts.store.remove(group, forgotten)
    }
    this.#close(there, closed, clear)
  }

  /** One that was never opened; `done` when nothing of it is left in the log. */
  forget(group: GroupId, done: () => void): void {
    this.#mustBeFree(group)
    this.#moving.add(group)
    this.#parts.store.remove(group, () => {
      this.#moving.delete(group)
      if (!this.#isDead) done()
    })
  }

  /** No replica lives there any more. */
  forgetNode(node: NodeId): void {
    this.#outgoing.forget(node)
  }

  stats(): HostStats {
    const groups = [...this.#groups.values()]
    return {
      groups: groups.length,
      leading: groups.filter(group => group.raft.role === 'leader').length,
      turns: this.#turns,
      stalls: this.#ticker.stallStats(),
      sent: this.#outgoing.stats(),
      received: {
        frames: this.#frames,
        messages: this.#messages,
        malformed: this.#malformed,
        unknownGroup: this.#unknownGroup,
        wrongSender: this.#wrongSender,
      },
      persistMs: this.#spreads.persistMs.view(),
      applyMs: this.#spreads.applyMs.view(),
      turnMs: this.#spreads.turnMs.view(),
      imagesRunning: this.#images.running,
      imagesWaiting: this.#images.waiting,
    }
  }

  /** Hands leaderships over, closes the machines, then the store. */
  stop(done: () => void): void {
    invariant(!this.#isStopping, 'HOST is stopped once')
    this.#isStopping = true
    const groups = [...this.#groups.values()]
    for (const group of groups) group.closeSoon()
    const { clock, bounds } = this.#parts
    const { gridMs: everyMs, handoverMs } = bounds
    handOver(groups, { clock, everyMs, handoverMs }, () => {
      if (!this.#isDead) this.#closeAll(done)
    })
  }

  /** Groups that were being removed are waited for too: their logs go before the store closes. */
  #closeAll(done: () => void): void {
    const groups = [...this.#groups.values()]
    this.#groups.clear()
    this.#onAllClosed = () => {
      this.#onAllClosed = undefined
      this.#ticker.stop()
      this.#turn.stop()
      // The last sync may fail as any other: whoever runs the host must hear of it.
      this.#parts.store.close(() => {
        this.#isDead = true
        done()
      })
    }
    for (const group of groups) this.#close(group, () => {})
    this.#maybeAllClosed()
  }

  /** `clear` comes between: the store does not close before it is done. */
  #close(group: Group, done: () => void, clear = NOTHING_KEPT): void {
    this.#closing.add(group)
    group.close(() => {
      clear(() => {
        this.#closing.delete(group)
        done()
        this.#maybeAllClosed()
      })
    })
  }

  #maybeAllClosed(): void {
    if (this.#closing.size > 0 || this.#isDead) return
    this.#onAllClosed?.()
  }

  #newTurn(): Turn {
    const { clock, store } = this.#parts
    return new Turn({
      clock,
      flush: () => this.#outgoing.flush(),
      write: (group, write) => {
        if (!this.#isDead) store.write(group, write)
      },
      gather: body => store.gather(body),
      runMachines: () => !this.#isDead && this.#applier.run(),
      pumpImages: () => {
        if (!this.#isDead) this.#images.pump()
      },
      onTurn: tookMs => {
        this.#turns++
        this.#spreads.turnMs.record(tookMs)
      },
    })
  }

  #newWorks(): Works {
    const { clock, random, times, limits, bounds, store } = this.#parts
    return {
      ...{ clock, random, times, limits, bounds, store },
      ticker: this.#ticker,
      applier: this.#applier,
      outgoing: this.#outgoing,
      images: this.#images,
      spreads: this.#spreads,
      wake: woken => this.#turn.wake(woken),
      write: (group, write) => this.#turn.write(group, write),
      answer: give => this.#turn.answer(give),
      onLeader: group => this.#parts.listener.onLeader?.(group),
      fatal: (code, message) => this.#fatal(code, message),
    }
  }

  #start(id: GroupId, found: StoredReplica, options: GroupOptions): Group {
    this.#mustBeFree(id)
    const { entries, image } = found.stored
    const lastIndex = entries.at(-1)?.index ?? image.index
    if (options.machine.appliedIndex > lastIndex) {
      const what = `the state of group ${id} holds entries that its log has lost`
      this.#fatal('state-ahead-of-log', lossMessage(what))
    }
    const group = new Group(id, found, options, this.#works)
    this.#groups.set(id, group)
    if (this.#imagesWanted.delete(id)) group.mustTakeImage()
    return group
  }

  #mustBeFree(group: GroupId): void {
    invariant(!this.#isStopping, 'HOST opens nothing while it stops')
    invariant(!this.#groups.has(group), 'HOST a group is opened once', group)
    invariant(!this.#moving.has(group), 'HOST a group is gone before it comes again', group)
  }

  #onPersisted(group: GroupId, number: number): void {
    if (!this.#isDead) this.#groups.get(group)?.onPersisted(number, this.#parts.clock.monotonicMs())
  }

  /** Groups are opened one after the other; the log's bound is looked at with its first sync. */
  #onImageWanted(id: GroupId): void {
    const group = this.#groups.get(id)
    if (group !== undefined) group.mustTakeImage()
    else if (this.#parts.store.groups.has(id)) this.#imagesWanted.add(id)
  }

  #onPeerLost(node: NodeId): void {
    if (this.#isDead) return
    for (const group of this.#groups.values()) group.onPeerLost(node)
  }

  #onFrame(from: NodeId, bytes: Uint8Array): void {
    if (this.#isDead) return
    this.#frames++
    try {
      readPacket(bytes, (group, message) => this.#letters.push({ group, message }))
    } catch (error) {
      if (!(error instanceof WeirError)) throw error
      this.#malformed++
      this.#parts.listener.onMalformed(from, error.message)
      // Whoever sent it speaks another language: the links refuse the connection.
      throw error
    }
    // Outside: what a core throws is our own mistake.
    for (const { group, message } of this.#letters.splice(0)) this.#onMessage(from, group, message)
  }

  #onMessage(from: NodeId, id: GroupId, message: Message): void {
    this.#messages++
    const group = this.#groups.get(id)
    if (group === undefined) {
      this.#unknownGroup++
      if (!this.#isExpected(id)) this.#parts.listener.onUnknownGroup(id, from)
    } else if (!group.onMessage(from, message)) {
      this.#wrongSender++
    }
  }

  /** Not there, and no news: it comes, goes or is yet to be opened, or nothing is taken. */
  #isExpected(id: GroupId): boolean {
    return this.#isStopping || this.#moving.has(id) || this.#parts.store.groups.has(id)
  }

  #fatal(code: FatalCode, message: string): void {
    if (this.#isDead) return
    for (const group of this.#groups.values()) group.abandon()
    this.#halt()
    this.#parts.listener.onFatal(code, message)
  }

  /** Nothing happens any more. */
  #halt(): void {
    this.#isDead = true
    this.#ticker.stop()
    this.#turn.stop()
  }
}
