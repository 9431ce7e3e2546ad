/**
 * The way of a word to whoever leads `meta`: said here if that is this node, else carried to it
 * once. Nothing is said twice: whether it was done may stay unknown, and whoever spoke looks at the
 * wish.
 */

import type { Clock } from '../../base/env.ts'
import { WeirError } from '../../base/errors.ts'
import type { MembersClient } from '../../io/members/client.ts'
import type { WishAnswer } from '../../io/members/service.ts'
import { type MetaCommand, type MetaOutcome, metaRefusals } from '../../meta/command.ts'
import { decodeMetaCommand, encodeMetaCommand } from '../../meta/command-codec.ts'
import type { MetaMachine } from '../../meta/machine.ts'
import type { MetaAnswer } from '../jobs/body.ts'
import type { Replica } from '../replica.ts'

export interface LineParts {
  readonly clock: Clock
  readonly cluster: string
  readonly client: Pick<MembersClient, 'wish'>
  /** undefined: the cluster has none, or it is not open yet. */
  replica(): Replica<MetaMachine> | undefined
  /** Where the node is dialled that leads it. */
  leaderAddress(): string | undefined
}

const NO_LEADER: WishAnswer = {
  code: 'no-meta-leader',
  message:
    'nobody leads the meta group that is known here; ask again when a majority of nodes runs',
}
const UNKNOWN: WishAnswer = {
  code: 'unknown',
  message:
    'the leader of meta changed meanwhile: look whether it was done, and say it again if not',
}

export class MetaLine {
  readonly #parts: LineParts

  constructor(parts: LineParts) {
    this.#parts = parts
  }

  say(command: MetaCommand, done: (answer: MetaAnswer) => void): void {
    const bytes = encodeMetaCommand(command)
    const tell = ({ code, message }: WishAnswer) => {
      done(code === '' ? { done: true } : { refused: { code, message } })
    }
    if (this.#parts.replica()?.isLeader === true) {
      this.#propose(bytes, tell)
      return
    }
    const { client, cluster, leaderAddress } = this.#parts
    const address = leaderAddress()
    if (address === undefined) {
      this.#parts.clock.after(0, () => tell(NO_LEADER))
      return
    }
    client.wish(address, { cluster, command: bytes }).then(tell, (error: Error) => {
      tell({
        code: 'unknown',
        message: `${address} leads meta and gave no answer: ${error.message}`,
      })
    })
  }

  /** Of another node; it must lead here. */
  obey(bytes: Uint8Array, done: (answer: WishAnswer) => void): void {
    try {
      decodeMetaCommand(bytes)
    } catch (error) {
      if (!(error instanceof WeirError)) throw error
      done({ code: error.code, message: error.message })
      return
    }
    if (this.#parts.replica()?.isLeader === true) this.#propose(bytes, done)
    else done({ code: 'not-leader', message: 'this node does not lead the meta group' })
  }

  #propose(bytes: Uint8Array, done: (answer: WishAnswer) => void): void {
    this.#parts.replica()?.propose(bytes, outcome => {
      if (outcome.kind === 'refused') done({ code: outcome.code, message: outcome.message })
      else if (outcome.kind === 'unknown') done(UNKNOWN)
      else done(answerOf(outcome.result as MetaOutcome))
    })
  }
}

function answerOf(outcome: MetaOutcome): WishAnswer {
  return outcome === 'done'
    ? { code: '', message: '' }
    : { code: outcome, message: metaRefusals[outcome] }
}
