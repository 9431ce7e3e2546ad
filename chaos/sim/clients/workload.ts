/**
 * The clients of a run. Each thinks, asks, waits for the answer or gives up, and thinks again.
 * Nothing whose outcome is unknown is ever asked again and every value is written once, so that a
 * doubled or invented value has no excuse.
 */

import { Violation } from '../checkers/checker.ts'
import type { ReadAsked } from '../checkers/reads.ts'
import type { CommandName } from '../command.ts'
import { commandsOf, encodeCommand, kindOf } from '../command.ts'
import type { Machine } from '../machine.ts'
import type { Ask, History, Operation } from './history.ts'
import type { WorkloadOptions } from './mix.ts'
import type { HostPort, Outcome, WorkloadPort } from './port.ts'

/** Learns how fresh the answers to reads are. */
export interface ReadWitness {
  /** A read begins; what this gives comes back with the answer. */
  asked(): ReadAsked
  answered(asked: ReadAsked, appliedIndex: number): void
}

export interface WorkloadParts {
  readonly history: History
  readonly witness: ReadWitness
}

interface Client {
  readonly number: number
  /** Who it believes to lead. */
  favourite: number
}

interface Wish {
  readonly key: number
  readonly name: CommandName
  readonly term: number
  /** Nothing makes the entry larger than it must be. */
  readonly bare: boolean
}

type Settled = (ok: boolean) => void

export class Workload {
  readonly #port: WorkloadPort
  readonly #options: WorkloadOptions
  readonly #history: History
  readonly #witness: ReadWitness
  /** The last value seen under a key, for cas to expect. */
  readonly #seen = new Map<number, number>()
  #serial = 0
  #settled = 0
  #startMs = 0
  #stopped = false

  constructor(port: WorkloadPort, options: WorkloadOptions, parts: WorkloadParts) {
    this.#port = port
    this.#options = options
    this.#history = parts.history
    this.#witness = parts.witness
  }

  /** Operations that have an outcome, be it unknown. */
  get settled(): number {
    return this.#settled
  }

  /** The quota is met. */
  get isDone(): boolean {
    return this.#settled >= this.#options.operations
  }

  start(): void {
    this.#startMs = this.#port.nowMs()
    for (let number = 1; number <= this.#options.clients; number++) {
      this.#think({ number, favourite: 0 })
    }
  }

  /** Open calls may still be answered; no new ones are made. */
  stop(): void {
    this.#stopped = true
  }

  /** After healing: a command and then a read of every key, asked until each has succeeded once. */
  sweep(onDone: () => void): void {
    const client = { number: this.#options.clients + 1, favourite: 0 }
    const tasks: ((settled: Settled) => void)[] = []
    for (let key = 0; key < this.#options.keys; key++) {
      const name = kindOf(key) === 'register' ? 'write' : commandsOf[kindOf(key)][0]
      tasks.push(settled => this.#command(client, key, name ?? 'write', settled))
    }
    for (let key = 0; key < this.#options.keys; key++) {
      tasks.push(settled => this.#read(client, key, settled))
    }
    this.#insist(tasks, 0, onDone)
  }

  /** One command at this replica, whoever leads. */
  probe(host: HostPort, settled: (ok: boolean) => void): void {
    const client = { number: this.#options.clients + 2, favourite: host.id }
    const name = commandsOf[kindOf(0)][0] ?? 'write'
    this.#propose(client, host, { key: 0, name, term: host.status().term, bare: true }, settled)
  }

  #insist(tasks: readonly ((settled: Settled) => void)[], at: number, onDone: () => void): void {
    const task = tasks[at]
    if (task === undefined) {
      onDone()
      return
    }
    task(ok => {
      const next = ok ? at + 1 : at
      this.#port.after(ok ? 0 : this.#options.retryMs, () => this.#insist(tasks, next, onDone))
    })
  }

  #think(client: Client): void {
    const { prng } = this.#port
    this.#port.after(prng.between(0, 2 * this.#paceMs()), () => this.#act(client))
  }

  /** So long from one operation of a client to its next: what is left to do fills the time left. */
  #paceMs(): number {
    const { clients, operations, lastsMs } = this.#options
    const leftMs = Math.max(0, this.#startMs + lastsMs - this.#port.nowMs())
    return Math.floor((clients * leftMs) / Math.max(1, operations - this.#settled))
  }

  #act(client: Client): void {
    if (this.#stopped || this.isDone || this.#history.isFull) return
    const { prng } = this.#port
    const key = prng.below(this.#options.keys)
    const again = (): void => this.#think(client)
    const names = commandsOf[kindOf(key)]
    if (prng.chance(this.#options.readChance)) this.#read(client, key, again)
    else this.#command(client, key, names[prng.below(names.length)] ?? 'write', again)
  }

  #command(client: Client, key: number, name: CommandName, settled: Settled): void {
    const { prng } = this.#port
    const host = this.#findLeader(client)
    if (host === undefined) {
      this.#nobody(client, settled)
      return
    }
    const bare = client.number > this.#options.clients
    const wish = { key, name, term: host.status().term, bare }
    if (bare || !prng.chance(this.#options.dawdleChance)) {
      this.#propose(client, host, wish, settled)
      return
    }
    this.#port.after(prng.between(1, this.#options.dawdleMsMax), () => {
      if (this.#stopped) return
      const same = this.#port.replicas().find(other => other.id === host.id)
      if (same === undefined) this.#nobody(client, settled)
      else this.#propose(client, same, wish, settled)
    })
  }

  #propose(client: Client, host: HostPort, wish: Wish, settled: Settled): void {
    const serial = ++this.#serial
    const { key, name, term } = wish
    const command = {
      name,
      serial,
      key,
      expectedTerm: term,
      value: name === 'dequeue' ? 0 : serial,
      expected: name === 'cas' ? (this.#seen.get(key) ?? 0) : 0,
      // The sweep must succeed, whatever the largest entry is.
      paddingBytes: wish.bare ? 0 : this.#port.prng.below(this.#options.paddingBytesMax + 1),
    }
    const call = this.#call(client, command, settled)
    host.propose(term, encodeCommand(command), outcome => {
      call.answer(outcome.kind === 'ok', operation => this.#record(operation, outcome))
    })
  }

  #record(operation: Operation, outcome: Outcome): void {
    if (outcome.kind === 'failed') this.#history.failed(operation)
    else if (outcome.kind === 'unknown') this.#history.unknown(operation)
    else {
      this.#history.ok(operation, outcome.result)
      const { ask } = operation
      const wrote = ask.name === 'write' || (ask.name === 'cas' && outcome.result.ok)
      if (wrote) this.#seen.set(ask.key, ask.value)
    }
  }

  #read(client: Client, key: number, settled: Settled): void {
    const any = this.#port.prng.chance(this.#options.anyReplicaChance)
    const host = any ? this.#anyHost() : this.#findLeader(client)
    if (host === undefined) {
      this.#nobody(client, settled)
      return
    }
    const call = this.#call(client, { name: 'read', serial: ++this.#serial, key }, settled)
    const asked = this.#witness.asked()
    const onReady = (machine: Machine): void => {
      this.#witness.answered(asked, machine.appliedIndex)
      call.answer(true, operation => {
        const value = machine.read(key)
        this.#history.okRead(operation, value)
        if (typeof value === 'number') this.#seen.set(key, value)
      })
    }
    host.read(onReady, () => call.answer(false, operation => this.#history.failed(operation)))
  }

  /** An operation that is answered once, or given up. */
  #call(client: Client, ask: Ask, settled: Settled): Call {
    const operation = this.#history.call(client.number, ask)
    let answers = 0
    const settle = (ok: boolean, record: (operation: Operation) => void): void => {
      if (operation.state !== 'open') return
      record(operation)
      this.#settled++
      if (!ok) client.favourite = 0
      settled(ok)
    }
    this.#port.after(this.#options.timeoutMs, () => {
      settle(false, open => this.#history.unknown(open))
    })
    return {
      answer: (ok, record) => {
        answers++
        if (answers > 1) throw new Violation('CLIENT-1 one answer', `operation ${ask.serial}`)
        settle(ok, record)
      },
    }
  }

  /** Nobody to ask: the client waits a little. */
  #nobody(client: Client, settled: Settled): void {
    client.favourite = 0
    this.#port.after(this.#options.retryMs, () => settled(false))
  }

  #anyHost(): HostPort | undefined {
    const { prng } = this.#port
    const hosts = this.#port.replicas()
    if (hosts.length === 0) return undefined
    const { youngestChance } = this.#options
    const any = youngestChance === 0 || !prng.chance(youngestChance)
    if (any) return hosts[prng.below(hosts.length)]
    return hosts.reduce((young, host) => (host.startedMs > young.startedMs ? host : young))
  }

  /** Who is believed to lead: the favourite, else whom any replica names. It may be wrong. */
  #findLeader(client: Client): HostPort | undefined {
    const hosts = this.#port.replicas()
    const asked = hosts.find(host => host.id === client.favourite) ?? this.#anyHost()
    if (asked === undefined) return undefined
    const status = asked.status()
    const named = status.role === 'leader' ? asked : hosts.find(host => host.id === status.leader)
    client.favourite = named?.id ?? 0
    return named
  }
}

interface Call {
  answer(ok: boolean, record: (operation: Operation) => void): void
}
