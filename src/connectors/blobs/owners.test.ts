/** Transactional ids on a blob store: who has one, where it was used, and what is refused. */

import { expect, test } from 'vitest'
import { Caller } from './testing/caller.ts'
import { SimRig, smallLimits } from './testing/sim-rig.ts'

const other = { topic: 'u', partition: 0 }

function rig(limits = smallLimits) {
  const sim = new SimRig(1, limits)
  const [one, two] = [new Caller(sim), new Caller(sim)]
  one.create('t', 2)
  one.create('u')
  return { sim, one, two }
}

test('a transaction of two topics is refused, at once and later, and never seen', () => {
  const { one, two } = rig()
  const producer = one.begun('p')
  expect(one.send(producer, 'a', { topic: 't', partition: 0 }, other)).toBe('unsupported')
  expect(one.sentence).toMatch(/one topic.*t and u; use one topic with several partitions/)
  const next = one.begun('p')
  expect(one.send(next, 'b')).toEqual([0])
  expect(one.send(next, 'c', other)).toBe('unsupported')
  const last = two.begun('p')
  expect(two.send(last, 'd')).toEqual([2])
  expect(two.finish(last)).toBeUndefined()
  expect([two.seen(), two.seen(0, other)]).toEqual(['d', ''])
})

test('an id may be used in one topic after the other', () => {
  const { one } = rig()
  const producer = one.begun('p')
  for (const to of [undefined, other, undefined, other]) {
    const sent = to === undefined ? one.send(producer, 'a') : one.send(producer, 'b', to)
    expect(Array.isArray(sent)).toBe(true)
    expect(one.finish(producer)).toBeUndefined()
  }
  expect([one.seen(), one.seen(0, other)]).toEqual(['a a', 'b b'])
})

test('whoever takes an id takes it wherever it was used, and where it never was', () => {
  const { one, two } = rig()
  const zombie = one.begun('p')
  expect(one.send(zombie, 'a')).toEqual([0])
  const next = two.begun('p')
  expect(one.send(zombie, 'b')).toBe('fenced')
  const elsewhere = one.begun('q')
  two.begun('q')
  expect(one.send(elsewhere, 'c', other)).toBe('fenced')
  expect(two.send(next, 'd')).toEqual([2])
  expect(two.finish(next)).toBeUndefined()
  expect([one.seen(), one.end(other)]).toEqual(['d', 0])
})

test('a zombie of the same client is told, too', () => {
  const { one } = rig()
  const zombie = one.begun('p')
  expect(one.send(zombie, 'a')).toEqual([0])
  one.begun('p')
  expect(one.finish(zombie)).toBe('fenced')
  expect(one.seen()).toBe('')
})

test('an id has so many topics, and no more', () => {
  const { one } = rig({ ...smallLimits, homesMax: 2 })
  one.create('v')
  const producer = one.begun('p')
  for (const to of [{ topic: 't', partition: 1 }, other]) {
    expect(one.send(producer, 'a', to)).toEqual([0])
    expect(one.finish(producer)).toBeUndefined()
  }
  expect(one.send(producer, 'a', { topic: 'v', partition: 0 })).toBe('unsupported')
  expect(one.sentence).toMatch(/2 topics already; take another/)
})

test('an id must be there, have a time, and fit into a key', () => {
  const { one } = rig()
  const init = (transactionalId: string, timeoutMs = 1000) =>
    one.told<void>(done => one.log.producer({ transactionalId, timeoutMs }).init(done))
  expect(init('x'.repeat(300))).toBe('bad-settings')
  expect(one.sentence).toMatch(/take another one/)
  expect(init('')).toBe('bad-settings')
  expect(init('p', 0)).toBe('bad-settings')
  expect(init('p', 10_000_000)).toBe('bad-settings')
  expect(init('p/é')).toBeUndefined()
})

test('a topic that an id was used in may be dropped', () => {
  const { one, two } = rig()
  const producer = one.begun('p')
  one.send(producer, 'a')
  expect(two.told<void>(done => two.log.drop('t', done))).toBeUndefined()
  expect(one.send(producer, 'b')).toBe('no-such-topic')
  const next = one.begun('p')
  expect(one.send(next, 'c', other)).toEqual([0])
  expect(one.finish(next)).toBeUndefined()
  one.create('t')
  const last = two.begun('p')
  expect(two.send(last, 'd')).toEqual([0])
  expect(two.finish(last)).toBeUndefined()
  expect([one.seen(), one.seen(0, other)]).toEqual(['d', 'c'])
})

test('of many who take an id at once one has it in the end', () => {
  const { sim } = rig()
  const callers = Array.from({ length: 5 }, () => new Caller(sim))
  const told: string[] = []
  const producers = callers.map(one => one.producer('p'))
  for (const producer of producers) producer.init(({ error }) => told.push(error?.code ?? 'ok'))
  sim.until(() => told.length === 5)
  expect(told).toContain('ok')
  expect(told.filter(code => !['ok', 'busy'].includes(code))).toEqual([])
  const [one] = callers
  const last = one?.begun('p')
  if (one === undefined || last === undefined) throw new Error('a caller')
  expect(one.send(last, 'a')).toEqual([0])
  expect(one.finish(last)).toBeUndefined()
  expect(one.seen()).toBe('a')
})
