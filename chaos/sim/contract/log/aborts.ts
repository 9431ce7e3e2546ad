/**
 * Transactions that are aborted: whoever reads committed sees nothing of them, wherever the reader
 * begins and however they lie among others. Clients of Kafka have been wrong about this in four
 * ways, each of which has its test here.
 */

import { expect, test } from 'vitest'
import type { Partition, StreamLog } from '../../../../src/base/stream-log.ts'
import { type Caller, type Publisher, record, said, words } from './caller.ts'

export function abortRules(theCaller: () => Caller): void {
  hidingRules(theCaller)
  interleavingRules(theCaller)
  repetitionRules(theCaller)
  mixtureRules(theCaller)
}

function hidingRules(theCaller: () => Caller): void {
  test('an aborted transaction is never seen, in none of its partitions', async () => {
    const caller = theCaller()
    const all = await caller.topic(3)
    const producer = await caller.producer(caller.rig.name())
    for (const at of all) await caller.append(at, 'before')
    await producer.send(...all.map(at => words(at, 'a b')))
    await producer.end('abort')
    for (const at of all) {
      await caller.append(at, 'after')
      await caller.decided(at)
    }
    expect(await caller.seenOfAll(all)).toEqual(Array(3).fill('before after'))
    for (const at of all) {
      expect(said(await caller.read(at, 'uncommitted'))).toBe('before a b after')
    }
  })

  test('where everything is aborted, a reader reaches the end and has seen nothing', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const producer = await caller.producer(caller.rig.name())
    for (const text of ['a', 'b c', 'd']) {
      await producer.send(words(at, text))
      await producer.end('abort')
    }
    await caller.decided(at)
    expect(await caller.end(at, 'committed')).toBeGreaterThanOrEqual(4)
    expect(await caller.read(at, 'committed', { maxBytes: 1 })).toEqual([])
  })

  test('an aborted record with the key of an abort marker ends no range', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const producer = await caller.producer(caller.rig.name())
    const marker = { ...record('b'), key: Uint8Array.of(0, 0, 0, 0) }
    await producer.send({ ...at, records: [record('a'), marker, record('c')] })
    await producer.send(words(at, 'd'))
    await producer.end('abort')
    await producer.send({ ...at, records: [{ ...marker, value: record('e').value }] })
    await producer.end('commit')
    await caller.decided(at)
    expect(await caller.seen(at)).toBe('e')
  })
}

/** What a reader sees from each offset on: nobody can tell where it will begin. */
async function seenFromEach(caller: Caller, at: Partition): Promise<readonly string[]> {
  const end = await caller.end(at, 'uncommitted')
  const offsets = Array.from({ length: end }, (_, offset) => offset)
  const all = await Promise.all(
    offsets.map(offset => caller.read(at, 'committed', { offset, maxBytes: 10 })),
  )
  return [...new Set(all.map(said))]
}

async function two(caller: Caller): Promise<readonly [Publisher, Publisher]> {
  return [await caller.producer(caller.rig.name()), await caller.producer(caller.rig.name())]
}

function interleavingRules(theCaller: () => Caller): void {
  test('A begins, B begins, B is aborted, A is aborted', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const [a, b] = await two(caller)
    await a.send(words(at, 'a1'))
    await b.send(words(at, 'b1'))
    await b.end('abort')
    await a.send(words(at, 'a2'))
    await a.end('abort')
    await caller.decided(at)
    await caller.append(at, 'c')
    expect(await caller.seen(at)).toBe('c')
    expect(await seenFromEach(caller, at)).toEqual(['c'])
  })

  test('A begins, B begins, A is aborted, B is aborted', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const [a, b] = await two(caller)
    await a.send(words(at, 'a1'))
    await b.send(words(at, 'b1'))
    await a.end('abort')
    await b.send(words(at, 'b2'))
    await b.end('abort')
    await caller.decided(at)
    await caller.append(at, 'c')
    expect(await seenFromEach(caller, at)).toEqual(['c'])
  })

  test('one of two that lie within each other is committed', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    for (const [first, last] of [
      ['commit', 'abort'],
      ['abort', 'commit'],
    ] as const) {
      const [a, b] = await two(caller)
      await a.send(words(at, `a1-${last}`))
      await b.send(words(at, `b1-${first}`))
      await a.send(words(at, `a2-${last}`))
      await b.end(first)
      await a.send(words(at, `a3-${last}`))
      await a.end(last)
    }
    await caller.decided(at)
    expect(await caller.seen(at)).toBe('b1-commit a1-commit a2-commit a3-commit')
  })
}

function repetitionRules(theCaller: () => Caller): void {
  test('one producer aborts several times between what it commits', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const producer = await caller.producer(caller.rig.name())
    for (const how of 'aacaaacac') {
      await producer.send(words(at, `${how}1 ${how}2`))
      await producer.end(how === 'a' ? 'abort' : 'commit')
    }
    await caller.decided(at)
    expect(await caller.seen(at)).toBe('c1 c2 c1 c2 c1 c2')
    for (const maxBytes of [1, 5, 9]) {
      expect(said(await caller.read(at, 'committed', { maxBytes }))).toBe('c1 c2 c1 c2 c1 c2')
    }
  })

  test('what lies before deleted records does not matter any more', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const [a, b] = await two(caller)
    await a.send(words(at, 'a1'))
    await b.send(words(at, 'b1'))
    await a.end('abort')
    await b.send(words(at, 'b2'))
    await b.end('abort')
    await caller.decided(at)
    await caller.append(at, 'c')
    for (const before of [1, 2]) {
      const forget = (done: Parameters<StreamLog['deleteRecords']>[2]) =>
        caller.log.deleteRecords(at, before, done)
      await caller.value<void>(forget)
      expect(said(await caller.read(at, 'committed', { offset: before }))).toBe('c')
    }
  })
}

function mixtureRules(theCaller: () => Caller): void {
  test('many producers at once: what was committed is seen, and nothing else', async () => {
    const caller = theCaller()
    const all = await caller.topic(2)
    const names = ['p', 'q', 'r', 's']
    const producers = await Promise.all(names.map(() => caller.producer(caller.rig.name())))
    const committed: string[] = []
    await Promise.all(
      producers.map(async (producer, who) => {
        for (let round = 0; round < 12; round++) {
          const how = (round * 7 + who * 3) % 4 < 2 ? 'commit' : 'abort'
          const name = `${names[who]}${round}`
          await producer.send(...all.map(at => words(at, `${name}a`)))
          await producer.send(...all.map(at => words(at, `${name}b`)))
          await producer.end(how)
          if (how === 'commit') committed.push(`${name}a`, `${name}b`)
        }
      }),
    )
    for (const at of all) {
      await caller.decided(at)
      const found = (await caller.seen(at)).split(' ')
      expect([...found].sort()).toEqual([...committed].sort())
      for (const name of names) {
        const own = (text: string) => text.startsWith(name)
        expect(found.filter(own)).toEqual(committed.filter(own))
      }
    }
  })
}
