/** Fetches: how much comes, where to read on, and how one waits. */

import { expect, test } from 'vitest'
import { utf8Of } from '../../../../src/base/bytes.ts'
import type { Asked, Fetched, FetchOptions, Partition } from '../../../../src/base/stream-log.ts'
import { type Caller, record, said } from './caller.ts'

/** Longer than any test may take: who waits so long is woken, or cancelled. */
const LONG_MS = 300_000
const long: FetchOptions = { isolation: 'committed', maxBytes: 10_000, waitMs: LONG_MS }

export function fetchRules(theCaller: () => Caller): void {
  sizeRules(theCaller)
  rangeRules(theCaller)
  waitRules(theCaller)
  cancelRules(theCaller)
}

/** Whose value has so many bytes, all of them the same letter. */
const sized = (letter: string, bytes: number) => ({
  ...record(''),
  value: utf8Of(letter.repeat(bytes)),
})

const bytesOf = ({ records }: Fetched): number =>
  records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0)

function sizeRules(theCaller: () => Caller): void {
  const append = (caller: Caller, at: Partition, sizes: readonly number[]) => {
    const records = sizes.map((bytes, i) => sized('abcdefghijklmnopqrstuvwxyz'.charAt(i), bytes))
    return caller.value<unknown>(done => caller.log.append([{ ...at, records }], done))
  }

  test.each([1, 150, 250, 1000])('at most %d bytes come at once, in order', async maxBytes => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    await append(caller, at, Array(12).fill(100))
    const found: string[] = []
    for (let position = 0; position < 12; ) {
      const fetched = await caller.fetch(at, position, { maxBytes })
      expect(bytesOf(fetched)).toBeLessThanOrEqual(Math.max(maxBytes, 100))
      found.push(...fetched.records.map(one => said([one]).charAt(0)))
      position = fetched.position
    }
    expect(found.join('')).toBe('abcdefghijkl')
  })

  test('a record that is larger than asked for comes alone, wherever it stands', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    await append(caller, at, [50, 5000, 50, 50, 5000, 5000, 50])
    const sizes: number[][] = []
    for (let position = 0; position < 7; ) {
      const fetched = await caller.fetch(at, position, { maxBytes: 1000 })
      if (bytesOf(fetched) > 1000) expect(fetched.records).toHaveLength(1)
      sizes.push(fetched.records.map(({ value }) => value?.length ?? 0))
      position = fetched.position
    }
    expect(sizes.flat()).toEqual([50, 5000, 50, 50, 5000, 5000, 50])
  })

  test('a reader may begin in the middle of what was appended together', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    await append(caller, at, [1, 1, 1, 1, 1])
    for (const offset of [0, 1, 3, 4]) {
      const records = await caller.read(at, 'committed', { offset })
      expect(said(records)).toBe('a b c d e'.slice(2 * offset))
    }
  })
}

function rangeRules(theCaller: () => Caller): void {
  const code = (caller: Caller, at: Partition, offset: number) => {
    const how = { isolation: 'committed', maxBytes: 1000, waitMs: 0 } as const
    return caller.code<Fetched>(done => void caller.log.fetch(at, offset, how, done))
  }

  test('there is nothing to read where nothing is to come yet, which is no error', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    expect(await code(caller, at, 1)).toBe('offset-out-of-range')
    expect((await caller.fetch(at, 0)).records).toEqual([])
    await caller.append(at, 'a b')
    const fetched = await caller.fetch(at, 2)
    expect([fetched.records, fetched.position]).toEqual([[], 2])
    expect(await code(caller, at, 3)).toBe('offset-out-of-range')
    expect(await code(caller, at, 1_000_000)).toBe('offset-out-of-range')
  })

  test('what was deleted cannot be read', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    await caller.append(at, 'a b c')
    await caller.value<void>(done => caller.log.deleteRecords(at, 2, done))
    expect(await code(caller, at, 0)).toBe('offset-out-of-range')
    expect(await code(caller, at, 1)).toBe('offset-out-of-range')
    expect(said(await caller.read(at, 'uncommitted', { offset: 2 }))).toBe('c')
  })
}

/** A reader that is not waited for: it asks again while it is answered with nothing. */
function waiting(caller: Caller, at: Partition, how: Partial<FetchOptions> = {}) {
  const told: string[] = []
  let asked: Asked
  const ask = (offset: number): void => {
    asked = caller.log.fetch(at, offset, { ...long, ...how }, answer => {
      if (answer.error !== undefined) told.push(answer.error.code)
      else if (answer.value.records.length === 0) ask(answer.value.position)
      else told.push(said(answer.value.records))
    })
  }
  ask(0)
  return { told, cancel: () => asked.cancel() }
}

function waitRules(theCaller: () => Caller): void {
  test('a fetch that waits is answered when a record comes, and holds up nobody', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const { told } = waiting(caller, at)
    expect(await caller.end(at, 'committed')).toBe(0)
    expect(told).toEqual([])
    await caller.append(at, 'a')
    await caller.rig.until(() => told.length > 0)
    expect(told).toEqual(['a'])
  })

  test('each of many that wait is answered by its own partition', async () => {
    const caller = theCaller()
    const all = await caller.topic(5)
    const fetches = all.map(at => waiting(caller, at))
    for (const [i, at] of [...all.entries()].reverse()) {
      await caller.append(at, `p${i}`)
      await caller.rig.until(() => fetches[i]?.told.length === 1)
    }
    expect(fetches.map(({ told }) => told)).toEqual(all.map((_, i) => [`p${i}`]))
  })

  test('whoever waits for what is decided is told of it in the end', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const producer = await caller.producer(caller.rig.name())
    await producer.send({ ...at, records: [record('a'), record('b')] })
    const { told } = waiting(caller, at)
    await producer.end('commit')
    await caller.rig.until(() => told.length > 0)
    expect(told).toEqual(['a b'])
  })

  test('whoever waits for anything at all sees a transaction that is still open', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const { told } = waiting(caller, at, { isolation: 'uncommitted' })
    const producer = await caller.producer(caller.rig.name())
    await producer.send({ ...at, records: [record('a')] })
    await caller.rig.until(() => told.length > 0)
    expect(told).toEqual(['a'])
    await producer.end('abort')
  })

  test('who waited in vain is told so', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const fetched = await caller.fetch(at, 0, { waitMs: 20 })
    expect(fetched).toEqual({ records: [], position: 0, seenEnd: 0 })
  })
}

function cancelRules(theCaller: () => Caller): void {
  test('what is cancelled is not answered; others who wait are', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const first = waiting(caller, at)
    const second = waiting(caller, at)
    const third = waiting(caller, at)
    await caller.end(at, 'committed')
    first.cancel()
    third.cancel()
    third.cancel()
    await caller.append(at, 'a')
    await caller.rig.until(() => second.told.length > 0)
    expect(await caller.seen(at)).toBe('a')
    expect([first.told, second.told, third.told]).toEqual([[], ['a'], []])
  })

  test('cancelling at once, or after the answer, harms nobody', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    await caller.append(at, 'a')
    const never = waiting(caller, at)
    never.cancel()
    const { cancel, told } = waiting(caller, at)
    await caller.rig.until(() => told.length > 0)
    cancel()
    expect(await caller.seen(at)).toBe('a')
    expect([told, never.told]).toEqual([['a'], []])
  })

  test('hundreds of fetches may be cancelled', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const fetches = Array.from({ length: 200 }, () => waiting(caller, at))
    for (const { cancel } of fetches) cancel()
    await caller.append(at, 'a')
    expect(await caller.seen(at)).toBe('a')
    expect(fetches.flatMap(({ told }) => told)).toEqual([])
  })
}
