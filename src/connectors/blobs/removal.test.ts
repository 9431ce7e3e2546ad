/** Entries that are removed make their numbers free again: what is created there does not count. */

import { expect, test } from 'vitest'
import { at, Caller } from './testing/caller.ts'
import { SimRig, smallLimits } from './testing/sim-rig.ts'

function rig(limits = smallLimits) {
  const sim = new SimRig(1, limits)
  const one = new Caller(sim)
  one.create('t')
  const entries = () => sim.keys.filter(key => key.startsWith('topics/t/entries/'))
  const keys = (number: number) => sim.keys.filter(key => key.endsWith(String(number)))
  return { sim, one, entries, keys, client: () => new Caller(sim) }
}

/** Entries that the late one does not know of, and most of them removed. */
function goOn({ sim, one, entries }: ReturnType<typeof rig>): void {
  for (let i = 0; i < 20; i++) one.append('x')
  one.forget(-1)
  for (let i = 0; i < 8; i++) one.append('y')
  sim.queue.runUntil(sim.queue.nowUs + 2_000_000)
  expect(Number(entries()[0]?.slice(-20))).toBeGreaterThan(20)
}
const trusting = { ...smallLimits, trustMs: Number.POSITIVE_INFINITY }

test('a client that was away while entries were removed writes behind the newest', () => {
  for (const away of [1, 2, 5]) {
    const log = rig()
    const late = log.client()
    for (let i = 0; i < away; i++) late.append('early')
    goOn(log)
    expect(late.append('late')).toEqual([away + 28])
    expect(log.one.end()).toBe(away + 29)
    expect(late.seen(away + 20)).toBe('y y y y y y y y late')
  }
})

test('where its next number is free again, that it was created means nothing', () => {
  const log = rig(trusting)
  const late = log.client()
  late.append('early')
  goOn(log)
  expect(late.append('lost')).toBe('unavailable')
  expect(late.sentence).toMatch(/not known.*read what is there/)
  expect(log.keys(3)).toContain('topics/t/entries/00000000000000000003')
  expect(late.append('late')).toEqual([29])
  for (const caller of [late, log.one, log.client()]) {
    expect(caller.seen(21)).toBe('y y y y y y y y late')
  }
})

test.each(['committed', 'uncommitted'] as const)(
  'nobody who waits (%s) is shown what was created there',
  isolation => {
    const log = rig({ ...trusting, pollMs: 30_000 })
    const late = log.client()
    const producer = late.begun('p')
    late.send(producer, 'early')
    late.finish(producer)
    const shown: unknown[] = []
    const how = { isolation, maxBytes: 1000, waitMs: 20_000 }
    late.log.fetch(at, 2, how, answer => shown.push(answer))
    goOn(log)
    if (isolation === 'committed') expect(late.append('lost')).toBe('unavailable')
    else expect(late.send(producer, 'lost')).toEqual([2])
    log.sim.queue.runUntil(log.sim.queue.nowUs + 40_000_000)
    expect(shown).toEqual([{ error: expect.objectContaining({ code: 'offset-out-of-range' }) }])
  },
)

test('a list that shows nothing of what came and went meanwhile is not taken for the end', () => {
  for (const ask of ['end', 'append'] as const) {
    const log = rig(trusting)
    const late = log.client()
    late.append('early')
    goOn(log)
    const { blobs } = log.sim
    const list = blobs.list.bind(blobs)
    let isFirst = true
    Object.assign(blobs, {
      list: (request: Parameters<typeof list>[0]) => {
        const isMissed = isFirst && request.prefix.endsWith('/topics/t/entries/')
        if (isMissed) isFirst = false
        return isMissed ? { value: { blobs: [], isMore: false } } : list(request)
      },
    })
    if (ask === 'end') expect(late.end()).toBe(29)
    else expect(late.append('lost')).toBe('unavailable')
    expect(isFirst).toBe(false)
    expect(late.append('late')).toEqual([29])
    expect(log.client().seen(21)).toBe('y y y y y y y y late')
  }
})

test('a transaction of whoever does not know what was removed never counts', () => {
  for (const limits of [smallLimits, trusting]) {
    const log = rig(limits)
    const late = log.client()
    const producer = late.begun('p')
    late.send(producer, 'a')
    late.finish(producer)
    log.client().begun('p')
    goOn(log)
    // It may be told that its records are there; it is never told that they count.
    const sent = late.send(producer, 'b')
    expect(sent === 'fenced' || late.finish(producer) !== undefined).toBe(true)
    const reader = log.client()
    expect(reader.seen(Number(reader.start()))).toBe('y y y y y y y y')
  }
})
