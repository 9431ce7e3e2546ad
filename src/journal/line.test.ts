/** A queue that finds what lies behind a number, beside the plainest one that could. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Line } from './line.ts'

interface Item {
  readonly end: number
  readonly bytes: number
  readonly isRenewed?: boolean
}

function lineOf(items: readonly Item[]): Line<Item> {
  const line = new Line<Item>()
  for (const item of items) line.push(item, item.end, item.bytes)
  return line
}

const steps = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('push' as const),
      step: fc.integer({ min: 1, max: 4 }),
      bytes: fc.nat(9),
    }),
    fc.record({ kind: fc.constant('drop' as const), ahead: fc.integer({ min: -3, max: 9 }) }),
    fc.record({ kind: fc.constant('renew' as const) }),
  ),
  { maxLength: 60 },
)

describe('a line', () => {
  it('does what an array would', () => {
    fc.assert(
      fc.property(steps, fc.nat(100), (turns, number) => {
        const line = new Line<Item>()
        let held: Item[] = []
        let end = 0
        for (const turn of turns) {
          if (turn.kind === 'push') {
            end += turn.step
            line.push({ end, bytes: turn.bytes }, end, turn.bytes)
            held.push({ end, bytes: turn.bytes })
          } else if (turn.kind === 'renew') {
            line.renew(item => ({ ...item, isRenewed: true }))
            held = held.map(item => ({ ...item, isRenewed: true }))
          } else {
            const upTo = (held[0]?.end ?? 0) + turn.ahead
            line.dropUpTo(upTo)
            held = held.filter(item => item.end > upTo)
          }
          const behind = held.filter(item => item.end > number)
          const sum = (items: readonly Item[]) => items.reduce((total, one) => total + one.bytes, 0)
          expect(line.items).toEqual(held)
          expect(line.size).toBe(held.length)
          expect(line.bytes).toBe(sum(held))
          expect(line.at(line.firstBehind(number))).toEqual(behind[0])
          expect(line.bytesBehind(number)).toBe(sum(behind))
        }
      }),
    )
  })

  it('forgets what it let go, however long it is', () => {
    const items = Array.from({ length: 5000 }, (_, at) => ({ end: 2 * at + 1, bytes: 3 }))
    const line = lineOf(items)
    for (let end = 1; end < 9000; end += 7) line.dropUpTo(end)
    expect(line.at(0)).toEqual(items.find(item => item.end > 8996))
    expect(line.bytes).toBe(3 * line.size)
    line.dropUpTo(10_000)
    expect([line.size, line.bytes, line.at(0), line.firstBehind(3)]).toEqual([0, 0, undefined, 0])
  })

  it('does not go back', () => {
    const line = lineOf([{ end: 4, bytes: 1 }])
    expect(() => line.push({ end: 4, bytes: 1 }, 4, 1)).toThrow('JOURNAL a line ascends')
    line.dropUpTo(4)
    expect(() => line.push({ end: 3, bytes: 1 }, 3, 1)).toThrow('JOURNAL a line ascends')
  })
})
