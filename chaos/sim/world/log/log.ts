/**
 * A simulated log of streams after Kafka: brokers, the way to them, and any number of clients, each
 * with its own view. Faults come by chance, from the profile, or are planned for a call; leaders
 * and coordinators move when they are told to. What truly stands in the log is there for checkers.
 */

import type { Partition, StoredRecord } from '../../../../src/base/stream-log.ts'
import { Brokers } from './brokers.ts'
import { SimLogClient } from './client.ts'
import type { Entry } from './entries.ts'
import type { LogCall, LogFate, LogProfile } from './faults.ts'
import type { LogParts } from './partition.ts'
import type { Settings } from './settings.ts'
import { type Fated, Wire } from './wire.ts'

export type { LogParts } from './partition.ts'

/** `amidst`: when the next thing is written down, and before that is on enough copies. */
export type MoveTime = 'now' | 'amidst'

export class SimLog {
  readonly #parts: LogParts
  readonly #brokers: Brokers
  readonly #wire: Wire
  #clients = 0

  constructor(parts: LogParts) {
    this.#parts = parts
    this.#brokers = new Brokers(parts)
    this.#wire = new Wire(parts)
  }

  /** For a process that may stand still or die: `admit` lets it take part, or not. */
  client(admit = (happen: () => void): void => happen()): SimLogClient {
    const parts = { log: this.#parts, wire: this.#wire, brokers: this.#brokers }
    return new SimLogClient({ ...parts, name: this.#clients++, admit })
  }

  get profile(): LogProfile {
    return this.#parts.profile
  }

  set profile(profile: LogProfile) {
    this.#parts.profile = profile
  }

  /** Nobody reaches it, and no answer comes from it. */
  set isDown(isDown: boolean) {
    this.#wire.isDown = isDown
  }

  /** Another log answers at the address: whoever knew this one is told so. */
  set cluster(name: string) {
    this.#brokers.cluster = name
  }

  /** Befalls the next such call, of one client or of anybody. */
  plan(call: LogCall, fate: LogFate | Fated, client?: SimLogClient): void {
    const fated = typeof fate === 'string' ? { fate } : fate
    this.#wire.plan(call, fated, client?.name)
  }

  /** What was planned and has not happened will not. */
  clearPlans(): void {
    this.#wire.clear()
    for (const one of [...this.#brokers.topics.all(), ...this.#brokers.coordinators]) {
      one.isToMove = false
    }
    for (const one of this.#brokers.topics.all()) one.replaceLeader(undefined)
  }

  moveCoordinator(transactionalId: string, when: MoveTime = 'now'): void {
    const coordinator = this.#brokers.coordinator(transactionalId)
    if (when === 'now') coordinator.move()
    else coordinator.isToMove = true
  }

  /** Whether something is being ended where this id is coordinated. */
  isEnding(transactionalId: string): boolean {
    return this.#brokers.coordinator(transactionalId).isEnding
  }

  moveLeader(of: Partition, when: MoveTime = 'now'): void {
    const partition = this.#brokers.topics.find(of)
    if (when === 'now') partition?.moveLeader()
    else if (partition !== undefined) partition.isToMove = true
  }

  /**
   * It answers nobody any more; one that only leads no more does not know better for a while.
   * `lag`: by so many entries the end lags that the next one shows; else by any number.
   */
  loseLeader(of: Partition, lag?: number): void {
    this.#brokers.topics.find(of)?.moveLeader(true, lag)
  }

  /** When nothing is open there. Who led does not know it, and goes on telling what it knew. */
  replaceLeader(
    of: Partition,
    staleMs: number,
    onReplaced = (): void => {},
    tellers?: number,
  ): void {
    const more = tellers === undefined ? {} : { tellers }
    this.#brokers.topics.find(of)?.replaceLeader({ staleMs, onReplaced, ...more })
  }

  /** Everybody whom some broker could have had leads no more: as if it had been killed. */
  loseBroker(): void {
    const { prng } = this.#parts
    for (const one of this.#brokers.topics.all()) if (prng.chance(1 / 3)) one.moveLeader(true)
    for (const one of this.#brokers.coordinators) if (prng.chance(1 / 3)) one.move()
  }

  /** Topics and transactional ids that nobody may touch, or may again. */
  deny(name: string, isDenied = true): void {
    if (isDenied) this.#brokers.denied.add(name)
    else this.#brokers.denied.delete(name)
  }

  /** Behind everybody's back. */
  changeSettings(topic: string, settings: Settings): void {
    this.#brokers.topics.set(topic, settings)
  }

  topics(): readonly string[] {
    return this.#brokers.topics.names()
  }

  /** What everybody will see of a partition, deleted or not, as far as it is decided. */
  committed(of: Partition): readonly StoredRecord[] {
    return this.#brokers.topics.find(of)?.committed() ?? []
  }

  /** All from an offset on that is on enough copies: aborted records and markers, too. */
  entries(of: Partition, from = 0): readonly Entry[] {
    return this.#brokers.topics.find(of)?.copied(from) ?? []
  }

  /** Transactional ids with a transaction that is not finished. */
  unfinished(): readonly string[] {
    return this.#brokers.coordinators.flatMap(one => one.unfinished())
  }
}
