/**
 * Who reads whom: the names in a checked job become edges. Steps read what stands above them, so
 * that there is no cycle; `to` hands on what it was given, so that several may stand in a row.
 */

import type { Edge } from '../../engine/plan/plan.ts'
import type { JobPart } from '../format/job.ts'
import type { StepPart } from '../format/step.ts'
import { nearest } from '../shape/nearest.ts'
import type { Place, Written } from '../shape/shape.ts'
import type { Remarks } from './remarks.ts'

export const LATE_SIDE = 'late'

/** A step whose inputs are known. */
export interface WiredStep {
  /** The step's name, else its kind and ordinal. */
  readonly id: string
  readonly part: StepPart
  readonly inputs: readonly Edge[]
}

export function wiredSteps(job: JobPart, remarks: Remarks): readonly WiredStep[] {
  const wiring = new Wiring(job, remarks)
  return job.steps.flatMap(part => wiring.step(part))
}

class Wiring {
  readonly #job: JobPart
  readonly #remarks: Remarks
  /** What can be read so far, with its side outputs. */
  readonly #known = new Map<string, ReadonlySet<string>>()
  readonly #later: Set<string>
  readonly #ordinals = new Map<string, number>()
  #above: Edge | undefined
  #isFirst = true

  constructor(job: JobPart, remarks: Remarks) {
    this.#job = job
    this.#remarks = remarks
    for (const name of job.sources.keys()) this.#known.set(name, new Set())
    this.#later = new Set(job.steps.flatMap(({ name }) => (name === undefined ? [] : [name.text])))
  }

  step(part: StepPart): readonly WiredStep[] {
    const id = this.#idOf(part)
    const inputs = this.#inputsOf(part)
    this.#isFirst = false
    this.#later.delete(id)
    const [input] = inputs
    this.#above = part.kind === 'to' ? input : { from: id }
    if (part.kind !== 'to') this.#known.set(id, sidesOf(part))
    return inputs.length === 0 ? [] : [{ id, part, inputs }]
  }

  #idOf({ name, kind }: StepPart): string {
    if (name === undefined) return this.#ordinalId(kind)
    const owner = this.#job.sources.has(name.text) ? 'a source' : 'a step above'
    if (this.#known.has(name.text)) {
      const message = `the name ${name.text} is ${owner} already`
      this.#remarks.error(name.at, 'duplicate-name', message)
    }
    return name.text
  }

  #ordinalId(kind: string): string {
    const ordinal = (this.#ordinals.get(kind) ?? 0) + 1
    this.#ordinals.set(kind, ordinal)
    const id = `${kind}-${ordinal}`
    const isTaken = this.#known.has(id) || this.#later.has(id)
    return isTaken ? this.#ordinalId(kind) : id
  }

  #inputsOf(part: StepPart): readonly Edge[] {
    if (part.kind === 'union') {
      if (part.from !== undefined) {
        const message = 'a union has its list of inputs in union: {from: [..]}'
        this.#remarks.error(part.from.at, 'bad-value', message)
      }
      return this.#distinct(part.body.from)
    }
    const inner = innerFrom(part)
    if (part.from !== undefined && inner !== undefined) {
      this.#remarks.error(inner.at, 'bad-value', 'from stands here and in the step: once is enough')
    }
    const name = part.from ?? inner
    const edge = name === undefined ? this.#standard(part.at) : this.#edge(name)
    return edge === undefined ? [] : [edge]
  }

  #distinct(names: readonly Written[]): readonly Edge[] {
    const seen = new Set<string>()
    return names.flatMap(name => {
      if (seen.has(name.text)) {
        this.#remarks.error(name.at, 'duplicate-name', `${name.text} is in this union already`)
      }
      seen.add(name.text)
      return this.#edge(name) ?? []
    })
  }

  /** The step above; for the first, the only source. */
  #standard(at: Place): Edge | undefined {
    const [source, second] = this.#job.sources.keys()
    if (!this.#isFirst) return this.#above
    if (source !== undefined && second === undefined) return { from: source }
    const names = [...this.#job.sources.keys()].join(', ')
    this.#remarks.error(at, 'missing-key', `the first step needs from:, one of ${names}`)
    return undefined
  }

  #edge(name: Written): Edge | undefined {
    const [from = '', side] = name.text.split('.')
    const sides = this.#known.get(from)
    if (sides === undefined) return this.#unknown(name, from)
    if (side === undefined) return { from }
    if (sides.has(side)) return { from, side }
    const known = sides.size === 0 ? 'has none' : `has ${[...sides].join(', ')}`
    const suggestion = withPrefix(from, nearest(side, sides))
    const message = `${from} has no side output ${side}; it ${known}`
    this.#remarks.error(name.at, 'unknown-name', message, suggestion)
    return undefined
  }

  #unknown(name: Written, from: string): undefined {
    if (this.#later.has(from)) {
      const message = `${from} stands here or below; a step reads what stands above it`
      this.#remarks.error(name.at, 'order', message)
      return undefined
    }
    const known = [...this.#known.keys()]
    const message = `${from} is neither a source nor a step above; there are ${known.join(', ')}`
    this.#remarks.error(name.at, 'unknown-name', message, nearest(from, known))
    return undefined
  }
}

function withPrefix(from: string, side: string | undefined): string | undefined {
  return side === undefined ? undefined : `${from}.${side}`
}

function innerFrom({ kind, body }: StepPart): Written | undefined {
  if (kind === 'union' || kind === 'to' || kind === 'filter') {
    return 'from' in body && !Array.isArray(body.from) ? (body.from as Written) : undefined
  }
  return body.from
}

function sidesOf(part: StepPart): ReadonlySet<string> {
  if (part.kind === 'split') return new Set(part.body.into.keys())
  const isLate = part.kind === 'aggregate' && part.body.late === 'side'
  return new Set(isLate ? [LATE_SIDE] : [])
}

/** The sink that a `to` names. */
export function sinkNameOf(part: StepPart & { readonly kind: 'to' }): Written {
  return 'sink' in part.body ? part.body.sink : part.body
}
