/** That the benchmark measures what it says; how quick anything is, is no matter of tests. */

import { expect, test } from 'vitest'
import { compareKeys } from '../../src/engine/store/entry.ts'
import { PagePool } from '../../src/engine/store/pool.ts'
import { MemoryStore } from '../../src/engine/store/store.ts'
import { MapStore } from './map.ts'
import { keyOf, NumberedRows, puts } from './rows.ts'
import { measureStore } from './store.ts'

const ROWS = 3000

test('keys ascend as their numbers do', () => {
  for (let n = 1; n < ROWS; n++) {
    expect(compareKeys(keyOf(n - 1, ROWS), keyOf(n, ROWS))).toBeLessThan(0)
  }
})

test('map and store have the same rows', () => {
  const store = new MemoryStore(new PagePool(2 ** 16))
  for (const delta of puts(
    Array.from({ length: ROWS }, (_, n) => (n * 7) % ROWS),
    100,
  )) {
    store.apply(delta)
  }
  const map = new MapStore()
  map.load(new NumberedRows(ROWS))
  expect(map.scan()).toEqual({ rows: ROWS, bytes: store.figures.dataBytes })
  const cursor = store.scan()
  while (cursor.next()) expect(map.get(cursor.key)?.length).toBe(cursor.valueSize)
})

test('figures are there for each thing that is measured', () => {
  const said: string[] = []
  const figures = measureStore({
    rows: ROWS,
    rounds: 2,
    operations: 1000,
    batchRows: 100,
    cutBytes: [50_000, 200_000],
    cuts: 3,
    say: text => said.push(text),
  })
  expect(figures.rates.map(({ name }) => name)).toEqual([
    'overwrite',
    'get',
    'read',
    'rows in order',
    'prefixes of 10 rows',
  ])
  for (const { store, map = 1 } of figures.rates) expect(Math.min(store, map)).toBeGreaterThan(0)
  expect(figures.storeBytesPerRow).toBeGreaterThan(figures.rowBytes)
  expect(figures.cuts).toHaveLength(2)
  for (const cut of figures.cuts) {
    const values = Object.values(cut)
    expect(values.every(value => Number.isFinite(value) && value >= 0)).toBe(true)
    expect(cut.medianCutMs).toBeLessThanOrEqual(cut.worstCutMs)
  }
  expect(figures.cuts[1]?.dataMb).toBeCloseTo(200_000 / 2 ** 20, 1)
  expect(said.length).toBe(7)
})
