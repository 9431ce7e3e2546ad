/** The store and its images against an array, through whatever order of changes, cuts, releases. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { invariant } from '../../base/errors.ts'
import { fuzzRuns } from '../../base/testing/runs.ts'
import { IDLE_PAGES, PAGE_BYTES, ROW_COST_BYTES, SPARSE_FACTOR } from './bounds.ts'
import type { Range } from './cursor.ts'
import type { StoreImage } from './image.ts'
import { PagePool } from './pool.ts'
import { MemoryStore } from './store.ts'
import { expectBytes, expectRows } from './testing/expect.ts'
import { type Change, deltaOf, Model } from './testing/model.ts'
import { anyKey, anyValue, numberedKey } from './testing/rows.ts'
import { storeStructure, structureOf } from './testing/structure.ts'

/** Small enough for a few rows to need several. */
const CHUNK_BYTES = 4 * PAGE_BYTES

/** `n`-th key of a run; the sets of keys make trees of different shapes. */
type KeyOf = (slot: number, n: number) => Uint8Array

/**
 * Long ones, of which four are alike up to the last byte: what tells their pages from each other is
 * as long, so that an inner page has few children and the tree has many levels.
 */
const deepKey: KeyOf = (slot, n) =>
  Uint8Array.from([slot, n >> 8, n & 0xfc, ...new Array<number>(700).fill(n >> 2), n & 3])

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

function changesOf(command: Command, keyOf: KeyOf): readonly Change[] {
  if (command.kind === 'apply') return command.changes
  invariant(command.kind === 'run' || command.kind === 'clearRun', 'a-command-that-changes')
  const { slot, from, count } = command
  const numbers = Array.from({ length: count }, (_, i) => from + i)
  if (command.kind === 'run') {
    return numbers.map(n => ({
      key: keyOf(slot, n),
      value: new Uint8Array(command.size).fill(n),
    }))
  }
  return numbers
    .filter(n => n % command.keep !== 0 || command.keep === 1)
    .map(n => ({ key: keyOf(slot, n) }))
}

class World {
  readonly keyOf: KeyOf
  readonly store = new MemoryStore(new PagePool(CHUNK_BYTES))
  readonly model = new Model()
  readonly images: { image: StoreImage; model: Model }[] = []
  /** Of the tree at its deepest. */
  levels = 0

  constructor(keyOf: KeyOf) {
    this.keyOf = keyOf
  }

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
        this.change(changesOf(command, this.keyOf))
    }
  }

  change(changes: readonly Change[]): void {
    this.store.apply(deltaOf(changes))
    for (const change of changes) this.model.change(change)
    expect(this.store.size).toBe(this.model.rows.length)
    expect(this.store.figures.dataBytes).toBe(this.model.dataBytes)
    for (const { key } of changes) expectBytes(this.store.get(key), this.model.get(key))
    this.checkDensity()
    if (this.images.length === 2) return
    this.levels = Math.max(this.levels, storeStructure(this.store).levels)
  }

  /** Memory stays within its factor of the live rows, whatever was deleted. */
  checkDensity(): void {
    const { rows, dataBytes, pages } = this.store.figures
    const live = dataBytes + rows * ROW_COST_BYTES
    if (this.keyOf === deepKey) return
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
    structureOf(image.shared())
    expect(image.dataBytes).toBe(model.dataBytes)
    for (const { key, value } of this.model.rows) {
      expectBytes(image.get(key), model.get(key))
      if (image.has(key) !== (model.get(key) !== undefined)) expect.fail(`has ${key}`)
      expectBytes(this.store.get(key), value)
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

const anyCommands = fc.array(anyCommand, { maxLength: 40, size: 'max' })

function play(keyOf: KeyOf, commands: readonly Command[]): World {
  const world = new World(keyOf)
  for (const command of commands) world.step(command)
  return world
}

test('a store and its images are what an array says', () => {
  fc.assert(
    fc.property(anyCommands, commands => {
      play(numberedKey, commands).end()
    }),
    { numRuns: fuzzRuns(100) },
  )
})

test('so they are where the tree has many levels', () => {
  let levels = 0
  fc.assert(
    fc.property(anyCommands, commands => {
      const world = play(deepKey, commands)
      levels = Math.max(levels, world.levels)
      world.end()
    }),
    { numRuns: fuzzRuns(30) },
  )
  expect(levels).toBeGreaterThan(3)
})
