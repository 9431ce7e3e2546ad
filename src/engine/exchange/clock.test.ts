/** What a reader says of time, answer by answer. */

import { describe, expect, test } from 'vitest'
import { HeadClock, watermarkOf } from './clock.ts'

const TIME = { lagMs: 10, idleMs: 50 }

function fetched(from: number, times: readonly number[], atMs: number, isEnd = true) {
  return { from, to: from + times.length, times: Float64Array.from(times), isEnd, atMs }
}

describe('the watermark', () => {
  test('is the latest time so far, less the lag', () => {
    const clock = new HeadClock(TIME)
    expect(clock.onFetched(fetched(0, [], 0)).watermark).toBe(-Infinity)
    expect(clock.onFetched(fetched(0, [100, 90], 1)).watermark).toBe(90)
    expect(clock.onFetched(fetched(2, [95], 2)).watermark).toBe(90)
  })

  test('of what is read once more is what it shows by itself', () => {
    expect(watermarkOf(TIME, Float64Array.of(70, 60))).toBe(60)
    expect(watermarkOf(TIME, Float64Array.of())).toBe(-Infinity)
  })
})

describe('idleness', () => {
  const idle = (...answers: readonly ReturnType<typeof fetched>[]) => {
    const clock = new HeadClock(TIME)
    return answers.map(answer => clock.onFetched(answer).idle)
  }

  test('is said when the end was reached and nothing came for long enough', () => {
    const told = idle(
      fetched(0, [1], 0),
      fetched(1, [], 49),
      fetched(1, [], 50),
      fetched(1, [], 90),
    )
    expect(told).toEqual([false, false, true, true])
  })

  test('ends with whatever comes, and begins anew behind it', () => {
    const told = idle(
      fetched(0, [], 0),
      fetched(0, [], 50),
      fetched(0, [7], 60),
      fetched(1, [], 61),
    )
    expect(told).toEqual([false, true, false, false])
  })

  test('is not said of a source that has more, or does not answer', () => {
    expect(idle(fetched(0, [1], 0), fetched(1, [], 99, false))).toEqual([false, false])
    expect(idle(fetched(0, [1], 0), fetched(1, [2], 99))).toEqual([false, false])
  })

  test('is never said where nobody asked for it', () => {
    const clock = new HeadClock({ lagMs: 0 })
    clock.onFetched(fetched(0, [], 0))
    expect(clock.onFetched(fetched(0, [], 1e12)).idle).toBe(false)
  })
})
