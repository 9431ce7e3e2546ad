/** One fetch at a time, in pieces, from where it is wanted. */

import { describe, expect, test } from 'vitest'
import type { LogError } from '../../base/stream-log.ts'
import type { FeedBounds } from './bounds.ts'
import { Lane, type Piece } from './lane.ts'
import { BOUNDS, HeldLog, PARTITION, Time } from './testing/rig.ts'

class Rig {
  readonly time = new Time()
  readonly log = new HeldLog()
  readonly failed: LogError[] = []
  ready = 0
  readonly lane: Lane

  constructor(bounds: Partial<FeedBounds> = {}) {
    const { clock, random } = this.time
    this.lane = new Lane({
      ...{ clock, random, log: this.log, partition: PARTITION, bounds: { ...BOUNDS, ...bounds } },
      listener: {
        onReady: () => void this.ready++,
        onAnswered: () => undefined,
        onFailed: error => void this.failed.push(error),
      },
    })
  }

  /** All pieces that are here from a place on. */
  read(from: number): readonly string[] {
    const all: string[] = []
    let at = from
    for (;;) {
      this.lane.want(at)
      const piece = this.lane.next(at)
      if (piece === undefined) return all
      all.push(shownPiece(piece))
      if (piece.to === at) return all
      at = piece.to
    }
  }
}

function shownPiece({ from, to, records, isEnd }: Piece): string {
  const offsets = records.map(({ offset }) => offset).join(' ')
  return `${from}-${to}: ${offsets}${isEnd ? ' end' : ''}`
}

describe('a lane', () => {
  test('asks from where it is wanted, committed records alone, once', () => {
    const { lane, log } = new Rig()
    lane.want(7)
    lane.want(7)
    expect(log.asked).toEqual([7])
    expect(log.fetches[0]?.how).toMatchObject({ isolation: 'committed' })
  })

  test('has nothing before the answer, and tells when it is there', () => {
    const rig = new Rig()
    rig.lane.want(7)
    expect(rig.lane.next(7)).toBe(undefined)
    rig.log.answer(['a'])
    expect(rig.ready).toBe(1)
    expect(rig.read(7)).toEqual(['7-8: 7 end'])
  })

  test('hands an answer out in pieces that cover all of it', () => {
    const rig = new Rig({ pieceRows: 2 })
    rig.lane.want(7)
    rig.log.answer(['a', 'b', 'c', 'd', 'e'], { position: 20, seenEnd: 30 })
    expect(rig.read(7)).toEqual(['7-9: 7 8', '9-11: 9 10', '11-20: 11'])
    expect(rig.log.open).toBe(20)
  })

  test('ends a piece before it is heavy, but takes one record along', () => {
    const rig = new Rig({ pieceBytes: 10 })
    rig.lane.want(0)
    rig.log.answer(['x'.repeat(100), 'y'.repeat(6), 'z'.repeat(6)])
    expect(rig.read(0)).toEqual(['0-1: 0', '1-2: 1', '2-3: 2 end'])
  })

  test('weighs a record without a value as nothing', () => {
    const rig = new Rig({ pieceBytes: 1 })
    rig.lane.want(0)
    rig.log.answer([null, null, null])
    expect(rig.read(0)).toEqual(['0-3: 0 1 2 end'])
  })

  test('is at the end only with the last piece of an answer that reached it', () => {
    const rig = new Rig({ pieceRows: 1 })
    rig.lane.want(0)
    rig.log.answer(['a', 'b'], { seenEnd: 3 })
    expect(rig.read(0)).toEqual(['0-1: 0', '1-2: 1'])
    rig.log.answer(['c'])
    expect(rig.read(2)).toEqual(['2-3: 2 end'])
  })

  test('forgets an answer that nobody wants any more', () => {
    const rig = new Rig()
    rig.lane.want(7)
    rig.log.answer(['a', 'b'])
    rig.lane.want(3)
    expect(rig.lane.next(3)).toBe(undefined)
    expect(rig.log.asked).toEqual([7, 3])
  })

  test('takes a question back that nobody wants answered', () => {
    const rig = new Rig()
    rig.lane.want(7)
    rig.lane.want(3)
    expect(rig.log.fetches.map(({ from }) => from)).toEqual([3])
  })

  test('keeps what is on its way while nothing is wanted', () => {
    const rig = new Rig()
    rig.lane.want(7)
    rig.lane.want(undefined)
    rig.log.answer(['a'])
    expect(rig.lane.next(undefined)).toBe(undefined)
    expect(rig.read(7)).toEqual(['7-8: 7 end'])
  })

  test('rests for a moment behind an answer without records', () => {
    const rig = new Rig()
    rig.lane.want(7)
    rig.log.answer([])
    expect(rig.read(7)).toEqual(['7-7:  end'])
    rig.lane.want(7)
    expect(rig.log.open).toBe(undefined)
    rig.time.pass(BOUNDS.emptyMs)
    rig.lane.want(7)
    expect(rig.log.open).toBe(7)
  })

  test('goes on at once behind one that only skipped what there was', () => {
    const rig = new Rig()
    rig.lane.want(7)
    rig.log.answer([], { position: 9 })
    expect(rig.read(7)).toEqual(['7-9:  end'])
    expect(rig.log.open).toBe(9)
  })
})

describe('what fails', () => {
  test('is told, and tried again after a pause that grows', () => {
    const rig = new Rig()
    const pauses = Array.from({ length: 12 }, () => {
      rig.lane.want(7)
      rig.log.fail('unavailable')
      const { ready } = rig
      const beganMs = rig.time.queue.nowMs
      while (rig.ready === ready) rig.time.pass(1)
      return rig.time.queue.nowMs - beganMs
    })
    expect(rig.failed.map(({ code }) => code)).toEqual(Array(12).fill('unavailable'))
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(BOUNDS.retryMinMs)
    expect(Math.max(...pauses)).toBeLessThanOrEqual(BOUNDS.retryMaxMs + 1)
    expect(Math.max(...pauses.slice(6))).toBeGreaterThan(Math.max(...pauses.slice(0, 2)))
  })

  test('is not asked again before its pause is over', () => {
    const rig = new Rig()
    rig.lane.want(7)
    rig.log.fail('unavailable')
    rig.lane.want(7)
    expect(rig.log.open).toBe(undefined)
    rig.time.pass(BOUNDS.retryMaxMs)
    rig.lane.want(7)
    expect(rig.log.open).toBe(7)
  })
})

test('a lane that is closed asks nothing, has nothing, and hears no answer', () => {
  const rig = new Rig()
  rig.lane.want(7)
  rig.lane.close()
  expect(rig.log.fetches).toEqual([])
  rig.lane.want(7)
  rig.time.pass(10_000)
  expect([rig.log.asked, rig.ready, rig.lane.next(7)]).toEqual([[7], 0, undefined])
})

test('nor does one that is closed in a pause wake anybody', () => {
  const rig = new Rig()
  rig.lane.want(7)
  rig.log.fail('unavailable')
  rig.lane.close()
  rig.time.pass(10_000)
  expect(rig.ready).toBe(0)
})
