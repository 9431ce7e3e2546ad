/** Records outside of transactions: what goes in comes out, at offsets that stay. */

import { expect, test } from 'vitest'
import { utf8Of } from '../../../../src/base/bytes.ts'
import { crc32c } from '../../../../src/base/crc32c.ts'
import type { Header, NewRecord, Partition } from '../../../../src/base/stream-log.ts'
import { Caller, said, words } from './caller.ts'

const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, byte) => byte)
const NOTHING = new Uint8Array(0)

const header = (name: string, value: string): Header => ({ name, value: utf8Of(value) })

const plain: NewRecord = { key: null, value: null, headers: [], timestampMs: 1_700_000_000_000 }

const odd: Readonly<Record<string, NewRecord>> = {
  'neither key nor value': plain,
  'an empty key': { ...plain, key: NOTHING },
  'an empty value': { ...plain, value: NOTHING },
  'every byte there is': { ...plain, key: EVERY_BYTE, value: EVERY_BYTE },
  'the key of a control record': { ...plain, key: Uint8Array.of(0, 0, 0, 0), value: EVERY_BYTE },
  'a time before there were logs': { ...plain, timestampMs: 1 },
  'the first millisecond': { ...plain, timestampMs: 0 },
  'headers with every byte, and with none': {
    ...plain,
    headers: [
      { name: 'all', value: EVERY_BYTE },
      { name: 'none', value: NOTHING },
    ],
  },
  'headers in an order, one name more than once': {
    ...plain,
    headers: [header('b', '1'), header('a', '2'), header('b', '3'), header('a', '4')],
  },
  'names of headers that are no words': {
    ...plain,
    headers: ['2', '1', '', '__proto__', 'é ✓'].map(name => header(name, name)),
  },
  'a value of a hundred thousand bytes': {
    ...plain,
    value: Uint8Array.from({ length: 100_000 }, (_, i) => i * 31 + (i >> 8)),
  },
}

const LONG_BYTES = 1000

/** As it is, but for a long value: quick to compare. */
function printed(record: NewRecord | undefined) {
  const { value } = record ?? {}
  const isLong = value !== undefined && value !== null && value.length > LONG_BYTES
  return isLong ? { ...record, value: `${value.length} bytes, ${crc32c(value)}` } : record
}

export function recordRules(theCaller: () => Caller): void {
  contentRules(theCaller)
  offsetRules(theCaller)
  deletionRules(theCaller)
}

function contentRules(theCaller: () => Caller): void {
  test.each(Object.entries(odd))('%s: byte for byte', async (_what, wanted) => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const parts = [{ ...at, records: [plain, wanted, plain] }]
    await caller.value<unknown>(done => caller.log.append(parts, done))
    const [, found] = await caller.read(at, 'uncommitted')
    expect(printed(found)).toEqual({ ...printed(wanted), offset: 1 })
  })

  test.each(Object.entries(odd))('%s: the same in a transaction', async (_what, wanted) => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const producer = await caller.producer(caller.rig.name())
    await producer.send({ ...at, records: [plain, wanted, plain] })
    await producer.end('commit')
    await caller.decided(at)
    const [, found] = await caller.read(at, 'committed')
    expect(printed(found)).toEqual({ ...printed(wanted), offset: 1 })
  })

  test('what was appended is the caller’s to use again', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const value = utf8Of('before')
    const parts = [{ ...at, records: [{ ...plain, value }] }]
    await caller.value<unknown>(done => caller.log.append(parts, done))
    value.fill(0)
    expect(await caller.seen(at)).toBe('before')
  })

  test('a record over the limit of its topic is refused, and nothing of it is kept', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition({ 'max.message.bytes': '1000' })
    await caller.append(at, 'a')
    const large = { ...plain, value: new Uint8Array(5000) }
    const parts = [{ ...at, records: [large] }]
    const code = await caller.code<unknown>(done => caller.log.append(parts, done))
    expect(code).toBe('record-too-large')
    await caller.append(at, 'b')
    expect(await caller.seen(at)).toBe('a b')
  })

  test('nothing is kept where no partition is', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const parts = [words({ ...at, partition: 1 }, 'a')]
    const code = await caller.code<unknown>(done => caller.log.append(parts, done))
    expect(code).toBe('no-such-topic')
    expect(await caller.end(at, 'uncommitted')).toBe(0)
  })
}

function offsetRules(theCaller: () => Caller): void {
  test('a partition begins at 0 and counts its records', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    expect(await caller.end(at, 'uncommitted')).toBe(0)
    expect(await caller.append(at, 'a b c')).toBe(0)
    expect(await caller.append(at, 'd')).toBe(3)
    expect(await caller.value<number>(done => caller.log.start(at, done))).toBe(0)
    expect(await caller.end(at, 'committed')).toBe(4)
    const records = await caller.read(at, 'committed')
    expect(records.map(({ offset }) => offset)).toEqual([0, 1, 2, 3])
    expect(said(records)).toBe('a b c d')
  })

  test('offsets are told in the order of what was asked; partitions count apart', async () => {
    const caller = theCaller()
    const [first, second, third] = (await caller.topic(3)) as [Partition, Partition, Partition]
    const [other] = (await caller.topic(1)) as [Partition]
    await caller.append(second, 'x y')
    const parts = [words(third, 'a'), words(second, 'b c'), words(other, 'd e'), words(first, 'f')]
    const offsets = await caller.value<readonly number[]>(done => caller.log.append(parts, done))
    expect(offsets).toEqual([0, 2, 0, 0])
    const all = await caller.seenOfAll([first, second, third, other])
    expect(all).toEqual(['f', 'x y b c', 'a', 'd e'])
  })

  test('the end is behind all that was acknowledged, whoever asks at once', async () => {
    const caller = theCaller()
    const other = new Caller(caller.rig)
    const at = await caller.onlyPartition()
    for (let i = 1; i <= 30; i++) {
      await caller.append(at, 'a b')
      const asked = i % 2 === 0 ? other : caller
      expect(await asked.end(at, 'uncommitted')).toBe(2 * i)
      expect(await asked.end(at, 'committed')).toBe(2 * i)
      const { seenEnd } = await asked.fetch(at, 0, { waitMs: 0 })
      expect(seenEnd).toBeLessThanOrEqual(2 * i)
    }
  })

  test('appends that do not wait for each other are all kept, each whole', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const texts = Array.from({ length: 20 }, (_, i) => `${i}a ${i}b ${i}c`)
    const offsets = await Promise.all(texts.map(text => caller.append(at, text)))
    const records = await caller.read(at, 'committed')
    expect(records).toHaveLength(60)
    for (const [i, offset] of offsets.entries()) {
      expect(said(records.slice(offset, offset + 3))).toBe(texts[i])
    }
  })
}

function deletionRules(theCaller: () => Caller): void {
  const start = (caller: Caller, at: Partition) =>
    caller.value<number>(done => caller.log.start(at, done))
  const forget = (caller: Caller, at: Partition, before: number) =>
    caller.code<void>(done => caller.log.deleteRecords(at, before, done))

  test('what was deleted is gone, and the rest keeps its offsets', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    await caller.append(at, 'a b c d')
    expect(await forget(caller, at, 2)).toBe('ok')
    expect(await start(caller, at)).toBe(2)
    expect(await caller.end(at, 'uncommitted')).toBe(4)
    const records = await caller.read(at, 'committed', { offset: 2 })
    expect(records.map(({ offset }) => offset)).toEqual([2, 3])
    expect(said(records)).toBe('c d')
    expect(await caller.append(at, 'e')).toBe(4)
  })

  test('all can be deleted, and the partition goes on', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    await caller.append(at, 'a b c')
    expect(await forget(caller, at, -1)).toBe('ok')
    expect([await start(caller, at), await caller.end(at, 'uncommitted')]).toEqual([3, 3])
    expect(await caller.append(at, 'd')).toBe(3)
    expect(said(await caller.read(at, 'committed', { offset: 3 }))).toBe('d')
  })

  test('what is deleted already may be deleted again; what is to come may not', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    await caller.append(at, 'a b c')
    for (const before of [2, 2, 1, 0]) expect(await forget(caller, at, before)).toBe('ok')
    expect(await start(caller, at)).toBe(2)
    expect(await forget(caller, at, 4)).toBe('offset-out-of-range')
    expect(await start(caller, at)).toBe(2)
    expect(await forget(caller, at, 3)).toBe('ok')
    expect(await start(caller, at)).toBe(3)
  })
}
