/** Clients against a little shop with one machine, delays, losses and refusals. */

import { describe, expect, test } from 'vitest'
import { Heap } from '../../../src/base/heap.ts'
import { replicaId } from '../../../src/base/ids.ts'
import { Prng } from '../../../src/base/prng.ts'
import { callsByKey, decide } from '../checkers/linearizability.ts'
import { decodeCommand, kindOf } from '../command.ts'
import { TestMachine } from '../machine.ts'
import { countStates, History } from './history.ts'
import { drawWorkload } from './mix.ts'
import type { HostPort, Outcome } from './port.ts'
import { Workload } from './workload.ts'

interface Fire {
  readonly atMs: number
  readonly order: number
  readonly fire: () => void
}

/**
 * One machine behind three doors, of which the first leads: it answers late, sometimes never,
 * sometimes with a refusal, and changes its term now and then.
 */
class Shop {
  readonly prng: Prng
  readonly machine = new TestMachine()
  readonly history = new History(() => this.now, 5000)
  readonly events = new Heap<Fire>((a, b) => a.atMs - b.atMs || a.order - b.order)
  readonly proposals: { readonly expectedTerm: number; readonly term: number }[] = []
  readonly floors: number[] = []
  now = 0
  term = 1
  lossChance = 0.1
  answersTwice = false
  #order = 0

  constructor(seed: number) {
    this.prng = new Prng(seed)
  }

  workload(): Workload {
    const port = {
      prng: this.prng,
      nowMs: () => this.now,
      after: (delayMs: number, fire: () => void) => this.after(delayMs, fire),
      replicas: () => [1, 2, 3].map(id => this.host(id)),
    }
    const witness = {
      asked: () => ({ floor: this.machine.appliedIndex, at: 0 }),
      answered: ({ floor }: { floor: number }, appliedIndex: number) => {
        this.floors.push(appliedIndex - floor)
      },
    }
    const options = drawWorkload(this.prng, 60_000)
    return new Workload(port, options, { history: this.history, witness })
  }

  after(delayMs: number, fire: () => void): void {
    this.events.push({ atMs: this.now + delayMs, order: this.#order++, fire })
  }

  run(untilMs: number): void {
    for (;;) {
      const next = this.events.peek()
      if (next === undefined || next.atMs > untilMs) break
      this.events.pop()
      this.now = next.atMs
      next.fire()
    }
    this.now = untilMs
  }

  host(id: number): HostPort {
    return {
      id: replicaId(id),
      startedMs: id,
      status: () => ({
        role: id === 1 ? 'leader' : 'follower',
        term: this.term,
        leader: replicaId(1),
      }),
      propose: (expectedTerm, data, onOutcome) => this.propose(expectedTerm, data, onOutcome),
      read: (onReady, onLost) => {
        const isLost = this.prng.chance(this.lossChance)
        this.after(this.prng.below(50), () => (isLost ? onLost() : onReady(this.machine)))
      },
    }
  }

  propose(expectedTerm: number, data: Uint8Array, onOutcome: (outcome: Outcome) => void): void {
    if (this.prng.chance(0.02)) this.term++
    this.proposals.push({ expectedTerm, term: this.term })
    if (expectedTerm !== this.term) {
      onOutcome({ kind: 'failed' })
      return
    }
    this.after(this.prng.below(40), () => {
      if (this.prng.chance(this.lossChance / 2)) return
      const index = this.machine.appliedIndex + 1
      const result = this.machine.apply({ index, term: this.term, kind: 'data', data })
      if (this.prng.chance(this.lossChance)) return
      this.after(this.prng.below(40), () => {
        onOutcome({ kind: 'ok', result })
        if (this.answersTwice) onOutcome({ kind: 'ok', result })
      })
    })
  }
}

function played(seed: number): { shop: Shop; workload: Workload } {
  const shop = new Shop(seed)
  const workload = shop.workload()
  workload.start()
  shop.run(60_000)
  return { shop, workload }
}

describe('a workload', () => {
  const seeds = Array.from({ length: 20 }, (_, i) => i + 1)

  test('meets its quota within the phase, whatever its mix', () => {
    for (const seed of seeds) {
      const { shop, workload } = played(seed)
      expect(workload.isDone, `seed ${seed}`).toBe(true)
      expect(shop.history.operations.length).toBeGreaterThanOrEqual(200)
    }
  })

  test('sees every outcome, and is refused for its term now and then', () => {
    const total = { open: 0, ok: 0, failed: 0, unknown: 0 }
    let refused = 0
    for (const seed of seeds) {
      const { shop } = played(seed)
      const counts = countStates(shop.history)
      for (const state of ['ok', 'failed', 'unknown'] as const) total[state] += counts[state]
      refused += shop.proposals.filter(({ expectedTerm, term }) => expectedTerm !== term).length
      expect(Math.min(...shop.floors)).toBeGreaterThanOrEqual(0)
    }
    expect(Math.min(total.ok, total.failed, total.unknown, refused)).toBeGreaterThan(20)
  })

  test('asks with commands that fit their keys and values that are used once', () => {
    const { shop } = played(3)
    const values = new Set<number>()
    for (const { ask } of shop.history.operations) {
      if (ask.name === 'read' || ask.name === 'dequeue') continue
      expect(values.has(ask.value)).toBe(false)
      values.add(ask.value)
    }
    expect(values.size).toBeGreaterThan(50)
  })

  test('is the same for the same seed', () => {
    expect(played(5).shop.history.operations).toEqual(played(5).shop.history.operations)
    expect(played(5).shop.history.operations).not.toEqual(played(6).shop.history.operations)
  })

  test('leaves a history that is linearizable if the machine is sound', () => {
    for (const seed of seeds) {
      const { shop } = played(seed)
      const byKey = callsByKey(shop.history.operations)
      for (const [key, calls] of byKey) {
        expect(decide(kindOf(key), calls).kind, `seed ${seed}`).toBe('linearizable')
      }
    }
    const { shop } = played(1)
    const list = [...callsByKey(shop.history.operations)].find(([key]) => kindOf(key) === 'list')
    const [, calls] = list ?? [0, []]
    const emptied = calls.map(call => {
      const { seen } = call.move
      return seen === undefined ? call : { ...call, move: { ...call.move, seen: [] } }
    })
    expect(decide('list', emptied).kind).toBe('impossible')
  })

  test('stops when it is told to', () => {
    const shop = new Shop(9)
    const workload = shop.workload()
    workload.start()
    shop.run(5000)
    workload.stop()
    const count = shop.history.operations.length
    shop.run(60_000)
    expect(shop.history.operations.length).toBe(count)
    expect(countStates(shop.history).open).toBe(0)
  })

  test('sweeps every key with a command and a read, until each has succeeded', () => {
    const { shop, workload } = played(4)
    const before = shop.history.operations.length
    let isDone = false
    workload.sweep(() => {
      isDone = true
    })
    shop.run(200_000)
    expect(isDone).toBe(true)
    const swept = shop.history.operations.slice(before).filter(({ state }) => state === 'ok')
    const keys = new Set(shop.history.operations.map(({ ask }) => ask.key)).size
    expect(swept.filter(({ ask }) => ask.name === 'read').length).toBe(keys)
    expect(swept.filter(({ ask }) => ask.name !== 'read').length).toBe(keys)
  })

  test('probes one replica with one small command', () => {
    const shop = new Shop(2)
    shop.lossChance = 0
    let answer: boolean | undefined
    shop.workload().probe(shop.host(1), ok => {
      answer = ok
    })
    shop.run(5000)
    expect(answer).toBe(true)
    expect(shop.history.operations[0]?.ask).toMatchObject({ name: 'write', paddingBytes: 0 })
  })

  test('objects to two answers', () => {
    const shop = new Shop(8)
    shop.answersTwice = true
    const workload = shop.workload()
    workload.start()
    expect(() => shop.run(60_000)).toThrow('CLIENT-1 one answer')
  })
})

test('a command tells its term', () => {
  const shop = new Shop(1)
  const seen: number[] = []
  const host = {
    ...shop.host(1),
    propose: (_: number, data: Uint8Array) => seen.push(decodeCommand(data).expectedTerm),
  }
  shop.term = 7
  shop.workload().probe(host as unknown as HostPort, () => {})
  expect(seen).toEqual([7])
})
