/**
 * One connection to a broker, asked one question at a time: brokers answer in order, so that a
 * question behind another waits for its answer. kafkajs has the socket, TLS, SASL and framing; time
 * limits are ours. A line that was silent, or broke, is never used again.
 */

import KafkajsConnection from 'kafkajs/src/network/connection.js'
import socketFactory from 'kafkajs/src/network/socketFactory.js'
import library, { type Versions } from 'kafkajs/src/protocol/requests/index.js'
import { type KafkaOptions, limitsOf } from './options.ts'
import type { Question } from './protocol/message.ts'
import { mustBeGood, Trouble } from './trouble.ts'

/** Where a broker is. */
export interface Address {
  readonly host: string
  readonly port: number
}

const quiet = {
  namespace: () => quiet,
  info() {},
  error() {},
  warn() {},
  debug() {},
}

/** The first question of a connection; every broker since 2.0 takes it in this version. */
const VERSIONS_VERSION = 2

interface Spoken {
  readonly errorCode: number
  readonly apiVersions: readonly {
    readonly apiKey: number
    readonly minVersion: number
    readonly maxVersion: number
  }[]
}

export class Line {
  readonly #connection: KafkajsConnection
  readonly #address: Address
  #versions: Versions = {}
  #isDestroyed = false
  /** A quota: until then the broker reads nothing that is sent on this line. */
  #heldUntilMs = 0
  readonly #heldMsMax: number

  private constructor(address: Address, options: KafkaOptions) {
    const { connectMs, answerMs, heldMsMax } = limitsOf(options)
    this.#address = address
    this.#heldMsMax = heldMsMax
    this.#connection = new KafkajsConnection({
      ...address,
      clientId: options.clientId,
      logger: quiet,
      socketFactory: socketFactory(),
      ssl: options.tls ?? null,
      sasl: options.sasl === undefined ? null : { ...options.sasl },
      connectionTimeout: connectMs,
      requestTimeout: answerMs,
      // Ours: theirs is a timer ten times a second for each connection.
      enforceRequestTimeout: false,
    })
    const queue = this.#connection.requestQueue
    // It would set a timer of a negative time after each answer; nothing waits in its queue here.
    queue.scheduleCheckPendingRequests = () => {}
    // Nor for a quota: whoever holds us back does so by himself.
    queue.maybeThrottle = ms => {
      this.#heldUntilMs = performance.now() + (ms ?? 0)
    }
  }

  static async open(address: Address, options: KafkaOptions): Promise<Line> {
    const line = new Line(address, options)
    try {
      await line.#connection.connect()
      await line.#greet(limitsOf(options).answerMs)
      return line
    } catch (error) {
      line.destroy('it could not be opened')
      throw error
    }
  }

  async #greet(timeoutMs: number): Promise<void> {
    const definition = library.requests['ApiVersions']
    const message = definition?.protocol({ version: VERSIONS_VERSION })({})
    if (message === undefined) throw new Trouble('unsupported', 'kafkajs is of another version')
    const { decode } = message.response
    const parse = (decoded: unknown) => Promise.resolve(decoded as Spoken)
    const question = { request: message.request, response: { decode, parse } }
    const spoken = await this.ask(() => question, timeoutMs)
    mustBeGood(spoken.errorCode, `first question to ${this.name}`)
    this.#versions = Object.fromEntries(spoken.apiVersions.map(one => [one.apiKey, one]))
    this.#connection.setVersions(this.#versions)
    this.#connection.setSupportAuthenticationProtocol(true)
  }

  get name(): string {
    return `${this.#address.host}:${this.#address.port}`
  }

  get isOpen(): boolean {
    return !this.#isDestroyed && this.#connection.isConnected()
  }

  async ask<T>(question: Question<T>, timeoutMs: number): Promise<T> {
    const message = question(this.#versions)
    const heldMs = Math.ceil(this.#heldUntilMs - performance.now())
    const waitMs = timeoutMs + Math.min(this.#heldMsMax, Math.max(0, heldMs))
    const timer = setTimeout(() => this.destroy(silence(waitMs, heldMs)), waitMs)
    try {
      return await this.#connection.send(message)
    } finally {
      clearTimeout(timer)
    }
  }

  /**
   * Builds the questions as it would ask them, and asks none: the codecs of kafkajs are loaded when
   * they are used first, which takes longer than an answer.
   */
  rehearse(questions: readonly Question<unknown>[]): void {
    for (const question of questions) question(this.#versions)
  }

  /** Whoever waits for an answer is told that none comes. */
  destroy(why: string): void {
    if (this.#isDestroyed) return
    this.#isDestroyed = true
    const error = new Trouble('unavailable', `${this.name}: ${why}: see that the broker runs`)
    this.#connection.rejectRequests(error)
    this.#connection.socket?.destroy()
    void this.#connection.disconnect()
  }
}

function silence(waitMs: number, heldMs: number): string {
  const said = `no answer for ${waitMs} ms`
  return heldMs > 0 ? `${said}, held back by a quota for ${heldMs} of them (raise it)` : said
}
