/**
 * What one client asks, on the stream that it opened: each call is asked of the log, and answered
 * when the log does. Whoever does not take his answers is not heard until he has, and nothing more
 * is fetched for him.
 */

import type { ServerDuplexStream } from '@grpc/grpc-js'
import type { Asked, LogAnswer, LogError } from '../../../base/stream-log.ts'
import type { AskedBy, CallName, ToldBy } from '../calls.ts'
import type { EmbeddedLog } from '../embedded.ts'
import { type Room, recordBytes } from '../fetches.ts'
import { refused } from '../state/judge.ts'
import { type CallMessage, rows } from './messages.ts'

export type TalkStream = ServerDuplexStream<CallMessage, object>

/** Fetches that one client may have open: each may be answered with as much as a message holds. */
export const FETCHES_MAX = 2000
/** While a client has so much of what he fetched not taken, nothing is fetched for him. */
export const UNTAKEN_BYTES_MAX = 32 * 1024 * 1024

/** What a record takes besides its bytes, at least. */
const RECORD_BYTES = 64

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
  #untakenBytes = 0
  /** Waits for him to take it. */
  #onFree: (() => void) | undefined
  readonly #room: Room = {
    isFree: () => this.#untakenBytes < UNTAKEN_BYTES_MAX,
    whenFree: go => {
      this.#onFree = go
    },
  }
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
      if (answer.error !== undefined) this.#refuse(serial, answer.error)
      else this.#tell(serial, name, tell(answer.value), bytesOf(answer.value))
    }
    const waits = this.#log.ask(name, asked(message) as AskedBy<Name>, told, this.#room)
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

  #tell(serial: number, told: CallName | 'trouble', message: object, bytes = 0): void {
    if (this.#isGone) return
    this.#forget(serial)
    this.#untakenBytes += bytes
    const answer = { serial, log: this.#log.name, [told]: message }
    const isTaken = this.#stream.write(answer, () => this.#taken(bytes))
    if (!isTaken) this.#stream.pause()
    this.#maybeEnd()
  }

  #taken(bytes: number): void {
    this.#untakenBytes -= bytes
    if (this.#onFree === undefined || !this.#room.isFree()) return
    const go = this.#onFree
    this.#onFree = undefined
    go()
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

/** Of what was fetched; other answers are small. */
const bytesOf = (told: ToldBy<CallName>): number =>
  typeof told === 'object' && 'records' in told
    ? recordBytes(told.records) + RECORD_BYTES * told.records.length
    : 0

const closing = refused('unavailable', 'the log is being closed; ask again when it is there').error
const tooMany = refused(
  'unavailable',
  `this client has ${FETCHES_MAX} fetches open, as many as it may; ask again when one is answered`,
).error
const unknown = refused('unsupported', 'the log does not know this call; take a newer one').error
