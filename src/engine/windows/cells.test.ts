/** Cells: given out, taken back, and empty whenever they are given out again. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { CALLS, DISTINCT, Ground } from './testing/ground.ts'

const EMPTY = [0, null, null]

function copied(ground: Ground, from: number, into: number): void {
  const out = new ByteWriter()
  ground.cells.write(out, from)
  const reader = new ByteReader(out.finish())
  ground.cells.read(reader, into)
}

describe('a cell', () => {
  test('is empty when it is taken, whatever it was before', () => {
    const ground = new Ground()
    const first = ground.cells.take()
    ground.add(first, 5, 6)
    expect(ground.resultOf(first)).toEqual([2, 11, 5])
    ground.cells.giveBack(first)
    const second = ground.cells.take()
    expect(second).toBe(first)
    expect(ground.resultOf(second)).toEqual(EMPTY)
  })

  test('goes into another with all that it has, and keeps it', () => {
    const ground = new Ground()
    const [into, from] = [ground.cells.take(), ground.cells.take()]
    ground.add(into, 1)
    ground.add(from, 2, 3)
    ground.cells.merge(into, from)
    expect(ground.resultOf(into)).toEqual([3, 6, 1])
    expect(ground.resultOf(from)).toEqual([2, 5, 2])
  })

  test('comes back from its bytes, and leaves none of them unread', () => {
    const ground = new Ground()
    const [one, other] = [ground.cells.take(), ground.cells.take()]
    ground.add(one, 4, 9)
    copied(ground, one, other)
    expect(ground.resultOf(other)).toEqual([2, 13, 4])
  })

  test('of bytes with more behind them is refused', () => {
    const ground = new Ground()
    const cell = ground.cells.take()
    const out = new ByteWriter()
    ground.cells.write(out, cell)
    const bytes = out.uint8(0).finish()
    expect(() => ground.cells.read(new ByteReader(bytes), cell)).toThrow('malformed-bytes')
  })
})

describe('a cell that changed', () => {
  test('is told once, and again when it was saved', () => {
    const { cells } = new Ground()
    const [a, b] = [cells.take(), cells.take()]
    expect([b, a, b].map(cell => cells.markChanged(cell))).toEqual([true, true, false])
    cells.markSaved(b)
    expect([b, a].map(cell => cells.markChanged(cell))).toEqual([true, false])
  })

  test('and was given back has not changed when it is taken again', () => {
    const { cells } = new Ground()
    const cell = cells.take()
    cells.markChanged(cell)
    cells.giveBack(cell)
    expect(cells.take()).toBe(cell)
    expect(cells.markChanged(cell)).toBe(true)
  })
})

describe('all cells', () => {
  test('are as many as were taken and not given back', () => {
    const { cells } = new Ground()
    const taken = Array.from({ length: 1000 }, () => cells.take())
    expect([cells.size, new Set(taken).size]).toEqual([1000, 1000])
    for (const cell of taken) cells.giveBack(cell)
    expect(cells.size).toBe(0)
    cells.take()
    expect(cells.size).toBe(1)
  })

  test('are forgotten together, and begin anew and empty', () => {
    const ground = new Ground([...CALLS, DISTINCT])
    const place = { slot: 3, key: Uint8Array.of(1), isNew: true }
    for (let at = 0; at < 300; at++) ground.add(ground.cells.take(place), at)
    ground.cells.markChanged(7)
    ground.cells.forget()
    expect([ground.cells.size, ground.cells.markChanged(7)]).toEqual([0, true])
    for (let at = 0; at < 300; at++) {
      const cell = ground.cells.take({ slot: 3, key: Uint8Array.of(at & 255, 2), isNew: true })
      expect(ground.resultOf(cell)).toEqual([...EMPTY, 0])
    }
  })

  test('of any history say what was added since each was taken', () => {
    const step = fc.record({
      deed: fc.constantFrom('take', 'add', 'give', 'merge', 'copy'),
      one: fc.nat(),
      other: fc.nat(),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        const ground = new Ground()
        const sums = new Map<number, number[]>()
        const pick = (at: number) => [...sums.keys()][at % sums.size]
        for (const { deed, one, other } of steps) {
          const [cell, second] = [pick(one), pick(other)]
          if (deed === 'take' || cell === undefined || second === undefined) {
            sums.set(ground.cells.take(), [])
          } else if (deed === 'add') {
            ground.add(cell, other % 100)
            sums.get(cell)?.push(other % 100)
          } else if (deed === 'give') {
            ground.cells.giveBack(cell)
            sums.delete(cell)
          } else if (deed === 'merge' && cell !== second) {
            ground.cells.merge(cell, second)
            sums.get(cell)?.push(...(sums.get(second) ?? []))
          } else if (deed === 'copy') {
            const into = ground.cells.take()
            copied(ground, cell, into)
            sums.set(into, [...(sums.get(cell) ?? [])])
          }
        }
        for (const [cell, numbers] of sums) {
          const total = numbers.reduce((sum, number) => sum + number, 0)
          const [count, sum] = ground.resultOf(cell)
          expect([count, sum]).toEqual([numbers.length, numbers.length > 0 ? total : null])
        }
        expect(ground.cells.size).toBe(sums.size)
      }),
      { numRuns: 60 },
    )
  })
})

describe('cells with rows of their own', () => {
  const place = (key: number, isNew: boolean) => ({ slot: 9, key: Uint8Array.of(key), isNew })

  test('need a place, and others do not', () => {
    expect(new Ground().cells.needsPlaces).toBe(false)
    expect(new Ground([DISTINCT]).cells.needsPlaces).toBe(true)
  })

  test('find there what was saved, and leave nothing when they are given back', () => {
    const ground = new Ground([DISTINCT])
    const { cells } = ground
    ground.add(cells.take(place(1, true)), 5, 5, 6)
    cells.save()
    ground.apply()
    expect(ground.rows).toBe(2)
    cells.forget()
    const again = cells.take(place(1, false))
    const out = new ByteWriter().varint(2).finish()
    cells.read(new ByteReader(out), again)
    ground.add(again, 6, 7)
    expect(ground.resultOf(again)).toEqual([3])
    cells.giveBack(again)
    cells.save()
    ground.apply()
    expect(ground.rows).toBe(0)
  })

  test('write no row while they pass: taken without a place and given back', () => {
    const ground = new Ground([DISTINCT])
    const passing = ground.cells.take()
    ground.add(passing, 1, 2, 2)
    expect(ground.resultOf(passing)).toEqual([2])
    ground.cells.giveBack(passing)
    ground.cells.save()
    ground.apply()
    expect(ground.rows).toBe(0)
  })

  test('that pass at one time do not see each other', () => {
    const ground = new Ground([DISTINCT])
    const many = Array.from({ length: 300 }, () => ground.cells.take())
    for (const cell of many) ground.add(cell, cell, cell, -cell - 1)
    expect(many.map(cell => ground.resultOf(cell)[0])).toEqual(many.map(() => 2))
    for (const cell of many) ground.cells.giveBack(cell)
    ground.cells.save()
    expect(ground.state.changes).toBe(0)
  })
})
