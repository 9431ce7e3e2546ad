/** The stream of one channel, and its life: dial, hello, talk, end, and dial again. */

import { malformed } from '../../base/bytes.ts'
import type { Connection, Timer } from '../../base/env.ts'
import { WeirError } from '../../base/errors.ts'
import { decodeFrame } from '../../engine/channels/frame.ts'
import { type Ask, decodeTold, encodeAsk } from '../../engine/exchange/talk.ts'
import type { AskingParts } from './asking.ts'
import type { FeedBounds } from './bounds.ts'
import { Pause } from './pause.ts'

export interface WireParts extends AskingParts {
  readonly bounds: FeedBounds
  /** Nothing was told on its stream yet. */
  readonly onDialled: () => void
}

export class Wire {
  readonly #channel: number
  readonly #parts: WireParts
  readonly #pause: Pause
  #connection: Connection | undefined
  /** Runs while nobody is asked, or has not answered. */
  #timer: Timer | undefined
  #dialledMs = 0
  /** Told on this stream. */
  #wanted = 0
  #taken = 0
  /** The refusal that people heard of, until a frame comes. */
  #refusal: string | undefined
  #isClosed = false

  constructor(channel: number, parts: WireParts) {
    this.#channel = channel
    this.#parts = parts
    this.#pause = new Pause(parts.random, parts.bounds)
  }

  /** Now, unless nobody knows whom to ask: `redial` is called when somebody does. */
  dial(): void {
    const { clock, transport, self, group, addressOf, bounds } = this.#parts
    const channel = this.#channel
    const address = addressOf(channel)
    if (this.#isClosed || address === undefined) return
    const { cursor, bytes } = group.hello(channel)
    this.#dialledMs = clock.monotonicMs()
    this.#wanted = 0
    this.#taken = 0
    const connection: Connection = transport.connect(address, {
      onOpen: () => {
        if (this.#connection === connection) this.#timer?.cancel()
      },
      onFrame: frame => {
        if (this.#connection === connection) this.#onTold(frame)
      },
      onClosed: () => {
        if (this.#connection === connection) this.#again()
      },
    })
    this.#connection = connection
    this.#timer = clock.after(bounds.handshakeMs, () => this.#again())
    this.say({ kind: 'hello', opening: { ...self, channel, cursor, bytes } })
    this.#parts.onDialled()
  }

  redial(): void {
    this.#hangUp()
    this.#pause.onSuccess()
    this.dial()
  }

  /** On the stream that is open; the next begins with a hello that says it anew. */
  say(ask: Ask): void {
    this.#connection?.send(encodeAsk(ask))
  }

  onWanted(epoch: number): void {
    if (this.#connection === undefined || epoch <= this.#wanted) return
    this.#wanted = epoch
    this.say({ kind: 'wanted', epoch })
  }

  /** More of the channel is committed than was told. */
  get isBehind(): boolean {
    return this.#parts.group.taken(this.#channel) > this.#taken
  }

  tellTaken(): void {
    if (this.#connection === undefined || !this.isBehind) return
    const cursor = this.#parts.group.taken(this.#channel)
    this.#taken = cursor
    this.say({ kind: 'taken', cursor })
  }

  close(): void {
    this.#isClosed = true
    this.#hangUp()
  }

  #onTold(bytes: Uint8Array): void {
    try {
      const told = decodeTold(bytes)
      if (told.kind === 'refusal') this.#onRefused(told.refusal.code, told.refusal.message)
      else this.#onFrame(told.bytes)
    } catch (error) {
      if (!(error instanceof WeirError)) throw error
      this.#onRefused(error.code, error.message)
    }
  }

  #onFrame(bytes: Uint8Array): void {
    const frame = decodeFrame(bytes, this.#parts.schemaOf)
    if (frame.channel !== this.#channel) throw malformed('a frame is of another channel')
    this.#refusal = undefined
    this.#parts.group.onFrame(frame, bytes.length)
  }

  /** By them, or what they say by us: the stream is of no use. */
  #onRefused(code: string, message: string): void {
    this.#again()
    if (code === this.#refusal) return
    this.#refusal = code
    this.#parts.onRefused(this.#channel, code, message)
  }

  #again(): void {
    const { clock, bounds } = this.#parts
    this.#hangUp()
    if (clock.monotonicMs() - this.#dialledMs >= bounds.settledMs) this.#pause.onSuccess()
    this.#timer = clock.after(this.#pause.nextMs(), () => this.dial())
  }

  #hangUp(): void {
    this.#timer?.cancel()
    const connection = this.#connection
    this.#connection = undefined
    connection?.close()
  }
}
