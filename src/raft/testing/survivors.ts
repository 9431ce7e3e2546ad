/**
 * Test support, no part of what runs: the survivors of a leader that was killed or fell silent,
 * each with many groups on one event loop. A loop does what is due, then what has arrived; each
 * input takes it time, and whatever comes meanwhile waits. Writes that come while the disk is at
 * work are done together behind it. So an election costs what it costs on a machine that is slow
 * or busy.
 */

import type { ReplicaId } from '../../base/ids.ts'
import { replicaId } from '../../base/ids.ts'
import { Prng } from '../../base/prng.ts'
import type { Message } from '../messages.ts'
import { defaultLimits, defaultTimes } from '../options.ts'
import { Raft } from '../raft.ts'
import { firstImage, ids } from './bench.ts'

export interface SurvivorsOptions {
  readonly seed: number
  readonly voters: number
  readonly groups: number
  /** The leader's process died: everybody knows within so long. Missing: it fell silent. */
  readonly noticedWithinMs?: number
  /** What an input of one group costs, in the mean. */
  readonly actMs: number
  readonly syncMs: number
  /** Of all rounds of a loop so many take up to so much longer. */
  readonly stalls?: { readonly share: number; readonly ms: number }
}

export interface Found {
  /** When the last of the groups had a leader. */
  readonly tookMs: number
  /** Terms that were opened for it, in the group that needed most. */
  readonly terms: number
}

const BEAT_MS = 0.03
const ROUND_MS = 0.2
const WIRE_MS = 1
const GIVE_UP_MS = 20_000
const GRID_MS = 10
const FINE_MS = 1

type Send = (message: Message, group: number, atMs: number) => void

interface Letter {
  readonly atMs: number
  readonly group: number
  readonly message: Message
}

/** As hosts do it: time in whole steps, finer ones in fast mode. */
class Seat {
  readonly raft: Raft
  #tickedMs = 0

  constructor(raft: Raft) {
    this.raft = raft
  }

  get dueMs(): number {
    const step = this.#stepMs
    return Math.ceil((this.#tickedMs + this.raft.wakeInMs()) / step) * step
  }

  tell(nowMs: number, lateMs: number): void {
    const toMs = Math.floor(nowMs / this.#stepMs) * this.#stepMs
    if (toMs <= this.#tickedMs) return
    const elapsedMs = toMs - this.#tickedMs
    this.#tickedMs = toMs
    this.raft.tick(elapsedMs, lateMs)
  }

  get #stepMs(): number {
    return this.raft.isFast ? FINE_MS : GRID_MS
  }
}

/** One process: its loop, its disk. */
class Survivor {
  readonly seats: readonly Seat[]
  noticedMs: number
  inbox: Letter[] = []
  readonly #options: SurvivorsOptions
  readonly #lost: ReplicaId
  readonly #chance: () => number
  readonly #send: Send
  readonly #touched = new Set<number>()
  #costMs = 0
  #busyUntilMs = 0
  /** Of the write that is under way. */
  #syncedMs = Number.POSITIVE_INFINITY
  #writing: (() => void)[] = []
  #queued: (() => void)[] = []

  constructor(
    options: SurvivorsOptions,
    seats: readonly Seat[],
    world: { readonly lost: ReplicaId; readonly chance: () => number; readonly send: Send },
  ) {
    this.#options = options
    this.seats = seats
    this.#lost = world.lost
    this.#chance = world.chance
    this.#send = world.send
    this.noticedMs = world.chance() * (options.noticedWithinMs ?? Number.POSITIVE_INFINITY)
  }

  get wakeMs(): number {
    let wakeMs = Math.min(this.noticedMs, this.#syncedMs)
    for (const { atMs } of this.inbox) wakeMs = Math.min(wakeMs, atMs)
    for (const seat of this.seats) wakeMs = Math.min(wakeMs, seat.dueMs)
    return Math.max(wakeMs, this.#busyUntilMs)
  }

  /** One round of the loop; what it says leaves when the round is over. */
  turn(nowMs: number): number {
    const { stalls } = this.#options
    this.#costMs = ROUND_MS
    this.#touched.clear()
    this.#doDue(nowMs)
    this.#doSynced(nowMs)
    this.#doArrived(nowMs)
    if (stalls !== undefined && this.#chance() < stalls.share) {
      this.#costMs += stalls.ms * this.#chance()
    }
    this.#busyUntilMs = nowMs + this.#costMs
    for (const group of this.#touched) this.#settle(group)
    this.#maybeWrite()
    return this.#busyUntilMs
  }

  #doDue(nowMs: number): void {
    for (const [group, seat] of this.seats.entries()) {
      const { dueMs } = seat
      if (dueMs > nowMs) continue
      this.#act(group, seat.raft.role === 'leader' ? BEAT_MS : undefined)
      seat.tell(nowMs, nowMs - dueMs)
    }
    if (this.noticedMs > nowMs) return
    this.noticedMs = Number.POSITIVE_INFINITY
    for (const [group, seat] of this.seats.entries()) {
      this.#act(group)
      seat.tell(nowMs, 0)
      seat.raft.suspectLeader(this.#lost)
    }
  }

  #doSynced(nowMs: number): void {
    if (this.#syncedMs > nowMs) return
    this.#syncedMs = Number.POSITIVE_INFINITY
    for (const done of this.#writing.splice(0)) done()
  }

  #doArrived(nowMs: number): void {
    const arrived = this.inbox.filter(({ atMs }) => atMs <= nowMs)
    this.inbox = this.inbox.filter(({ atMs }) => atMs > nowMs)
    for (const { group, message } of arrived) {
      this.#act(group, message.type.startsWith('heartbeat') ? BEAT_MS : undefined)
      this.seats[group]?.tell(nowMs, 0)
      this.seats[group]?.raft.step(message)
    }
  }

  #act(group: number, costMs = this.#options.actMs * (0.5 + this.#chance())): void {
    this.#touched.add(group)
    this.#costMs += costMs
  }

  #settle(group: number): void {
    const raft = this.seats[group]?.raft
    while (raft?.hasReady() === true) {
      const { messages, write, committed } = raft.ready()
      for (const message of messages) this.#send(message, group, this.#busyUntilMs)
      const last = committed.at(-1)
      if (last !== undefined) raft.applied(last.index)
      if (write === undefined) continue
      this.#queued.push(() => {
        this.#act(group)
        raft.persisted(write.number)
      })
    }
  }

  #maybeWrite(): void {
    if (this.#writing.length > 0 || this.#queued.length === 0) return
    this.#writing = this.#queued.splice(0)
    this.#syncedMs = this.#busyUntilMs + this.#options.syncMs * (0.5 + this.#chance())
  }
}

/** How long until each group has a leader again. */
export function findLeaders(options: SurvivorsOptions): Found {
  const { seed, voters, groups } = options
  const random = new Prng(seed)
  const chance = () => random.uint32() / 2 ** 32
  const all = ids(Array.from({ length: voters }, (_, at) => at + 1))
  const lost = all[seed % voters] as ReplicaId
  const survivors = new Map<ReplicaId, Survivor>()
  const send: Send = (message, group, atMs) => {
    const arrivesMs = atMs + WIRE_MS * (0.5 + chance())
    survivors.get(message.to)?.inbox.push({ atMs: arrivesMs, group, message })
  }
  for (const id of all.filter(one => one !== lost)) {
    const seats = Array.from({ length: groups }, (_, group) => {
      return new Seat(follower({ id, lost, all, random: random.fork(`${id}/${group}`) }))
    })
    survivors.set(id, new Survivor(options, seats, { lost, chance, send }))
  }
  return watch([...survivors.values()], groups)
}

function watch(survivors: readonly Survivor[], groups: number): Found {
  const terms = new Map<number, number>()
  let nowMs = 0
  while (terms.size < groups && nowMs < GIVE_UP_MS) {
    const next = survivors.reduce((a, b) => (b.wakeMs < a.wakeMs ? b : a))
    nowMs = next.turn(next.wakeMs)
    for (const [group, { raft }] of next.seats.entries()) {
      if (raft.role === 'leader' && !terms.has(group)) terms.set(group, raft.term - 1)
    }
  }
  return { tookMs: nowMs, terms: Math.max(...terms.values()) }
}

interface Origin {
  readonly id: ReplicaId
  readonly lost: ReplicaId
  readonly all: readonly ReplicaId[]
  readonly random: Prng
}

/** It has just heard its leader. */
function follower({ id, lost, all, random }: Origin): Raft {
  const image = firstImage({ voters: all, outgoing: [], learners: [] })
  const hardState = { term: 1, vote: lost, commit: 0 }
  const options = { self: id, boot: 1, random, times: defaultTimes, limits: defaultLimits }
  const raft = new Raft(options, { hardState, image, entries: [] })
  raft.step({ type: 'heartbeat', from: lost, to: replicaId(id), term: 1, commit: 0, round: 0 })
  while (raft.hasReady()) raft.ready()
  return raft
}
