/**
 * Puts inputs into the groups of a cluster, a few at a time, and first of all what each group
 * begins with. Takes no more than a leader takes frames: so much may be on its way besides.
 */

import type { GroupId } from '../../../src/base/ids.ts'
import type { Prng } from '../../../src/base/prng.ts'
import { ENTRY_OVERHEAD_BYTES } from '../../../src/journal/bounds.ts'
import type { Seat } from '../fleet/seat.ts'
import { US_PER_MS } from '../world/clock.ts'
import type { Cluster, World } from './cluster.ts'
import type { Desk } from './desk.ts'
import { encodeBeginning, encodeInput, encodeResume } from './entry.ts'

/** Inputs that one leader was given and has not answered. */
const FLIGHT_MAX = 40
/** Leaders whose inputs may be committed together. */
const LEADERS_MAX = 3
/** Of a schedule. */
const INPUT_BYTES_MAX = 16

/** Given out once in a run. */
export interface Ids {
  next: number
}

export class Feed {
  /** Inputs that whoever proposed them was told are applied. */
  taken = 0
  readonly #world: World
  readonly #cluster: Cluster
  readonly #prng: Prng
  readonly #ids: Ids
  readonly #flight = new WeakMap<Seat, number>()
  /** The newest generation that a group was seen to run under. */
  readonly #begun = new Map<GroupId, number>()
  #isOver = false

  constructor(world: World, cluster: Cluster, prng: Prng, ids: Ids) {
    this.#world = world
    this.#cluster = cluster
    this.#prng = prng
    this.#ids = ids
  }

  start(): void {
    for (const group of this.#cluster.fleet.groups) this.#again(group)
  }

  stop(): void {
    this.#isOver = true
  }

  #again(group: GroupId): void {
    const { queue, scenario } = this.#world
    const { everyMs, burst } = scenario.profile.feed
    queue.after(1 + this.#prng.below(2 * everyMs * US_PER_MS), {
      fire: () => {
        for (let left = this.#prng.between(1, burst); left > 0; left--) this.feed(group)
        this.#again(group)
      },
    })
  }

  /** One input, if somebody takes it. */
  feed(group: GroupId): void {
    const desk = this.#cluster.leader(group)
    if (desk === undefined || desk.seat.life.isPaused) return
    const { outbox } = desk.machine
    if (outbox === undefined) this.#begin(desk, group)
    else if (!this.#goesOn(group, outbox.generation)) this.#resume(desk)
    else if (!this.#isOver) this.#put(desk, group, 0)
  }

  /** When all the others have been put in: one that has outputs for every sink there is. */
  feedAfterwards(group: GroupId): void {
    const desk = this.#cluster.leader(group)
    if (desk !== undefined) this.#put(desk, group, 1)
  }

  #begin(desk: Desk, group: GroupId): void {
    this.#propose(desk, encodeBeginning(this.#cluster.parts.beginning(group)))
  }

  /** It has been told so, of which nobody tells it a second time. */
  #goesOn(group: GroupId, generation: number): boolean {
    const newest = Math.max(generation, this.#begun.get(group) ?? 0)
    this.#begun.set(group, newest)
    return newest >= this.#cluster.claim.generation
  }

  #resume(desk: Desk): void {
    this.#propose(desk, encodeResume(this.#cluster.claim.generation))
  }

  #propose({ seat }: Desk, data: Uint8Array): void {
    seat.group.propose(seat.status().term, data, () => {})
  }

  #put(desk: Desk, group: GroupId, least: number): void {
    const { journal, machine, seat } = desk
    if (journal === undefined || machine.outbox === undefined) return
    this.#look(machine.outbox.bytes, group)
    const open = this.#flight.get(seat) ?? 0
    if (!journal.takesFrames || open >= FLIGHT_MAX) return
    this.#flight.set(seat, open + 1)
    seat.group.propose(seat.status().term, this.#input(least), outcome => {
      this.#flight.set(seat, (this.#flight.get(seat) ?? 1) - 1)
      if (outcome.kind === 'applied') this.taken++
    })
  }

  #input(least: number): Uint8Array {
    const { homeMax, sideMax, awayMax, outputBytesMax } = this.#world.scenario.profile.feed
    const prng = this.#prng
    const some = (most: number): number => prng.between(Math.min(least, most), most)
    const [home, away, bytes] = [some(homeMax), some(awayMax), prng.between(1, outputBytesMax)]
    // A schedule that was kept from before there was such a sink is fed as it was.
    const side = sideMax === 0 ? 0 : some(sideMax)
    return encodeInput({ id: this.#ids.next++, home, side, away, bytes })
  }

  /** The bound, and what was let in before it was reached. */
  #look(bytes: number, group: GroupId): void {
    const { feed, bounds } = this.#world.scenario.profile
    const outputs = (feed.homeMax + feed.sideMax + feed.awayMax) * Math.max(4, feed.outputBytesMax)
    const entryBytes = outputs + INPUT_BYTES_MAX + 4 * ENTRY_OVERHEAD_BYTES
    const most = bounds.outboxBytesMax + LEADERS_MAX * FLIGHT_MAX * entryBytes
    this.#world.judge.onHeld(this.#cluster.name, group, bytes, most)
  }
}
