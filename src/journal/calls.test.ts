/** Waits that grow, and which errors are worth asking again about. */

import { describe, expect, it, test } from 'vitest'
import { Prng } from '../base/prng.ts'
import type { LogErrorCode } from '../base/stream-log.ts'
import { Backoff, isPassing } from './calls.ts'

const backoff = (uint32: () => number) => new Backoff(10, 75, uint32)
const MOST = 2 ** 32 - 1

describe('a backoff', () => {
  it('doubles up to its bound', () => {
    const waits = backoff(() => MOST)
    expect(Array.from({ length: 6 }, () => Math.round(waits.next()))).toEqual([
      10, 20, 40, 75, 75, 75,
    ])
  })

  it('is drawn from half of that to all of it', () => {
    const waits = backoff(() => 0)
    expect(Array.from({ length: 4 }, () => waits.next())).toEqual([5, 10, 20, 37.5])
    const prng = new Prng(3)
    const drawn = backoff(() => prng.uint32())
    for (let turn = 0; turn < 10; turn++) drawn.next()
    const long = Array.from({ length: 200 }, () => drawn.next())
    expect(Math.min(...long)).toBeGreaterThanOrEqual(37.5)
    expect(Math.max(...long)).toBeLessThanOrEqual(75)
    expect(Math.max(...long) - Math.min(...long)).toBeGreaterThan(30)
  })

  it('begins again', () => {
    const waits = backoff(() => 0)
    waits.next()
    waits.next()
    waits.reset()
    expect(waits.next()).toBe(5)
  })
})

describe('an error', () => {
  const passing: Readonly<Record<LogErrorCode, boolean>> = {
    'no-such-topic': false,
    'topic-exists': false,
    'offset-out-of-range': false,
    'record-too-large': false,
    'not-authorized': false,
    'bad-settings': false,
    'other-cluster': false,
    unsupported: false,
    busy: true,
    fenced: false,
    unavailable: true,
  }

  test.each(Object.entries(passing))('%s is worth asking again: %s', (code, isWorth) => {
    expect(isPassing({ code: code as LogErrorCode, message: '' })).toBe(isWorth)
  })
})
