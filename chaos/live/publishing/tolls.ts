/**
 * What faults hit of publishers: transactions that were open at that moment, and what the nodes'
 * producers were told since. A node that is killed takes with it what it had not yet told.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { StreamLog } from '../../../src/base/stream-log.ts'
import type { Seat } from '../../../src/journal/plan.ts'
import type { PublishingClient } from '../../publish/service/client.ts'
import { isOpenAt } from './open.ts'
import { FENCED, OPEN, TAKEOVERS, UNANSWERED } from './toll-names.ts'

const ASK_MS = 2000
/** A leader that publishes has a transaction open within this time. */
const POISED_MS = 3000

/** By the names that a node gives to what its calls were answered. */
const kinds: readonly (readonly [name: string, pattern: RegExp])[] = [
  [FENCED, / fenced$/],
  [UNANSWERED, / unavailable$/],
  [TAKEOVERS, /^init ok$/],
]

export class Tolls {
  readonly toll: Record<string, number> = {
    [OPEN]: 0,
    [FENCED]: 0,
    [UNANSWERED]: 0,
    [TAKEOVERS]: 0,
  }
  readonly #clients: readonly PublishingClient[]
  readonly #seats: readonly (readonly [group: number, seat: Seat])[]
  readonly #log: StreamLog
  readonly #known = new Map<PublishingClient, Readonly<Record<string, number>>>()

  constructor(
    clients: Iterable<PublishingClient>,
    seats: readonly (readonly [group: number, seat: Seat])[],
    log: StreamLog,
  ) {
    this.#clients = [...clients]
    this.#seats = seats
    this.#log = log
  }

  /** What came before the first time is nobody's toll. */
  async settled(): Promise<void> {
    await Promise.all(this.#clients.map(client => this.#count(client)))
  }

  /** A transaction is open. */
  async poised(groups: readonly number[]): Promise<void> {
    const endMs = performance.now() + POISED_MS
    while ((await this.#open(groups)) === 0 && performance.now() < endMs) await sleep(1)
  }

  async struck(groups: readonly number[]): Promise<void> {
    this.#add(OPEN, await this.#open(groups))
  }

  async #open(groups: readonly number[]): Promise<number> {
    const seats = this.#seats.filter(([group]) => groups.includes(group))
    const open = await Promise.all(seats.map(([, { journal }]) => isOpenAt(this.#log, journal)))
    return open.filter(isOpen => isOpen === true).length
  }

  async #count(client: PublishingClient): Promise<void> {
    const before = this.#known.get(client)
    const counts = (await client.count(ASK_MS))?.counts
    if (counts === undefined) return
    this.#known.set(client, counts)
    if (before === undefined) return
    for (const [call, count] of Object.entries(counts)) {
      const last = before[call] ?? 0
      const name = kinds.find(([, pattern]) => pattern.test(call))?.[0]
      // One that counts from nothing is another process.
      if (name !== undefined) this.#add(name, count < last ? count : count - last)
    }
  }

  #add(name: string, count: number): void {
    this.toll[name] = (this.toll[name] ?? 0) + count
  }
}
