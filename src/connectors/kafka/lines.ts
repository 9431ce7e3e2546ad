/**
 * Connections to brokers, lent to one question each. As many are opened as there are questions at
 * the same time, up to a bound; others wait for their turn, up to a bound. Each new one is asked
 * for the name of its cluster first: behind an address that was ours another may stand by now.
 */

import { type Address, Line } from './line.ts'
import { type KafkaOptions, type Limits, limitsOf } from './options.ts'
import type { Question } from './protocol/message.ts'
import { brokers } from './protocol/small.ts'
import { Trouble, unsent } from './trouble.ts'

/** The one cluster that is meant: who was met first, if nobody said which. */
export class ClusterName {
  #name: string | undefined

  constructor(name: string | undefined) {
    this.#name = name
  }

  mustBe(name: string, at: string): void {
    this.#name ??= name
    if (name === this.#name) return
    throw new Trouble(
      'other-cluster',
      `${at} belongs to Kafka cluster ${name}, and ${this.#name} is meant: correct the address`,
    )
  }
}

/** To one broker. */
interface Bundle {
  /** The one used last comes last, and is used next: the others may grow old and be closed. */
  readonly idle: Line[]
  /** Idle, lent and being opened. */
  count: number
  readonly waiting: (() => void)[]
}

interface Asking {
  readonly timeoutMs: number
  /** Nobody wants the answer any more. */
  readonly signal?: AbortSignal | undefined
}

export class Lines {
  readonly #options: KafkaOptions
  readonly #limits: Limits
  readonly #cluster: ClusterName
  readonly #bundles = new Map<string, Bundle>()
  readonly #lent = new Set<Line>()
  #isClosed = false

  constructor(options: KafkaOptions, cluster: ClusterName) {
    this.#options = options
    this.#limits = limitsOf(options)
    this.#cluster = cluster
  }

  async ask<T>(address: Address, question: Question<T>, how: Asking): Promise<T> {
    const bundle = this.#bundleOf(address)
    const line = await this.#take(bundle, address)
    const cancel = () => line.destroy('it was cancelled')
    how.signal?.addEventListener('abort', cancel)
    try {
      how.signal?.throwIfAborted()
      return await line.ask(question, how.timeoutMs)
    } finally {
      how.signal?.removeEventListener('abort', cancel)
      this.#giveBack(bundle, line)
    }
  }

  /** One is open to there from now on, as long as nobody closes it, and knows these questions. */
  async warm(address: Address, questions: readonly Question<unknown>[]): Promise<void> {
    const bundle = this.#bundleOf(address)
    const isUsed = bundle.count > bundle.idle.length
    if (isUsed && !bundle.idle.some(({ isOpen }) => isOpen)) return
    const line = await this.#take(bundle, address)
    try {
      line.rehearse(questions)
    } finally {
      this.#giveBack(bundle, line)
    }
  }

  #bundleOf({ host, port }: Address): Bundle {
    const name = `${host}:${port}`
    const found = this.#bundles.get(name)
    if (found !== undefined) return found
    const made = { idle: [], count: 0, waiting: [] }
    this.#bundles.set(name, made)
    return made
  }

  async #take(bundle: Bundle, address: Address): Promise<Line> {
    while (bundle.count >= this.#limits.connectionsMax && bundle.idle.length === 0) {
      await this.#turn(bundle)
    }
    if (this.#isClosed) throw new Trouble('unavailable', 'the client was closed: open another')
    const line = this.#maybeIdle(bundle) ?? (await this.#opened(bundle, address))
    this.#lent.add(line)
    return line
  }

  #turn(bundle: Bundle): Promise<void> {
    if (bundle.waiting.length >= this.#limits.waitingMax) {
      const many = `${bundle.waiting.length} questions wait for one broker already`
      throw new Trouble('unavailable', `${many}: ask again later`)
    }
    return new Promise(resolve => bundle.waiting.push(resolve))
  }

  #maybeIdle(bundle: Bundle): Line | undefined {
    for (;;) {
      const line = bundle.idle.pop()
      if (line === undefined || line.isOpen) return line
      bundle.count--
    }
  }

  async #opened(bundle: Bundle, address: Address): Promise<Line> {
    bundle.count++
    try {
      const line = await Line.open(address, this.#options)
      await this.#mustBeOurs(line)
      return line
    } catch (error) {
      bundle.count--
      bundle.waiting.shift()?.()
      throw unsent(error, `connection to ${address.host}:${address.port}`)
    }
  }

  async #mustBeOurs(line: Line): Promise<void> {
    try {
      const { clusterId } = await line.ask(brokers(), this.#limits.answerMs)
      this.#cluster.mustBe(clusterId, line.name)
    } catch (error) {
      line.destroy('it is not of our cluster')
      throw error
    }
  }

  #giveBack(bundle: Bundle, line: Line): void {
    this.#lent.delete(line)
    if (line.isOpen && !this.#isClosed) bundle.idle.push(line)
    else {
      line.destroy('it is not used any more')
      bundle.count--
    }
    bundle.waiting.shift()?.()
  }

  close(): void {
    this.#isClosed = true
    for (const { idle, waiting } of this.#bundles.values()) {
      for (const line of idle.splice(0)) line.destroy('the client was closed')
      for (const go of waiting.splice(0)) go()
    }
    for (const line of this.#lent) line.destroy('the client was closed')
  }
}
