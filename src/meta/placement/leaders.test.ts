/** Leaders are even as far as places allow, and stay where they are else. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nodeId } from '../../base/ids.ts'
import { evenLeaders, type Led } from './leaders.ts'
import { sitesFor } from './spread.ts'

const led = (nodes: string, leader?: string): Led => ({
  nodes: [...nodes].map(nodeId),
  leader: leader === undefined ? undefined : nodeId(leader),
})
function loads(groups: readonly Led[], leaders: readonly string[]): number[] {
  const nodes = [...new Set(groups.flatMap(one => one.nodes))]
  return nodes.map(node => leaders.filter(one => one === node).length).sort((a, b) => a - b)
}

const anyGroups = fc.array(
  fc.record({
    nodes: fc.uniqueArray(fc.constantFrom(...'abcdef'), { minLength: 1, maxLength: 3 }),
    leader: fc.option(fc.constantFrom(...'abcdef'), { nil: undefined }),
  }),
  { maxLength: 9 },
)

/** All ways in which the groups can be led, which are few: the least of the largest loads. */
function best(groups: readonly Led[]): number {
  const counts = new Map<string, number>()
  const go = (at: number): number => {
    const group = groups[at]
    if (group === undefined) return Math.max(0, ...counts.values())
    const ways = group.nodes.map(node => {
      counts.set(node, (counts.get(node) ?? 0) + 1)
      const most = go(at + 1)
      counts.set(node, (counts.get(node) ?? 0) - 1)
      return most
    })
    return Math.min(...ways)
  }
  return go(0)
}

test('nobody leads more than he must, whatever the places and whoever led', () => {
  fc.assert(
    fc.property(anyGroups, rows => {
      const groups = rows.map(({ nodes, leader }) => led(nodes.join(''), leader))
      const leaders = evenLeaders(groups)
      expect(leaders).toHaveLength(groups.length)
      for (const [at, one] of leaders.entries()) expect(groups[at]?.nodes).toContain(one)
      expect(Math.max(0, ...loads(groups, leaders))).toBe(best(groups))
    }),
    { numRuns: 300 },
  )
})

test('what is even stays as it is', () => {
  fc.assert(
    fc.property(anyGroups, rows => {
      const groups = rows.map(({ nodes, leader }) => led(nodes.join(''), leader))
      const leaders = evenLeaders(groups)
      const settled = groups.map(({ nodes }, at) => ({ nodes, leader: leaders[at] }))
      expect(evenLeaders(settled)).toEqual(leaders)
    }),
    { numRuns: 300 },
  )
})

test('a group is handed on over another, where that is the only way', () => {
  // a leads two and shares none with c, which leads none; b shares with both.
  const groups = [led('ab', 'a'), led('a', 'a'), led('bc', 'b')]
  expect(evenLeaders(groups)).toEqual(['b', 'a', 'c'])
})

test('a leader whose node is no place of the group any more leads it no more', () => {
  expect(evenLeaders([led('bc', 'a'), led('bc', 'b')])).toEqual(['c', 'b'])
})

test.each([3, 4, 5, 8])('on %i nodes, two groups a node, each leads two', count => {
  const sites = Array.from({ length: count }, (_, n) => {
    return { id: nodeId(`n${n}`), zone: '', host: '' }
  })
  const groups = Array.from({ length: 2 * count }, (_, n) => {
    return { nodes: sitesFor(`j/s/${n}`, sites, 3).map(one => one.id), leader: undefined }
  })
  const counts = loads(groups, evenLeaders(groups))
  expect(counts.every(one => one === 2)).toBe(true)
})

test('many groups on many nodes are evened in one go', () => {
  const sites = Array.from({ length: 64 }, (_, n) => {
    return { id: nodeId(`n${n}`), zone: `z${n % 3}`, host: '' }
  })
  const groups = Array.from({ length: 1024 }, (_, n) => {
    return { nodes: sitesFor(`j/s/${n}`, sites, 3).map(one => one.id), leader: undefined }
  })
  expect(loads(groups, evenLeaders(groups)).every(one => one === 16)).toBe(true)
})
