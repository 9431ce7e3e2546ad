/** Takes down what the clients of a drill call and are answered, in the order in which it comes. */

import { invariant } from '../../../src/base/errors.ts'
import type { Exchange, HistoryEvent, Seen, Verb } from './event.ts'

export interface Invocation {
  readonly process: number
  readonly f: Verb
  readonly key: string
  readonly value: Seen | Exchange
}

export class Recorder {
  readonly #nowNs: () => number
  readonly #eventsMax: number
  readonly #events: HistoryEvent[] = []
  readonly #open = new Map<number, Invocation>()

  constructor(nowNs: () => number, eventsMax: number) {
    this.#nowNs = nowNs
    this.#eventsMax = eventsMax
  }

  get events(): readonly HistoryEvent[] {
    return this.#events
  }

  /** No further call is taken; those on their way may end. */
  get isFull(): boolean {
    return this.#events.length >= this.#eventsMax
  }

  get openCalls(): number {
    return this.#open.size
  }

  invoke(call: Invocation): void {
    invariant(!this.#open.has(call.process), 'LIVE a process calls one at a time', call.process)
    this.#open.set(call.process, call)
    this.#add({ ...call, type: 'invoke', time: this.#nowNs() })
  }

  /** `seen`: of a read. */
  ok(process: number, seen?: Seen): void {
    const call = this.#close(process)
    const value = seen === undefined ? call.value : seen
    this.#add({ ...call, value, type: 'ok', time: this.#nowNs() })
  }

  fail(process: number, error: string): void {
    this.#add({ ...this.#close(process), type: 'fail', time: this.#nowNs(), error })
  }

  info(process: number, error: string): void {
    this.#add({ ...this.#close(process), type: 'info', time: this.#nowNs(), error })
  }

  #close(process: number): Invocation {
    const call = this.#open.get(process)
    invariant(call !== undefined, 'LIVE an answer has its call', process)
    this.#open.delete(process)
    return call
  }

  #add(event: HistoryEvent): void {
    const { process, type, f, key, value, time, error } = event
    const common = { process, type, f, key, value, time }
    this.#events.push(error === undefined ? common : { ...common, error })
  }
}
