/**
 * The contract suite of accumulators, for tests to run: random records are added to a few cells in
 * pieces, merged, cleared, written and read back, and let go; in the end each cell must give what a
 * naive computation gives for the list of its records, and be written in the same bytes as a cell
 * to which that list was added at once.
 */

import fc from 'fast-check'
import { expect } from 'vitest'
import { ByteReader, ByteWriter } from '../../../base/bytes.ts'
import { vectorOf } from '../../columns/builder.ts'
import type { Failures } from '../../columns/expression.ts'
import { type Scalar, scalarAt } from '../../columns/vector.ts'
import { type Type, typeText } from '../../schema/type.ts'
import { anyMoment, scalarOf } from '../../testing/arbitrary.ts'
import type { Accumulators, Aggregate, Constants } from '../accumulators.ts'
import { type Added, FAILS, N, type Naive } from './naive.ts'

export class FailureList implements Failures {
  readonly codes = new Map<number, string>()

  get count(): number {
    return this.codes.size
  }

  add(row: number, code: string): void {
    this.codes.set(row, code)
  }

  has(row: number): boolean {
    return this.codes.has(row)
  }
}

interface Addition extends Added {
  /** -1: the row is among those that are not to be added. */
  readonly cell: number
}

type Step =
  | { readonly kind: 'add'; readonly additions: readonly Addition[] }
  | { readonly kind: 'merge'; readonly into: number; readonly from: number }
  | { readonly kind: 'clear' | 'reload'; readonly cell: number }
  | { readonly kind: 'save' }

const CELLS = 4
/** Cells that are compared with a naive list; one more is for comparing bytes. */
const SPARE = CELLS

/** What the suite tortures: accumulators with whatever stands behind them. */
export interface Subject {
  readonly accumulators: Accumulators
  /** What an operator does at the end of a batch. */
  save(): void
}

export interface Victim {
  readonly aggregate: Aggregate
  readonly types: readonly Type[]
  readonly naive: Naive
  make(): Subject
}

export function constantsFor({ parameters }: Aggregate): Constants {
  return parameters.map(parameter => (parameter === 'n' ? N : undefined))
}

export function nameOf({ name }: Aggregate, types: readonly Type[]): string {
  return `${name}(${types.map(typeText).join(', ')})`
}

/** Often the same few, so that there are ties. */
const anyTime = fc.oneof({ weight: 4, arbitrary: fc.nat(4) }, { weight: 1, arbitrary: anyMoment })

/** Numbers such as people have, for sums of them stay in bounds. */
function argumentOf(type: Type): fc.Arbitrary<Scalar> {
  const any = scalarOf(type)
  if (type.kind === 'double')
    return fc.oneof(
      any,
      fc.integer().map(cents => cents / 100),
    )
  const isWhole = type.kind === 'bigint' || type.kind === 'decimal'
  return isWhole ? fc.oneof(any, fc.nat(9)) : any
}

function stepOf({ aggregate, types }: Victim): fc.Arbitrary<Step> {
  const args = fc.tuple(
    ...types.map((type, place) =>
      aggregate.parameters[place] === 'n' ? fc.constant<Scalar>(N) : argumentOf(type),
    ),
  )
  const cell = fc.nat(CELLS - 1)
  const addition = fc.record({ cell: fc.integer({ min: -1, max: CELLS - 1 }), time: anyTime, args })
  const additions = fc.array(addition, { maxLength: 12 })
  const one = (kind: 'clear' | 'reload') => fc.record({ kind: fc.constant(kind), cell })
  return fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('add' as const), additions }) },
    {
      weight: 2,
      arbitrary: fc
        .record({ kind: fc.constant('merge' as const), into: cell, from: cell })
        .filter(({ into, from }) => into !== from),
    },
    { weight: 1, arbitrary: one('clear') },
    { weight: 2, arbitrary: one('reload') },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('save' as const) }) },
  )
}

function add(into: Accumulators, types: readonly Type[], additions: readonly Addition[]): void {
  const chosen = additions.flatMap(({ cell }, row) => (cell < 0 ? [] : [{ cell, row }]))
  into.add({
    rows: Int32Array.from(chosen, ({ row }) => row),
    cells: Int32Array.from(chosen, ({ cell }) => cell),
    args: types.map((type, place) =>
      vectorOf(
        type,
        additions.map(({ args }) => args[place] as Scalar),
      ),
    ),
    times: Float64Array.from(additions, ({ time }) => time),
  })
}

function written(accumulators: Accumulators, cell: number): Uint8Array {
  const out = new ByteWriter()
  accumulators.write(out, cell)
  return out.finish()
}

/** As an operator does that lets a cell go and needs it again: what was read writes the same. */
function reload({ accumulators, save }: Subject, cell: number): void {
  save()
  const bytes = written(accumulators, cell)
  if (accumulators.forget === undefined) accumulators.clear(cell)
  else accumulators.forget(cell)
  const reader = new ByteReader(bytes)
  accumulators.read(reader, cell)
  reader.done()
  expect(written(accumulators, cell)).toEqual(bytes)
}

function take(subject: Subject, victim: Victim, lists: Added[][], step: Step): void {
  const { accumulators } = subject
  switch (step.kind) {
    case 'add':
      add(accumulators, victim.types, step.additions)
      for (const { cell, ...added } of step.additions) {
        lists[cell]?.push(added)
      }
      break
    case 'merge':
      accumulators.merge(step.into, step.from)
      lists[step.into]?.push(...(lists[step.from] as Added[]))
      break
    case 'clear':
      accumulators.clear(step.cell)
      lists[step.cell] = []
      break
    case 'reload':
      reload(subject, step.cell)
      break
    case 'save':
      subject.save()
      break
  }
}

function resultOf(accumulators: Accumulators, cell: number): Scalar {
  const failures = new FailureList()
  const vector = accumulators.results(Int32Array.of(cell, cell), failures)
  const [first, second] = [scalarAt(vector, 0), scalarAt(vector, 1)]
  expect(second).toEqual(first)
  if (failures.codes.size === 0) return first
  expect([...failures.codes.values(), first]).toEqual(['out-of-range', 'out-of-range', null])
  return FAILS
}

function checkCell(victim: Victim, accumulators: Accumulators, cell: number, list: Added[]): void {
  const { types, naive } = victim
  const records = [...list].sort((one, other) => one.time - other.time)
  expect(resultOf(accumulators, cell)).toEqual(naive({ types, records }))
  const bytes = written(accumulators, cell)
  for (const order of [list, records]) {
    accumulators.clear(SPARE)
    add(
      accumulators,
      types,
      order.map(added => ({ ...added, cell: SPARE })),
    )
    expect(written(accumulators, SPARE)).toEqual(bytes)
  }
}

export function torture(victim: Victim, numRuns: number): void {
  const steps = fc.array(stepOf(victim), { maxLength: 12 })
  fc.assert(
    fc.property(steps, all => {
      const subject = victim.make()
      const lists: Added[][] = Array.from({ length: CELLS }, () => [])
      subject.accumulators.room(SPARE + 1)
      for (const step of all) {
        take(subject, victim, lists, step)
      }
      subject.accumulators.room(1000)
      lists.forEach((list, cell) => {
        checkCell(victim, subject.accumulators, cell, list)
      })
    }),
    { numRuns },
  )
}
