/** Who is answered when not everybody can be: what is read at once, and for whom. */

import { expect, test } from 'vitest'
import type { Fetched, LogAnswer } from '../../base/stream-log.ts'
import type { Room } from './fetches.ts'
import type { StillLog } from './testing/still-log.ts'
import { append, at, begun, large, words } from './testing/words.ts'

const BOUND = 1000
const SIZE = 300
/** A record as it is written. */
const BLOCK = SIZE + 100
const how = { isolation: 'committed', maxBytes: 1, waitMs: 0 } as const

/** So many records, each in a block of its own, none of them in memory. */
function filled(count: number, change: Partial<typeof large> = {}): StillLog {
  const still = begun({}, { ...large, cacheBytes: 0, loadBytesMax: BOUND, ...change })
  for (let i = 0; i < count; i++) append(still, 'x'.repeat(SIZE))
  return still
}

const offsetsOf = (answer: LogAnswer<Fetched>) =>
  answer.error === undefined ? answer.value.records.map(one => one.offset) : []

function fetch(still: StillLog, offset: number, told: (offset: number) => void, room?: Room) {
  const asked = { ...at, offset, ...how }
  return still.log.ask('fetch', asked, answer => told(offsetsOf(answer)[0] ?? -1), room)
}

test('what is read at once is bounded, and all are answered in their order', () => {
  const still = filled(50)
  const told: number[] = []
  let mostBytes = 0
  for (let i = 0; i < 50; i++) fetch(still, i, offset => told.push(offset))
  while (still.step()) mostBytes = Math.max(mostBytes, still.log.loadingBytes)
  expect(told).toEqual(Array.from({ length: 50 }, (_, i) => i))
  expect(mostBytes).toBeGreaterThan(BOUND - BLOCK)
  expect(mostBytes).toBeLessThan(BOUND + BLOCK)
  expect(still.log.loadingBytes).toBe(0)
})

test('one that is larger than the bound is read when nothing else is', () => {
  const still = filled(3, { loadBytesMax: 1 })
  const told: number[] = []
  for (let i = 0; i < 3; i++) fetch(still, i, offset => told.push(offset))
  still.settle()
  expect(told).toEqual([0, 1, 2])
})

test('who comes later does not go before those in line', () => {
  const still = filled(9)
  const told: number[] = []
  for (let i = 0; i < 8; i++) fetch(still, i, offset => told.push(offset))
  while (told.length === 0) still.step()
  fetch(still, 8, offset => told.push(offset))
  still.settle()
  expect(told).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
})

test('however many are in line, they are answered when the first one is', () => {
  const still = filled(2, { loadBytesMax: 1, cacheBytes: BLOCK })
  let told = 0
  fetch(still, 0, () => told++)
  for (let i = 0; i < 90_000; i++) fetch(still, 1, () => told++)
  still.settle()
  expect(told).toBe(90_001)
})

test('who is in line while a turn is written is shown nothing of it before the sync', () => {
  const still = filled(8, { cacheBytes: BLOCK })
  const order: unknown[] = []
  for (let i = 0; i < 7; i++) fetch(still, i, offset => order.push(offset))
  const all = { ...at, ...how, offset: 7, maxBytes: 10_000 }
  still.log.ask('fetch', all, answer => order.push(offsetsOf(answer)))
  while (order.length === 0) still.step()
  still.client.append([words('new')], () => order.push('written'))
  still.settle()
  expect(order).toHaveLength(9)
  // In memory, it is not behind those that are read from the disk.
  const own = order.filter(one => typeof one !== 'number')
  expect(own).toEqual(['written', [7, 8]])
})

test('whoever has no room is passed over, and looked at when he has', () => {
  const still = filled(4)
  const told: string[] = []
  const waiting: (() => void)[] = []
  let isFree = false
  const room = { isFree: () => isFree, whenFree: (go: () => void) => void waiting.push(go) }
  fetch(still, 0, offset => told.push(`slow ${offset}`), room)
  const gone = fetch(still, 1, offset => told.push(`gone ${offset}`), room)
  fetch(still, 2, offset => told.push(`other ${offset}`))
  still.settle()
  expect(told).toEqual(['other 2'])
  gone.cancel()
  isFree = true
  for (const go of waiting) go()
  still.settle()
  expect(told).toEqual(['other 2', 'slow 0'])
})

test('who went away from a room is not remembered, and one word of it is waited for', () => {
  const still = filled(1)
  const told: number[] = []
  const waiting: (() => void)[] = []
  let isFree = false
  const room = { isFree: () => isFree, whenFree: (go: () => void) => void waiting.push(go) }
  for (let i = 0; i < 100; i++) {
    const gone = fetch(still, 0, offset => told.push(offset), room)
    still.settle()
    gone.cancel()
  }
  fetch(still, 0, offset => told.push(offset), room)
  still.settle()
  expect([told, waiting.length]).toEqual([[], 1])
  isFree = true
  waiting[0]?.()
  still.settle()
  expect(told).toEqual([0])
})

test.each(['in line', 'without room'])('who is %s when the log ends is told so', where => {
  const still = filled(6)
  const told: number[] = []
  let free = (): void => {}
  const room = {
    isFree: () => false,
    whenFree: (go: () => void) => {
      free = go
    },
  }
  const isInLine = where === 'in line'
  for (let i = 0; i < 6; i++) fetch(still, i, at => told.push(at), isInLine ? undefined : room)
  while (still.clock.step());
  still.log.close(() => {})
  still.settle()
  free()
  still.settle()
  expect(told).toHaveLength(6)
  expect(told).toContain(-1)
})
