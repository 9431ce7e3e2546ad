/**
 * What clients were told: every acknowledged command stands in the committed log once, with the
 * effect that was told, and is in the final state of every replica; nothing stands there that
 * nobody asked for, or that was refused.
 */

import type { Entry } from '../../../src/raft/types.ts'
import type { History } from '../clients/history.ts'
import type { Command } from '../command.ts'
import { decodeCommand } from '../command.ts'
import type { ApplyResult } from '../machine.ts'
import { TestMachine } from '../machine.ts'
import type { ReplicaView } from './checker.ts'
import type { Ledger } from './ledger.ts'
import { Rule } from './rule.ts'

interface Committed {
  readonly index: number
  readonly result: ApplyResult
}

export class Durability extends Rule {
  readonly name = 'RAFT-19 acknowledged is durable, once'
  readonly #ledger: Ledger
  readonly #history: History
  readonly #bySerial = new Map<number, Committed>()
  /** Applies every entry once, in the order of their first appearance. */
  readonly #oracle = new TestMachine()

  constructor(ledger: Ledger, history: History) {
    super()
    this.#ledger = ledger
    this.#history = history
  }

  applied(_view: ReplicaView, entry: Entry): void {
    if (entry.index === this.#oracle.appliedIndex + 1) this.#take(entry)
  }

  #take(entry: Entry): void {
    const result = this.#oracle.apply(entry)
    if (entry.kind !== 'data') return
    const command = decodeCommand(entry.data)
    const { serial, expectedTerm } = command
    const earlier = this.#bySerial.get(serial)
    this.must(earlier === undefined, () => {
      return `operation ${serial} is committed at ${earlier?.index} and at ${entry.index}`
    })
    this.must(expectedTerm === entry.term, () => {
      return `operation ${serial} was proposed for term ${expectedTerm} and stands in ${entry.term}`
    })
    const ask = this.#history.bySerial(serial)?.ask
    this.must(ask !== undefined && ask.name !== 'read' && isSame(ask, command), () => {
      return `operation ${serial}, committed at ${entry.index}, was never asked for`
    })
    this.#bySerial.set(serial, { index: entry.index, result })
  }

  ended(live: readonly ReplicaView[]): void {
    this.#catchUp()
    for (const { ask, state, result } of this.#history.operations) {
      if (ask.name === 'read') continue
      const committed = this.#bySerial.get(ask.serial)
      if (state === 'failed') {
        this.must(committed === undefined, () => {
          return `operation ${ask.serial} was refused, and is committed at ${committed?.index}`
        })
      } else if (state === 'ok') {
        this.must(
          committed !== undefined,
          () => `operation ${ask.serial} was acknowledged and lost`,
        )
        const same =
          committed?.result.ok === result?.ok && committed?.result.value === result?.value
        this.must(same, () => `operation ${ask.serial} was answered otherwise than it took effect`)
      }
    }
    for (const view of live) this.#compare(view)
  }

  /** What is committed and was applied nowhere, as when all machines were restored from images. */
  #catchUp(): void {
    for (;;) {
      const entry = this.#ledger.committed.get(this.#oracle.appliedIndex + 1)
      if (entry === undefined) return
      this.#take(entry)
    }
  }

  #compare({ id, machine }: ReplicaView): void {
    const same =
      machine.appliedIndex === this.#oracle.appliedIndex &&
      machine.stateHash() === this.#oracle.stateHash()
    this.must(same, () => `${id} ends in a state that the committed log does not make`)
  }
}

function isSame(a: Command, b: Command): boolean {
  return (
    a.name === b.name &&
    a.expectedTerm === b.expectedTerm &&
    a.key === b.key &&
    a.value === b.value &&
    a.expected === b.expected
  )
}
