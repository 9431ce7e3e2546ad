/** Asks nodes who they are; what they say is put as facts for start.ts to judge. */

import type { NodeId } from '../base/ids.ts'
import type { MembersClient } from '../io/members/client.ts'
import type { SeedAnswer } from './start.ts'

export class Seeds {
  readonly #client: MembersClient
  readonly #node: NodeId
  /** The id of this life of this process. */
  readonly #process: string

  constructor(client: MembersClient, node: NodeId, process: string) {
    this.#client = client
    this.#node = node
    this.#process = process
  }

  async askAll(addresses: readonly string[]): Promise<readonly SeedAnswer[]> {
    const answers = await Promise.all(addresses.map(address => this.#ask(address)))
    return answers.flatMap(answer => answer ?? [])
  }

  /** Another process there has the id of this node. */
  async isNamesake(address: string): Promise<boolean> {
    const answer = await this.#ask(address)
    return answer !== undefined && answer.kind !== 'silent' && answer.node === this.#node
  }

  /** undefined: it is this very process. */
  async #ask(address: string): Promise<SeedAnswer | undefined> {
    try {
      const said = await this.#client.greet(address, { node: this.#node })
      if (said.process === this.#process) return undefined
      const other = { address, node: said.node as NodeId }
      const { cluster, formerly, founds } = said
      if (cluster !== '') return { kind: 'member', ...other, cluster }
      if (formerly !== '') return { kind: 'former', ...other, cluster: formerly }
      return { kind: 'fresh', ...other, founds }
    } catch (error) {
      return { kind: 'silent', address, why: (error as Error).message }
    }
  }
}
