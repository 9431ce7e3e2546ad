/** A stage in all its groups, each on a store of its own. */

import { Splitter, slotsOf } from '../../../src/engine/channels/slots.ts'
import type { Failures } from '../../../src/engine/columns/expression.ts'
import type { Records } from '../../../src/engine/columns/records.ts'
import { keyOf } from '../../../src/engine/plan/sites.ts'
import { DEAD_LETTERS } from '../../../src/engine/stage/dead-letters.ts'
import { StageGroup, type StageInput, type StageResult } from '../../../src/engine/stage/group.ts'
import { Slotting } from '../../../src/engine/stage/slotting.ts'
import type { Batch } from '../../oracle/input.ts'
import type { Output, Runner } from './engine.ts'
import { mustFit, mustFitTogether } from './fit.ts'
import type { Part } from './reader.ts'
import { smallStore } from './small-store.ts'

/** Batches that may follow one that owes results. */
const DEBTS_MAX = 100_000

export class Stage implements Runner {
  readonly marks = []
  readonly #groups: readonly Group[]
  readonly #splitter: Splitter
  readonly #slotting: Slotting
  readonly #entry: string

  constructor(part: Part) {
    const { site, schemas, options } = part
    const entry = site.operators.find(({ id }) => id === site.entry)
    if (entry === undefined) throw new Error(`${site.id} has no entry`)
    const [edge] = entry.inputs
    if (edge === undefined) throw new Error(`${entry.id} reads nothing`)
    this.#entry = entry.id
    this.#splitter = new Splitter(options.groups)
    this.#slotting = new Slotting(keyOf(entry.spec) ?? [], schemas.of(edge), options.compiler)
    this.#groups = Array.from({ length: options.groups }, (_, at) => new Group(part, at))
  }

  get dead(): number {
    return this.#groups.reduce((sum, { dead }) => sum + dead, 0)
  }

  get late(): number {
    return this.#groups.reduce((sum, { late }) => sum + late, 0)
  }

  pass({ now }: Batch, watermark: number, arrived: readonly Output[]): readonly Output[] {
    const inputs = this.#groups.map((): StageInput[] => [])
    for (const output of arrived) {
      for (const [group, part] of this.#split(output)) {
        inputs[group]?.push({ operator: this.#entry, input: 0, records: part })
      }
    }
    const made = this.#groups.flatMap((group, at) => group.pass(now, watermark, inputs[at] ?? []))
    const outputs = made.flatMap(result => result.outputs)
    return outputs.flatMap(({ to, records }) =>
      to === DEAD_LETTERS ? [] : [{ to: operatorOf(to), records }],
    )
  }

  #split({ records, slots }: Output): ReadonlyMap<number, Records> {
    return this.#splitter.split(records, slots ?? this.#slotting.of(records, UNTOLD))
  }
}

/** The name of an exchange begins with who takes it, behind a `>`. */
function operatorOf(to: string): string {
  return to.startsWith('>') ? to.slice(1, to.indexOf('<')) : to
}

/** A key that fails does so again where its record is taken, and is counted there. */
const UNTOLD: Failures = { add: () => undefined, has: () => false, count: 0 }

class Group {
  readonly #part: Part
  readonly #slots: ReturnType<typeof slotsOf>
  readonly #store = smallStore()
  #group: StageGroup
  #lateBefore = 0
  #skippedBefore = 0
  #letters = 0

  constructor(part: Part, at: number) {
    this.#part = part
    this.#slots = slotsOf(at, part.options.groups)
    this.#group = this.#made()
  }

  get late(): number {
    return this.#lateBefore + this.#group.lateCount
  }

  /** Told or not: records that could not be computed. */
  get dead(): number {
    return this.#letters + this.#skippedBefore + this.#group.skippedCount
  }

  pass(now: number, watermark: number, inputs: readonly StageInput[]): StageResult[] {
    const results = [this.#step(now, watermark, inputs)]
    while (this.#group.owes(watermark, now)) {
      if (results.length > DEBTS_MAX) throw new Error('a group owes without end')
      results.push(this.#step(now, watermark, []))
    }
    return results
  }

  #step(now: number, watermark: number, inputs: readonly StageInput[]): StageResult {
    const result = this.#group.step({ now, watermark, inputs })
    const { limits } = this.#part.options
    const outputs = result.outputs.filter(({ to }) => to !== DEAD_LETTERS)
    for (const one of outputs) mustFit(one, limits)
    mustFitTogether(outputs, limits)
    const letters = result.outputs.find(({ to }) => to === DEAD_LETTERS)
    this.#letters += letters?.records.size ?? 0
    this.#store.apply(result.delta)
    this.#group.onApplied()
    const { between } = this.#part.options
    if (between === 'discard') this.#group.discard()
    if (between === 'restart') {
      this.#lateBefore += this.#group.lateCount
      this.#skippedBefore += this.#group.skippedCount
      this.#group = this.#made()
    }
    return result
  }

  #made(): StageGroup {
    const { site, schemas, options } = this.#part
    const { compiler, rowsDueMax, limits, errors = 'dead-letter' } = options
    return new StageGroup({
      ...{ site, schemas, compiler, errors, store: this.#store },
      ...{ slots: this.#slots, rowsDueMax, ...(limits && { limits }) },
    })
  }
}
