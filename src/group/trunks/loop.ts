/** Streams of a process to itself: what is sent is handed over when the turn ends, as it is. */

import type { Clock, Connection, ConnectionListener } from '../../base/env.ts'

export type OnConnection = (connection: Connection) => ConnectionListener

export class Loop {
  readonly #clock: Clock
  readonly #ends = new Set<End>()
  /** In the order in which it happened. */
  #events: (() => void)[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** `accepts` is asked when the turn has ended; undefined: nobody takes it. */
  connect(listener: ConnectionListener, accepts: () => OnConnection | undefined): Connection {
    const later = (event: () => void): void => this.#later(event)
    const [near, far] = [new End(later), new End(later)]
    near.meet(far)
    near.listener = listener
    for (const one of [near, far]) {
      this.#ends.add(one)
      one.onGone = () => this.#ends.delete(one)
    }
    later(() => {
      far.listener = far.isClosed ? undefined : accepts()?.(far)
      if (far.listener === undefined) far.close()
      else if (!near.isClosed) listener.onOpen()
    })
    return near
  }

  /** Nobody is told. */
  close(): void {
    this.#events = []
    for (const end of [...this.#ends]) end.leave()
  }

  #later(event: () => void): void {
    if (this.#events.push(event) === 1) this.#clock.after(0, () => this.#pass())
  }

  /** What happens meanwhile has its own turn. */
  #pass(): void {
    const events = this.#events
    this.#events = []
    for (const event of events) event()
  }
}

class End implements Connection {
  queuedBytes = 0
  isClosed = false
  listener: ConnectionListener | undefined
  onGone = (): void => {}
  readonly #later: (event: () => void) => void
  #other: End | undefined

  constructor(later: (event: () => void) => void) {
    this.#later = later
  }

  meet(other: End): void {
    this.#other = other
    other.#other = this
  }

  send(frame: Uint8Array): void {
    if (this.isClosed) return
    this.queuedBytes += frame.length
    this.#later(() => {
      this.queuedBytes -= frame.length
      this.#other?.take(frame)
    })
  }

  take(frame: Uint8Array): void {
    if (!this.isClosed) this.listener?.onFrame(frame)
  }

  close(): void {
    if (this.isClosed) return
    this.leave()
    this.#later(() => this.#other?.onOver())
  }

  leave(): void {
    this.isClosed = true
    this.onGone()
  }

  onOver(): void {
    if (this.isClosed) return
    this.leave()
    this.listener?.onClosed('the other side closed the stream')
  }
}
