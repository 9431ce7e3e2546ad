/**
 * Streams between nodes as a Transport door, with one connection to each node below them: groups
 * have hundreds of streams to a node, and each message costs much more than what it carries. What
 * is sent to oneself stays here.
 */

import type { Clock, Connection, ConnectionListener, Transport } from '../../base/env.ts'
import { TRUNK_BOUNDS, type TrunkBounds } from './bounds.ts'
import { Loop, type OnConnection } from './loop.ts'
import { Trunk } from './trunk.ts'

export interface TrunksParts {
  readonly clock: Clock
  readonly carrier: Transport<string>
  /** What others call this process. */
  readonly self: string
  readonly bounds?: TrunkBounds
}

export class Trunks implements Transport<string> {
  readonly #parts: TrunksParts
  readonly #bounds: TrunkBounds
  /** Of each address the newest that was dialled; of others streams may be left. */
  readonly #dialled = new Map<string, Trunk>()
  readonly #all = new Set<Trunk>()
  readonly #loop: Loop
  #onConnection: OnConnection | undefined

  constructor(parts: TrunksParts) {
    this.#parts = parts
    this.#bounds = parts.bounds ?? TRUNK_BOUNDS
    this.#loop = new Loop(parts.clock)
    parts.carrier.accept(carrier => this.#onCarrier(carrier))
  }

  /** Connections that carry streams, or may; for tests. */
  get trunks(): number {
    return this.#all.size
  }

  connect(to: string, listener: ConnectionListener): Connection {
    if (to === this.#parts.self) return this.#loop.connect(listener, () => this.#onConnection)
    const known = this.#dialled.get(to)
    return (known === undefined || known.isDoubtful ? this.#dial(to) : known).open(listener)
  }

  accept(onConnection: OnConnection): void {
    this.#onConnection = onConnection
  }

  /** Of all streams: nobody here is told; what was sent may still arrive. */
  close(): void {
    this.#onConnection = undefined
    this.#loop.close()
    for (const trunk of [...this.#all]) trunk.end()
  }

  #dial(to: string): Trunk {
    const { clock, carrier } = this.#parts
    const bounds = this.#bounds
    const onGone = (): void => {
      this.#all.delete(trunk)
      if (this.#dialled.get(to) === trunk) this.#dialled.delete(to)
    }
    const trunk: Trunk = new Trunk({ clock, bounds, onGone }, told => carrier.connect(to, told))
    this.#all.add(trunk)
    this.#dialled.set(to, trunk)
    return trunk
  }

  #onCarrier(carrier: Connection): ConnectionListener {
    const { clock } = this.#parts
    const bounds = this.#bounds
    const accepts = () => this.#onConnection
    const onGone = (): void => void this.#all.delete(trunk)
    const trunk: Trunk = new Trunk({ clock, bounds, accepts, onGone }, () => carrier)
    this.#all.add(trunk)
    return trunk
  }
}
