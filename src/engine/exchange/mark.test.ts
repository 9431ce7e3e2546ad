/** The place of a barrier: from the wish to the end of its epoch. */

import { describe, expect, test } from 'vitest'
import { Marking } from './mark.ts'

const placed = (epoch: number, offset: number) => ({ epoch, offset, isCommitted: false })
const committed = (epoch: number, offset: number) => ({ epoch, offset, isCommitted: true })

describe('a place', () => {
  test('is proposed once for each wish', () => {
    const marking = new Marking(undefined)
    expect(marking.place(10)).toBe(undefined)
    marking.onWish(3)
    marking.onWish(3)
    expect(marking.place(10)).toEqual({ epoch: 3, offset: 10 })
    expect(marking.mark).toEqual(placed(3, 10))
    marking.onWish(3)
    expect(marking.place(20)).toBe(undefined)
  })

  test('is what was committed, whatever was proposed', () => {
    const marking = new Marking(undefined)
    marking.onWish(3)
    marking.place(10)
    marking.onCommitted({ epoch: 3, offset: 8 })
    expect(marking.mark).toEqual(committed(3, 8))
    marking.onRefused(3)
    expect(marking.mark).toEqual(committed(3, 8))
  })

  test('that another has committed ends the wish', () => {
    const marking = new Marking(undefined)
    marking.onWish(3)
    marking.onCommitted({ epoch: 3, offset: 8 })
    expect(marking.place(10)).toBe(undefined)
  })

  test('that is refused is wished again', () => {
    const marking = new Marking(undefined)
    marking.onWish(3)
    marking.place(10)
    marking.onRefused(2)
    expect(marking.mark).toEqual(placed(3, 10))
    marking.onRefused(3)
    expect(marking.mark).toBe(undefined)
    expect(marking.place(12)).toEqual({ epoch: 3, offset: 12 })
  })

  test('of an epoch that is over is none', () => {
    const marking = new Marking({ epoch: 3, offset: 8 })
    expect(marking.mark).toEqual(committed(3, 8))
    marking.onClosed(2)
    expect(marking.mark).toEqual(committed(3, 8))
    marking.onClosed(3)
    expect(marking.mark).toBe(undefined)
    marking.onWish(3)
    marking.onCommitted({ epoch: 3, offset: 8 })
    expect([marking.mark, marking.place(9)]).toEqual([undefined, undefined])
  })

  test('of a later epoch takes the place of an earlier one, and not the other way round', () => {
    const marking = new Marking({ epoch: 3, offset: 8 })
    marking.onWish(2)
    expect(marking.place(9)).toBe(undefined)
    marking.onWish(4)
    marking.place(9)
    marking.onCommitted({ epoch: 3, offset: 8 })
    expect(marking.mark).toEqual(placed(4, 9))
  })

  test('that is only wished is forgotten with its epoch', () => {
    const marking = new Marking(undefined)
    marking.onWish(3)
    marking.onClosed(3)
    expect(marking.place(9)).toBe(undefined)
  })
})
