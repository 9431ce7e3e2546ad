/**
 * A client of a drill: one call after the other, each brought to whoever leads its group. A call
 * that was refused is brought elsewhere as long as there is time; one whose outcome nobody knows is
 * left behind, and the client goes on as another process, as the history wants it.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { MISMATCH, type Seen } from '../history/event.ts'
import type { Recorder } from '../history/record.ts'
import type { Asked, LoadPlan } from './plan.ts'
import type { Answer, Port } from './port.ts'

export interface ClientOptions {
  readonly nodes: readonly string[]
  readonly callMs: number
  /** Between two tries of one call. */
  readonly retryMs: number
}

/** Who was last seen to lead a group: what one client learns helps all. */
export type Leaders = Map<number, string>

export interface ClientParts {
  readonly port: Port
  readonly plan: LoadPlan
  readonly recorder: Recorder
  readonly leaders: Leaders
  readonly options: ClientOptions
}

export class Client {
  readonly #parts: ClientParts
  readonly #nextProcess: () => number
  #process: number
  #turn = 0

  constructor(parts: ClientParts, nextProcess: () => number) {
    this.#parts = parts
    this.#nextProcess = nextProcess
    this.#process = nextProcess()
  }

  async call(asked: Asked): Promise<Answer> {
    const { recorder, plan } = this.#parts
    const { key, f, value } = asked
    recorder.invoke({ process: this.#process, f, key, value })
    const answer = await this.#bring(asked)
    this.#record(asked, answer)
    if (answer.kind === 'ok') {
      const seen = f === 'read' ? answer.seen : value
      if (typeof seen === 'number' || seen === null) plan.saw(key, seen)
    }
    return answer
  }

  async #bring(asked: Asked): Promise<Answer> {
    const { port, leaders, options } = this.#parts
    const endMs = performance.now() + options.callMs
    for (;;) {
      const node = leaders.get(asked.group) ?? this.#someNode()
      const leftMs = endMs - performance.now()
      const answer = await port.ask(node, asked, Math.max(1, leftMs))
      if (answer.kind !== 'refused') {
        if (answer.kind === 'unknown') leaders.delete(asked.group)
        else leaders.set(asked.group, node)
        return answer
      }
      if (answer.leader !== undefined && answer.leader !== node) {
        leaders.set(asked.group, answer.leader)
      } else leaders.delete(asked.group)
      if (performance.now() + options.retryMs >= endMs) return answer
      await sleep(options.retryMs)
    }
  }

  #someNode(): string {
    const { nodes } = this.#parts.options
    return nodes[this.#turn++ % nodes.length] as string
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
