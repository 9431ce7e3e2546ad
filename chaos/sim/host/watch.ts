/** Tells every checker what happens, in the order in which it happens. */

import type { Message } from '../../../src/raft/messages.ts'
import type { Entry } from '../../../src/raft/types.ts'
import type { Checker, ReplicaView, StepInput } from '../checkers/checker.ts'

type Hook = Exclude<keyof Checker, 'name' | 'checks'>
type With<H extends Hook> = Checker & Required<Pick<Checker, H>>

export class Watch {
  readonly checkers: readonly Checker[]
  readonly #started: readonly With<'started'>[]
  readonly #stepped: readonly With<'stepped'>[]
  readonly #ticked: readonly With<'ticked'>[]
  readonly #sent: readonly With<'sent'>[]
  readonly #durable: readonly With<'durable'>[]
  readonly #applied: readonly With<'applied'>[]

  constructor(checkers: readonly Checker[]) {
    this.checkers = checkers
    this.#started = having(checkers, 'started')
    this.#stepped = having(checkers, 'stepped')
    this.#ticked = having(checkers, 'ticked')
    this.#sent = having(checkers, 'sent')
    this.#durable = having(checkers, 'durable')
    this.#applied = having(checkers, 'applied')
  }

  started(replica: ReplicaView): void {
    for (const checker of this.#started) checker.started(replica)
  }

  stepped(replica: ReplicaView, input: StepInput, message?: Message): void {
    for (const checker of this.#stepped) checker.stepped(replica, input, message)
  }

  ticked(replica: ReplicaView, elapsedMs: number): void {
    for (const checker of this.#ticked) checker.ticked(replica, elapsedMs)
  }

  sent(replica: ReplicaView, message: Message): void {
    for (const checker of this.#sent) checker.sent(replica, message)
  }

  durable(replica: ReplicaView): void {
    for (const checker of this.#durable) checker.durable(replica)
  }

  applied(replica: ReplicaView, entry: Entry): void {
    for (const checker of this.#applied) checker.applied(replica, entry)
  }

  ended(live: readonly ReplicaView[]): void {
    for (const checker of having(this.checkers, 'ended')) checker.ended(live)
  }
}

function having<H extends Hook>(checkers: readonly Checker[], hook: H): readonly With<H>[] {
  return checkers.filter((checker): checker is With<H> => checker[hook] !== undefined)
}
