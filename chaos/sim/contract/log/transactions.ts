/** Transactions that are committed: hidden until then, then seen whole, once and in order. */

import { expect, test } from 'vitest'
import type {
  NewRecord,
  Partition,
  TransactionalProducer,
} from '../../../../src/base/stream-log.ts'
import { type Caller, record, said, words } from './caller.ts'

export function transactionRules(theCaller: () => Caller): void {
  visibilityRules(theCaller)
  offsetRules(theCaller)
  endRules(theCaller)
  sequenceRules(theCaller)
  emptyRules(theCaller)
  refusalRules(theCaller)
}

function visibilityRules(theCaller: () => Caller): void {
  test('a transaction is seen when it is committed, and not before', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const producer = await caller.producer(caller.rig.name())
    await producer.send(words(at, 'a b'))
    expect(await caller.seen(at)).toBe('')
    expect(said(await caller.read(at, 'uncommitted'))).toBe('a b')
    await producer.end('commit')
    await caller.eventually(async () => (await caller.seen(at)) !== '')
    expect(await caller.seen(at)).toBe('a b')
    expect((await caller.read(at, 'committed')).map(({ offset }) => offset)).toEqual([0, 1])
  })

  test('its records in several partitions are seen, none before it is committed', async () => {
    const caller = theCaller()
    const { spansTopics = true } = caller.rig
    const all = spansTopics
      ? [...(await caller.topic(3)), ...(await caller.topic(2))]
      : await caller.topic(5)
    const producer = await caller.producer(caller.rig.name())
    await producer.send(...all.slice(0, 3).map((at, i) => words(at, `${i}a ${i}b`)))
    await producer.send(...all.slice(2).map((at, i) => words(at, `${i + 2}c`)))
    expect(await caller.seenOfAll(all)).toEqual(['', '', '', '', ''])
    await producer.end('commit')
    for (const at of all) await caller.decided(at)
    expect(await caller.seenOfAll(all)).toEqual(['0a 0b', '1a 1b', '2a 2b 2c', '3c', '4c'])
  })

  test('a reader who goes on by position reaches the end, whatever there is to skip', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const producer = await caller.producer(caller.rig.name())
    await producer.send(words(at, 'a'))
    await producer.end('commit')
    await caller.decided(at)
    const end = await caller.end(at, 'uncommitted')
    const records = await caller.read(at, 'committed', { maxBytes: 1 })
    expect(said(records)).toBe('a')
    const last = await caller.fetch(at, end)
    expect([last.records, last.position]).toEqual([[], end])
  })
}

function offsetRules(theCaller: () => Caller): void {
  test('a transaction says where its records went, in the order of what was sent', async () => {
    const caller = theCaller()
    const [first, second] = (await caller.topic(2)) as [Partition, Partition]
    const producer = await caller.producer(caller.rig.name())
    await caller.append(first, 'a b')
    expect(await producer.send(words(second, 'c'), words(first, 'd e'))).toEqual([0, 2])
    expect(await producer.send(words(first, 'f'), words(second, 'g'))).toEqual([4, 1])
    await producer.end('commit')
    for (const at of [first, second]) await caller.decided(at)
    const offset = await caller.append(first, 'h')
    const found = await caller.read(first, 'committed')
    expect(found.map(one => one.offset)).toEqual([0, 1, 2, 3, 4, offset])
    expect(await producer.send(words(first, 'i'))).toEqual([offset + 1])
  })

  test('where an aborted record stood no other ever stands', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const producer = await caller.producer(caller.rig.name())
    expect(await producer.send(words(at, 'a b'))).toEqual([0])
    await producer.end('abort')
    const [next = 0] = await producer.send(words(at, 'c'))
    expect(next).toBeGreaterThanOrEqual(2)
    await producer.end('commit')
    await caller.decided(at)
    expect((await caller.read(at, 'committed')).map(({ offset }) => offset)).toEqual([next])
  })
}

function endRules(theCaller: () => Caller): void {
  test('the committed end stands before the first transaction that is open', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const producer = await caller.producer(caller.rig.name())
    await caller.append(at, 'a b')
    await producer.send(words(at, 'c'))
    await caller.append(at, 'd e')
    expect(await caller.end(at, 'committed')).toBe(2)
    expect(await caller.end(at, 'uncommitted')).toBe(5)
    expect(await caller.seen(at)).toBe('a b')
    const fetched = await caller.fetch(at, 2)
    expect([fetched.records, fetched.position]).toEqual([[], 2])
    await producer.end('commit')
    await caller.decided(at)
    expect(await caller.seen(at)).toBe('a b c d e')
  })

  test('of several open transactions the one that began first holds the end', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const first = await caller.producer(caller.rig.name())
    const second = await caller.producer(caller.rig.name())
    await first.send(words(at, 'a'))
    await second.send(words(at, 'b'))
    await second.end('commit')
    await caller.append(at, 'c')
    expect(await caller.end(at, 'committed')).toBe(0)
    expect(await caller.seen(at)).toBe('')
    await first.end('commit')
    await caller.decided(at)
    expect(await caller.seen(at)).toBe('a b c')
  })

  test('an open transaction holds up its own partitions alone', async () => {
    const caller = theCaller()
    const [held, free] = (await caller.topic(2)) as [Partition, Partition]
    const first = await caller.producer(caller.rig.name())
    const second = await caller.producer(caller.rig.name())
    await first.send(words(held, 'a'))
    await second.send(words(held, 'b'), words(free, 'c'))
    await second.end('commit')
    await caller.decided(free)
    expect(await caller.seenOfAll([held, free])).toEqual(['', 'c'])
    await first.end('abort')
    await caller.decided(held)
    expect(await caller.seen(held)).toBe('b')
  })
}

function sequenceRules(theCaller: () => Caller): void {
  test('many transactions follow each other at once: all seen, once, in order', async () => {
    const caller = theCaller()
    const all = await caller.topic(3)
    const producer = await caller.producer(caller.rig.name())
    const rounds = Array.from({ length: 30 }, (_, i) => `${i}`)
    for (const round of rounds) {
      await producer.send(...all.map(at => words(at, round)))
      await producer.end('commit')
    }
    for (const at of all) await caller.decided(at)
    const whole = rounds.join(' ')
    expect(await caller.seenOfAll(all)).toEqual([whole, whole, whole])
  })

  test('one transaction may hold many sends, each in its order', async () => {
    const caller = theCaller()
    const [first, second] = (await caller.topic(2)) as [Partition, Partition]
    const producer = await caller.producer(caller.rig.name())
    const numbers = Array.from({ length: 20 }, (_, i) => `${i}`)
    for (const [i, number] of numbers.entries()) {
      await producer.send(words(i % 3 === 0 ? first : second, number))
    }
    await producer.end('commit')
    for (const at of [first, second]) await caller.decided(at)
    const wanted = (rest: boolean) => numbers.filter((_, i) => (i % 3 === 0) === rest).join(' ')
    expect(await caller.seenOfAll([first, second])).toEqual([wanted(true), wanted(false)])
  })

  test('a transaction may be large', async () => {
    const caller = theCaller()
    const all = await caller.topic(2)
    const producer = await caller.producer(caller.rig.name())
    const value = new Uint8Array(200).fill(7)
    const records: readonly NewRecord[] = Array(3000).fill({ ...record(''), value })
    await producer.send(...all.map(at => ({ ...at, records })))
    await producer.end('commit')
    for (const at of all) {
      await caller.decided(at)
      const found = await caller.read(at, 'committed', { maxBytes: 50_000 })
      expect(found.map(({ offset }) => offset)).toEqual(records.map((_, i) => i))
    }
  })
}

function emptyRules(theCaller: () => Caller): void {
  test.each(['commit', 'abort'] as const)('nothing to %s is nothing wrong', async how => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const producer = await caller.producer(caller.rig.name())
    await producer.end(how)
    await producer.send(words(at, 'a'))
    await producer.end('commit')
    await producer.end(how)
    await producer.end(how)
    await producer.send(words(at, 'b'))
    await producer.end('commit')
    await caller.decided(at)
    expect(await caller.seen(at)).toBe('a b')
  })

  test('what was sent is the sender’s to use again', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const producer = await caller.producer(caller.rig.name())
    const value = Uint8Array.of(97)
    await producer.send({ ...at, records: [{ ...record(''), value }] })
    value.fill(0)
    await producer.end('commit')
    await caller.decided(at)
    expect(await caller.seen(at)).toBe('a')
  })
}

function refusalRules(theCaller: () => Caller): void {
  test('a record over the limit of its topic is never seen, nor what was with it', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition({ 'max.message.bytes': '1000' })
    const id = caller.rig.name()
    const producer = await caller.producer(id)
    await producer.send(words(at, 'a'))
    const large = { ...at, records: [{ ...record(''), value: new Uint8Array(5000) }] }
    expect(await producer.sendCode(large)).toBe('record-too-large')
    const next = await caller.producer(id)
    await next.send(words(at, 'b'))
    await next.end('commit')
    await caller.decided(at)
    expect(await caller.seen(at)).toBe('b')
  })

  test('nor is anything that was with records for a partition that there is not', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const id = caller.rig.name()
    const producer = await caller.producer(id)
    await producer.send(words(at, 'a'))
    const lost = words({ topic: caller.rig.name(), partition: 0 }, 'b')
    expect(await producer.sendCode(words(at, 'c'), lost)).toBe('no-such-topic')
    const next = await caller.producer(id)
    await next.send(words(at, 'd'))
    await next.end('commit')
    await caller.decided(at)
    expect(await caller.seen(at)).toBe('d')
  })

  test('a closed producer answers no more, and what it left open goes with its id', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const id = caller.rig.name()
    const { producer, send } = await opened(caller, id)
    await send(at, 'a')
    let answers = 0
    producer.send([words(at, 'b')], () => answers++)
    producer.close()
    producer.close()
    const next = await caller.producer(id)
    await next.send(words(at, 'c'))
    await next.end('commit')
    await caller.decided(at)
    expect(await caller.seen(at)).toBe('c')
    expect(answers).toBe(0)
  })
}

interface Opened {
  readonly producer: TransactionalProducer
  send(at: Partition, text: string): Promise<unknown>
}

async function opened(caller: Caller, id: string): Promise<Opened> {
  const publisher = await caller.producer(id)
  return {
    producer: publisher.producer,
    send: (at, text) => publisher.send(words(at, text)),
  }
}
