/** The time of many cores against a clock that everybody reads, by whatever steps it moves. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Role } from '../types.ts'
import { ManualClock } from './testing/world.ts'
import { type Pace, type TickedCore, Ticker } from './ticker.ts'

const options = { gridMs: 10, fineMs: 1, beatMs: 100, stallMs: 50, restMsMax: 1000 }

interface Tick {
  readonly atMs: number
  readonly elapsedMs: number
  readonly lateMs: number
}

/** Wants to be woken every so often, and adds up what it is told. */
class Counting implements TickedCore {
  role: Role = 'follower'
  isFast = false
  toldMs = 0
  readonly ticks: Tick[] = []
  readonly #everyMs: number
  readonly #clock: ManualClock

  constructor(clock: ManualClock, everyMs: number) {
    this.#clock = clock
    this.#everyMs = everyMs
  }

  tick(elapsedMs: number, lateMs: number): void {
    this.toldMs += elapsedMs
    this.ticks.push({ atMs: this.#clock.nowMs, elapsedMs, lateMs })
  }

  wakeInMs(): number {
    return this.#everyMs - (this.toldMs % this.#everyMs)
  }
}

interface Placed {
  readonly core: Counting
  readonly pace: Pace
  readonly startMs: number
}

class Bench {
  readonly clock = new ManualClock()
  readonly ticker = new Ticker(this.clock, options)
  readonly placed: Placed[] = []

  add(everyMs: number, role: Role = 'follower', isFast = false): Placed {
    const core = new Counting(this.clock, everyMs)
    core.role = role
    core.isFast = isFast
    const stepMs = isFast ? options.fineMs : options.gridMs
    const startMs = Math.floor(this.clock.nowMs / stepMs) * stepMs
    const one = { core, pace: this.ticker.add(core, () => {}), startMs }
    this.placed.push(one)
    return one
  }
}

type Move =
  | { readonly kind: 'pass' | 'stall'; readonly ms: number }
  | { readonly kind: 'input' | 'fast' | 'slow'; readonly at: number }

const moves: fc.Arbitrary<readonly Move[]> = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constantFrom('pass' as const, 'stall' as const),
      ms: fc.oneof(fc.integer({ min: 0, max: 25 }), fc.integer({ min: 0, max: 3000 })),
    }),
    fc.record({
      kind: fc.constantFrom('input' as const, 'fast' as const, 'slow' as const),
      at: fc.nat(2),
    }),
  ),
  { maxLength: 40 },
)

describe('the time that cores are told', () => {
  it('is the time that passes: never ahead, a step behind, and nothing twice', () => {
    fc.assert(
      fc.property(moves, all => {
        const { clock, ticker, placed, ...bench } = seeded()
        for (const move of all) {
          if ('ms' in move) {
            if (move.kind === 'pass') clock.pass(move.ms)
            else clock.stall(move.ms)
          } else {
            const { core, pace } = placed[move.at] as Placed
            if (move.kind !== 'input') core.isFast = move.kind === 'fast'
            ticker.tellTime(pace)
            ticker.plan(pace)
            const stepMs = core.isFast ? options.fineMs : options.gridMs
            expect(clock.nowMs - pace.tickedMs).toBeLessThan(stepMs)
          }
          for (const { core, pace, startMs } of placed) {
            expect(startMs + core.toldMs).toBe(pace.tickedMs)
            expect(pace.tickedMs).toBeLessThanOrEqual(clock.nowMs)
          }
        }
        expect(bench.timers()).toBe(1)
      }),
      { numRuns: 300 },
    )
  })

  it('reaches every core when it asked for it, on the grid, while nothing stalls', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1500 }), { minLength: 1 }), everyMs => {
        const bench = new Bench()
        const all = everyMs.slice(0, 8).map(ms => bench.add(ms))
        bench.clock.pass(4000)
        for (const [i, { core, pace }] of all.entries()) {
          const wantedMs = Math.min(everyMs[i] as number, options.restMsMax)
          expect(core.ticks.every(({ atMs }) => atMs % options.gridMs === 0)).toBe(true)
          expect(core.ticks.every(({ lateMs }) => lateMs === 0)).toBe(true)
          expect(4000 - pace.tickedMs).toBeLessThan(wantedMs + options.gridMs)
        }
        expect(bench.ticker.stallStats()).toEqual({ count: 0, totalMs: 0, maxMs: 0 })
      }),
      { numRuns: 50 },
    )
  })

  it('is told to no core that went, whenever that is', () => {
    const bench = new Bench()
    const [stays, goes] = [bench.add(30), bench.add(30)]
    bench.clock.pass(100)
    bench.ticker.remove(goes.pace)
    bench.clock.pass(100)
    expect(goes.core.toldMs).toBe(90)
    expect(stays.core.toldMs).toBe(180)
  })

  it('a core that is added in the middle of a step owes nothing for what was before', () => {
    const bench = new Bench()
    bench.clock.pass(57)
    const { core } = bench.add(20)
    bench.clock.pass(3)
    expect(core.toldMs).toBe(0)
    bench.clock.pass(10)
    expect(core.ticks).toEqual([{ atMs: 70, elapsedMs: 20, lateMs: 0 }])
  })
})

/** Three cores: one of each kind. */
function seeded() {
  const bench = new Bench()
  bench.add(70)
  bench.add(100, 'leader')
  bench.add(3, 'pre-candidate', true)
  const { clock, ticker, placed } = bench
  return { clock, ticker, placed, timers: () => clock.pending }
}

describe('common marks', () => {
  it('are the same for all leaders, whenever they began to lead', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { minLength: 2, maxLength: 6 }), gaps => {
        const bench = new Bench()
        for (const gap of gaps) {
          bench.clock.pass(gap)
          bench.add(100, 'leader')
        }
        const fromMs = bench.clock.nowMs
        bench.clock.pass(1000)
        const marks = bench.placed.map(({ core }) => {
          return core.ticks.map(({ atMs }) => atMs).filter(at => at > fromMs + 200)
        })
        for (const mine of marks) {
          expect(mine).toEqual(marks[0])
          expect(mine.every(at => at % options.beatMs === 0)).toBe(true)
        }
        expect(marks[0]?.length).toBeGreaterThanOrEqual(7)
      }),
      { numRuns: 50 },
    )
  })

  it('are kept by a leader that inputs told the time in between', () => {
    const bench = new Bench()
    const { core, pace } = bench.add(100, 'leader')
    for (let i = 0; i < 100; i++) {
      bench.clock.pass(7)
      bench.ticker.tellTime(pace)
    }
    const marks = new Set(core.ticks.map(({ atMs }) => Math.floor(atMs / options.beatMs)))
    expect(marks.size).toBe(8)
    expect(core.toldMs).toBe(700)
  })

  it('are left by one that is deposed, for its own times', () => {
    const bench = new Bench()
    const { core, pace } = bench.add(130, 'leader')
    bench.clock.pass(200)
    expect(core.ticks.map(({ atMs }) => atMs)).toEqual([200])
    core.role = 'follower'
    bench.ticker.plan(pace)
    bench.clock.pass(60)
    expect(core.ticks.map(({ atMs }) => atMs)).toEqual([200, 260])
  })
})

describe('a clock that jumps', () => {
  it('is one stall, however far it goes, and each core is told once', () => {
    const bench = new Bench()
    for (const everyMs of [20, 150, 900]) bench.add(everyMs)
    bench.clock.pass(5)
    bench.clock.stall(60_000)
    bench.clock.pass(0)
    for (const { core } of bench.placed) {
      expect(core.ticks).toEqual([{ atMs: 60_005, elapsedMs: 60_000, lateMs: 59_985 }])
    }
    expect(bench.ticker.stallStats()).toEqual({ count: 1, totalMs: 59_985, maxMs: 59_985 })
    expect(bench.clock.pending).toBe(1)
  })

  it.each([
    [50, 0],
    [51, 1],
  ])('by %d ms beyond the wake counts %d stalls', (lateMs, count) => {
    const bench = new Bench()
    bench.add(options.gridMs)
    bench.clock.stall(options.gridMs + lateMs)
    bench.clock.pass(0)
    expect(bench.ticker.stallStats().count).toBe(count)
  })

  it('again and again: the sum and the worst are kept', () => {
    const bench = new Bench()
    bench.add(options.gridMs)
    for (const ms of [200, 100, 300]) {
      bench.clock.pass(20)
      bench.clock.stall(ms)
      bench.clock.pass(0)
    }
    const { count, totalMs, maxMs } = bench.ticker.stallStats()
    expect([count, maxMs]).toEqual([3, 290])
    expect(totalMs).toBe(190 + 90 + 290)
  })

  it('is seen but for what counts as no stall, whoever is due and when', () => {
    const waits = fc.array(fc.integer({ min: 1, max: 1500 }), { maxLength: 3 })
    fc.assert(
      fc.property(waits, fc.nat(3000), fc.integer({ min: 1, max: 2000 }), (all, atMs, ms) => {
        const bench = new Bench()
        for (const everyMs of all) bench.add(everyMs)
        bench.clock.pass(atMs)
        bench.clock.stall(ms)
        bench.clock.pass(0)
        const { maxMs } = bench.ticker.stallStats()
        expect(maxMs).toBeLessThanOrEqual(ms)
        expect(maxMs > 0 || ms <= 2 * options.stallMs).toBe(true)
        expect(maxMs === 0 || maxMs >= ms - options.stallMs).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})

describe('a node whose groups are idle', () => {
  it('wakes for whoever is due and to see standstills, not at every step of the grid', () => {
    const bench = new Bench()
    for (let i = 0; i < 100; i++) bench.add(1000)
    bench.add(100, 'leader')
    bench.clock.pass(10_000)
    expect(bench.clock.fired).toBeLessThanOrEqual(10_000 / options.stallMs)
  })
})

describe('fast mode', () => {
  it('wakes one core at its millisecond and the others at theirs', () => {
    const bench = new Bench()
    const calm = bench.add(40)
    const fast = bench.add(7, 'pre-candidate', true)
    bench.clock.pass(40)
    expect(fast.core.ticks.map(({ atMs }) => atMs)).toEqual([7, 14, 21, 28, 35])
    expect(calm.core.ticks.map(({ atMs }) => atMs)).toEqual([40])
    fast.core.isFast = false
    bench.clock.pass(100)
    const later = fast.core.ticks.map(({ atMs }) => atMs).filter(at => at > 50)
    expect(later.length).toBeGreaterThan(5)
    expect(later.every(at => at % options.gridMs === 0)).toBe(true)
  })

  it('of many cores needs one timer', () => {
    const bench = new Bench()
    for (let everyMs = 1; everyMs <= 30; everyMs++) bench.add(everyMs, 'pre-candidate', true)
    for (let i = 0; i < 50; i++) {
      bench.clock.pass(1)
      expect(bench.clock.pending).toBe(1)
    }
    for (const { core } of bench.placed) expect(50 - core.toldMs).toBeLessThan(31)
    expect(bench.placed[0]?.core.toldMs).toBe(50)
  })
})
