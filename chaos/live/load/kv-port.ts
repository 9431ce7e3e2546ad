/**
 * The clients' port to the key-value service of every node. A node that was silent or whose
 * connection broke is asked nothing, until it has answered a read that nobody waits for: else each
 * call would end there without anybody knowing what became of it.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { callKinds, outcomes, type WireAnswer } from '../../kv/service/calls.ts'
import { KvClient } from '../../kv/service/client.ts'
import type { Answer, Port, Request } from './port.ts'
import { answerOf, callOf } from './wire.ts'

const PROBE_MS = 500
const PROBE_EVERY_MS = 20
const NOT_CONNECTED: Answer = { kind: 'refused', code: 'not-connected' }

class NodeLink {
  readonly #client: KvClient
  #isUp = false
  #isClosed = false

  constructor(address: string) {
    this.#client = new KvClient(address)
    this.#suspect()
  }

  /** undefined: not asked, or no answer in time. */
  async ask(request: Request, timeoutMs: number): Promise<WireAnswer | 'not-asked' | undefined> {
    if (!this.#isUp) return 'not-asked'
    const answer = await this.#within(callOf(request), timeoutMs)
    const isLost = answer === undefined || answer.code === 'no-connection'
    if (isLost && this.#isUp) this.#suspect()
    return answer
  }

  close(): void {
    this.#isClosed = true
    this.#client.close()
  }

  #suspect(): void {
    this.#isUp = false
    void this.#probe()
  }

  async #probe(): Promise<void> {
    while (!this.#isClosed) {
      const call = { group: 1, kind: callKinds.READ, key: 'probe' }
      const answer = await this.#within(call, PROBE_MS)
      if (answer !== undefined && answer.outcome !== outcomes.UNKNOWN) {
        this.#isUp = true
        return
      }
      await sleep(PROBE_EVERY_MS)
    }
  }

  #within(
    call: Parameters<KvClient['call']>[0],
    timeoutMs: number,
  ): Promise<WireAnswer | undefined> {
    return new Promise(resolve => {
      const timer = setTimeout(() => resolve(undefined), timeoutMs)
      this.#client.call(call, answer => {
        clearTimeout(timer)
        resolve(answer)
      })
    })
  }
}

export class KvPort implements Port {
  readonly #links: ReadonlyMap<string, NodeLink>
  readonly #nodeAt: ReadonlyMap<string, string>

  /** By name: where each node takes clients. */
  constructor(nodes: ReadonlyMap<string, string>) {
    this.#links = new Map([...nodes].map(([id, address]) => [id, new NodeLink(address)]))
    this.#nodeAt = new Map([...nodes].map(([id, address]) => [address, id]))
  }

  async ask(node: string, request: Request, timeoutMs: number): Promise<Answer> {
    const answer = (await this.#links.get(node)?.ask(request, timeoutMs)) ?? undefined
    if (answer === 'not-asked') return NOT_CONNECTED
    if (answer === undefined) return { kind: 'unknown', code: 'timeout' }
    return answerOf(request, answer, address => this.#nodeAt.get(address))
  }

  close(): void {
    for (const link of this.#links.values()) link.close()
  }
}
