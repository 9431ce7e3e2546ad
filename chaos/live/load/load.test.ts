/** Plans and clients, against a store in memory that refuses and forgets as a real one does. */

import { describe, expect, test } from 'vitest'
import { Prng } from '../../../src/base/prng.ts'
import { Recorder } from '../history/record.ts'
import { isGood, judge } from '../history/verdict.ts'
import { MemoryStore, type StoreOptions } from '../testing/store.ts'
import { Client } from './client.ts'
import { LoadPlan } from './plan.ts'
import type { Answer, Port } from './port.ts'

describe('a plan', () => {
  const drawn = (seed: number, calls: number) => {
    const plan = new LoadPlan(new Prng(seed), [4, 9])
    return { plan, asked: Array.from({ length: calls }, (_, i) => plan.next(i % 2)) }
  }

  test('is the same for the same seed', () => {
    expect(drawn(1, 500).asked).toEqual(drawn(1, 500).asked)
    expect(drawn(1, 500).asked).not.toEqual(drawn(2, 500).asked)
  })

  test('keeps keys to their group, changes them, and puts no value in twice', () => {
    const { plan, asked } = drawn(3, 4000)
    const groups = new Map<string, number>()
    const values: number[] = []
    const calls = new Map<string, number>()
    for (const { group, key, f, value } of asked) {
      expect(groups.get(key) ?? group).toBe(group)
      groups.set(key, group)
      calls.set(key, (calls.get(key) ?? 0) + 1)
      expect(key.startsWith('l') ? ['read', 'append'] : ['read', 'write', 'cas']).toContain(f)
      if (f === 'cas') values.push((value as readonly number[])[1] as number)
      else if (f !== 'read') values.push(value as number)
    }
    expect(new Set(values).size).toBe(values.length)
    expect(new Set(groups.values())).toEqual(new Set([4, 9]))
    expect(Math.max(...calls.values())).toBeLessThanOrEqual(150)
    const used = plan.used.map(({ key }) => key)
    expect(used.length).toBeGreaterThan(20)
    for (const key of groups.keys()) expect(used).toContain(key)
  })

  test('a cas expects what was seen last', () => {
    const plan = new LoadPlan(new Prng(5), [1])
    plan.saw('r1', 77)
    const all = Array.from({ length: 200 }, () => plan.next(0))
    const exchanges = all.filter(({ f, key }) => f === 'cas' && key === 'r1')
    expect(exchanges.length).toBeGreaterThan(5)
    for (const { value } of exchanges) expect((value as readonly number[])[0]).toBe(77)
  })
})

const options = { nodes: ['a', 'b', 'c'], callMs: 60_000, retryMs: 0 }

function bed(port: Port) {
  let now = 0
  let processes = 0
  const recorder = new Recorder(() => ++now, 4000)
  const plan = new LoadPlan(new Prng(1), [1])
  const parts = { port, plan, recorder, leaders: new Map<number, string>(), options }
  const client = () => new Client(parts, () => ++processes)
  return { recorder, plan, parts, client, processes: () => processes }
}

async function load(store: StoreOptions) {
  const { recorder, plan, client, processes } = bed(new MemoryStore(store))
  const work = async (one: Client) => {
    while (!recorder.isFull) await one.call(plan.next(0))
  }
  await Promise.all([1, 2, 3, 4].map(() => work(client())))
  return { recorder, processes: processes() }
}

describe('clients', () => {
  test('of a good store record a good history, and work until it is full', async () => {
    const { recorder } = await load({ seed: 1 })
    expect(recorder.isFull).toBe(true)
    expect(recorder.openCalls).toBe(0)
    expect(isGood(judge(recorder.events))).toBe(true)
  })

  test('do so too when answers get lost: each loss costs a process', async () => {
    const { recorder, processes } = await load({ seed: 2, unknown: 5 })
    const lost = recorder.events.filter(({ type }) => type === 'info').length
    expect(lost).toBeGreaterThan(20)
    expect(processes).toBe(4 + lost)
    expect(judge(recorder.events)).toMatchObject({ impossible: [], undecided: [] })
  })

  test('of a store that answers from the past do not', async () => {
    const { recorder } = await load({ seed: 3, isStale: true })
    expect(isGood(judge(recorder.events))).toBe(false)
  })

  test('find the leader by its name, and remember it', async () => {
    const store = new MemoryStore({ seed: 4, leader: 'c' })
    const { client, parts } = bed(store)
    const asked = { group: 1, key: 'r1', f: 'write', value: 5 } as const
    expect(await client().call(asked)).toEqual({ kind: 'ok' })
    expect(parts.leaders.get(1)).toBe('c')
    const before = store.asked
    await client().call(asked)
    expect(store.asked).toBe(before + 1)
  })

  test('give up in time, and say which refusal was the last', async () => {
    const refusing: Port = {
      ask: () => Promise.resolve({ kind: 'refused', code: 'no-leader' }),
      close: () => {},
    }
    const { recorder, parts } = bed(refusing)
    const hasty = new Client({ ...parts, options: { ...options, callMs: 0 } }, () => 1)
    const answer: Answer = await hasty.call({ group: 1, key: 'r1', f: 'read', value: null })
    expect(answer).toEqual({ kind: 'refused', code: 'no-leader' })
    expect(recorder.events.at(-1)).toMatchObject({ type: 'fail', error: 'no-leader' })
  })
})
