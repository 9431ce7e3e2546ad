/**
 * Test support: node 2 as a program that does what a test says, watched by the links of node 1 over
 * the simulated wire.
 */

import type { Connection, Transport } from '../../base/env.ts'
import { encodeHello, encodeRefusal, type Hello, type Lane, readGreeting } from '../links/hello.ts'
import { encodeProbe, readProbe } from '../links/probe.ts'
import { Fleet, type Member, nameOf } from './fleet.ts'

interface Life {
  readonly boot: number
  readonly store: string
}

export const FIRST: Life = { boot: 1, store: 's2' }

/** Node 2: it is called, and calls; it lives, is silent, refuses, or is gone. */
export class Puppet {
  readonly fleet: Fleet
  readonly one: Member
  manner: 'answers' | 'is silent' | 'refuses' = 'answers'
  life = FIRST
  /** Whether the life that was called sends probes back, as every life does. */
  echoes = true
  /** Calls of node 1 on the lane of turns. */
  calls = 0
  readonly #door: Transport<string>
  /** Of node 1's, by lane. */
  readonly #called = new Map<Lane, Connection>()
  readonly #calling = new Map<Lane, Connection>()

  constructor(limits = {}) {
    this.fleet = new Fleet({ limits })
    this.#door = this.fleet.wire.door(2, this.fleet.addressOf(2))
    this.one = this.fleet.start(1, [2])
    this.#door.accept(connection => ({
      onOpen: () => {},
      onFrame: frame => this.#answer(connection, frame),
      onClosed: () => {},
    }))
  }

  #answer(connection: Connection, frame: Uint8Array): void {
    const probe = readProbe(frame)
    if (probe !== undefined) {
      if (this.echoes) connection.send(encodeProbe({ kind: 'echo', serial: probe.serial }))
      return
    }
    const greeting = readGreeting(frame, { min: 1, max: 1 })
    if (greeting.kind !== 'hello') return
    const { lane } = greeting.hello
    if (lane === 'turn') this.calls++
    this.#called.set(lane, connection)
    if (this.manner === 'answers') connection.send(this.hello(lane))
    if (this.manner !== 'refuses') return
    connection.send(encodeRefusal({ code: 'whim', message: 'not today; come again tomorrow' }))
  }

  hello(lane: Lane): Uint8Array {
    const hello: Hello = { ...this.fleet.self(2, this.life), lane, to: nameOf(1) }
    return encodeHello(hello)
  }

  call(lane: Lane = 'turn', frames: readonly number[] = []): this {
    const connection = this.#door.connect(this.fleet.addressOf(1), {
      onOpen: () => {},
      onFrame: () => {},
      onClosed: () => {},
    })
    connection.send(this.hello(lane))
    for (const n of frames) connection.send(Uint8Array.of(n))
    this.#calling.set(lane, connection)
    return this
  }

  say(...numbers: readonly number[]): void {
    for (const n of numbers) this.#calling.get('turn')?.send(Uint8Array.of(n))
  }

  /** Ends what node 1 opened, or what it opened itself. */
  hangUp(whose: 'theirs' | 'its own', lane: Lane = 'turn'): void {
    const connections = whose === 'theirs' ? this.#called : this.#calling
    connections.get(lane)?.close()
  }

  /** Everything that happened, but who is let in, told since then. */
  after(ms: number): readonly string[] {
    this.fleet.pass(ms)
    return [...this.one.told]
  }

  settle(): this {
    this.fleet.pass(2500)
    return this
  }

  get status() {
    const [status] = this.one.links.status()
    if (status === undefined) throw new Error('node 1 has no peer')
    return status
  }
}
