/**
 * What one client asks, on the stream that it opened: each call is asked of the log, and answered
 * when the log does. Whoever does not take his answers is not heard until he has.
 */

import type { ServerDuplexStream } from '@grpc/grpc-js'
import type { Asked, LogAnswer, LogError } from '../../../base/stream-log.ts'
import type { AskedBy, CallName, ToldBy } from '../calls.ts'
import type { EmbeddedLog } from '../embedded.ts'
import { refused } from '../state/judge.ts'
import { type CallMessage, rows } from './messages.ts'

export type TalkStream = ServerDuplexStream<CallMessage, object>

/** Fetches that one client may have open: each may be answered with as much as a message holds. */
export const FETCHES_MAX = 2000

interface Open extends Asked {
  readonly name: CallName
}

export class Talk {
  readonly #log: EmbeddedLog
  readonly #stream: TalkStream
  readonly #onGone: () => void
  /** By the serials of the calls. */
  readonly #open = new Map<number, Open>()
  #fetches = 0
  #isEnding = false
  #isGone = false

  /** `onGone` is called once, when nothing more comes. */
  constructor(log: EmbeddedLog, stream: TalkStream, onGone: () => void) {
    this.#log = log
    this.#stream = stream
    this.#onGone = onGone
    stream.on('data', (call: CallMessage) => this.#take(call))
    stream.on('drain', () => stream.resume())
    stream.on('end', () => this.end())
    stream.on('cancelled', () => this.#leave())
    stream.on('error', () => this.#leave())
  }

  /** Nothing more is asked: what is being done is answered, and who waits for records goes. */
  end(): void {
    this.#isEnding = true
    for (const [serial, { name, cancel }] of this.#open) {
      if (name !== 'fetch') continue
      cancel()
      this.#refuse(serial, closing)
    }
    this.#maybeEnd()
  }

  #take({ serial, log, what, ...messages }: CallMessage): void {
    if (what === 'cancel') {
      this.#open.get(serial)?.cancel()
      this.#forget(serial)
      return
    }
    const { name } = this.#log
    if (log !== '' && log !== name) {
      const message = `this is log ${name}, and ${log} was here before; name the right address`
      this.#refuse(serial, { code: 'other-cluster', message })
    } else if (what === undefined) this.#refuse(serial, unknown)
    else if (this.#isEnding) this.#refuse(serial, closing)
    else if (what === 'fetch' && this.#fetches >= FETCHES_MAX) this.#refuse(serial, tooMany)
    else this.#ask(serial, what, messages[what] as never)
  }

  #ask<Name extends CallName>(serial: number, name: Name, message: never): void {
    const { asked, tell } = rows[name]
    const told = (answer: LogAnswer<ToldBy<Name>>): void => {
      if (answer.error === undefined) this.#tell(serial, name, tell(answer.value))
      else this.#refuse(serial, answer.error)
    }
    const waits = this.#log.ask(name, asked(message) as AskedBy<Name>, told)
    this.#forget(serial)
    this.#open.set(serial, { name, cancel: () => waits.cancel() })
    if (name === 'fetch') this.#fetches++
  }

  #forget(serial: number): void {
    if (this.#open.get(serial)?.name === 'fetch') this.#fetches--
    this.#open.delete(serial)
  }

  #refuse(serial: number, error: LogError): void {
    this.#tell(serial, 'trouble', error)
  }

  #tell(serial: number, told: CallName | 'trouble', message: object): void {
    if (this.#isGone) return
    this.#forget(serial)
    const isTaken = this.#stream.write({ serial, log: this.#log.name, [told]: message })
    if (!isTaken) this.#stream.pause()
    this.#maybeEnd()
  }

  #maybeEnd(): void {
    if (!this.#isEnding || this.#isGone || this.#open.size > 0) return
    this.#leave()
    this.#stream.end()
  }

  /** Nobody is told anything any more. */
  #leave(): void {
    if (this.#isGone) return
    this.#isGone = true
    for (const { cancel } of this.#open.values()) cancel()
    this.#open.clear()
    this.#onGone()
  }
}

const closing = refused('unavailable', 'the log is being closed; ask again when it is there').error
const tooMany = refused(
  'unavailable',
  `this client has ${FETCHES_MAX} fetches open, as many as it may; ask again when one is answered`,
).error
const unknown = refused('unsupported', 'the log does not know this call; take a newer one').error
