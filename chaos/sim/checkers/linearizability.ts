/** Holds the clients' history against the sequential models, key by key, when the run is over. */

import type { History, Operation } from '../clients/history.ts'
import type { KeyKind } from '../command.ts'
import { kindOf } from '../command.ts'
import { withHints } from './linear/hints.ts'
import type { Call, Verdict } from './linear/linearizable.ts'
import { checkLinearizable, STEPS_MAX } from './linear/linearizable.ts'
import type { Move } from './linear/models.ts'
import { modelOf } from './linear/models.ts'
import { Rule } from './rule.ts'

export class Linearizability extends Rule {
  readonly name = 'RAFT-21 linearizability'
  readonly #history: History
  readonly #stepsMax: number
  /** Keys whose search was given up; never taken for a yes. */
  undecided = 0

  constructor(history: History, stepsMax = STEPS_MAX) {
    super()
    this.#history = history
    this.#stepsMax = stepsMax
  }

  ended(): void {
    for (const [key, calls] of callsByKey(this.#history.operations)) {
      const verdict = decide(kindOf(key), calls, this.#stepsMax)
      if (verdict.kind === 'undecided') this.undecided++
      else this.must(verdict.kind === 'linearizable', () => told(key, verdict))
    }
  }
}

/** The history of one key. */
export function decide(kind: KeyKind, calls: readonly Call[], stepsMax = STEPS_MAX): Verdict {
  return checkLinearizable(modelOf(kind), withHints(kind, withoutUnseen(calls)), stepsMax)
}

/**
 * What the search must place. Operations that failed never happened; reads that nobody saw say
 * nothing.
 */
export function callsByKey(operations: readonly Operation[]): Map<number, Call[]> {
  const byKey = new Map<number, Call[]>()
  for (const operation of operations) {
    const { ask, state, called, returned } = operation
    const isKnown = state === 'ok'
    if (state === 'failed' || (ask.name === 'read' && !isKnown)) continue
    const calls = byKey.get(ask.key) ?? []
    byKey.set(ask.key, calls)
    calls.push({
      move: moveOf(operation),
      called,
      returned: isKnown ? returned : Number.POSITIVE_INFINITY,
    })
  }
  return byKey
}

function moveOf({ ask, result, value }: Operation): Move {
  if (ask.name === 'read') return { name: 'read', value: 0, expected: 0, seen: value }
  return { name: ask.name, value: ask.value, expected: ask.expected, result }
}

/**
 * An unknown command that put in a value nobody ever saw may as well not have happened, unless its
 * absence could be seen too: a cas that failed may have failed because of it.
 */
function withoutUnseen(calls: readonly Call[]): Call[] {
  const seen = new Set<number>()
  let failedCas = false
  for (const { move, returned } of calls) {
    if (returned === Number.POSITIVE_INFINITY && move.name !== 'cas') continue
    if (move.name === 'cas') seen.add(move.expected)
    if (move.name === 'cas' && move.result?.ok === false) failedCas = true
    if (move.result?.value !== undefined) seen.add(move.result.value)
    for (const item of typeof move.seen === 'number' ? [move.seen] : (move.seen ?? []))
      seen.add(item)
  }
  if (failedCas) return [...calls]
  return calls.filter(({ move, returned }) => {
    const unknown = returned === Number.POSITIVE_INFINITY
    return !unknown || move.name === 'dequeue' || seen.has(move.value)
  })
}

function told(key: number, verdict: Verdict): string {
  if (verdict.kind !== 'impossible') return `key ${key}`
  const stuck = verdict.stuck.map(toldCall).join('; ')
  return `key ${key}: behind ${verdict.prefix.length} calls in order, none fits of: ${stuck}`
}

function toldCall({ move, called, returned }: Call): string {
  const { name, value, expected, result, seen } = move
  const said = seen ?? (result === undefined ? '?' : (result.value ?? result.ok))
  const given = name === 'cas' ? `${expected}, ${value}` : `${value}`
  return `${name}(${given}) -> ${said} [${called}, ${returned}]`
}
