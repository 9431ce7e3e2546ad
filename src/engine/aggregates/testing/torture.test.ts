/** The contract suite catches what it is for: accumulators with one mistake each. */

import { describe, expect, test } from 'vitest'
import type { ByteReader, ByteWriter } from '../../../base/bytes.ts'
import { vectorOf } from '../../columns/builder.ts'
import type { Failures } from '../../columns/expression.ts'
import { type Scalar, scalarAt, type Vector } from '../../columns/vector.ts'
import { BIGINT, DOUBLE, INTEGER, TEXT, type Type } from '../../schema/type.ts'
import type { Accumulators, Additions } from '../accumulators.ts'
import { mustFindAggregate } from '../registry.ts'
import { type Naive, naive } from './naive.ts'
import { constantsFor, torture } from './torture.ts'

/** Does as another does, until a mistake is made of one of its methods. */
class Passing implements Accumulators {
  readonly type: Type
  protected readonly inner: Accumulators

  constructor(inner: Accumulators) {
    this.inner = inner
    this.type = inner.type
  }

  room(cells: number): void {
    this.inner.room(cells)
  }

  clear(cell: number): void {
    this.inner.clear(cell)
  }

  add(additions: Additions): void {
    this.inner.add(additions)
  }

  merge(into: number, from: number): void {
    this.inner.merge(into, from)
  }

  write(out: ByteWriter, cell: number): void {
    this.inner.write(out, cell)
  }

  read(reader: ByteReader, cell: number): void {
    this.inner.read(reader, cell)
  }

  results(cells: Int32Array, failures: Failures): Vector {
    return this.inner.results(cells, failures)
  }
}

type Mistake = new (inner: Accumulators) => Accumulators

class LosesMerges extends Passing {
  override merge(): void {}
}

class MovesWhatIsMerged extends Passing {
  override merge(into: number, from: number): void {
    super.merge(into, from)
    this.inner.clear(from)
  }
}

class MergesBackwards extends Passing {
  override merge(into: number, from: number): void {
    const spare = 999
    this.inner.room(spare + 1)
    this.inner.clear(spare)
    this.inner.merge(spare, from)
    this.inner.merge(spare, into)
    this.inner.clear(into)
    this.inner.merge(into, spare)
  }
}

class KeepsWhatIsCleared extends Passing {
  override clear(): void {}
}

class AddsEveryRow extends Passing {
  override add({ cells, args, times }: Additions): void {
    const rows = Int32Array.from(cells, (_, at) => at)
    this.inner.add({ rows, cells, args, times })
  }
}

class TakesNoTime extends Passing {
  override add(additions: Additions): void {
    this.inner.add({ ...additions, times: new Float64Array(additions.times.length) })
  }
}

class ReadsOnTop extends Passing {
  override write(out: ByteWriter, cell: number): void {
    super.write(out, cell)
    out.uint8(0)
  }
}

class SwallowsFailures extends Passing {
  override results(cells: Int32Array): Vector {
    return super.results(cells, { count: 0, has: () => false, add: () => {} })
  }
}

/** As nobody should: one after the other. */
class SumsAsItGoes extends Passing {
  readonly #sums: (number | null)[] = []

  override add({ rows, cells, args }: Additions): void {
    rows.forEach((row, i) => {
      const value: Scalar = args[0] === undefined ? null : scalarAt(args[0], row)
      const cell = cells[i] as number
      if (value !== null) this.#sums[cell] = (this.#sums[cell] ?? 0) + Number(value)
    })
  }

  override clear(cell: number): void {
    this.#sums[cell] = null
  }

  override merge(into: number, from: number): void {
    const sum = this.#sums[from] ?? null
    if (sum !== null) this.#sums[into] = (this.#sums[into] ?? 0) + sum
  }

  override write(out: ByteWriter, cell: number): void {
    out.float64(this.#sums[cell] ?? 0)
  }

  override read(reader: ByteReader, cell: number): void {
    this.#sums[cell] = reader.float64()
  }

  override results(cells: Int32Array): Vector {
    return vectorOf(
      DOUBLE,
      [...cells].map(cell => this.#sums[cell] ?? null),
    )
  }
}

function tortured(name: string, types: readonly Type[], mistake: Mistake): () => void {
  const aggregate = mustFindAggregate(name)
  const make = () => {
    const accumulators = new mistake(aggregate.make(types, constantsFor(aggregate)))
    return { accumulators, save: () => {} }
  }
  return () => torture({ aggregate, types, naive: naive[name] as Naive, make }, 300)
}

describe('the contract suite', () => {
  test.each<[string, readonly Type[], Mistake]>([
    ['count', [TEXT], LosesMerges],
    ['sum', [INTEGER], MovesWhatIsMerged],
    ['last', [TEXT], MergesBackwards],
    ['collect', [TEXT, INTEGER], MergesBackwards],
    ['max', [TEXT], KeepsWhatIsCleared],
    ['count', [], KeepsWhatIsCleared],
    ['sum', [INTEGER], AddsEveryRow],
    ['first', [INTEGER], TakesNoTime],
    ['top_n_by', [TEXT, DOUBLE, INTEGER], TakesNoTime],
    ['avg', [DOUBLE], ReadsOnTop],
    ['sum', [BIGINT], SwallowsFailures],
    ['sum', [DOUBLE], SumsAsItGoes],
  ])('catches a %s of %o that %o', (name, types, mistake) => {
    expect(tortured(name, types, mistake)).toThrow(/Property failed/)
  })

  test('lets pass what has no mistake', () => {
    expect(tortured('last', [TEXT], Passing)).not.toThrow()
  })
})
