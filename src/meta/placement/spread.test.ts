/** Where replicas go: spread as far as there is room, and moved only where they must be. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nodeId } from '../../base/ids.ts'
import { type Site, sitesFor, weightOf } from './spread.ts'

const site = (id: string, zone = '', host = id): Site => ({ id: nodeId(id), zone, host })
const many = (count: number) => Array.from({ length: count }, (_, n) => site(`n${n + 1}`))
const GROUPS = Array.from({ length: 2000 }, (_, n) => `job/count/${n}`)
const ids = (sites: readonly Site[]) => sites.map(one => one.id)

/** Replicas that are elsewhere, of all groups. */
function moves(before: readonly Site[], after: readonly Site[], count = 3): number {
  return GROUPS.reduce((sum, group) => {
    const known = new Set(ids(sitesFor(group, before, count)))
    return sum + ids(sitesFor(group, after, count)).filter(id => !known.has(id)).length
  }, 0)
}

const anySites = fc
  .uniqueArray(fc.record({ id: fc.nat(40), zone: fc.nat(4), host: fc.nat(6) }), {
    minLength: 1,
    maxLength: 12,
    selector: one => one.id,
  })
  .map(rows => rows.map(({ id, zone, host }) => site(`n${id}`, `z${zone}`, `h${host}`)))
const anyGroup = fc.nat(5000).map(n => `j/s/${n}`)
const anyCount = fc.integer({ min: 1, max: 5 })

test('pinned: releases that run side by side come to the same', () => {
  expect(weightOf('clicks/count/0', site('n1'))).toBe(2_383_756_536)
  expect(ids(sitesFor('clicks/count/0', many(5), 3))).toEqual(['n5', 'n2', 'n4'])
})

test('in whatever order nodes are named, the place is the same', () => {
  fc.assert(
    fc.property(anySites, anyGroup, anyCount, fc.nat(), (sites, group, count, by) => {
      const turned = [...sites.slice(by % sites.length), ...sites.slice(0, by % sites.length)]
      const place = ids(sitesFor(group, sites, count))
      expect(ids(sitesFor(group, turned.reverse(), count))).toEqual(place)
    }),
    { numRuns: 500 },
  )
})

test('replicas are on nodes of their own, in as many zones and on as many hosts as can be', () => {
  fc.assert(
    fc.property(anySites, anyGroup, anyCount, (sites, group, count) => {
      const taken = sitesFor(group, sites, count)
      const wanted = Math.min(count, sites.length)
      expect(new Set(ids(taken)).size).toBe(wanted)
      const zones = new Set(sites.map(one => one.zone)).size
      expect(new Set(taken.map(one => one.zone)).size).toBe(Math.min(wanted, zones))
      // Of a zone that has several, as many hosts as it has.
      for (const zone of new Set(taken.map(one => one.zone))) {
        const hosts = (rows: readonly Site[]) =>
          new Set(rows.filter(one => one.zone === zone).map(one => one.host)).size
        const here = taken.filter(one => one.zone === zone).length
        expect(hosts(taken)).toBe(Math.min(here, hosts(sites)))
      }
    }),
    { numRuns: 1000 },
  )
})

test('zones with enough nodes have equal shares of a group', () => {
  const sites = ['a', 'b'].flatMap(zone => [1, 2, 3].map(n => site(`${zone}${n}`, zone)))
  for (const group of GROUPS.slice(0, 200)) {
    const inA = sitesFor(group, sites, 4).filter(one => one.zone === 'a').length
    expect(inA).toBe(2)
  }
})

test('a node that comes takes a place in a group, or none, and nobody else moves', () => {
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 12 }), anyGroup, (count, group) => {
      const [before, after] = [many(count), many(count + 1)]
      const came = after.at(-1)?.id
      const known = ids(sitesFor(group, before, 3))
      const moved = ids(sitesFor(group, after, 3)).filter(id => !known.includes(id))
      expect(moved.every(id => id === came)).toBe(true)
    }),
    { numRuns: 1000 },
  )
})

test('in any zones and on any hosts too', () => {
  fc.assert(
    fc.property(anySites, anyGroup, anyCount, (sites, group, count) => {
      const [, ...before] = sites
      const known = ids(sitesFor(group, before, count))
      const moved = ids(sitesFor(group, sites, count)).filter(id => !known.includes(id))
      expect(moved.every(id => id === sites[0]?.id)).toBe(true)
    }),
    { numRuns: 3000 },
  )
})

/** Measured: of 2 000 groups of three, next to what must move at least for equal shares. */
test.each([3, 4, 5, 8, 12, 24])('beside %i nodes one more takes its share, and no more', count => {
  const least = (GROUPS.length * 3) / (count + 1)
  const share = moves(many(count), many(count + 1)) / least
  expect(share).toBeGreaterThan(0.9)
  expect(share).toBeLessThan(1.1)
  // And what it took goes back when it goes.
  expect(moves(many(count + 1), many(count))).toBe(moves(many(count), many(count + 1)))
})

test('in three zones one more node takes its share of its zone', () => {
  const zoned = (count: number) => many(count).map((one, n) => ({ ...one, zone: `z${n % 3}` }))
  const share = moves(zoned(9), zoned(10)) / (GROUPS.length / 4)
  expect(share).toBeGreaterThan(0.9)
  expect(share).toBeLessThan(1.1)
})

test('all nodes hold about as much', () => {
  const sites = many(8)
  const held = new Map(ids(sites).map(id => [id, 0]))
  for (const group of GROUPS) {
    for (const id of ids(sitesFor(group, sites, 3))) held.set(id, (held.get(id) ?? 0) + 1)
  }
  const fair = (GROUPS.length * 3) / sites.length
  for (const count of held.values()) expect(Math.abs(count - fair) / fair).toBeLessThan(0.1)
})
