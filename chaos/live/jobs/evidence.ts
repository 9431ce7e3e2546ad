/** The record of a drill of a job as evidence. Spoilt is one output that a reader saw. */

import type { Random } from '../../../src/base/env.ts'
import type { Evidence, Judgement, Sabotage, Spoilt } from '../evidence.ts'
import { type Fact, linesOf, type Out } from './record.ts'
import { judge } from './verdict.ts'

/** In the place of one output. */
const deeds: Readonly<Record<Sabotage, (out: Out) => readonly Out[]>> = {
  lose: () => [],
  repeat: out => [out, out],
  alter: out => [{ ...out, text: out.text.replace(/"total":"?/, '$&9') }],
}

export class JobRecord implements Evidence {
  readonly #facts: readonly Fact[]

  constructor(facts: readonly Fact[]) {
    this.#facts = facts
  }

  get lines(): string {
    return linesOf(this.#facts)
  }

  judged(): Judgement {
    const { objections, ...counts } = judge(this.#facts)
    const { inputs, outputs, lost, repeated, wrong, misplaced, misnamed } = counts
    const summary =
      `${inputs} inputs, ${outputs} outputs: lost ${lost}, repeated ${repeated}, ` +
      `wrong ${wrong}, out of order ${misplaced}, misnamed ${misnamed}`
    return { summary, wrong: objections }
  }

  spoilt(how: Sabotage, random: Random): Spoilt | undefined {
    const all = this.#facts.flatMap((fact, at) => (fact.f === 'out' ? [{ fact, at }] : []))
    const chosen = all[random.uint32() % Math.max(1, all.length)]
    if (chosen === undefined) return undefined
    const { fact, at } = chosen
    const facts = [...this.#facts.slice(0, at), ...deeds[how](fact), ...this.#facts.slice(at + 1)]
    const evidence = new JobRecord(facts)
    const deed = `${how}: line ${at + 1}: ${fact.text} of ${fact.sink}/${fact.partition}`
    return { evidence, touched: evidence, deed }
  }
}
