/** From calls to a verdict, and how little it takes to spoil one. */

import { describe, expect, test } from 'vitest'
import { Prng } from '../../../src/base/prng.ts'
import { sabotages } from '../evidence.ts'
import { callsByKey, operationsOf } from './calls.ts'
import { eventsOf, kindOfKey, linesOf, MISMATCH } from './event.ts'
import { Recorder } from './record.ts'
import { sabotaged } from './sabotage.ts'
import { isGood, judge } from './verdict.ts'

function recorder(): Recorder {
  let now = 0
  return new Recorder(() => ++now, 1000)
}

const read = (process: number, key: string) => ({ process, f: 'read' as const, key, value: null })
const write = (process: number, key: string, value: number) =>
  ({ process, f: 'write', key, value }) as const
const append = (process: number, key: string, value: number) =>
  ({ process, f: 'append', key, value }) as const
const cas = (process: number, key: string, expected: number | null, value: number) =>
  ({ process, f: 'cas', key, value: [expected, value] }) as const

/** A history that a good store gives: a list that grows, a register that changes. */
function good(): Recorder {
  const history = recorder()
  for (let i = 1; i <= 5; i++) {
    history.invoke(append(1, 'l1', i))
    history.ok(1)
    history.invoke(read(2, 'l1'))
    history.ok(
      2,
      Array.from({ length: i }, (_, at) => at + 1),
    )
    history.invoke(write(1, 'r1', 10 + i))
    history.ok(1)
    history.invoke(read(2, 'r1'))
    history.ok(2, 10 + i)
  }
  return history
}

describe('what is recorded', () => {
  test('calls and answers in their order, with their time, one line each', () => {
    const history = recorder()
    history.invoke(write(1, 'r1', 7))
    history.invoke(read(2, 'r1'))
    history.ok(2, null)
    history.info(1, 'closed')
    expect(
      linesOf(history.events)
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line)),
    ).toEqual([
      { process: 1, type: 'invoke', f: 'write', key: 'r1', value: 7, time: 1 },
      { process: 2, type: 'invoke', f: 'read', key: 'r1', value: null, time: 2 },
      { process: 2, type: 'ok', f: 'read', key: 'r1', value: null, time: 3 },
      { process: 1, type: 'info', f: 'write', key: 'r1', value: 7, time: 4, error: 'closed' },
    ])
  })

  test('what was kept is read again as it was', () => {
    const history = good()
    history.invoke(cas(1, 'r1', 15, 16))
    history.fail(1, MISMATCH)
    history.invoke(cas(1, 'r9', null, 17))
    expect(eventsOf(linesOf(history.events))).toEqual(history.events)
    expect(eventsOf('')).toEqual([])
  })

  test.each([
    ['', 'process'],
    ['[]', 'process'],
    ['{"process":1,"type":"done"}', 'type is one of invoke, ok, fail, info'],
    ['{"process":1,"type":"ok","f":"pop"}', 'f is one of read, write, append, cas'],
    ['{"process":1,"type":"ok","f":"read","key":"x1"}', 'key begins with r or l'],
    ['{"process":1,"type":"ok","f":"read","key":"r1"}', 'time is a number'],
    ['{"process":1,"type":"ok","f":"read","key":"r1","time":1}', 'no value of a read'],
    ['{"process":1,"type":"ok","f":"cas","key":"r1","time":1,"value":[1]}', 'no value of a cas'],
    ['{"process":1,"type":"ok","f":"write","key":"r1","time":1,"value":"1"}', 'of a write'],
  ])('%s is no event', (line, trouble) => {
    const [first] = linesOf(good().events).split('\n')
    expect(() => eventsOf(`${first}\n${line}\n`)).toThrow(/malformed-history: line 2/)
    expect(() => eventsOf(`${first}\n${line}\n`)).toThrow(trouble)
  })

  test('a process has one call at a time, an answer its call', () => {
    const history = recorder()
    history.invoke(read(1, 'r1'))
    expect(history.openCalls).toBe(1)
    expect(() => history.invoke(read(1, 'r1'))).toThrow('one at a time')
    history.fail(1, 'no-leader')
    expect(() => history.ok(1, null)).toThrow('has its call')
    expect(history.openCalls).toBe(0)
  })

  test('it is full at its bound, and what is open may still end', () => {
    let now = 0
    const history = new Recorder(() => ++now, 1)
    expect(history.isFull).toBe(false)
    history.invoke(read(1, 'r1'))
    expect(history.isFull).toBe(true)
    history.ok(1, null)
    expect(history.events).toHaveLength(2)
  })
})

describe('what the checker gets', () => {
  const never = Number.POSITIVE_INFINITY

  test('failed calls and reads that nobody saw are left out, unknown commands stay open', () => {
    const history = recorder()
    history.invoke(write(1, 'r1', 7))
    history.fail(1, 'not-leader')
    history.invoke(write(1, 'r1', 8))
    history.info(1, 'closed')
    history.invoke(read(2, 'r1'))
    history.info(2, 'closed')
    history.invoke(append(3, 'l2', 9))
    const calls = callsByKey(history.events)
    expect([...calls.keys()]).toEqual(['r1', 'l2'])
    expect(calls.get('r1')).toEqual([
      { called: 2, returned: never, move: { name: 'write', value: 8, expected: 0 } },
    ])
    expect(calls.get('l2')?.[0]?.returned).toBe(never)
  })

  test('a cas that found another value did not happen, and that is known', () => {
    const history = recorder()
    history.invoke(cas(1, 'r1', null, 7))
    history.fail(1, MISMATCH)
    history.invoke(cas(1, 'r1', 5, 8))
    history.fail(1, 'not-leader')
    const move = { name: 'cas', value: 7, expected: 0, result: { ok: false } }
    expect(callsByKey(history.events).get('r1')).toEqual([{ called: 0, returned: 1, move }])
    // Nobody ever wrote: it would have found nothing there.
    expect(isGood(judge(history.events))).toBe(false)
  })

  test('nothing there is 0 to a register and no items to a list', () => {
    const history = recorder()
    history.invoke(read(1, 'r1'))
    history.ok(1, null)
    history.invoke(read(1, 'l1'))
    history.ok(1, [])
    const seen = [...callsByKey(history.events).values()].flat().map(call => call.move.seen)
    expect(seen).toEqual([0, []])
    expect([kindOfKey('r1'), kindOfKey('l1')]).toEqual(['register', 'list'])
  })

  test('a history with a hole is refused', () => {
    const { events } = good()
    expect(() => operationsOf(events.slice(1))).toThrow('malformed-history')
    expect(() => operationsOf(events.filter((_, at) => at !== 1))).toThrow('before its last call')
  })
})

describe('the verdict', () => {
  test('a good history is good', () => {
    const verdict = judge(good().events)
    expect(verdict).toEqual({ keys: 2, calls: 20, impossible: [], undecided: [] })
    expect(isGood(verdict)).toBe(true)
  })

  test('a search that was given up is no yes', () => {
    const verdict = judge(good().events, 1)
    expect(verdict.undecided).not.toEqual([])
    expect(isGood(verdict)).toBe(false)
  })

  test('a lost write names its key and what did not fit', () => {
    const history = good()
    history.invoke(read(3, 'r1'))
    history.ok(3, 14)
    const { impossible } = judge(history.events)
    expect(impossible).toHaveLength(1)
    expect(impossible[0]).toMatch(/^r1: behind 8 calls none fits of event 36: write 15/)
  })
})

describe('sabotage', () => {
  test.each(sabotages)('%s turns the verdict, whichever answer it hits', how => {
    const { events } = good()
    for (let seed = 0; seed < 20; seed++) {
      const spoiled = sabotaged(events, how, new Prng(seed))
      expect(spoiled?.deed).toContain(how)
      const after = spoiled?.events ?? []
      expect(after.filter((event, at) => event !== events[at])).toHaveLength(1)
      expect(isGood(judge(after))).toBe(false)
    }
    expect(isGood(judge(events))).toBe(true)
  })

  test.each(sabotages)('%s has nothing to spoil where nothing was read', how => {
    const history = recorder()
    history.invoke(append(1, 'l1', 1))
    history.ok(1)
    expect(sabotaged(history.events, how, new Prng(1))).toBe(undefined)
  })

  test('an item that may rightly be missing is not taken out', () => {
    const history = recorder()
    history.invoke(append(1, 'l1', 1))
    history.invoke(read(2, 'l1'))
    history.ok(2, [1])
    history.ok(1)
    expect(sabotaged(history.events, 'lose', new Prng(1))).toBe(undefined)
  })

  test('altered to a value that nobody wrote, not even by a cas', () => {
    const history = recorder()
    history.invoke(cas(1, 'r1', null, 41))
    history.ok(1)
    history.invoke(read(1, 'r1'))
    history.ok(1, 41)
    const spoiled = sabotaged(history.events, 'alter', new Prng(1))
    expect(spoiled?.events[3]?.value).toBe(42)
  })
})
