/** The two sides of simulated connections: processes, and what each has of a connection. */

import type { Connection, ConnectionListener, Transport } from '../../../src/base/env.ts'
import { invariant } from '../../../src/base/errors.ts'
import type { Pipe, Segment } from './pipe.ts'

type Connect = (from: Process, to: string, listener: ConnectionListener) => Connection

/** One process of a node: it may connect, and be connected to once it accepts. */
export class Process implements Transport<string> {
  readonly node: number
  readonly address: string
  isDead = false
  isFrozen = false
  onConnection: ((connection: Connection) => ConnectionListener) | undefined
  readonly #connect: Connect

  constructor(node: number, address: string, connect: Connect) {
    this.#connect = connect
    this.node = node
    this.address = address
  }

  connect(to: string, listener: ConnectionListener): Connection {
    return this.#connect(this, to, listener)
  }

  accept(onConnection: (connection: Connection) => ConnectionListener): void {
    invariant(this.onConnection === undefined, 'a-process-accepts-in-one-place')
    this.onConnection = onConnection
  }
}

export type Ending = Pick<Segment & { readonly kind: 'closed' }, 'why' | 'code'>

/** One side of a connection. */
export class End implements Connection {
  readonly process: Process
  readonly out: Pipe
  listener: ConnectionListener | undefined
  other: End | undefined
  isOpen = false
  isClosed = false
  /** A frame of this side has arrived. */
  hasSpoken = false
  /** Nothing that this side says arrives. */
  isMute = false
  /** Its machine fell, and nothing is ever told of that: what is said to it is taken. */
  isOrphan = false

  constructor(process: Process, out: Pipe) {
    this.process = process
    this.out = out
  }

  get queuedBytes(): number {
    return this.out.queuedBytes
  }

  send(frame: Uint8Array): void {
    if (!this.isClosed) this.out.send({ kind: 'frame', frame })
  }

  close(): void {
    if (this.isClosed) return
    this.isClosed = true
    this.out.send({ kind: 'closed', why: 'the other side closed the connection' })
  }
}

/** Both sides live and take it for open. */
export function isSpoken({ isClosed, process, other, hasSpoken }: End): boolean {
  if (isClosed || process.isDead || !hasSpoken || other === undefined) return false
  return !other.isClosed && !other.process.isDead && other.hasSpoken
}

/** It lives and takes the connection for open, and the other side fell without a word. */
export function isBereft({ isClosed, process, other }: End): boolean {
  return !isClosed && !process.isDead && other?.isOrphan === true
}
