/** All clients of a drill: several for each group, until they are told to stop. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../../src/base/env.ts'
import { CallHistory } from '../history/call-history.ts'
import type { HistoryEvent } from '../history/event.ts'
import { Recorder } from '../history/record.ts'
import type { Concluded, Load, Toll } from '../stage.ts'
import { Client } from './client.ts'
import type { CourierOptions } from './courier.ts'
import { LoadPlan } from './plan.ts'
import type { Port } from './port.ts'

/** A longer history would take the checker longer than anybody waits. */
const EVENTS_MAX = 1_000_000
/** Each client pauses so long between two calls: the machine is there for the nodes too. */
const THINK_MS = 2
/** The last read of a key is tried again and again for so long. */
const LAST_READS_MS = 20_000
/** A sentence names no more of them. */
const UNREAD_TOLD = 10

export interface CrowdOptions extends CourierOptions {
  readonly groups: readonly number[]
  readonly clientsPerGroup: number
}

export class Crowd implements Load {
  readonly recorder: Recorder
  readonly #port: Port
  readonly #plan: LoadPlan
  readonly #clients: { readonly client: Client; readonly at: number }[] = []
  readonly #startedMs = performance.now()
  #isStopped = false
  #running: Promise<unknown> = Promise.resolve()

  constructor(port: Port, random: Random, options: CrowdOptions) {
    this.#port = port
    this.recorder = new Recorder(() => this.nowNs(), EVENTS_MAX)
    this.#plan = new LoadPlan(random, options.groups)
    const parts = { port, plan: this.#plan, recorder: this.recorder, leaders: new Map(), options }
    let processes = 0
    const next = () => ++processes
    for (const at of options.groups.keys()) {
      for (let i = 0; i < options.clientsPerGroup; i++) {
        this.#clients.push({ client: new Client(parts, next), at })
      }
    }
  }

  get toll(): Toll {
    return {}
  }

  nowNs(): number {
    return Math.round((performance.now() - this.#startedMs) * 1e6)
  }

  start(): void {
    this.#running = Promise.all(this.#clients.map(({ client, at }) => this.#work(client, at)))
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#running
  }

  /** Groups of which nobody was answered with ok since then. */
  unservedSince(ns: number): readonly number[] {
    const groupOf = this.#groupOf()
    const served = new Set<number>()
    const { events } = this.recorder
    for (let at = events.length - 1; at >= 0; at--) {
      const event = events[at]
      if (event === undefined || event.time < ns) break
      if (event.type === 'ok') served.add(groupOf(event.key))
    }
    return this.#plan.groups.filter(group => !served.has(group))
  }

  async settled(): Promise<void> {}

  async poised(): Promise<void> {}

  async struck(): Promise<void> {}

  async concluded(): Promise<Concluded> {
    const unread = await this.#lastReads()
    const { events } = this.recorder
    const count = (type: HistoryEvent['type']) => events.filter(one => one.type === type).length
    const [called, ok, failed, unknown] = [
      count('invoke'),
      count('ok'),
      count('fail'),
      count('info'),
    ]
    const trouble = `could not be read in the end: ${unread.slice(0, UNREAD_TOLD).join(', ')}`
    return {
      evidence: new CallHistory(events),
      calls: { called, ok, failed, unknown },
      okNs: this.#okNs(),
      troubles: unread.length > 0 ? [trouble] : [],
    }
  }

  close(): void {
    this.#port.close()
  }

  #groupOf(): (key: string) => number {
    const groups = new Map(this.#plan.used.map(({ key, group }) => [key, group]))
    return key => groups.get(key) ?? 0
  }

  #okNs(): ReadonlyMap<number, readonly number[]> {
    const groupOf = this.#groupOf()
    const times = new Map<number, number[]>()
    for (const { type, key, time } of this.recorder.events) {
      if (type !== 'ok') continue
      const group = groupOf(key)
      const own = times.get(group) ?? []
      times.set(group, own)
      own.push(time)
    }
    return times
  }

  /** Reads every key once more; answers those that could not be read. */
  async #lastReads(): Promise<readonly string[]> {
    const [first] = this.#clients
    const endMs = performance.now() + LAST_READS_MS
    const unread: string[] = []
    for (const { group, key } of this.#plan.used) {
      const isRead = await this.#lastRead(first?.client, { group, key, endMs })
      if (!isRead) unread.push(key)
    }
    return unread
  }

  async #lastRead(
    client: Client | undefined,
    { group, key, endMs }: { group: number; key: string; endMs: number },
  ): Promise<boolean> {
    if (client === undefined) return false
    do {
      const answer = await client.call({ group, key, f: 'read', value: null })
      if (answer.kind === 'ok') return true
    } while (performance.now() < endMs)
    return false
  }

  async #work(client: Client, at: number): Promise<void> {
    while (!this.#isStopped && !this.recorder.isFull) {
      await client.call(this.#plan.next(at))
      await sleep(THINK_MS)
    }
  }
}
