/**
 * A connection that somebody opened to us. Its first frame must be a hello that we believe; then we
 * say ours, and everything that follows is what that node says. Nothing is heard of whoever has not
 * been let in.
 */

import { MALFORMED_BYTES } from '../../base/bytes.ts'
import type { Connection, ConnectionListener, Timer } from '../../base/env.ts'
import { WeirError } from '../../base/errors.ts'
import {
  encodeHello,
  encodeRefusal,
  type Greeting,
  type Hello,
  type LinkRefusal,
  readGreeting,
  readRefusal,
} from './hello.ts'
import { refusals, unknownProtocol } from './judgement.ts'
import type { LineParts } from './line.ts'
import { ECHO_QUEUE_BYTES_MAX, encodeProbe, readProbe } from './probe.ts'

export interface AcceptedListener {
  judge(hello: Hello, names: readonly string[] | undefined): LinkRefusal | undefined
  onHello(accepted: Accepted, hello: Hello): void
  /** Throws WeirError('malformed-bytes') when the frame is none that a node sends. */
  onFrame(hello: Hello, frame: Uint8Array): void
  onRefused(accepted: Accepted, refusal: LinkRefusal, isTheirs: boolean): void
  /** It is over, for whatever reason but our own `close`; told last. */
  onGone(accepted: Accepted): void
}

export class Accepted implements ConnectionListener {
  /** Who speaks, once it was let in. */
  hello: Hello | undefined
  /** Who it says that it is, believed or not. */
  claimed: Hello | undefined
  readonly #parts: LineParts
  readonly #connection: Connection
  readonly #listener: AcceptedListener
  #timer: Timer | undefined
  #isOver = false

  constructor(parts: LineParts, connection: Connection, listener: AcceptedListener) {
    this.#parts = parts
    this.#connection = connection
    this.#listener = listener
    const { handshakeMs } = parts.limits
    this.#timer = parts.clock.after(handshakeMs, () => this.refuse(refusals.silent(handshakeMs)))
  }

  onOpen(): void {}

  onFrame(frame: Uint8Array): void {
    if (this.#isOver) return
    if (this.hello === undefined) this.#greet(frame)
    else this.#hear(this.hello, frame)
  }

  onClosed(why: string, code?: string): void {
    if (this.#isOver) return
    if (code !== undefined) {
      this.#turnAway({ code, message: why }, false)
      return
    }
    this.#end()
    this.#listener.onGone(this)
  }

  /** Says why, and is over. */
  refuse(refusal: LinkRefusal): void {
    if (this.#isOver) return
    this.#connection.send(encodeRefusal(refusal))
    this.#turnAway(refusal, false)
  }

  /** Tells nobody here. */
  close(): void {
    if (!this.#isOver) this.#end()
  }

  #greet(frame: Uint8Array): void {
    const greeting = this.#read(frame)
    if (greeting === undefined) return
    if (greeting.kind === 'refusal') {
      // Whoever was promised nothing has nothing to refuse.
      this.refuse(refusals.malformed('a refusal came before any hello'))
    } else if (greeting.kind === 'unknown-protocol') {
      this.refuse(unknownProtocol(greeting.protocol, this.#parts.self.protocol))
    } else {
      this.#onHello(greeting.hello)
    }
  }

  #read(frame: Uint8Array): Greeting | undefined {
    try {
      return readGreeting(frame, this.#parts.self.protocol)
    } catch (error) {
      if (!(error instanceof WeirError)) throw error
      this.refuse(refusals.malformed(error.message))
      return undefined
    }
  }

  #onHello(hello: Hello): void {
    this.claimed = hello
    const refusal = this.#listener.judge(hello, this.#connection.peerNames)
    if (this.#isOver) return
    if (refusal !== undefined) {
      this.refuse(refusal)
      return
    }
    this.#timer?.cancel()
    this.hello = hello
    this.#connection.send(encodeHello({ ...this.#parts.self, lane: hello.lane, to: hello.node }))
    this.#listener.onHello(this, hello)
  }

  #hear(hello: Hello, frame: Uint8Array): void {
    const { frameBytesMax } = this.#parts.limits
    if (frame.length > frameBytesMax) {
      this.refuse(refusals.oversize(frame.length, frameBytesMax))
      return
    }
    const probe = readProbe(frame)
    if (probe?.kind === 'probe') {
      this.#echo(probe.serial)
      return
    }
    // Before whoever reads frames: what is the peer's last word is none that it sends wrongly.
    const refusal = readRefusal(frame)
    if (refusal === undefined) this.#tell(hello, frame)
    else this.#turnAway(refusal, true)
  }

  #tell(hello: Hello, frame: Uint8Array): void {
    try {
      this.#listener.onFrame(hello, frame)
    } catch (error) {
      if (!(error instanceof WeirError) || error.code !== MALFORMED_BYTES) throw error
      this.refuse(refusals.malformed(error.message))
    }
  }

  #echo(serial: number): void {
    const connection = this.#connection
    if (connection.queuedBytes > ECHO_QUEUE_BYTES_MAX) return
    connection.send(encodeProbe({ kind: 'echo', serial }))
  }

  #turnAway(refusal: LinkRefusal, isTheirs: boolean): void {
    this.#end()
    this.#listener.onRefused(this, refusal, isTheirs)
    this.#listener.onGone(this)
  }

  #end(): void {
    this.#isOver = true
    this.#timer?.cancel()
    this.#connection.close()
  }
}
