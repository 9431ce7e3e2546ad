/**
 * Random plans: one or two sources, up to eight operators, each on some edge that is there, a sink
 * on every edge that nobody reads and on some that are read.
 */

import type { Prng } from '../../../src/base/prng.ts'
import { type Expr, literal, column as ref } from '../../oracle/expression.ts'
import type { AggregateSpec, Edge, Named, Operator, Plan, Spec } from '../../oracle/plan.ts'
import { BIGINT, INTEGER, TEXT } from '../../oracle/type.ts'
import { typeOf } from '../../oracle/typing.ts'
import { AggregateDraft, type AggregateLimits, resultStream } from './aggregates.ts'
import { anyLiteral, Drafter } from './expressions.ts'
import { type DrawnColumn, firm, temperOf, wildest } from './kinds.ts'
import { drawSource } from './sources.ts'
import type { Stream } from './stream.ts'

const OPERATORS_MAX = 8
const DEPTH_MAX = 3

type StepKind =
  | 'aggregate'
  | 'dedup'
  | 'filter'
  | 'key-by'
  | 'project'
  | 'split'
  | 'union'
  | 'unnest'

/** Aggregates have the most to get wrong. */
const STEPS: readonly StepKind[] = [
  ...(['aggregate', 'aggregate', 'aggregate', 'aggregate', 'dedup', 'filter'] as const),
  ...(['key-by', 'project', 'split', 'union', 'unnest'] as const),
]

export interface PlanLimits extends AggregateLimits {
  /** Stages are in several groups: records of different keys may overtake each other. */
  readonly grouped: boolean
}

export function drawPlan(prng: Prng, limits: PlanLimits): Plan {
  return new PlanDraft(prng, limits).plan()
}

interface Keyed {
  readonly key: readonly Named[]
  readonly stream: Stream
}

class PlanDraft {
  readonly #prng: Prng
  readonly #limits: PlanLimits
  readonly #operators: Operator[] = []
  /** All edges, the latest last. */
  readonly #streams: Stream[] = []
  readonly #read = new Set<string>()
  #names = 0

  constructor(prng: Prng, limits: PlanLimits) {
    this.#prng = prng
    this.#limits = limits
  }

  plan(): Plan {
    const prng = this.#prng
    const count = prng.chance(0.3) ? 2 : 1
    const sources = Array.from({ length: count }, (_, at) => this.#source(`s${at}`))
    const steps = prng.between(1, OPERATORS_MAX)
    for (let step = 0; step < steps && this.#operators.length < OPERATORS_MAX; step++) this.#step()
    const settled = this.#streams.filter(stream => stream.settled)
    if (settled.length > 0) this.#maybeBeside(prng.pick(settled))
    const ends = this.#streams.filter(({ edge }) => this.#isTold(edge))
    const sinks = ends.map(({ edge, key }, at) => ({ id: `out${at}`, from: edge, key }))
    return { sources, operators: this.#operators, sinks }
  }

  #isTold(edge: Edge): boolean {
    if (!this.#read.has(nameOf(edge))) return true
    return this.#prng.chance(0.15)
  }

  #source(id: string): Plan['sources'][number] {
    const source = drawSource(this.#prng, id, { fresh: this.#fresh, limits: this.#limits })
    const { columns } = source
    this.#streams.push({ edge: { from: id }, columns, ordered: true, settled: false, key: [] })
    return source
  }

  #fresh = (prefix: string): string => `${prefix}${this.#names++}`

  #open(): readonly Stream[] {
    return this.#streams.filter(({ settled }) => !settled)
  }

  #step(): void {
    const prng = this.#prng
    const settled = this.#streams.filter(stream => stream.settled)
    if (settled.length > 0 && prng.chance(0.4)) {
      this.#sift(prng.pick(settled))
      return
    }
    const open = this.#open()
    // The latest edges more often: plans grow long rather than broad.
    const stream = prng.chance(0.6) ? open.at(-1) : prng.pick(open)
    if (stream === undefined) return
    const kind = prng.pick(STEPS)
    if (kind === 'dedup' && !stream.ordered && stream.together === undefined) return
    this.#make[kind](stream)
  }

  /** Rows that take others' places keep what names them. */
  #sift(stream: Stream): void {
    const prng = this.#prng
    if (this.#maybeBeside(stream)) return
    if (prng.chance(0.2)) {
      this.#doubled(stream)
      return
    }
    if (prng.chance(0.5)) {
      this.#plain({ kind: 'filter', where: this.#condition(stream) }, stream)
      return
    }
    const named = stream.key.map(name => {
      return { name: prng.chance(0.3) ? this.#fresh('p') : name, expression: ref(name) }
    })
    const drafter = new Drafter(prng, stream.columns)
    const rest = stream.columns.filter(({ name }) => !stream.key.includes(name))
    const kept = rest.map(({ name }) => ({ name: this.#fresh('p'), expression: ref(name) }))
    const fails = stream.early !== true && prng.chance(0.5)
    const added = fails ? [{ name: this.#fresh('p'), expression: drafter.fallible() }] : []
    const key = named.map(({ name }) => name)
    this.#projectTo([...named, ...kept, ...added], { ...stream, key })
  }

  /** A union with itself, in which a number says which of the two a row is of. */
  #doubled(stream: Stream): void {
    const kept = stream.columns.map(({ name }) => ({ name, expression: ref(name) }))
    const number = this.#fresh('u')
    const parts = [1n, 2n].map(value => {
      const added = { name: number, expression: literal(INTEGER, value) }
      this.#projectTo([...kept, added], stream)
      return this.#streams.at(-1) as Stream
    })
    const from = this.#add({ kind: 'union' }, parts)
    const key = stream.replaces !== undefined ? [...stream.key, number] : []
    this.#streams.push({ ...(parts[0] as Stream), edge: { from }, key })
  }

  #maybeBeside(stream: Stream): boolean {
    const others = this.#streams.filter(other => arePair(stream, other))
    const isMade = others.length > 0 && this.#prng.chance(0.9)
    if (isMade) this.#sideBySide([stream, this.#prng.pick(others)])
    return isMade
  }

  /** Of which both are said again, or neither: each has its own columns, and a number. */
  #sideBySide(streams: readonly [Stream, Stream]): void {
    const number = this.#fresh('u')
    const all = streams.flatMap(stream => {
      return stream.columns.map(column => ({ stream, column, name: this.#fresh('u') }))
    })
    const keys = all.filter(({ stream, column }) => stream.key.includes(column.name))
    const [{ replaces }] = streams
    const key = replaces !== undefined ? [number, ...keys.map(({ name }) => name)] : []
    const parts = streams.map((stream, at) => {
      const columns = all.map(({ stream: other, column: { name: from, type }, name }) => {
        return { name, expression: other === stream ? ref(from) : anyLiteral(this.#prng, type) }
      })
      const added = { name: number, expression: literal(INTEGER, BigInt(at)) }
      this.#projectTo([added, ...columns], { ...stream, key })
      return this.#streams.at(-1) as Stream
    })
    const from = this.#add({ kind: 'union' }, parts)
    const early = streams.some(stream => stream.early === true)
    const columns = temperedAll(parts as [Stream, Stream])
    this.#streams.push({ ...(parts[0] as Stream), edge: { from }, columns, early })
  }

  readonly #make: Readonly<Record<StepKind, (stream: Stream) => void>> = {
    aggregate: stream => this.#aggregate(stream),
    dedup: stream => this.#dedup(stream),
    filter: stream => this.#plain({ kind: 'filter', where: this.#condition(stream) }, stream),
    'key-by': stream => this.#keyBy(stream),
    project: stream => this.#project(stream),
    split: stream => this.#split(stream),
    union: stream => this.#union(stream),
    unnest: stream => this.#unnest(stream),
  }

  #condition({ columns, early }: Stream): Expr {
    const drafter = new Drafter(this.#prng, columns)
    const fails = !this.#limits.finite && early !== true && this.#prng.chance(0.1)
    return fails ? drafter.failingCondition() : drafter.condition(DEPTH_MAX)
  }

  #add(spec: Spec, inputs: readonly Stream[]): string {
    const id = `o${this.#operators.length}`
    for (const { edge } of inputs) this.#read.add(nameOf(edge))
    this.#operators.push({ id, inputs: inputs.map(({ edge }) => edge), spec })
    return id
  }

  /** What comes out is as what goes in. */
  #plain(spec: Spec, stream: Stream, columns: readonly DrawnColumn[] = stream.columns): void {
    const id = this.#add(spec, [stream])
    this.#streams.push({ ...stream, edge: { from: id }, columns })
  }

  /** A key, and the stream as whoever works by it sees it. */
  #keyed(stream: Stream, mustBeOrdered: boolean): Keyed {
    const { together, ordered } = stream
    if (!ordered && together !== undefined && (mustBeOrdered || this.#prng.chance(0.7))) {
      const key = together.map(expression => ({ name: this.#fresh('k'), expression }))
      return { key, stream: { ...stream, ordered: true } }
    }
    return { key: this.#key(stream), stream }
  }

  /** What comes of it is in order by the key alone, if its groups are several. */
  #rekeyed(spec: Spec, { key, stream }: Keyed): void {
    const together = stream.ordered ? key.map(({ expression }) => expression) : undefined
    const ordered = stream.ordered && !this.#limits.grouped
    this.#plain(spec, { ...stream, ordered, together })
  }

  #keyBy(stream: Stream): void {
    const key = this.#key(stream, 1)
    this.#rekeyed({ kind: 'key-by', key }, { key, stream })
  }

  #key(stream: Stream, least = 0): readonly Named[] {
    const prng = this.#prng
    const columns = firm(stream.columns)
    const count = columns.length === 0 ? 0 : prng.pick([1, 1, 1, 2, least])
    return Array.from({ length: count }, () => {
      const fails = !this.#limits.finite && prng.chance(0.05)
      if (fails) {
        return { name: this.#fresh('k'), expression: new Drafter(prng, columns).fallible() }
      }
      const computed = prng.chance(0.2)
      const type = prng.pick(columns).type
      const expression = computed
        ? new Drafter(prng, columns).expression(type, 1)
        : ref(prng.pick(columns).name)
      return { name: this.#fresh('k'), expression }
    })
  }

  #project(stream: Stream): void {
    const prng = this.#prng
    const drafter = new Drafter(prng, stream.columns)
    const kept = stream.columns.map(({ name }) => ({
      name: this.#fresh('p'),
      expression: ref(name),
    }))
    const columns = kept.filter(() => prng.chance(0.7))
    const added = Array.from({ length: prng.between(1, 3) }, () => ({
      ...{ name: this.#fresh('p'), expression: this.#computed(drafter) },
    }))
    this.#projectTo([...columns, ...added], stream)
  }

  #computed(drafter: Drafter): Expr {
    const fails = !this.#limits.finite && this.#prng.chance(0.15)
    return fails ? drafter.fallible() : drafter.expression(drafter.anyType(), DEPTH_MAX)
  }

  #projectTo(columns: readonly Named[], stream: Stream): void {
    const drawn = columns.map(
      ({ name, expression }): DrawnColumn => ({
        ...{ name, type: typeOf(expression, stream.columns) },
        temper: temperOf(expression, stream.columns),
      }),
    )
    this.#plain({ kind: 'project', columns }, { ...stream, together: undefined }, drawn)
  }

  #split(stream: Stream): void {
    const sides = this.#prng.chance(0.5) ? ['a'] : ['a', 'b']
    const branches = sides.map(side => ({ side, where: this.#condition(stream) }))
    const from = this.#add({ kind: 'split', branches }, [stream])
    for (const side of [undefined, ...sides]) {
      this.#streams.push({ ...stream, edge: side === undefined ? { from } : { from, side } })
    }
  }

  #unnest(stream: Stream): void {
    const prng = this.#prng
    const arrays = stream.columns.filter(({ type }) => type.kind === 'array')
    const drafter = new Drafter(prng, stream.columns)
    const array: Expr =
      arrays.length > 0
        ? ref(prng.pick(arrays).name)
        : drafter.expression({ kind: 'array', of: prng.pick([INTEGER, TEXT]) }, 0)
    const type = typeOf(array, stream.columns)
    const as = this.#fresh('e')
    const numbered = prng.chance(0.5) ? { ordinality: this.#fresh('n') } : {}
    const of = type.kind === 'array' ? type.of : type
    const temper = temperOf(array, stream.columns)
    const added: DrawnColumn[] = [{ name: as, type: of, temper }]
    if (numbered.ordinality !== undefined) {
      added.push({ name: numbered.ordinality, type: BIGINT, temper: 'calm' })
    }
    const spec: Spec = { kind: 'unnest', array, as, ...numbered, keepEmpty: prng.chance(0.5) }
    this.#plain(spec, stream, [...stream.columns, ...added])
  }

  /** The other one is brought to the same columns first. */
  #union(stream: Stream): void {
    const prng = this.#prng
    const second = prng.pick(this.#open())
    const drafter = new Drafter(prng, second.columns)
    const columns = stream.columns.map(({ name, type }) => ({
      ...{ name, expression: drafter.expression(type, 0) },
    }))
    this.#projectTo(columns, second)
    const same = this.#streams.at(-1) as Stream
    const id = this.#add({ kind: 'union' }, [stream, same])
    const out = {
      ...stream,
      edge: { from: id },
      columns: temperedAll([stream, same]),
      ordered: false,
      together: undefined,
    }
    this.#streams.push(out)
  }

  #dedup(stream: Stream): void {
    const within = this.#prng.chance(0.5) && !this.#limits.finite
    const limit = within
      ? { withinMs: this.#prng.between(1, 40) * this.#prng.pick([1, 10, 50]) }
      : {}
    const keyed = this.#keyed(stream, true)
    this.#rekeyed({ kind: 'dedup', key: keyed.key, ...limit }, keyed)
  }

  /** One bound names a window, where the other follows from it. */
  #sufficient(key: readonly string[], { window: { kind } }: AggregateSpec): readonly string[] {
    const spared: readonly string[] = SPARED[kind] ?? []
    if (spared.length === 0 || this.#prng.chance(0.5)) return key
    const one = this.#prng.pick(spared)
    return key.filter(name => name !== one)
  }

  #aggregate(stream: Stream): void {
    const keyed = this.#keyed(stream, false)
    const draft = new AggregateDraft(this.#prng, keyed.stream, this.#fresh, this.#limits)
    const spec = draft.spec(keyed.key)
    const id = this.#add(spec, [stream])
    const results = resultStream(id, spec, stream)
    this.#streams.push({ ...results, key: this.#sufficient(results.key, spec) })
    const { lateSide } = spec
    if (lateSide === undefined) return
    // In the order of the stage's channels, not of arrival.
    const ordered = stream.ordered && !this.#limits.grouped
    const edge = { from: id, side: lateSide }
    this.#streams.push({ ...stream, edge, ordered, together: undefined })
  }
}

/** Of the bounds of a window, those that the others tell. */
const SPARED: Readonly<Record<string, readonly string[]>> = {
  tumbling: ['window_start', 'window_end'],
  hopping: ['window_start', 'window_end'],
  cumulate: ['window_start'],
  session: ['window_start'],
}

/** The columns of one, as wild as those of either. */
function temperedAll([one, other]: readonly [Stream, Stream]): readonly DrawnColumn[] {
  return one.columns.map((column, at) => {
    return { ...column, temper: wildest([column.temper, other.columns[at]?.temper ?? 'wild']) }
  })
}

/** Both are settled, and take others' places, said by different aggregates; or neither does. */
function arePair(one: Stream, other: Stream): boolean {
  if (one === other || !one.settled || !other.settled) return false
  if (one.replaces === undefined) return other.replaces === undefined
  return other.replaces !== undefined && other.replaces !== one.replaces
}

function nameOf({ from, side }: Edge): string {
  return side === undefined ? from : `${from}.${side}`
}
