/** What is kept of a source, beside a naive list of all of it. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { offsetsOf } from '../channels/frame.ts'
import { weightOf } from '../columns/weight.ts'
import { stretchOf } from '../testing/sending.ts'
import { Memory } from './memory.ts'
import type { Stretch } from './stretch.ts'

const anySize = fc.record({
  size: fc.integer({ min: 1, max: 4 }),
  branches: fc.array(fc.nat(2), { maxLength: 4 }),
})

function followed(sizes: readonly { size: number; branches: readonly number[] }[]) {
  let from = 10
  return sizes.map(({ size, branches }): Stretch => {
    const parts = Object.fromEntries(branches.map(branch => [branch, [from, from + size - 1]]))
    const stretch = stretchOf(from, from + size, parts)
    from += size
    return stretch
  })
}

test('answers with all that there was, or not at all, and keeps no more than it may', () => {
  const bounds = { branchBytes: 200, stretchesMax: 5 }
  fc.assert(
    fc.property(fc.array(anySize, { maxLength: 30 }), sizes => {
      const memory = new Memory(3, 10, bounds)
      const all = followed(sizes)
      for (const [at, stretch] of all.entries()) {
        memory.push(stretch)
        const newest = [...stretch.parts.values()].reduce((sum, part) => sum + weightOf(part), 0)
        expect(memory.bytes).toBeLessThanOrEqual(3 * bounds.branchBytes + newest)
        expect(memory.stretches).toBeLessThanOrEqual(bounds.stretchesMax)
        expect(memory.end).toBe(stretch.to)
        for (let branch = 0; branch < 3; branch++) {
          mustAnswer(memory, all.slice(0, at + 1), branch)
        }
      }
    }),
  )
})

/** From some offset on everything is there, and nothing before it. */
function mustAnswer(memory: Memory, all: readonly Stretch[], branch: number): void {
  let isThere = false
  for (const { from, to, parts } of all) {
    for (let offset = from; offset < to; offset++) {
      const found = memory.at(branch, offset)
      if (isThere) expect(found).toBeDefined()
      isThere = found !== undefined
      if (found === undefined) continue
      expect([found.from, found.to]).toEqual([from, to])
      const [mine, wanted] = [found.parts.get(branch), parts.get(branch)]
      expect(mine && [...offsetsOf(mine)]).toEqual(wanted && [...offsetsOf(wanted)])
    }
  }
  expect(isThere).toBe(true)
  expect(memory.at(branch, memory.end)).toBe(undefined)
}

test('one branch that gets much takes no place from the others', () => {
  const memory = new Memory(2, 0, { branchBytes: 100, stretchesMax: 100 })
  memory.push(stretchOf(0, 2, { 0: [0], 1: [1] }))
  for (let from = 2; from < 40; from += 2) memory.push(stretchOf(from, from + 2, { 0: [from] }))
  expect(memory.at(0, 0)).toBe(undefined)
  expect(memory.at(1, 1)?.parts.get(1)?.size).toBe(1)
})

test('stretches follow each other', () => {
  const memory = new Memory(1, 10, { branchBytes: 100, stretchesMax: 10 })
  expect(() => memory.push(stretchOf(11, 12))).toThrow('stretches-follow')
  expect(() => memory.push(stretchOf(10, 10))).toThrow('stretches-follow')
})
