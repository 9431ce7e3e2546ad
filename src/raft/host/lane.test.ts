/** The feeder of machines against a naive queue, and the corners of its slices. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ByteSource } from '../../base/source.ts'
import type { Entry, Image } from '../types.ts'
import { Applier, type ApplyLane, type ApplyPort } from './applier.ts'
import { ListMachine } from './testing/machine.ts'
import { sourceOf } from './testing/source.ts'
import { ManualClock } from './testing/world.ts'

const OVERHEAD = 16

const entry = (index: number): Entry => {
  return { index, term: 1, kind: 'data', data: new TextEncoder().encode(`e${index}`) }
}
const entries = (from: number, to: number): readonly Entry[] =>
  Array.from({ length: to - from + 1 }, (_, i) => entry(from + i))
const imageAt = (index: number): Image => {
  const members = { voters: [], outgoing: [], learners: [] }
  return { index, term: 1, members, membersIndex: 0, chain: 0 }
}

class Port implements ApplyPort {
  readonly machine: ListMachine
  readonly applied: number[] = []
  readonly results: unknown[] = []
  readonly installed: number[] = []
  readonly broken: number[] = []
  opened = 0
  closed = 0

  constructor(clock: ManualClock) {
    this.machine = new ListMachine(clock)
  }

  onApplied(index: number, _entries: readonly Entry[], results: readonly unknown[]): void {
    this.applied.push(index)
    this.results.push(...results)
  }

  onInstalled(image: Image): void {
    this.installed.push(image.index)
  }

  openImage(image: Image): ByteSource {
    this.opened++
    const state = [image.index, [`image ${image.index}`]]
    const source = sourceOf(new TextEncoder().encode(JSON.stringify(state)))
    return { next: done => source.next(done), close: () => void this.closed++ }
  }

  onImageBroken(image: Image): void {
    this.broken.push(image.index)
  }
}

function started(count = 1, bounds = { sliceMs: 8, applyEntriesMax: 64 }) {
  const clock = new ManualClock()
  let calls = 0
  const applier = new Applier(clock, bounds, () => calls++)
  const ports = Array.from({ length: count }, () => new Port(clock))
  const lanes = ports.map(port => applier.add(port))
  const [port, lane] = [ports[0] as Port, lanes[0] as ApplyLane]
  const runAll = () => {
    for (let left = 10_000; applier.run(); left--) {
      if (left === 0) throw new Error('there is always more to do')
    }
  }
  return { clock, applier, ports, lanes, port, lane, runAll, calls: () => calls }
}

type Step =
  | { readonly kind: 'entries'; readonly count: number }
  | { readonly kind: 'image'; readonly ahead: number }
  | { readonly kind: 'run' }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'slow'; readonly laterMs: number | undefined; readonly workMs: number }

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('entries' as const), count: fc.integer({ min: 1, max: 40 }) }),
    fc.record({ kind: fc.constant('image' as const), ahead: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ kind: fc.constant('run' as const) }),
    fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 20 }) }),
    fc.record({
      kind: fc.constant('slow' as const),
      laterMs: fc.constantFrom(undefined, 0, 7),
      workMs: fc.constantFrom(0, 0.3, 2),
    }),
  ),
  { maxLength: 40 },
)

/** What a state holds that does all at once. */
class NaiveState {
  handed = 0
  lines: string[] = []

  entries(count: number): readonly Entry[] {
    const all = entries(this.handed + 1, this.handed + count)
    this.handed += count
    for (const { index } of all) this.lines.push(`e${index}`)
    return all
  }

  image(ahead: number): Image {
    this.handed += ahead
    this.lines = [`image ${this.handed}`]
    return imageAt(this.handed)
  }
}

describe('a lane and a state that does all at once', () => {
  it('end equal, whatever comes when and however slow the machine is', () => {
    fc.assert(
      fc.property(steps, all => {
        const { clock, applier, port, lane, runAll } = started()
        const naive = new NaiveState()
        for (const step of all) {
          if (step.kind === 'entries') lane.apply(naive.entries(step.count))
          else if (step.kind === 'image') lane.install(naive.image(step.ahead))
          else if (step.kind === 'run') applier.run()
          else if (step.kind === 'pass') clock.pass(step.ms)
          else Object.assign(port.machine, { laterMs: step.laterMs, workMs: step.workMs })
          expect(naive.handed - port.machine.appliedIndex).toBeGreaterThanOrEqual(0)
        }
        for (let i = 0; i < 2000 && (lane.queued > 0 || lane.isBusy); i++) {
          runAll()
          clock.pass(7)
        }
        expect(port.machine.lines).toEqual(naive.lines)
        expect([lane.queued, lane.queuedBytes, lane.isBusy]).toEqual([0, 0, false])
        const told = [...port.applied, ...port.installed]
        expect(Math.max(0, ...told)).toBe(naive.handed)
        expect(port.applied).toEqual([...port.applied].sort((a, b) => a - b))
        expect(port.closed).toBe(port.opened)
      }),
      { numRuns: 200 },
    )
  })

  it('whose state outlived the process: each entry is in it once, from wherever it goes on', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(cuts, fc.nat(100), (counts, known) => {
        const { port, lane, runAll } = started()
        const sum = counts.reduce((a, b) => a + b)
        const start = Math.min(known, sum)
        port.machine.appliedIndex = start
        const naive = new NaiveState()
        for (const count of counts) {
          lane.apply(naive.entries(count))
          runAll()
        }
        expect(port.machine.lines).toEqual(naive.lines.slice(start))
        expect(port.results).toHaveLength(sum - start)
        expect(port.applied.at(-1)).toBe(sum)
      }),
    )
  })
})

describe('what waits', () => {
  it('counts with its bytes until the machine has it', () => {
    const { applier, clock, port, lane } = started()
    port.machine.laterMs = 5
    lane.apply(entries(1, 20))
    const perEntry = (index: number) => entry(index).data.length + OVERHEAD
    const sum = (from: number) => entries(from, 20).reduce((all, e) => all + perEntry(e.index), 0)
    expect(lane.queuedBytes).toBe(sum(1))
    applier.run()
    expect([lane.queued, lane.queuedBytes]).toEqual([4, sum(17)])
    clock.pass(5)
    applier.run()
    expect([lane.queued, lane.queuedBytes]).toEqual([0, 0])
  })

  it('is asked for once, however much is handed out', () => {
    const { lane, calls, runAll } = started()
    for (let i = 0; i < 5; i++) lane.apply(entries(1 + 10 * i, 10 + 10 * i))
    lane.install(imageAt(90))
    expect(calls()).toBe(1)
    runAll()
    lane.apply([])
    expect(lane.queued).toBe(0)
    const before = calls()
    lane.apply(entries(91, 91))
    expect(calls()).toBe(before + 1)
  })

  it('is forgotten when it is done, however long the lane goes on', () => {
    const { port, lane, runAll } = started()
    for (let i = 0; i < 40; i++) {
      lane.apply(entries(1 + 100 * i, 100 + 100 * i))
      if (i % 3 === 0) runAll()
    }
    runAll()
    expect(port.machine.appliedIndex).toBe(4000)
    expect(port.machine.lines[3999]).toBe('e4000')
    expect(lane.queued).toBe(0)
  })
})

describe('a slice that ends', () => {
  it('goes on with whoever was not served, and then with whoever was', () => {
    const { applier, ports, lanes } = started(3, { sliceMs: 4, applyEntriesMax: 1 })
    for (const port of ports) port.machine.workMs = 4
    for (const lane of lanes) lane.apply(entries(1, 3))
    const turns: number[][] = []
    for (let more = true; more; ) {
      more = applier.run()
      turns.push(ports.map(port => port.machine.appliedIndex))
    }
    expect(turns.slice(0, 4)).toEqual([
      [1, 0, 0],
      [1, 1, 0],
      [1, 1, 1],
      [2, 1, 1],
    ])
    expect(turns.at(-1)).toEqual([3, 3, 3])
  })

  it('says that nothing is left when the last group was served as the time was over', () => {
    const { applier, port, lane } = started()
    port.machine.workMs = 100
    lane.apply(entries(1, 1))
    expect(applier.run()).toBe(false)
  })

  it('is not held up by groups whose machines answer later', () => {
    const { applier, clock, ports, lanes } = started(20)
    for (const port of ports) port.machine.laterMs = 3
    for (const lane of lanes) lane.apply(entries(1, 16))
    expect(applier.run()).toBe(false)
    expect(lanes.every(lane => lane.isBusy)).toBe(true)
    clock.pass(3)
    expect(ports.map(port => port.applied)).toEqual(ports.map(() => [16]))
  })

  it('learns that a machine has become slow from one call, and that it is fast from many', () => {
    const { port, lane, runAll } = started(1, { sliceMs: 8, applyEntriesMax: 1000 })
    lane.apply(entries(1, 3000))
    runAll()
    const fast = port.machine.batches.at(-2) as number
    expect(fast).toBeGreaterThan(100)
    port.machine.workMs = 0.5
    const from = port.machine.batches.length
    lane.apply(entries(3001, 6000))
    runAll()
    // The first call could not know; every one after it fits into a quarter of a slice.
    expect(Math.max(...port.machine.batches.slice(from + 1))).toBeLessThanOrEqual(4)
    port.machine.workMs = 0
    const later = port.machine.batches.length
    lane.apply(entries(6001, 6200))
    runAll()
    expect(port.machine.batches[later]).toBeLessThanOrEqual(8)
    expect(port.machine.batches.at(-2)).toBeGreaterThan(8)
  })
})

describe('closing while', () => {
  it('an image is loaded: nobody is told, and the machine is left alone when it is done', () => {
    const { applier, clock, port, lane } = started()
    const next: (() => void)[] = []
    const open = port.openImage.bind(port)
    port.openImage = image => {
      const source = open(image)
      return { next: done => void next.push(() => source.next(done)), close: () => source.close() }
    }
    lane.install(imageAt(10))
    lane.apply(entries(11, 12))
    applier.run()
    let idle = 0
    lane.close(() => idle++)
    expect([idle, lane.isBusy, lane.queued]).toEqual([0, true, 0])
    while (next.length > 0) next.shift()?.()
    clock.pass(10)
    expect([idle, port.machine.appliedIndex]).toEqual([1, 10])
    expect([port.installed, port.applied]).toEqual([[], []])
  })

  it('an image turns out to be broken: the group is gone and nobody is told', () => {
    const { applier, port, lane } = started()
    let broken = () => {}
    port.openImage = () => ({
      next: done => {
        broken = () => done({ kind: 'broken', why: 'checksum' })
      },
      close: () => {},
    })
    lane.install(imageAt(10))
    applier.run()
    let idle = 0
    lane.close(() => idle++)
    broken()
    expect([idle, port.broken]).toEqual([1, []])
  })

  it('it waits for its turn: it is passed over and others are served', () => {
    const { applier, ports, lanes } = started(2)
    for (const lane of lanes) lane.apply(entries(1, 5))
    lanes[0]?.close(() => {})
    expect(applier.run()).toBe(false)
    expect(ports.map(port => port.machine.appliedIndex)).toEqual([0, 5])
  })
})
