/**
 * Who may publish under a transactional id: the last one that took it. What the one before left is
 * decided when the next one has begun, and every reader can see how.
 */

import { expect, test } from 'vitest'
import { Caller, Publisher, said, words } from './caller.ts'

export function fencingRules(theCaller: () => Caller): void {
  preparationRules(theCaller)
  takeoverRules(theCaller)
  crowdRules(theCaller)
  zombieRules(theCaller)
  successorRules(theCaller)
  timeRules(theCaller)
}

function preparationRules(theCaller: () => Caller): void {
  test('whoever prepares to take an id takes nothing', async () => {
    const caller = theCaller()
    const next = new Caller(caller.rig)
    const at = await caller.onlyPartition()
    const id = caller.rig.name()
    await next.prepared(id, at)
    const producer = await caller.producer(id)
    await producer.send(words(at, 'a'))
    await next.prepared(id, at)
    expect(await next.seen(at)).toBe('')
    await producer.end('commit')
    await caller.decided(at)
    expect(await next.seen(at)).toBe('a')
  })
}

function takeoverRules(theCaller: () => Caller): void {
  test('the next one aborts what is open, and then it is decided', async () => {
    const caller = theCaller()
    const next = new Caller(caller.rig)
    const all = await caller.topic(3)
    const id = caller.rig.name()
    const zombie = await caller.producer(id)
    await zombie.send(...all.map(at => words(at, 'a')))
    await next.producer(id)
    for (const at of all) {
      const end = await next.end(at, 'uncommitted')
      expect(await next.end(at, 'committed')).toBe(end)
      expect(end).toBeGreaterThanOrEqual(1)
    }
    expect(await next.seenOfAll(all)).toEqual(['', '', ''])
    expect(await caller.seenOfAll(all)).toEqual(['', '', ''])
  })

  test('what was committed just before is seen by the next one at once', async () => {
    const caller = theCaller()
    const next = new Caller(caller.rig)
    const all = await caller.topic(4)
    const id = caller.rig.name()
    for (let round = 1; round <= 5; round++) {
      const producer = await caller.producer(id)
      await producer.send(...all.map(at => words(at, 'a')))
      await producer.end('commit')
      await next.producer(id)
      const whole = Array(round).fill('a').join(' ')
      expect(await next.seenOfAll(all)).toEqual([whole, whole, whole, whole])
    }
  })

  test('the end that one asks after it began is behind all that came before', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const id = caller.rig.name()
    const lives = Array.from({ length: 10 }, (_, i) => `${i}`)
    for (const life of lives) {
      const producer = await caller.producer(id)
      const end = await caller.end(at, 'uncommitted')
      const before = await caller.read(at, 'committed')
      expect(await caller.end(at, 'uncommitted')).toBe(end)
      expect(said(before)).toBe(lives.slice(0, Number(life)).join(' '))
      expect(await producer.send(words(at, life))).toEqual([end])
      await producer.end('commit')
      await producer.send(words(at, `open-${life}`))
    }
  })
}

function crowdRules(theCaller: () => Caller): void {
  test('one who begins again and again leaves nothing of the lives before', async () => {
    const caller = theCaller()
    const all = await caller.topic(2)
    const id = caller.rig.name()
    for (let life = 0; life < 10; life++) {
      const producer = await caller.producer(id)
      await producer.send(...all.map(at => words(at, `${life}`)))
      if (life === 9) await producer.end('commit')
    }
    for (const at of all) await caller.decided(at)
    expect(await caller.seenOfAll(all)).toEqual(['9', '9'])
  })

  test('others are not disturbed', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const other = await caller.producer(caller.rig.name())
    const id = caller.rig.name()
    const zombie = await caller.producer(id)
    await other.send(words(at, 'a'))
    await zombie.send(words(at, 'z'))
    await caller.producer(id)
    await other.send(words(at, 'b'))
    await other.end('commit')
    await caller.decided(at)
    expect(await caller.seen(at)).toBe('a b')
  })

  test('of two who begin at the same time one may publish', async () => {
    const caller = theCaller()
    const other = new Caller(caller.rig)
    const at = await caller.onlyPartition()
    const id = caller.rig.name()
    const both = await Promise.all([caller.producer(id), other.producer(id)])
    const codes: string[] = []
    for (const [i, producer] of both.entries()) {
      codes.push(await producer.sendCode(words(at, `${i}`)))
    }
    expect([...codes].sort()).toEqual(['fenced', 'ok'])
    const winner = codes.indexOf('ok')
    await both[winner]?.end('commit')
    await caller.decided(at)
    expect(await caller.seen(at)).toBe(`${winner}`)
  })
}

function zombieRules(theCaller: () => Caller): void {
  test('a zombie that sends on is told that it is fenced', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const id = caller.rig.name()
    const zombie = await caller.producer(id)
    await zombie.send(words(at, 'a'))
    await new Caller(caller.rig).producer(id)
    expect(await zombie.sendCode(words(at, 'b'))).toBe('fenced')
    expect(await caller.seen(at)).toBe('')
    expect(said(await caller.read(at, 'uncommitted'))).toBe('a')
  })

  test.each(['commit', 'abort'] as const)('a zombie that would %s is told, too', async how => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const id = caller.rig.name()
    const zombie = await caller.producer(id)
    await zombie.send(words(at, 'a'))
    await new Caller(caller.rig).producer(id)
    expect(await zombie.endCode(how)).toBe('fenced')
    expect(await caller.seen(at)).toBe('')
  })

  test('a zombie that had nothing open, or sends elsewhere, is told, too', async () => {
    const caller = theCaller()
    const [at, elsewhere] = await caller.topic(2)
    if (at === undefined || elsewhere === undefined) throw new Error('two partitions')
    for (const prepare of ['nothing', 'committed', 'open']) {
      const id = caller.rig.name()
      const zombie = await caller.producer(id)
      if (prepare !== 'nothing') await zombie.send(words(at, prepare))
      if (prepare === 'committed') await zombie.end('commit')
      await caller.producer(id)
      expect(await zombie.sendCode(words(elsewhere, 'b'))).toBe('fenced')
    }
    await caller.decided(elsewhere)
    expect(await caller.seenOfAll([at, elsewhere])).toEqual(['committed', ''])
    expect(await caller.end(elsewhere, 'uncommitted')).toBe(0)
  })
}

function successorRules(theCaller: () => Caller): void {
  test('a zombie does not touch what its successor has open', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const id = caller.rig.name()
    const [first, second] = [await caller.producer(id), await caller.producer(id)]
    await second.send(words(at, 'a'))
    expect(await first.sendCode(words(at, 'b'))).toBe('fenced')
    await second.send(words(at, 'c'))
    await second.end('commit')
    await caller.decided(at)
    expect(await caller.seen(at)).toBe('a c')
  })

  test('a zombie’s end does not end what its successor has open', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const id = caller.rig.name()
    const zombie = await caller.producer(id)
    await zombie.send(words(at, 'z'))
    const next = await caller.producer(id)
    await next.send(words(at, 'a'))
    expect(await zombie.endCode('commit')).toBe('fenced')
    expect(await caller.end(at, 'committed')).toBeLessThan(await caller.end(at, 'uncommitted'))
    await next.send(words(at, 'b'))
    await next.end('abort')
    await caller.decided(at)
    expect(await caller.seen(at)).toBe('')
  })

  test('while an earlier transaction is being finished, one is told to ask again', async () => {
    const caller = theCaller()
    const all = await caller.topic(3)
    const id = caller.rig.name()
    const zombie = await caller.producer(id)
    await zombie.send(...all.map(at => words(at, 'a')))
    const options = { transactionalId: id, timeoutMs: 60_000 }
    const next = caller.log.producer(options)
    const code = await caller.code<void>(done => next.init(done))
    expect(['ok', 'busy']).toContain(code)
    if (code === 'busy') await new Publisher(caller, next).begin()
    expect(await caller.seenOfAll(all)).toEqual(['', '', ''])
    await new Publisher(caller, next).send(words(all[0] ?? { topic: '', partition: 0 }, 'b'))
    expect(await zombie.endCode('commit')).toBe('fenced')
  })
}

/** Short for a transaction, and not shorter than any log lets it be. */
const SOON_MS = 1000

function timeRules(theCaller: () => Caller): void {
  test.each(['send', 'commit'] as const)(
    'a transaction that is open for too long is aborted, and its %s is fenced',
    async what => {
      const caller = theCaller()
      const all = await caller.topic(2)
      const producer = await caller.producer(caller.rig.name(), SOON_MS)
      await producer.send(...all.map(at => words(at, 'a')))
      for (const at of all) {
        await caller.append(at, 'b')
        await caller.decided(at)
      }
      expect(await caller.seenOfAll(all)).toEqual(['b', 'b'])
      const [at = { topic: '', partition: 0 }] = all
      const late = what === 'send' ? producer.sendCode(words(at, 'c')) : producer.endCode(what)
      expect(await late).toBe('fenced')
      expect(await caller.seenOfAll(all)).toEqual(['b', 'b'])
    },
  )

  test('whoever took too long may begin anew', async () => {
    const caller = theCaller()
    const at = await caller.onlyPartition()
    const id = caller.rig.name()
    const slow = await caller.producer(id, SOON_MS)
    await slow.send(words(at, 'a'))
    await caller.decided(at)
    const next = await caller.producer(id)
    await next.send(words(at, 'b'))
    await next.end('commit')
    await caller.decided(at)
    expect(await caller.seen(at)).toBe('b')
  })
}
