/**
 * Measures the memory store, in one run: next to a plain map, in turns, so that whatever else the
 * machine does falls on both; and its cuts, at sizes up to the largest that is asked for.
 */

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { median } from '../../chaos/live/quantile.ts'
import { Prng } from '../../src/base/prng.ts'
import { PAGE_BYTES } from '../../src/engine/store/bounds.ts'
import { rangeOf } from '../../src/engine/store/cursor.ts'
import { PagePool } from '../../src/engine/store/pool.ts'
import { MemoryStore } from '../../src/engine/store/store.ts'
import { MapStore } from './map.ts'
import { keyOf, NumberedRows, overwrites, puts, ROW_BYTES } from './rows.ts'

const GIGABYTE = 2 ** 30
const MEGABYTE = 2 ** 20

export interface StoreBenchOptions {
  /** Of the store that is measured next to a map. */
  readonly rows: number
  readonly rounds: number
  readonly batchRows: number
  /** Overwritten, and got, in each round. */
  readonly operations: number
  /** Bytes of keys and values that are cut. */
  readonly cutBytes: readonly number[]
  readonly cuts: number
  readonly say: (text: string) => void
}

const defaults: StoreBenchOptions = {
  rows: 1_000_000,
  rounds: 5,
  batchRows: 1000,
  operations: 300_000,
  cutBytes: [GIGABYTE / 16, GIGABYTE / 4, GIGABYTE],
  cuts: 20,
  say: () => undefined,
}

/** Medians of the rounds, in thousands a second; a map has no prefixes and no images. */
export interface StoreRate {
  readonly name: string
  readonly store: number
  readonly map?: number
}

export interface StoreCut {
  readonly rows: number
  readonly dataMb: number
  readonly loadedRowsPerSecond: number
  readonly bytesPerRow: number
  readonly firstCutMs: number
  readonly medianCutMs: number
  readonly worstCutMs: number
  /** With no image alive, the median; the worst of those after the first cut, after the others. */
  readonly batchMs: number
  readonly worstFirstBatchMs: number
  readonly worstBatchMs: number
  readonly worstReleaseMs: number
}

export interface StoreFigures {
  readonly rates: readonly StoreRate[]
  /** Of key and value on average, and what one takes in all. */
  readonly rowBytes: number
  readonly storeBytesPerRow: number
  /** Heap and what hangs on it. */
  readonly mapBytesPerRow: number
  readonly cuts: readonly StoreCut[]
}

function msOf(run: () => void): number {
  const start = performance.now()
  run()
  return performance.now() - start
}

/** The heap and its buffers after a collection. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`the benchmark measures something else: ${what}`)
}

type Act = () => void

/** One body beside the other, round after round. */
function duel(store: Act, map: Act | undefined, { rounds }: StoreBenchOptions) {
  const taken: { store: number[]; map: number[] } = { store: [], map: [] }
  for (let round = 0; round < rounds; round++) {
    taken.store.push(msOf(store))
    if (map !== undefined) taken.map.push(msOf(map))
  }
  return (count: number) => ({
    store: count / median(taken.store),
    ...(map === undefined ? {} : { map: count / median(taken.map) }),
  })
}

function storeScan(store: MemoryStore): void {
  const cursor = store.scan()
  let rows = 0
  let bytes = 0
  for (; cursor.next(); rows++) bytes += cursor.keySize + cursor.valueSize
  must(rows === store.size && bytes === store.figures.dataBytes, 'a scan misses rows')
}

function prefixScans(store: MemoryStore, keys: readonly Uint8Array[]): void {
  const cursor = store.scan()
  for (const key of keys) {
    let rows = 0
    cursor.open(rangeOf(key.subarray(0, key.length - 1)))
    while (cursor.next()) rows++
    must(rows === 10, `a prefix has ${rows} rows`)
  }
}

function ratesOf(store: MemoryStore, map: MapStore, options: StoreBenchOptions): StoreRate[] {
  const { rows, operations, batchRows } = options
  const prng = new Prng(1)
  const batches = Math.ceil(operations / batchRows)
  const deltas = overwrites(prng, rows, { batches, batchRows })
  const keys = Array.from({ length: operations }, () => keyOf(prng.below(rows), rows))
  const some = keys.slice(0, operations / 10)
  const into = new Uint8Array(1024)
  const rates: StoreRate[] = []
  const add = (name: string, count: number, storeAct: Act, mapAct?: Act) => {
    options.say(name)
    rates.push({ name, ...duel(storeAct, mapAct, options)(count) })
  }
  const applyAll = (to: { apply(delta: Uint8Array): void }) => () => {
    for (const delta of deltas) to.apply(delta)
  }
  const getAll = (from: { get(key: Uint8Array): unknown }) => () => {
    for (const key of keys) must(from.get(key) !== undefined, 'a row is missing')
  }
  const readAll = () => {
    for (const key of keys) must(store.read(key, into) > 0, 'a row is missing')
  }
  const mapScan = () => must(map.scan().rows === rows, 'a row is missing')
  add('overwrite', batches * batchRows, applyAll(store), applyAll(map))
  add('get', operations, getAll(store), getAll(map))
  add('read', operations, readAll)
  add('rows in order', rows, () => storeScan(store), mapScan)
  add('prefixes of 10 rows', some.length, () => prefixScans(store, some))
  return rates
}

function cutOf(bytes: number, pool: PagePool, options: StoreBenchOptions): StoreCut {
  const rows = Math.floor(bytes / ROW_BYTES)
  options.say(`cuts of ${(bytes / MEGABYTE).toFixed(0)} MB, ${rows} rows`)
  let store = new MemoryStore(pool)
  store.close()
  const loadMs = msOf(() => {
    store = MemoryStore.from(new NumberedRows(rows), pool)
  })
  const bytesPerRow = (store.figures.pages * PAGE_BYTES) / rows
  const deltas = overwrites(new Prng(2), rows, { batches: 25, batchRows: options.batchRows })
  const batchesMs = () => deltas.map(delta => msOf(() => store.apply(delta)))
  batchesMs()
  const batchMs = median(batchesMs())
  const cuts: number[] = []
  const worst: number[] = []
  const releases: number[] = []
  for (let i = 0; i < options.cuts; i++) {
    const start = performance.now()
    const image = store.cut()
    cuts.push(performance.now() - start)
    worst.push(Math.max(...batchesMs()))
    must(image.size === rows, 'an image misses rows')
    releases.push(msOf(() => image.release()))
  }
  const { dataBytes } = store.figures
  store.close()
  return {
    rows,
    dataMb: dataBytes / MEGABYTE,
    loadedRowsPerSecond: (1000 * rows) / loadMs,
    bytesPerRow,
    firstCutMs: cuts[0] ?? Number.NaN,
    medianCutMs: median(cuts),
    worstCutMs: Math.max(...cuts),
    batchMs,
    worstFirstBatchMs: worst[0] ?? Number.NaN,
    worstBatchMs: Math.max(...worst.slice(1)),
    worstReleaseMs: Math.max(...releases),
  }
}

/** Takes a minute or two, and as much memory as the largest cut and half of it again. */
export function measureStore(given: Partial<StoreBenchOptions> = {}): StoreFigures {
  const options = { ...defaults, ...given }
  const { rows } = options
  const pool = new PagePool()
  // Filled by chance, as states are, and not by a load, which would leave pages full.
  const store = new MemoryStore(pool)
  const order = new Prng(3).shuffle(Array.from({ length: rows }, (_, n) => n))
  for (const delta of puts(order, options.batchRows)) store.apply(delta)
  const before = heldBytes()
  const map = new MapStore()
  map.load(new NumberedRows(rows))
  const mapBytesPerRow = (heldBytes() - before) / rows
  const storeBytesPerRow = (store.figures.pages * PAGE_BYTES) / rows
  const rates = ratesOf(store, map, options)
  store.close()
  const cuts = options.cutBytes.map(bytes => cutOf(bytes, pool, options))
  return { rates, rowBytes: ROW_BYTES, storeBytesPerRow, mapBytesPerRow, cuts }
}
