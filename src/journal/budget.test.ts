/** Turns that groups share: never more at once than there are, and whoever waits gets one. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Budget } from './budget.ts'

const groups = Array.from({ length: 6 }, (_, at) => ({ name: `g${at}` }))
const first = groups[0] as object

describe('a budget', () => {
  it('gives turns in the order of asking', () => {
    const budget = new Budget(2)
    const order: string[] = []
    for (const group of groups) budget.ask(group, () => order.push(group.name))
    expect([order, budget.held, budget.waiting]).toEqual([['g0', 'g1'], 2, 4])
    for (const group of groups) budget.giveBack(group)
    expect([order, budget.held, budget.waiting]).toEqual([
      ['g0', 'g1', 'g2', 'g3', 'g4', 'g5'],
      0,
      0,
    ])
  })

  it('lets whoever asks again wait behind the others', () => {
    const budget = new Budget(1)
    const order: string[] = []
    const ask = (group: { readonly name: string }) =>
      budget.ask(group, () => order.push(group.name))
    const [one, two] = groups as [{ name: string }, { name: string }]
    ask(one)
    ask(two)
    budget.giveBack(one)
    ask(one)
    budget.giveBack(two)
    expect(order).toEqual(['g0', 'g1', 'g0'])
  })

  it('forgets who gives back while he waits, and whoever has nothing', () => {
    const budget = new Budget(1)
    const turns: number[] = []
    budget.ask(first, () => turns.push(0))
    budget.ask(groups[1] as object, () => turns.push(1))
    budget.giveBack(groups[1] as object)
    budget.giveBack(groups[2] as object)
    budget.giveBack(first)
    expect([turns, budget.held, budget.waiting]).toEqual([[0], 0, 0])
  })

  it('is asked once at a time', () => {
    const budget = new Budget(1)
    budget.ask(first, () => {})
    expect(() => budget.ask(first, () => {})).toThrow('JOURNAL a group asks for one turn')
    expect(() => new Budget(0)).toThrow('JOURNAL a budget has a turn')
  })

  it('holds its bound, and nobody waits while there is a turn', () => {
    const step = fc.record({ at: fc.nat(groups.length - 1), isBack: fc.boolean() })
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(step, { maxLength: 80 }),
        (max, steps) => {
          const budget = new Budget(max)
          const asked = new Set<object>()
          const granted = new Set<object>()
          for (const { at, isBack } of steps) {
            const group = groups[at] as object
            if (isBack) {
              asked.delete(group)
              granted.delete(group)
              budget.giveBack(group)
            } else if (!asked.has(group)) {
              asked.add(group)
              budget.ask(group, () => granted.add(group))
            }
            expect(budget.held).toBe(granted.size)
            expect(granted.size).toBe(Math.min(max, asked.size))
          }
        },
      ),
    )
  })
})
