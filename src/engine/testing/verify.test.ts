/** The harness of operators finds what it is for: operators with one mistake each, and names it. */

import { describe, expect, test } from 'vitest'
import { DELETE, type Records, recordsOf, UPDATE } from '../columns/records.ts'
import type { Scalar } from '../columns/vector.ts'
import type { Moment, Output } from '../operators/operator.ts'
import { Schema } from '../schema/schema.ts'
import { TEXT } from '../schema/type.ts'
import type { Overlay } from '../state/overlay.ts'
import { RowKeyWriter } from '../state/row-key.ts'
import type { Timer } from '../state/timers.ts'
import { testCompiler } from './compiler.ts'
import { COUNTED, COUNTS, type Count, Counter } from './planted.ts'
import {
  type Expectation,
  lastRows,
  run,
  type Script,
  type Step,
  verifyOperator,
} from './verify.ts'

const at = (time: number, ...users: readonly (string | null)[]) =>
  recordsOf(
    COUNTED,
    users.map(user => ({ time, values: [user] })),
  )

/** Users of several slots, spans that end together, one that comes again, one that comes late. */
const steps: readonly Step[] = [
  { records: at(3, 'b', 'a', 'c', 'a') },
  { records: at(14, 'a', 'c'), watermark: 5 },
  { watermark: 10 },
  { records: at(12, 'a', 'b', null), watermark: 11 },
  { records: at(1, 'late', 'later'), watermark: 25 },
  { records: at(41, 'b') },
  { records: at(31, 'a'), now: 4 },
  { watermark: 60 },
]

type Plant = new (...args: ConstructorParameters<typeof Counter>) => Counter

const scriptOf = (Plant: Plant): Script => ({
  spec: { kind: 'union' },
  input: COUNTED,
  steps,
  compiler: testCompiler,
  make: (_, context) => new Plant(context),
})

const STRICT: Expectation = { endsEmpty: true }

function verdictOn(Plant: Plant): string {
  try {
    verifyOperator(scriptOf(Plant), STRICT)
  } catch (error) {
    return (error as Error).message
  }
  return 'sound'
}

class WritesAllThatIsCached extends Counter {
  override save(): void {
    for (const name of this.counts.keys()) this.changed.add(name)
    super.save()
  }
}

class CountsTheRoom extends Counter {
  override say([user]: readonly [Scalar], time: number, out: Output): void {
    super.say([user, out.room], time, out)
  }
}

class FiresAgainAfterARestore extends Counter {
  readonly #fired: Timer[] = []

  override onTimer(timer: Timer, out: Output): void {
    this.#fired.push(timer)
    this.say([null, timer.time], timer.time - 1, out)
    super.onTimer(timer, out)
  }

  override save(): void {
    super.save()
    for (const { time, slot, key } of this.#fired.splice(0)) {
      const row = new RowKeyWriter()
        .begin(this.table + 1, slot)
        .whole(time)
        .raw(key)
        .finish()
      this.state.put(row, new Uint8Array())
    }
  }
}

class ForgetsToDelete extends Counter {
  override saveCount(count: Count): void {
    if (count.total > 0) super.saveCount(count)
  }
}

class KeepsEmptyRows extends Counter {
  override saveCount(count: Count): void {
    super.saveCount(count)
    if (count.total > 0) return
    this.state.put(this.rowKey(count.slot, count.key), Uint8Array.of(0))
  }
}

class ForgetsToSave extends Counter {
  override saveCount(count: Count): void {
    if (count.total !== 2) super.saveCount(count)
  }
}

class DrawsLots extends Counter {
  override weight(): number {
    return 1 + Math.floor(2 ** 40 * Math.random())
  }
}

let allWeights = 0

class SharesMemory extends Counter {
  override weight(): number {
    allWeights += 1
    return allWeights
  }
}

class SaysTheLastFirst extends Counter {
  readonly #held: (readonly [Scalar[], number])[] = []

  override say(values: Scalar[], time: number): void {
    this.#held.push([values, time])
  }

  override advance(out: Output, moment: Moment): boolean {
    const isDone = super.advance(out, moment)
    for (const [values, time] of this.#held.splice(0).reverse()) super.say(values, time, out)
    return isDone
  }
}

class SaysInTheOrderOfItsCache extends Counter {
  readonly #due = new Set<string>()

  override onTimer({ key }: Timer): void {
    this.#due.add(key.join())
  }

  override advance(out: Output, moment: Moment): boolean {
    const isDone = super.advance(out, moment)
    for (const key of this.#due)
      this.countOf(Uint8Array.from(key.split(','), Number), this.#slot(key))
    for (const [name, { key, slot }] of this.counts) {
      if (this.#due.delete(name)) super.onTimer({ time: moment.watermark, slot, key }, out)
    }
    return isDone
  }

  #slot(key: string): number {
    return Number(key.split(',')[1] ?? 0)
  }
}

class CountsBatches extends Counter {
  readonly #users = new Set<Scalar>()

  override onRecord(user: Scalar, end: number): void {
    if (this.#users.has(user)) return
    this.#users.add(user)
    super.onRecord(user, end)
  }

  override save(): void {
    this.#users.clear()
    super.save()
  }
}

class CountsLateBatches extends Counter {
  override take(input: number, records: Records, out: Output, moment: Moment): void {
    let isLate = false
    const once = Object.create(out, { late: { value: () => (isLate = true) } }) as Output
    super.take(input, records, once, moment)
    if (isLate) out.late(1)
  }
}

class IgnoresRoom extends Counter {
  override mustWait(): boolean {
    return false
  }
}

class IsNeverDone extends Counter {
  override advance(out: Output, moment: Moment): boolean {
    super.advance(out, moment)
    return false
  }
}

class WritesElsewhere extends Counter {
  override save(): void {
    super.save()
    this.state.put(new RowKeyWriter().begin(99, 0).finish(), new Uint8Array())
  }
}

class SaysOtherColumns extends Counter {
  override say([user]: readonly Scalar[], time: number, out: Output): void {
    out.emit(
      recordsOf(new Schema([{ name: 'user', type: TEXT }]), [{ time, values: [user ?? null] }]),
    )
  }
}

class LosesAColumn extends Counter {
  override say(values: readonly Scalar[], time: number, out: Output): void {
    const { vectors, ...records } = recordsOf(COUNTS, [{ time, values }])
    out.emit({ ...records, vectors: vectors.slice(1) })
  }
}

class KeepsWhatWasLost extends Counter {
  override forget(): void {
    this.timers.forget()
  }
}

class CountsWhatIsPending extends Counter {
  override weight(): number {
    return 1 + (this.state as Overlay).depth
  }
}

class FailsForKeysOutOfMemory extends Counter {
  override take(input: number, records: Records, out: Output, moment: Moment): void {
    if (this.counts.size === 0) out.failures(records).add(0, 'cold', 'nothing is cached')
    super.take(input, records, out, moment)
  }
}

const TINY = 'with caches of almost no size'

describe('the harness of operators', () => {
  test('lets pass what has no mistake, and gives back what came out', () => {
    const { outputs, late, rows, dead } = verifyOperator(scriptOf(Counter), STRICT)
    const said = (outputs.get('main') ?? []).map(({ time, values }) => [time, ...values])
    expect(said).toEqual([
      [9, 'a', 3],
      [9, 'b', 1],
      [9, 'c', 2],
      [19, null, 1],
      [19, 'a', 1],
      [19, 'b', 1],
      [39, 'a', 1],
      [49, 'b', 1],
    ])
    expect({ late, rows, dead }).toEqual({ late: 2, rows: 1, dead: [] })
  })

  test.each<[string, Plant, string]>([
    ['a delta that depends on what is cached', WritesAllThatIsCached, `${TINY}: deltas`],
    ['output that depends on the room', CountsTheRoom, 'with room for one row: outputs'],
    ['a timer that fires again after a restore', FiresAgainAfterARestore, `${TINY}: outputs`],
    ['a forgotten delete', ForgetsToDelete, `${TINY}: outputs`],
    ['a forgotten save', ForgetsToSave, `${TINY}: outputs`],
    ['state that is not given back', KeepsEmptyRows, 'state is given back at the end'],
    ['chance in an answer', DrawsLots, 'run again: outputs'],
    ['memory outside of the operator', SharesMemory, 'run again: outputs'],
    ['an order against that of time', SaysTheLastFirst, 'what is due comes by time'],
    ['the order of a cache', SaysInTheOrderOfItsCache, `${TINY}: outputs`],
    ['answers that depend on batches', CountsBatches, 'record by record: outputs in the end'],
    ['a count of late records that does', CountsLateBatches, 'record by record: late'],
    ['no end where there is no room', IgnoresRoom, 'what is due stops where there is no room'],
    ['no end at all', IsNeverDone, 'what is due comes to an end'],
    ['rows in a table of another', WritesElsewhere, 'an operator writes to its own tables'],
    ['records of another schema', SaysOtherColumns, 'the schema that was announced'],
    ['records without all columns', LosesAColumn, 'what comes out is whole'],
    ['memory of what was lost', KeepsWhatWasLost, 'with each batch lost once and made again'],
    ['what depends on speculation', CountsWhatIsPending, 'with batches applied later: outputs'],
    ['failures that depend on a cache', FailsForKeysOutOfMemory, `${TINY}: dead`],
  ])('finds %s', (_, Plant, verdict) => {
    expect(verdictOn(Plant)).toContain(verdict)
  })
})

describe('a run', () => {
  test('with little room has more batches than one with much, and says the same', () => {
    const wide = run(scriptOf(Counter))
    const narrow = run(scriptOf(Counter), { room: 1 })
    expect(wide.deltas).toHaveLength(steps.length)
    expect(narrow.deltas.length).toBeGreaterThan(steps.length)
    expect(narrow.outputs).toEqual(wide.outputs)
  })

  test('never goes back in time, whatever a step says', () => {
    const back: Step[] = [{ records: at(3, 'a') }, { watermark: 20, now: 9 }, { watermark: 1 }]
    const { late } = run({
      ...scriptOf(Counter),
      steps: [...back, { records: at(3, 'a'), now: 2 }],
    })
    expect(late).toBe(1)
  })
})

describe('the last rows', () => {
  const row = (user: string, total: number, kind = 0) => ({
    time: total,
    values: [user, total],
    kind,
  })
  const byUser = ({ values }: { readonly values: readonly Scalar[] }) => String(values[0])

  test('are the last that was said of each identity, unless it was taken back', () => {
    const said = [row('a', 1), row('b', 2), row('a', 3, UPDATE), row('b', 2, DELETE), row('c', 4)]
    const last = lastRows(said, byUser)
    expect([...last.keys()]).toEqual(['a', 'c'])
    expect(last.get('a')).toContain('["a",3]')
  })

  test('are equal however often and when they were said', () => {
    const once = lastRows([row('a', 3)], byUser)
    const twice = lastRows([row('a', 1), row('a', 3, UPDATE)], byUser)
    expect(twice).toEqual(once)
  })
})
