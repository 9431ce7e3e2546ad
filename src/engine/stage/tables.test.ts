/** Numbers of tables: one each, found again by the operator's id, and none of the stage's own. */

import { describe, expect, test } from 'vitest'
import { counts, filter, operator, sink } from '../plan/testing/plans.ts'
import { Overlay } from '../state/overlay.ts'
import { TABLES_MAX } from '../state/row-key.ts'
import { MemoryStore } from '../store/store.ts'
import { recordsFrom } from '../windows/testing/events.ts'
import { CHANNEL_TABLE, OUTPUT_TABLE, Tables } from './tables.ts'
import { Stage } from './testing/sites.ts'

/** A state in which batches can be made. */
class Saved {
  readonly store = new MemoryStore()
  overlay = new Overlay(this.store)

  batch(tables: Tables): void {
    tables.save()
    this.store.apply(this.overlay.finish())
    this.overlay.onApplied()
  }

  again(): Tables {
    this.overlay = new Overlay(this.store)
    return new Tables(this.overlay)
  }
}

const empty = () => new Tables(new Overlay(new MemoryStore()))

describe('within one plan', () => {
  test('each operator’s table has a number of its own, and keeps it', () => {
    const tables = empty()
    const names = ['a/panes', 'a/timers', 'b/panes', 'b/timers'].map(name => name.split('/'))
    const numbers = names.map(([one = '', name = '']) => tables.of(one, name))
    expect(new Set(numbers).size).toBe(4)
    expect(names.map(([one = '', name = '']) => tables.of(one, name))).toEqual(numbers)
  })

  test('names are told apart wherever they are cut', () => {
    const tables = empty()
    expect(tables.of('a/b', 'c')).not.toBe(tables.of('a', 'b/c'))
    expect(tables.of('ab', 'c')).not.toBe(tables.of('a', 'bc'))
  })

  test('none of them is the stage’s own', () => {
    const tables = empty()
    const numbers = Array.from({ length: 100 }, (_, at) => tables.of('op', `table-${at}`))
    expect(numbers).not.toContain(CHANNEL_TABLE)
    expect(numbers).not.toContain(OUTPUT_TABLE)
    expect(Math.min(...numbers)).toBeGreaterThan(OUTPUT_TABLE)
  })

  test('there are no more than fit into a key', () => {
    const tables = empty()
    expect(() => {
      for (let at = 0; at <= TABLES_MAX; at++) tables.of('op', `table-${at}`)
    }).toThrow('tables-are-bounded')
  })
})

describe('in the state', () => {
  test('numbers are found again, in whatever order they are asked for', () => {
    const saved = new Saved()
    const tables = saved.again()
    const numbers = ['x', 'ý€', 'z'].map(name => tables.of('op', name))
    saved.batch(tables)
    const later = saved.again()
    expect(['z', 'ý€', 'x'].map(name => later.of('op', name))).toEqual(numbers.toReversed())
  })

  test('new ones get none that was ever given', () => {
    const saved = new Saved()
    const first = saved.again()
    const gone = [first.of('gone', 'x'), first.of('gone', 'y')]
    saved.batch(first)
    const second = saved.again()
    const fresh = second.of('new', 'x')
    expect(gone).not.toContain(fresh)
    saved.batch(second)
    expect(saved.again().of('new', 'x')).toBe(fresh)
  })

  test('they are written once', () => {
    const saved = new Saved()
    const tables = saved.again()
    tables.of('op', 'x')
    tables.save()
    expect(saved.overlay.changes).toBe(1)
    saved.batch(tables)
    const later = saved.again()
    later.of('op', 'x')
    later.save()
    expect(saved.overlay.changes).toBe(0)
  })

  test('and again when the batch that wrote them came to nothing', () => {
    const saved = new Saved()
    const tables = saved.again()
    const number = tables.of('op', 'x')
    tables.save()
    saved.overlay.discard()
    tables.load()
    saved.batch(tables)
    expect(saved.again().of('op', 'x')).toBe(number)
    expect(saved.store.size).toBe(1)
  })

  test('a state that gives one another number is not ours', () => {
    const saved = new Saved()
    const [one, other] = [saved.again(), saved.again()]
    other.of('op', 'y')
    other.of('op', 'x')
    one.of('op', 'x')
    saved.batch(other)
    expect(() => one.load()).toThrow('tables-keep-their-numbers')
  })
})

describe('a plan that was changed', () => {
  const sums = (from: string) => operator('sums', from, { ...counts('user'), mode: 'updating' })
  const rows = (user: string) => recordsFrom([{ user, time: 1, n: 1 }])
  const said = (stage: Stage) => stage.run(0, rows('a')).map(line => line.split(': ')[1])

  test('finds its state by the operator’s id, whatever stands before it now', () => {
    const before = new Stage([sums('in')])
    const first = said(before)
    const after = new Stage(
      [
        {
          id: 'keyed',
          inputs: [{ from: 'in' }],
          spec: { kind: 'key-by', key: counts('user').key },
        },
        operator('some', 'keyed', filter('n >= 0')),
        operator('other', 'keyed', { ...counts('user'), mode: 'updating' }),
        sums('some'),
      ],
      { sinks: [sink('out', 'sums')] },
      before.store,
    )
    expect(first).toEqual(['9 a,0,10,1'])
    expect(said(after)).toEqual(['9 a,0,10,2'])
  })
})
