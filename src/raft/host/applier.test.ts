/** The feeder of state machines: order, slices, fairness, images, replays, closing. */

import { describe, expect, it } from 'vitest'
import type { ByteSource } from '../../base/source.ts'
import type { Entry, Image } from '../types.ts'
import { Applier, type ApplyLane, type ApplyPort } from './applier.ts'
import { ListMachine } from './testing/machine.ts'
import { sourceOf } from './testing/source.ts'
import { ManualClock } from './testing/world.ts'

const bounds = { sliceMs: 8, applyEntriesMax: 64 }

const entry = (index: number, text = `e${index}`): Entry => {
  return { index, term: 1, kind: 'data', data: new TextEncoder().encode(text) }
}
const entries = (from: number, to: number): readonly Entry[] =>
  Array.from({ length: to - from + 1 }, (_, i) => entry(from + i))
const imageAt = (index: number): Image => {
  const members = { voters: [], outgoing: [], learners: [] }
  return { index, term: 1, members, membersIndex: 0, chain: 0 }
}

class Port implements ApplyPort {
  readonly machine: ListMachine
  readonly name: string
  readonly told: string[]
  source: ByteSource | undefined
  readonly results: unknown[] = []

  constructor(name: string, clock: ManualClock, told: string[]) {
    this.name = name
    this.told = told
    this.machine = new ListMachine(clock)
  }

  onApplied(index: number, applied: readonly Entry[], results: readonly unknown[]): void {
    this.told.push(`${this.name} ${index}`)
    expect(results).toHaveLength(applied.length)
    this.results.push(...results)
  }

  onInstalled(image: Image): void {
    this.told.push(`${this.name} image ${image.index}`)
  }

  openImage(): ByteSource | undefined {
    return this.source
  }

  onImageBroken(image: Image): void {
    this.told.push(`${this.name} broken ${image.index}`)
  }
}

function started(names: readonly string[], own: Partial<typeof bounds> = {}) {
  const clock = new ManualClock()
  let calls = 0
  const applier = new Applier(clock, { ...bounds, ...own }, () => calls++)
  const told: string[] = []
  const ports = names.map(name => new Port(name, clock, told))
  const lanes = ports.map(port => applier.add(port))
  const [port, lane] = [ports[0] as Port, lanes[0] as ApplyLane]
  return { clock, applier, told, ports, lanes, port, lane, calls: () => calls }
}

const stateAt = (index: number, lines: readonly string[]) =>
  sourceOf(new TextEncoder().encode(JSON.stringify([index, lines])))

describe('entries', () => {
  it('are applied in order, in batches, and reported', () => {
    const { applier, lane, port, told, calls } = started(['a'])
    lane.apply(entries(1, 100))
    expect(calls()).toBe(1)
    expect(lane.queued).toBe(100)
    expect(applier.run()).toBe(false)
    expect(told[0]).toBe('a 16')
    expect(told.at(-1)).toBe('a 100')
    expect(Math.max(...port.machine.batches)).toBeLessThanOrEqual(64)
    expect(port.machine.data).toEqual(entries(1, 100).map(({ index }) => `e${index}`))
    expect(port.results[99]).toBe('did e100')
    expect(lane.queued).toBe(0)
    expect(lane.queuedBytes).toBe(0)
  })

  it('that a state which outlived its process holds are reported and not applied again', () => {
    const { applier, lane, port, told } = started(['a'])
    port.machine.appliedIndex = 70
    lane.apply(entries(1, 72))
    applier.run()
    expect(told).toEqual(['a 70', 'a 72'])
    expect(port.machine.data).toEqual(['e71', 'e72'])
  })

  it('are skipped across several handings-out', () => {
    const { applier, lane, port, told } = started(['a'])
    port.machine.appliedIndex = 5
    lane.apply(entries(1, 3))
    applier.run()
    lane.apply(entries(4, 6))
    applier.run()
    expect(told).toEqual(['a 3', 'a 5', 'a 6'])
    expect(port.machine.data).toEqual(['e6'])
  })

  it('wait for a machine that answers later, and nothing else does', () => {
    const { applier, clock, lanes, ports, told } = started(['slow', 'quick'])
    const [slow, quick] = lanes as [ApplyLane, ApplyLane]
    ;(ports[0] as Port).machine.laterMs = 30
    slow.apply(entries(1, 100))
    quick.apply(entries(1, 2))
    expect(applier.run()).toBe(false)
    expect(told).toEqual(['quick 2'])
    expect(slow.isBusy).toBe(true)
    clock.pass(30)
    expect(told).toEqual(['quick 2', 'slow 16'])
    for (let i = 0; i < 6; i++) {
      applier.run()
      clock.pass(30)
    }
    expect(told.at(-1)).toBe('slow 100')
  })

  it('of a group that comes late take their turn between those of a busy one', () => {
    const { applier, lanes, ports, told } = started(['busy', 'other'], { applyEntriesMax: 10 })
    const [busy, other] = lanes as [ApplyLane, ApplyLane]
    ;(ports[0] as Port).machine.workMs = 0.1
    busy.apply(entries(1, 1000))
    expect(applier.run()).toBe(true)
    const before = told.length
    other.apply(entries(1, 1))
    applier.run()
    expect(told.indexOf('other 1') - before).toBeLessThanOrEqual(1)
  })
})

describe('a slice', () => {
  it('ends in time, and the rest comes with the next one', () => {
    const { applier, clock, lane, port, told } = started(['a'], { applyEntriesMax: 4 })
    port.machine.workMs = 1
    lane.apply(entries(1, 100))
    let slices = 0
    let more = true
    while (more) {
      const beganMs = clock.nowMs
      more = applier.run()
      slices++
      expect(clock.nowMs - beganMs).toBeLessThan(2 * bounds.sliceMs)
    }
    expect(told.at(-1)).toBe('a 100')
    expect(slices).toBeGreaterThanOrEqual(100 / (2 * bounds.sliceMs))
  })

  it('learns how slow a machine is and asks less of it in one call', () => {
    const { applier, lane, port } = started(['a'])
    port.machine.workMs = 1
    lane.apply(entries(1, 400))
    for (let more = true; more; ) more = applier.run()
    const { batches } = port.machine
    expect(batches[0]).toBe(16)
    expect(Math.min(...batches)).toBeGreaterThanOrEqual(1)
    expect(Math.max(...batches.slice(1))).toBeLessThanOrEqual(4)
  })

  it('does one batch even if that alone takes longer', () => {
    const { applier, clock, lanes, ports, told } = started(['a', 'b'])
    for (const port of ports) port.machine.workMs = 100
    for (const lane of lanes) lane.apply(entries(1, 1))
    expect(applier.run()).toBe(true)
    expect(told).toEqual(['a 1'])
    expect(clock.nowMs).toBe(100)
    expect(applier.run()).toBe(false)
    expect(told).toEqual(['a 1', 'b 1'])
  })

  it('is fair: each group is served as often as any other', () => {
    const names = ['a', 'b', 'c', 'd']
    const { applier, lanes, ports, told } = started(names, { applyEntriesMax: 5 })
    for (const port of ports) port.machine.workMs = 0.05
    for (const lane of lanes) lane.apply(entries(1, 500))
    for (let i = 0; i < 10; i++) applier.run()
    const counts = names.map(name => told.filter(line => line.startsWith(name)).length)
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
  })
})

describe('an image', () => {
  it('is loaded behind what was handed out before it, and before anything after it', () => {
    const { applier, lane, port, told } = started(['a'])
    port.source = stateAt(10, ['ten'])
    lane.apply(entries(1, 3))
    lane.install(imageAt(10))
    lane.apply(entries(11, 12))
    applier.run()
    expect(told).toEqual(['a 3', 'a image 10', 'a 12'])
    expect(port.machine.data).toEqual(['ten', 'e11', 'e12'])
  })

  it('that is gone is told, and nothing is applied on the void', () => {
    const { applier, lane, port, told } = started(['a'])
    lane.install(imageAt(10))
    lane.apply(entries(11, 12))
    applier.run()
    expect(told).toEqual(['a broken 10'])
    expect(port.machine.data).toEqual([])
  })

  it('whose bytes break off is told', () => {
    const { applier, lane, port, told } = started(['a'])
    port.source = { next: done => done({ kind: 'broken', why: 'checksum' }), close: () => {} }
    lane.install(imageAt(10))
    applier.run()
    expect(told).toEqual(['a broken 10'])
  })

  it('that does not leave the machine where it says is our own mistake', () => {
    const { applier, lane, port } = started(['a'])
    port.source = stateAt(9, [])
    lane.install(imageAt(10))
    expect(() => applier.run()).toThrow('the machine holds the image')
  })
})

describe('closing', () => {
  it('leaves a machine alone at once when it is idle', () => {
    const { applier, lane, told } = started(['a'])
    lane.apply(entries(1, 3))
    let idle = 0
    lane.close(() => idle++)
    expect(idle).toBe(1)
    applier.run()
    lane.apply(entries(1, 3))
    applier.run()
    expect(told).toEqual([])
  })

  it('waits for the batch that a machine is working on, and drops the rest', () => {
    const { applier, clock, lane, port, told } = started(['a'])
    port.machine.laterMs = 20
    lane.apply(entries(1, 100))
    applier.run()
    let idle = 0
    lane.close(() => idle++)
    expect(idle).toBe(0)
    clock.pass(20)
    applier.run()
    expect(idle).toBe(1)
    expect(told).toEqual([])
    expect(port.machine.batches).toEqual([16])
  })
})

describe('a machine that breaks its contract', () => {
  it('is stopped when a result is missing', () => {
    const { applier, lane, port } = started(['a'])
    port.machine.apply = (_entries, done) => done([])
    lane.apply(entries(1, 1))
    expect(() => applier.run()).toThrow('each entry has a result')
  })

  it('is stopped when it does not say what it holds', () => {
    const { applier, lane, port } = started(['a'])
    port.machine.apply = (_entries, done) => done([1])
    lane.apply(entries(1, 1))
    expect(() => applier.run()).toThrow('the machine says what it holds')
  })
})
