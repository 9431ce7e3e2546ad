/** Windows of one key, one behind the other, against sums over what is in each; no cell is left. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Overlap } from './overlap.ts'
import { Ground } from './testing/ground.ts'

const sizes = fc.integer({ min: 1, max: 20 })
const gaps = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 40 })

test('windows hold what is in them, whatever they share', () => {
  fc.assert(
    fc.property(sizes, gaps, fc.array(fc.integer({ min: 0, max: 8 })), (size, apart, steps) => {
      const { cells, ...ground } = groundOf(apart)
      const overlap = new Overlap(cells)
      let window = 0
      for (const step of steps) {
        window += step
        const cell = overlap.over(window - size, window, ground.membersIn)
        const wanted = ground.membersIn(window - size, window).length
        expect(ground.resultOf(cell)[0]).toBe(wanted)
        cells.giveBack(cell)
      }
      overlap.done()
      expect(cells.size).toBe(apart.length)
    }),
  )
})

/** Slices so far from each other, each of one number. */
function groundOf(apart: readonly number[]) {
  const ground = new Ground()
  let slice = 0
  const members = apart.map(by => {
    slice += by
    const cell = ground.cells.take()
    ground.add(cell, 1)
    return { slice, cell }
  })
  return {
    cells: ground.cells,
    resultOf: (cell: number) => ground.resultOf(cell),
    membersIn: (from: number, to: number) =>
      members.filter(one => one.slice > from && one.slice <= to),
  }
}
