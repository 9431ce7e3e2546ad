/** The store and its images against an array, through whatever order of changes, cuts, releases. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { invariant } from '../../base/errors.ts'
import { IDLE_PAGES, PAGE_BYTES, ROW_COST_BYTES, SPARSE_FACTOR } from './bounds.ts'
import type { Cursor, Range, Row } from './cursor.ts'
import { compareKeys } from './entry.ts'
import type { StoreImage } from './image.ts'
import { PagePool } from './pool.ts'
import { MemoryStore } from './store.ts'
import { type Change, deltaOf, Model } from './testing/model.ts'

/** Small enough for a few rows to need several. */
const CHUNK_BYTES = 4 * PAGE_BYTES

/** Few distinct bytes, so that keys begin each other, and the ones at which signs turn. */
const anyByte = fc.constantFrom(0, 1, 0x7f, 0x80, 0xff)
const anyPart = fc.uint8Array({ maxLength: 4 })
const shortKey = fc
  .array(anyByte, { maxLength: 5, size: 'max' })
  .map(bytes => Uint8Array.from(bytes))
/** The same in all: eight bytes and more behind which alone they differ. */
const longKey = fc
  .tuple(fc.constantFrom(7, 8, 9, 16, 40, 900), fc.array(anyByte, { maxLength: 3, size: 'max' }))
  .map(([size, end]) => Uint8Array.from([...new Array<number>(size).fill(0x61), ...end]))
const numberedKey = fc
  .tuple(fc.nat(3), fc.nat(400))
  .map(([slot, n]) => Uint8Array.from([1, slot, n >> 8, n, ...new Array<number>(8).fill(slot)]))
const anyKey = fc.oneof(
  { weight: 2, arbitrary: shortKey },
  { weight: 2, arbitrary: longKey },
  { weight: 6, arbitrary: numberedKey },
  { weight: 1, arbitrary: anyPart },
)
/** Beside the key, at both sides of the largest that is, and in one to three pages of its own. */
const anySize = fc.oneof(
  { weight: 8, arbitrary: fc.nat(64) },
  { weight: 2, arbitrary: fc.nat(600) },
  { weight: 1, arbitrary: fc.integer({ min: 1000, max: 2100 }) },
  { weight: 1, arbitrary: fc.constantFrom(4079, 4080, 4081, 8160, 9000) },
)
const anyValue = fc
  .tuple(anySize, fc.nat(255))
  .map(([size, seed]) => Uint8Array.from({ length: size }, (_, i) => seed + i))
const anyChange: fc.Arbitrary<Change> = fc.record({
  key: anyKey,
  value: fc.option(anyValue, { nil: undefined, freq: 3 }),
})
const anyRange: fc.Arbitrary<Range> = fc.record({
  from: fc.option(anyKey, { nil: undefined }),
  to: fc.option(anyKey, { nil: undefined }),
  reverse: fc.boolean(),
  limit: fc.constantFrom(0, 1, 7, Infinity),
})

type Command =
  | { kind: 'apply'; changes: readonly Change[] }
  /** Many keys in a row, as loads and timers bring them. */
  | { kind: 'run'; slot: number; from: number; count: number; size: number }
  | { kind: 'clearRun'; slot: number; from: number; count: number; keep: number }
  | { kind: 'scan'; range: Range }
  | { kind: 'cut' }
  | { kind: 'release'; which: number }

const anyRun = { slot: fc.nat(3), from: fc.nat(400), count: fc.nat(200) }
const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('apply' as const),
      changes: fc.array(anyChange, { maxLength: 40, size: 'max' }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('run' as const), ...anyRun, size: fc.nat(100) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('clearRun' as const),
      ...anyRun,
      keep: fc.constantFrom(1, 2, 10, 1000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('scan' as const), range: anyRange }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cut' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('release' as const), which: fc.nat(1) }) },
)

const runKey = (slot: number, n: number) =>
  Uint8Array.from([1, slot, n >> 8, n, ...new Array<number>(8).fill(slot)])

function changesOf(command: Command): readonly Change[] {
  if (command.kind === 'apply') return command.changes
  invariant(command.kind === 'run' || command.kind === 'clearRun', 'a-command-that-changes')
  const { slot, from, count } = command
  const numbers = Array.from({ length: count }, (_, i) => from + i)
  if (command.kind === 'run') {
    return numbers.map(n => ({ key: runKey(slot, n), value: new Uint8Array(command.size).fill(n) }))
  }
  return numbers
    .filter(n => n % command.keep !== 0 || command.keep === 1)
    .map(n => ({ key: runKey(slot, n) }))
}

/** Deep equality is too slow for so many bytes. */
function expectValue(value: Uint8Array | undefined, wanted: Uint8Array | undefined): void {
  const isSame =
    value === undefined || wanted === undefined
      ? value === wanted
      : compareKeys(value, wanted) === 0
  if (!isSame) expect(value).toEqual(wanted)
}

function expectRows(cursor: Cursor, wanted: readonly Row[]): void {
  for (const { key, value } of wanted) {
    if (!cursor.next()) expect.fail(`the rows end before ${key}`)
    expectValue(cursor.key, key)
    expectValue(cursor.value, value)
  }
  expect(cursor.next()).toBe(false)
}

class World {
  readonly store = new MemoryStore(new PagePool(CHUNK_BYTES))
  readonly model = new Model()
  readonly images: { image: StoreImage; model: Model }[] = []

  step(command: Command): void {
    switch (command.kind) {
      case 'scan':
        expectRows(this.store.scan(command.range), this.model.scan(command.range))
        break
      case 'cut':
        if (this.images.length < 2) this.cut()
        else expect(() => this.store.cut()).toThrow('too-many-images')
        break
      case 'release':
        this.release(command.which)
        break
      default:
        this.change(changesOf(command))
    }
  }

  change(changes: readonly Change[]): void {
    this.store.apply(deltaOf(changes))
    for (const change of changes) this.model.change(change)
    expect(this.store.size).toBe(this.model.rows.length)
    expect(this.store.figures.dataBytes).toBe(this.model.dataBytes)
    for (const { key } of changes) expectValue(this.store.get(key), this.model.get(key))
    this.checkDensity()
  }

  /** Memory stays within its factor of the live rows, whatever was deleted. */
  checkDensity(): void {
    const { rows, dataBytes, pages } = this.store.figures
    const live = dataBytes + rows * ROW_COST_BYTES
    expect(pages * PAGE_BYTES).toBeLessThanOrEqual(SPARSE_FACTOR * live + IDLE_PAGES * PAGE_BYTES)
  }

  cut(): void {
    this.images.push({ image: this.store.cut(), model: new Model(this.model.rows) })
  }

  release(which: number): void {
    const [gone] = this.images.splice(which, 1)
    if (gone === undefined) return
    const { image, model } = gone
    expectRows(image.scan(), model.rows)
    expect(image.size).toBe(model.rows.length)
    expect(image.dataBytes).toBe(model.dataBytes)
    for (const { key, value } of this.model.rows) {
      expectValue(image.get(key), model.get(key))
      if (image.has(key) !== (model.get(key) !== undefined)) expect.fail(`has ${key}`)
      expectValue(this.store.get(key), value)
    }
    image.release()
  }

  end(): void {
    expectRows(this.store.scan(), this.model.rows)
    expectRows(this.store.scan({ reverse: true }), [...this.model.rows].reverse())
    while (this.images.length > 0) this.release(0)
    expect(this.store.figures.retiredPages).toBe(0)
    this.change(this.model.rows.map(({ key }) => ({ key })))
    expect(this.store.figures).toMatchObject({ rows: 0, dataBytes: 0, pages: 1, images: 0 })
  }
}

test('a store and its images are what an array says', () => {
  fc.assert(
    fc.property(fc.array(anyCommand, { maxLength: 40, size: 'max' }), commands => {
      const world = new World()
      for (const command of commands) world.step(command)
      world.end()
    }),
    { numRuns: Number(process.env['RUNS'] ?? 150) },
  )
})
