/** The time of many cores on one timer: grid, common marks, fast mode, stalls. */

import { describe, expect, it } from 'vitest'
import type { Role } from '../types.ts'
import { ManualClock } from './testing/world.ts'
import { type TickedCore, Ticker } from './ticker.ts'

const options = { gridMs: 10, fineMs: 1, beatMs: 100, stallMs: 50, restMsMax: 1000 }

/** A core with one timer, which writes down what it is told. */
class OneTimer implements TickedCore {
  role: Role = 'follower'
  isFast = false
  readonly told: { atMs: number; elapsedMs: number; lateMs: number }[] = []
  #leftMs: number
  readonly #everyMs: number
  readonly #clock: ManualClock

  constructor(clock: ManualClock, everyMs: number) {
    this.#clock = clock
    this.#everyMs = everyMs
    this.#leftMs = everyMs
  }

  tick(elapsedMs: number, lateMs: number): void {
    this.told.push({ atMs: this.#clock.nowMs, elapsedMs, lateMs })
    this.#leftMs -= elapsedMs
    if (this.#leftMs <= 0) this.#leftMs = this.#everyMs
  }

  wakeInMs(): number {
    return Math.max(0, this.#leftMs)
  }
}

function started(everyMs: number, startMs = 0) {
  const clock = new ManualClock()
  clock.nowMs = startMs
  const ticker = new Ticker(clock, options)
  const core = new OneTimer(clock, everyMs)
  const ticks: number[] = []
  const pace = ticker.add(core, () => ticks.push(clock.nowMs))
  return { clock, ticker, core, pace, ticks }
}

describe('a ticker', () => {
  it('wakes a core when its timer is due, and not before', () => {
    const { clock, core, ticks } = started(150)
    clock.pass(149)
    expect(core.told).toEqual([])
    clock.pass(1)
    expect(core.told).toEqual([{ atMs: 150, elapsedMs: 150, lateMs: 0 }])
    expect(ticks).toEqual([150])
  })

  it('begins to count when it is made, whatever the clock shows', () => {
    const { clock, core } = started(50, 123_456.75)
    clock.pass(200)
    expect(core.told.map(tick => tick.elapsedMs)).toEqual([50, 50, 50, 50])
  })

  it('tells the time in whole steps of the grid before an input', () => {
    const { clock, ticker, core, pace } = started(500)
    clock.pass(9)
    ticker.tellTime(pace)
    expect(core.told).toEqual([])
    clock.pass(28)
    ticker.tellTime(pace)
    ticker.tellTime(pace)
    expect(core.told).toMatchObject([{ elapsedMs: 30 }])
  })

  it('never loses time between inputs and wakes', () => {
    const { clock, ticker, core, pace } = started(70)
    for (const ms of [3, 14, 9, 33, 61, 120, 7, 53]) {
      clock.pass(ms)
      ticker.tellTime(pace)
    }
    const told = core.told.reduce((sum, tick) => sum + tick.elapsedMs, 0)
    expect(told).toBe(Math.floor(clock.nowMs / 10) * 10)
  })

  it('wakes leaders at common marks', () => {
    const { clock, ticker, core } = started(100)
    core.role = 'leader'
    clock.pass(37)
    const other = new OneTimer(clock, 100)
    other.role = 'leader'
    ticker.add(other, () => {})
    clock.pass(1000)
    const marks = (one: OneTimer) => one.told.map(tick => tick.atMs).filter(at => at >= 300)
    expect(marks(core)).toEqual(marks(other))
    expect(marks(core)).toEqual([300, 400, 500, 600, 700, 800, 900, 1000])
  })

  it('wakes whoever has no timer now and then', () => {
    const { clock, core } = started(Number.POSITIVE_INFINITY)
    clock.pass(2500)
    expect(core.told.map(tick => tick.atMs)).toEqual([1000, 2000])
  })

  it('counts in single milliseconds for a core in fast mode', () => {
    const { clock, ticker, core, pace } = started(500)
    clock.pass(12)
    core.isFast = true
    ticker.tellTime(pace)
    expect(core.told).toMatchObject([{ elapsedMs: 12 }])
    const quick = new OneTimer(clock, 3)
    quick.isFast = true
    ticker.add(quick, () => {})
    clock.pass(7)
    expect(quick.told.map(tick => tick.atMs)).toEqual([15, 18])
  })

  it('goes back to the grid behind fast mode without counting time twice', () => {
    const { clock, ticker, core, pace } = started(500)
    core.isFast = true
    clock.pass(27)
    ticker.tellTime(pace)
    core.isFast = false
    clock.pass(2)
    ticker.tellTime(pace)
    clock.pass(5)
    ticker.tellTime(pace)
    expect(core.told.map(tick => tick.elapsedMs)).toEqual([27, 3])
  })

  it('brings the next wake forward when a group becomes fast', () => {
    const { clock, ticker, core, pace } = started(100)
    clock.pass(1)
    core.isFast = true
    ticker.tellTime(pace)
    ticker.plan(pace)
    clock.pass(200)
    expect(core.told[1]).toMatchObject({ atMs: 100, lateMs: 0 })
    expect(clock.pending).toBe(1)
  })

  it('tells how late a wake came, and counts a stall', () => {
    const { clock, ticker, core } = started(100)
    clock.pass(95)
    clock.stall(400)
    clock.pass(0)
    // The next wake was planned for 100.
    expect(core.told).toEqual([{ atMs: 495, elapsedMs: 490, lateMs: 395 }])
    expect(ticker.stallStats()).toEqual({ count: 1, totalMs: 395, maxMs: 395 })
  })

  it('tells an input that came before the late wake how late that is', () => {
    const { clock, ticker, core, pace } = started(1000)
    clock.pass(95)
    clock.stall(400)
    ticker.tellTime(pace)
    expect(core.told).toEqual([{ atMs: 495, elapsedMs: 490, lateMs: 395 }])
  })

  it('counts a stall whose first input comes before the late wake', () => {
    const { clock, ticker, pace } = started(100)
    clock.pass(95)
    clock.stall(400)
    ticker.tellTime(pace)
    ticker.plan(pace)
    clock.pass(0)
    expect(ticker.stallStats()).toEqual({ count: 1, totalMs: 395, maxMs: 395 })
  })

  it('takes a few milliseconds for no stall', () => {
    const { clock, ticker } = started(100)
    clock.pass(95)
    clock.stall(30)
    clock.pass(100)
    expect(ticker.stallStats().count).toBe(0)
  })

  it('forgets a group, and stops', () => {
    const { clock, ticker, core, pace } = started(20)
    clock.pass(20)
    ticker.remove(pace)
    clock.pass(100)
    expect(core.told).toHaveLength(1)
    ticker.add(core, () => {})
    ticker.stop()
    clock.pass(100)
    expect(core.told).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })

  it('once stopped, sets no timer for a core that is told the time or becomes fast', () => {
    const { clock, ticker, core, pace } = started(100)
    clock.pass(60)
    ticker.stop()
    core.isFast = true
    clock.pass(30)
    ticker.tellTime(pace)
    expect(pace.dueMs).toBe(100)
    clock.pass(5)
    ticker.plan(pace)
    expect(clock.pending).toBe(0)
  })

  it('stopped by a core that it ticks, wakes nobody again', () => {
    const clock = new ManualClock()
    const ticker = new Ticker(clock, options)
    ticker.add(new OneTimer(clock, 30), () => ticker.stop())
    clock.pass(30)
    expect(clock.pending).toBe(0)
  })

  it('goes on for all when a core throws', () => {
    const clock = new ManualClock()
    const ticker = new Ticker(clock, options)
    const core = new OneTimer(clock, 60)
    let fails = true
    ticker.add(new OneTimer(clock, 20), () => {
      if (fails) throw new Error('the core failed')
    })
    ticker.add(core, () => {})
    expect(() => clock.pass(20)).toThrow('the core failed')
    fails = false
    clock.pass(40)
    expect(core.told).toEqual([{ atMs: 60, elapsedMs: 60, lateMs: 0 }])
  })

  it('whose grid is coarser than what counts as a stall wakes at each step of it', () => {
    const clock = new ManualClock()
    const ticker = new Ticker(clock, { ...options, gridMs: 100 })
    const core = new OneTimer(clock, 300)
    ticker.add(core, () => {})
    clock.pass(1000)
    expect(core.told.map(({ atMs }) => atMs)).toEqual([300, 600, 900])
    expect(clock.fired).toBe(10)
  })

  it('is woken once in each step for a core that is always due', () => {
    const clock = new ManualClock()
    const core = new OneTimer(clock, 1)
    core.wakeInMs = () => 0
    new Ticker(clock, options).add(core, () => {})
    clock.pass(100)
    expect(core.told).toHaveLength(10)
    expect(clock.fired).toBe(10)
  })

  it('asks for no time that is over, however long the cores took', () => {
    const clock = new ManualClock()
    const delays: number[] = []
    const watched = {
      monotonicMs: () => clock.monotonicMs(),
      wallMs: () => clock.wallMs(),
      after: (delayMs: number, fire: () => void) => {
        delays.push(delayMs)
        return clock.after(delayMs, fire)
      },
    }
    new Ticker(watched, options).add(new OneTimer(clock, 20), () => clock.stall(300))
    clock.pass(1000)
    expect(delays.length).toBeGreaterThan(2)
    expect(Math.min(...delays)).toBe(0)
  })

  it('waits again when a timer fires too early', () => {
    const clock = new ManualClock()
    const delays: number[] = []
    const hasty = {
      monotonicMs: () => clock.monotonicMs(),
      wallMs: () => clock.wallMs(),
      after: (delayMs: number, fire: () => void) => {
        delays.push(delayMs)
        return clock.after(Math.max(1, delayMs - 0.5), fire)
      },
    }
    const core = new OneTimer(clock, 10)
    new Ticker(hasty, options).add(core, () => {})
    clock.pass(11)
    expect(delays.every(Number.isInteger)).toBe(true)
    expect(core.told).toHaveLength(1)
    expect(core.told[0]?.elapsedMs).toBe(10)
  })
})
