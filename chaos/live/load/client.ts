/**
 * A client of a drill: one call after the other, each brought to whoever leads its group. One whose
 * outcome nobody knows is left behind, and the client goes on as another process, as the history
 * wants it.
 */

import { MISMATCH, type Seen } from '../history/event.ts'
import type { Recorder } from '../history/record.ts'
import { Courier, type CourierOptions, type Leaders } from './courier.ts'
import type { Asked, LoadPlan } from './plan.ts'
import type { Answer, Port } from './port.ts'

export interface ClientParts {
  readonly port: Port
  readonly plan: LoadPlan
  readonly recorder: Recorder
  readonly leaders: Leaders
  readonly options: CourierOptions
}

export class Client {
  readonly #parts: ClientParts
  readonly #nextProcess: () => number
  readonly #courier: Courier
  #process: number

  constructor(parts: ClientParts, nextProcess: () => number) {
    this.#parts = parts
    this.#nextProcess = nextProcess
    this.#courier = new Courier(parts.leaders, parts.options)
    this.#process = nextProcess()
  }

  async call(asked: Asked): Promise<Answer> {
    const { recorder, plan, port } = this.#parts
    const { group, key, f, value } = asked
    recorder.invoke({ process: this.#process, f, key, value })
    const answer = await this.#courier.bring(group, (node, timeoutMs) =>
      port.ask(node, asked, timeoutMs),
    )
    this.#record(asked, answer)
    if (answer.kind === 'ok') {
      const seen = f === 'read' ? answer.seen : value
      if (typeof seen === 'number' || seen === null) plan.saw(key, seen)
    }
    return answer
  }

  #record({ f }: Asked, answer: Answer): void {
    const { recorder } = this.#parts
    const process = this.#process
    if (answer.kind === 'ok') recorder.ok(process, f === 'read' ? (answer.seen as Seen) : undefined)
    else if (answer.kind === 'mismatch') recorder.fail(process, MISMATCH)
    else if (answer.kind === 'refused') recorder.fail(process, answer.code)
    else if (f === 'read') recorder.fail(process, answer.code)
    else {
      recorder.info(process, answer.code)
      this.#process = this.#nextProcess()
    }
  }
}
