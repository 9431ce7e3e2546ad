/**
 * Did what was committed come out once and in order, and nothing else? The oracle works out what
 * must be shown, from the inputs that the groups say they committed; what clients were told says
 * whether the groups may say so.
 */

import { outputsOf } from '../../oracle/outputs.ts'
import type { Fact, Fed, Shown, Taken } from './record.ts'

export interface OutputVerdict {
  readonly inputs: number
  /** As many as there must be. */
  readonly outputs: number
  readonly lost: number
  readonly repeated: number
  /** Shown, and nobody was to make it. */
  readonly foreign: number
  /** Shown behind one of its group that comes after it. */
  readonly misplaced: number
  /** Shown under another identity than its own. */
  readonly misnamed: number
  readonly wrong: readonly string[]
}

export function judge(facts: readonly Fact[]): OutputVerdict {
  const taken = new Map<number, Taken[]>()
  for (const fact of facts) {
    if (fact.f !== 'taken') continue
    const own = taken.get(fact.group) ?? []
    taken.set(fact.group, own)
    own.push(fact)
  }
  const look = new Look(taken)
  for (const fact of facts) if (fact.f === 'shown') look.see(fact)
  look.end()
  const inputs = [...taken.values()].flat().length
  const { counts } = look
  const wrong = [...inputTroubles(facts, taken), ...look.wrong]
  return { inputs, outputs: look.expected, ...counts, wrong }
}

interface Due {
  readonly group: number
  readonly place: number
  readonly identity: string
}

/** What readers of the sinks saw, beside what they had to see. */
class Look {
  readonly wrong: string[] = []
  readonly counts = { lost: 0, repeated: 0, foreign: 0, misplaced: 0, misnamed: 0 }
  expected = 0
  /** By sink and partition, then by text: its group and its place among the group's there. */
  readonly #due = new Map<string, Map<string, Due>>()
  readonly #seen = new Set<string>()
  readonly #furthest = new Map<string, number>()
  /** How the identity of all outputs begins. */
  #job: string | undefined

  constructor(taken: ReadonlyMap<number, readonly Taken[]>) {
    for (const [group, inputs] of taken) {
      for (const [place, output] of outputsOf(group, inputs).entries()) {
        const { sink, partition, text, identity } = output
        const at = `${sink}/${partition}`
        const due = this.#due.get(at) ?? new Map()
        this.#due.set(at, due)
        due.set(text, { group, place, identity })
        this.expected++
      }
    }
  }

  see({ sink, partition, text, identity }: Shown): void {
    const at = `${sink}/${partition}`
    const what = `${at}: '${text}'`
    const due = this.#due.get(at)?.get(text)
    if (due === undefined) this.#object('foreign', what)
    else if (this.#seen.has(what)) this.#object('repeated', what)
    else {
      this.#seen.add(what)
      const line = `${at} ${due.group}`
      const furthest = this.#furthest.get(line) ?? -1
      if (due.place < furthest) this.#object('misplaced', what)
      this.#furthest.set(line, Math.max(furthest, due.place))
      if (!this.#isNamed(identity, due)) this.#object('misnamed', `${what} is ${identity}`)
    }
  }

  #isNamed(identity: string, due: Due): boolean {
    if (!identity.endsWith(due.identity)) return false
    const job = identity.slice(0, -due.identity.length)
    this.#job ??= job
    return job !== '' && job === this.#job
  }

  end(): void {
    for (const [at, due] of this.#due) {
      for (const text of due.keys()) {
        const what = `${at}: '${text}'`
        if (!this.#seen.has(what)) this.#object('lost', what)
      }
    }
  }

  #object(how: keyof Look['counts'], what: string): void {
    this.counts[how]++
    this.wrong.push(`${how}: ${what}`)
  }
}

/** What groups say they committed, beside what clients put in and were told. */
function inputTroubles(
  facts: readonly Fact[],
  taken: ReadonlyMap<number, readonly Taken[]>,
): readonly string[] {
  const fed = new Map<number, Fed>()
  for (const fact of facts) if (fact.f === 'fed') fed.set(fact.id, fact)
  const known = new Set<number>()
  const troubles: string[] = []
  for (const one of [...taken.values()].flat()) {
    const of = fed.get(one.id)
    if (of === undefined || !isSame(of, one)) troubles.push(`input ${one.id}: nobody put it in so`)
    else if (of.outcome === 'fail') troubles.push(`input ${one.id}: refused, and yet committed`)
    if (known.has(one.id)) troubles.push(`input ${one.id}: committed twice`)
    known.add(one.id)
  }
  for (const { id, group, seq, outcome } of fed.values()) {
    const isThere = outcome !== 'ok' || taken.get(group)?.[seq - 1]?.id === id
    if (!isThere) troubles.push(`input ${id}: acknowledged as ${seq} of group ${group}, and lost`)
  }
  return troubles
}

const isSame = (one: Fed, other: Taken): boolean =>
  one.group === other.group &&
  one.home === other.home &&
  one.side === other.side &&
  one.away === other.away
