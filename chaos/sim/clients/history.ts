/**
 * What the clients did and saw: the only evidence that the linearizability checker takes. Calls
 * and answers are numbered in the order in which they happened; times are kept for people.
 */

import { invariant } from '../../../src/base/errors.ts'
import type { Command } from '../command.ts'
import type { ApplyResult, Value } from '../machine.ts'

export type Ask = Command | ReadAsk

export interface ReadAsk {
  readonly name: 'read'
  readonly serial: number
  readonly key: number
}

/** `failed`: certainly never happened. `unknown`: may have, or may yet. */
export type OperationState = 'open' | 'ok' | 'failed' | 'unknown'

export interface Operation {
  readonly client: number
  readonly ask: Ask
  readonly called: number
  readonly calledMs: number
  readonly state: OperationState
  /** 0 until there was an answer. */
  readonly returned: number
  readonly returnedMs: number
  /** Of a command that is ok. */
  readonly result?: ApplyResult
  /** Of a read that is ok. */
  readonly value?: Value
}

type Open = { -readonly [K in keyof Operation]: Operation[K] }

export class History {
  readonly #nowMs: () => number
  readonly #operationsMax: number
  readonly #operations: Open[] = []
  readonly #bySerial = new Map<number, Open>()
  #events = 0

  constructor(nowMs: () => number, operationsMax: number) {
    this.#nowMs = nowMs
    this.#operationsMax = operationsMax
  }

  get operations(): readonly Operation[] {
    return this.#operations
  }

  get isFull(): boolean {
    return this.#operations.length >= this.#operationsMax
  }

  bySerial(serial: number): Operation | undefined {
    return this.#bySerial.get(serial)
  }

  call(client: number, ask: Ask): Operation {
    invariant(!this.isFull, 'HISTORY has room', this.#operationsMax)
    invariant(!this.#bySerial.has(ask.serial), 'HISTORY serials are used once', ask.serial)
    const called = ++this.#events
    const calledMs = this.#nowMs()
    const operation: Open = {
      client,
      ask,
      called,
      calledMs,
      state: 'open',
      returned: 0,
      returnedMs: 0,
    }
    this.#operations.push(operation)
    this.#bySerial.set(ask.serial, operation)
    return operation
  }

  ok(operation: Operation, result: ApplyResult): void {
    this.#settle(operation, 'ok').result = result
  }

  okRead(operation: Operation, value: Value): void {
    this.#settle(operation, 'ok').value = value
  }

  failed(operation: Operation): void {
    this.#settle(operation, 'failed')
  }

  unknown(operation: Operation): void {
    this.#settle(operation, 'unknown')
  }

  #settle(operation: Operation, state: OperationState): Open {
    const open = this.#bySerial.get(operation.ask.serial)
    invariant(open === operation, 'HISTORY settles its own operations', operation.ask.serial)
    invariant(open.state === 'open', 'HISTORY settles once', operation.ask.serial)
    open.state = state
    open.returned = ++this.#events
    open.returnedMs = this.#nowMs()
    return open
  }
}

export function countStates(history: History): Record<OperationState, number> {
  const counts = { open: 0, ok: 0, failed: 0, unknown: 0 }
  for (const operation of history.operations) counts[operation.state]++
  return counts
}
