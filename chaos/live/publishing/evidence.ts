/** The record of a drill of publishers as evidence. Spoilt is one output that a reader saw. */

import type { Random } from '../../../src/base/env.ts'
import type { Evidence, Judgement, Sabotage, Spoilt } from '../evidence.ts'
import { type Fact, linesOf, type Shown } from './record.ts'
import { judge } from './verdict.ts'

/** In the place of one output. */
const deeds: Readonly<Record<Sabotage, (shown: Shown) => readonly Shown[]>> = {
  lose: () => [],
  repeat: shown => [shown, shown],
  alter: shown => [{ ...shown, text: `${shown.text}0` }],
}

export class OutputRecord implements Evidence {
  readonly #facts: readonly Fact[]

  constructor(facts: readonly Fact[]) {
    this.#facts = facts
  }

  get lines(): string {
    return linesOf(this.#facts)
  }

  judged(): Judgement {
    const verdict = judge(this.#facts)
    const { inputs, outputs, lost, repeated, foreign, misplaced, misnamed, wrong } = verdict
    const summary =
      `${inputs} inputs, ${outputs} outputs: lost ${lost}, repeated ${repeated}, ` +
      `foreign ${foreign}, out of order ${misplaced}, misnamed ${misnamed}`
    return { summary, wrong }
  }

  spoilt(how: Sabotage, random: Random): Spoilt | undefined {
    const all = this.#facts.flatMap((fact, at) => (fact.f === 'shown' ? [{ fact, at }] : []))
    const chosen = all[random.uint32() % Math.max(1, all.length)]
    if (chosen === undefined) return undefined
    const { fact, at } = chosen
    const facts = [...this.#facts.slice(0, at), ...deeds[how](fact), ...this.#facts.slice(at + 1)]
    const evidence = new OutputRecord(facts)
    const deed = `${how}: line ${at + 1}: '${fact.text}' of ${fact.sink}/${fact.partition}`
    return { evidence, touched: evidence, deed }
  }
}
