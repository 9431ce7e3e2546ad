/** Cells by key: what a map would say, at a cost that follows the keys that have one. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KeyCells, NONE } from './key-cells.ts'

const anyId = fc.oneof(fc.nat(20), fc.nat(500), fc.nat(100_000))

test('cells are those of a map, whatever the order of the keys', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anyId, fc.boolean()), { maxLength: 300 }), changes => {
      const cells = new KeyCells()
      const model = new Map<number, number>()
      changes.forEach(([id, goes], cell) => {
        if (model.has(id) && goes) {
          cells.remove(id)
          model.delete(id)
        } else if (!model.has(id)) {
          cells.set(id, cell)
          model.set(id, cell)
        }
      })
      const ids = [0, 1, 99_999, ...changes.map(([id]) => id)]
      for (const id of ids) expect(cells.get(id)).toBe(model.get(id) ?? NONE)
    }),
  )
})

test('few keys among very many take few places', () => {
  const cells = new KeyCells()
  for (const id of [120_000, 7, 119_999]) cells.set(id, id)
  expect([120_000, 7, 119_999, 8].map(id => cells.get(id))).toEqual([120_000, 7, 119_999, NONE])
  expect(cells.places).toBeLessThan(100)
})

test('many keys lie in an array, in whatever order they come', () => {
  const cells = new KeyCells()
  for (let at = 0; at < 1000; at++) cells.set((at * 7919) % 1000, at)
  expect(cells.places).toBeGreaterThanOrEqual(1000)
  expect(cells.places).toBeLessThanOrEqual(8000)
  for (let at = 0; at < 1000; at++) expect(cells.get((at * 7919) % 1000)).toBe(at)
})
