/** Alignment: which channels wait, who is asked, when an epoch is cut, failed or given up. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Alignment, type Barrier, type Counting, judgeBarrier } from './barrier.ts'
import { ALIGNMENT_SILENCE_MS, FAILURES_MAX } from './bounds.ts'
import { unheard } from './state.ts'

const CHANNELS = [1, 2, 3]
const at = (channel: number, offset: number) => ({ channel, offset })

/** Epoch 5 on channel 1, at 0 ms. */
function begun(settled = 4): Alignment {
  const alignment = new Alignment(settled)
  alignment.onBarrier(5, at(1, 10), 0)
  return alignment
}

describe('an alignment', () => {
  test('holds whose barrier came, and asks for those of the others', () => {
    const alignment = begun()
    expect(alignment.epoch).toBe(5)
    expect(CHANNELS.map(channel => alignment.holds(channel))).toEqual([true, false, false])
    expect(alignment.missing(CHANNELS)).toEqual([2, 3])
    expect(alignment.aligned(CHANNELS)).toBeUndefined()
  })

  test('is done when all have come, whose offsets it names by ascending channel', () => {
    const alignment = begun()
    alignment.onBarrier(5, at(3, 30), 1)
    alignment.onBarrier(5, at(2, 20), 2)
    expect(alignment.missing(CHANNELS)).toEqual([])
    const offsets = [at(1, 10), at(2, 20), at(3, 30)]
    expect(alignment.aligned(CHANNELS)).toEqual({ epoch: 5, offsets })
  })

  test('waits for a channel that was opened meanwhile', () => {
    const alignment = begun()
    expect(alignment.aligned([1])).toBeDefined()
    expect(alignment.aligned([1, 4])).toBeUndefined()
    expect(alignment.missing([1, 4])).toEqual([4])
  })

  test('of nothing is none', () => {
    const alignment = new Alignment(0)
    expect(alignment.epoch).toBeUndefined()
    expect(alignment.missing(CHANNELS)).toEqual([])
    expect(alignment.aligned([])).toBeUndefined()
    alignment.onTick(CHANNELS, 1e9)
    alignment.onCursor(1, 5)
    expect(alignment.takeFailures()).toEqual([])
  })

  test('is over once its barrier has its place in the log', () => {
    const alignment = begun()
    alignment.onBarrier(5, at(2, 20), 0)
    alignment.onBarrier(5, at(3, 30), 0)
    alignment.onSettled(5)
    expect(alignment.epoch).toBeUndefined()
    expect(CHANNELS.some(channel => alignment.holds(channel))).toBe(false)
    expect(alignment.takeFailures()).toEqual([])
  })

  test.each([5, 4, 1])('is not begun again by the barrier of epoch %s, which is over', epoch => {
    const alignment = begun()
    alignment.onSettled(5)
    alignment.onBarrier(epoch, at(2, 20), 9)
    expect(alignment.epoch).toBeUndefined()
    expect(alignment.holds(2)).toBe(false)
  })

  test('hears nothing of epochs that were cut before this leader', () => {
    const alignment = begun(5)
    expect(alignment.epoch).toBeUndefined()
    alignment.onPassed(5)
    expect(alignment.takeFailures()).toEqual([])
  })

  test('gives way to a higher epoch, without calling its own a failure', () => {
    const alignment = begun()
    alignment.onBarrier(6, at(2, 22), 1)
    expect(alignment.epoch).toBe(6)
    expect(CHANNELS.map(channel => alignment.holds(channel))).toEqual([false, true, false])
    expect(alignment.takeFailures()).toEqual([])
  })

  test('does not give way to a lower one', () => {
    const alignment = new Alignment(0)
    alignment.onBarrier(6, at(2, 22), 1)
    alignment.onBarrier(5, at(1, 10), 2)
    expect(alignment.epoch).toBe(6)
    expect(alignment.holds(1)).toBe(false)
  })

  test('outlives the end of an epoch before it', () => {
    const alignment = begun()
    alignment.onSettled(4)
    expect(alignment.epoch).toBe(5)
  })
})

describe('an epoch fails', () => {
  test('when its barrier stands where more was taken: told once, and nobody waits', () => {
    const alignment = begun()
    alignment.onPassed(5)
    expect(alignment.epoch).toBeUndefined()
    alignment.onPassed(5)
    expect(alignment.takeFailures()).toEqual([{ epoch: 5, why: 'past' }])
    expect(alignment.takeFailures()).toEqual([])
    alignment.onBarrier(5, at(2, 20), 1)
    expect(alignment.epoch).toBeUndefined()
  })

  test('also before any of its barriers was held', () => {
    const alignment = new Alignment(4)
    alignment.onPassed(5)
    expect(alignment.takeFailures()).toEqual([{ epoch: 5, why: 'past' }])
  })

  test('and one that is later goes on', () => {
    const alignment = new Alignment(4)
    alignment.onBarrier(6, at(1, 10), 0)
    alignment.onPassed(5)
    expect(alignment.epoch).toBe(6)
    expect(alignment.takeFailures()).toEqual([{ epoch: 5, why: 'past' }])
  })

  test('and of the failures that nobody fetched, the last are kept', () => {
    const alignment = new Alignment(0)
    for (let epoch = 1; epoch <= FAILURES_MAX + 3; epoch++) {
      alignment.onPassed(epoch)
    }
    const epochs = alignment.takeFailures().map(({ epoch }) => epoch)
    expect(epochs).toEqual(Array.from({ length: FAILURES_MAX }, (_, place) => 4 + place))
  })
})

describe('giving up', () => {
  const last = ALIGNMENT_SILENCE_MS - 1

  test('comes when no missing channel moved for so long since the first barrier', () => {
    const alignment = begun()
    alignment.onTick(CHANNELS, last)
    expect(alignment.epoch).toBe(5)
    alignment.onTick(CHANNELS, ALIGNMENT_SILENCE_MS)
    expect(alignment.epoch).toBeUndefined()
    expect(alignment.takeFailures()).toEqual([{ epoch: 5, why: 'silence' }])
  })

  test('is put off by a missing channel that moves, as often as one does', () => {
    const alignment = begun()
    for (let turn = 1; turn <= 50; turn++) {
      alignment.onCursor(turn % 2 === 0 ? 2 : 3, turn * last)
      alignment.onTick(CHANNELS, turn * last + last)
      expect(alignment.epoch).toBe(5)
    }
    alignment.onTick(CHANNELS, 50 * last + ALIGNMENT_SILENCE_MS)
    expect(alignment.takeFailures()).toHaveLength(1)
  })

  test('is not put off by a channel that has its barrier, nor by a barrier that comes', () => {
    const alignment = begun()
    alignment.onCursor(1, 1500)
    alignment.onBarrier(5, at(2, 20), 1800)
    alignment.onCursor(2, 1900)
    alignment.onTick(CHANNELS, ALIGNMENT_SILENCE_MS)
    expect(alignment.takeFailures()).toEqual([{ epoch: 5, why: 'silence' }])
  })

  test('does not come to an epoch that lacks nothing', () => {
    const alignment = begun()
    alignment.onTick([1], 1e9)
    expect(alignment.aligned([1])).toBeDefined()
    expect(alignment.takeFailures()).toEqual([])
  })

  test('counts anew for the next epoch', () => {
    const alignment = begun()
    alignment.onBarrier(6, at(1, 11), 1500)
    alignment.onTick(CHANNELS, 1500 + last)
    expect(alignment.epoch).toBe(6)
  })
})

describe('facts in any order', () => {
  type Fact = 'barrier' | 'passed' | 'cursor' | 'tick' | 'settled'
  const anyFact = fc.record({
    fact: fc.constantFrom<Fact>(
      'barrier',
      'barrier',
      'barrier',
      'passed',
      'cursor',
      'tick',
      'settled',
    ),
    epoch: fc.integer({ min: 1, max: 4 }),
    channel: fc.constantFrom(...CHANNELS),
    ms: fc.nat(900),
  })

  test('fail an epoch once, and hold channels for one epoch that is not over', () => {
    fc.assert(
      fc.property(fc.array(anyFact, { maxLength: 60 }), facts => {
        const alignment = new Alignment(0)
        const failed: number[] = []
        let over = 0
        let now = 0
        for (const { fact, epoch, channel, ms } of facts) {
          now += ms
          const before = alignment.epoch
          if (fact === 'barrier') alignment.onBarrier(epoch, at(channel, epoch), now)
          if (fact === 'passed') alignment.onPassed(epoch)
          if (fact === 'cursor') alignment.onCursor(channel, now)
          if (fact === 'tick') alignment.onTick(CHANNELS, now)
          if (fact === 'settled') alignment.onSettled(epoch)
          const failures = alignment.takeFailures().map(failure => failure.epoch)
          failed.push(...failures)
          if (fact === 'settled') over = Math.max(over, epoch)
          over = Math.max(over, ...failures)
          const open = alignment.epoch
          expect(open === undefined || (open > over && open >= (before ?? 0))).toBe(true)
          const held = CHANNELS.filter(one => alignment.holds(one))
          expect(held.length > 0).toBe(open !== undefined)
          expect(alignment.missing(CHANNELS).length).toBe(open === undefined ? 0 : 3 - held.length)
          expect(alignment.aligned(CHANNELS) !== undefined).toBe(held.length === 3)
        }
        expect(new Set(failed).size).toBe(failed.length)
        expect(failed).toEqual([...failed].sort((one, other) => one - other))
      }),
      { numRuns: 500 },
    )
  })
})

describe('a Barrier that is applied', () => {
  const channels = new Map([
    [1, unheard(10)],
    [2, unheard(20)],
  ])
  const standing = { epoch: 4, channels }
  const barrier = (...offsets: Barrier['offsets']): Barrier => ({ epoch: 5, offsets })

  const table: readonly (readonly [string, Barrier, Counting])[] = [
    ['at every cursor', barrier(at(1, 10), at(2, 20)), 'counts'],
    ['before a cursor', barrier(at(1, 9), at(2, 20)), 'past'],
    ['behind a cursor', barrier(at(1, 10), at(2, 21)), 'short'],
    ['before one and behind the other', barrier(at(1, 11), at(2, 19)), 'past'],
    ['without a channel', barrier(at(1, 10)), 'other-channels'],
    ['with a channel too many', barrier(at(1, 10), at(2, 20), at(3, 0)), 'other-channels'],
    ['with another channel', barrier(at(1, 10), at(3, 20)), 'other-channels'],
    ['with a channel twice', barrier(at(1, 10), at(1, 10)), 'other-channels'],
    [
      'with all of them, and one of them twice',
      barrier(at(1, 10), at(2, 20), at(2, 20)),
      'other-channels',
    ],
    ['of the last epoch', { ...barrier(at(1, 10), at(2, 20)), epoch: 4 }, 'again'],
    ['of an earlier epoch', { ...barrier(at(1, 10), at(2, 20)), epoch: 3 }, 'again'],
  ]

  test.each(table)('%s', (_, one, wanted) => {
    expect(judgeBarrier(standing, one)).toBe(wanted)
  })
})
