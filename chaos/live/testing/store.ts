/**
 * A store in memory behind the clients' port: linearizable, but answers are refused, left unknown
 * or given by the wrong node as a seed wants it. For tests of clients, histories and verdicts.
 */

import { Prng } from '../../../src/base/prng.ts'
import type { Exchange, Seen } from '../history/event.ts'
import type { Answer, Port, Request } from '../load/port.ts'

export interface StoreOptions {
  readonly seed: number
  /** Of a hundred calls so many end unknown; half of those happened. */
  readonly unknown?: number
  readonly leader?: string
  /** Answers a read from what it saw some calls ago. */
  readonly isStale?: boolean
}

const HUNDRED = 100

export class MemoryStore implements Port {
  readonly #options: StoreOptions
  readonly #random: Prng
  readonly #values = new Map<string, Seen>()
  readonly #old = new Map<string, Seen>()
  asked = 0

  constructor(options: StoreOptions) {
    this.#options = options
    this.#random = new Prng(options.seed)
  }

  async ask(node: string, request: Request): Promise<Answer> {
    this.asked++
    await new Promise(resolve => setImmediate(resolve))
    const { leader, unknown = 0 } = this.#options
    if (leader !== undefined && node !== leader) {
      return { kind: 'refused', code: 'not-leader', leader }
    }
    if (this.#random.uint32() % HUNDRED >= unknown) return this.#run(request)
    if (this.#random.uint32() % 2 === 0) this.#run(request)
    return { kind: 'unknown', code: 'closed' }
  }

  close(): void {}

  #run({ key, f, value }: Request): Answer {
    const now = this.#values.get(key) ?? null
    if (f === 'read') {
      const seen = this.#options.isStale === true ? (this.#old.get(key) ?? null) : now
      return { kind: 'ok', seen: seen ?? (key.startsWith('l') ? [] : null) }
    }
    if (f === 'cas') {
      const [expected, wanted] = value as Exchange
      if (expected !== now) return { kind: 'mismatch' }
      return this.#set(key, wanted)
    }
    if (f === 'write') return this.#set(key, value as number)
    return this.#set(key, [...((now ?? []) as readonly number[]), value as number])
  }

  #set(key: string, value: Seen): Answer {
    this.#old.set(key, this.#values.get(key) ?? null)
    this.#values.set(key, value)
    return { kind: 'ok' }
  }
}
