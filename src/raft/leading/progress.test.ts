/** What a leader believes of a follower: the three ways of sending and how one leads to another. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { replicaId } from '../../base/ids.ts'
import { defaultLimits } from '../options.ts'
import { someImage } from '../testing/letters.ts'
import { Progress } from './progress.ts'

function progress(next = 11): Progress {
  return new Progress(replicaId(2), next, { ...defaultLimits, inflightEntriesMax: 4 })
}

function replicating(match: number): Progress {
  const peer = progress(match + 1)
  peer.acknowledged(match)
  peer.becomeReplicate()
  return peer
}

describe('a probe', () => {
  it('is sent once, and again after an answer', () => {
    const peer = progress()
    expect(peer.isPaused).toBe(false)
    peer.sent(12, 2, 50)
    expect(peer).toMatchObject({ isPaused: true, next: 11, probing: true })
    expect(peer.inflight.isEmpty).toBe(true)
    peer.acknowledged(10)
    expect(peer).toMatchObject({ isPaused: false, match: 10, next: 11 })
  })

  it('goes back to where the logs may agree', () => {
    const peer = progress()
    peer.sent(10, 0, 0)
    expect(peer.rejected(10, 4)).toBe(true)
    expect(peer).toMatchObject({ state: 'probe', next: 5, probing: false })
  })

  it.each([
    [10, 99, 10, 'always at least one step'],
    [10, 10, 10, 'no hint that is no news'],
    [10, 0, 1, 'to the beginning'],
    [9, 4, 11, 'not for another place than was asked'],
    [11, 4, 11, 'not for a place that was never asked'],
  ])('refused at %i with hint %i goes on at %i: %s', (prev, hint, next) => {
    const peer = progress()
    peer.rejected(prev, hint)
    expect(peer.next).toBe(next)
  })

  it('never asks at or below what was acknowledged', () => {
    const peer = progress()
    peer.acknowledged(7)
    expect(peer.rejected(10, 2)).toBe(true)
    expect(peer).toMatchObject({ match: 7, next: 8 })
    expect(peer.rejected(7, 0)).toBe(false)
  })
})

describe('a pipeline', () => {
  it('goes on without answers until its window is full', () => {
    const peer = replicating(10)
    peer.sent(12, 2, 10)
    peer.sent(14, 2, 10)
    expect(peer).toMatchObject({ next: 15, isPaused: true })
    expect(peer.acknowledged(12)).toBe(true)
    expect(peer).toMatchObject({ match: 12, next: 15, isPaused: false })
    expect(peer.inflight.entries).toBe(2)
  })

  it('does not count an empty append', () => {
    const peer = replicating(10)
    peer.sent(10, 0, 0)
    expect(peer.inflight.isEmpty).toBe(true)
    expect(peer.next).toBe(11)
  })

  it('falls back to probing when something was lost, from what is acknowledged', () => {
    const peer = replicating(10)
    peer.sent(14, 4, 10)
    expect(peer.rejected(14, 12)).toBe(true)
    expect(peer).toMatchObject({ state: 'probe', next: 13 })
    expect(peer.inflight.isEmpty).toBe(true)
  })

  it('is not stopped by late refusals', () => {
    const peer = replicating(10)
    expect(peer.rejected(10, 3)).toBe(false)
    expect(peer.rejected(4, 3)).toBe(false)
    expect(peer).toMatchObject({ state: 'replicate', next: 11 })
  })
})

describe('an image on its way', () => {
  it('pauses everything else and takes no refusals', () => {
    const peer = progress()
    peer.becomeSnapshot(someImage(30, 2))
    expect(peer).toMatchObject({ isPaused: true, state: 'snapshot' })
    expect(peer.sending).toMatchObject({ offset: 0, waitedMs: 0 })
    expect(peer.rejected(10, 3)).toBe(false)
  })

  it('is forgotten with its state', () => {
    const peer = progress()
    peer.becomeSnapshot(someImage(30, 2))
    peer.acknowledged(30)
    peer.becomeReplicate()
    expect(peer).toMatchObject({ match: 30, next: 31, sending: undefined })
  })
})

describe('whatever happens', () => {
  const index = fc.nat({ max: 20 })
  const step = fc.oneof(
    fc.record({ do: fc.constant('ack' as const), index }),
    fc.record({ do: fc.constant('deny' as const), index, hint: index }),
    fc.record({ do: fc.constant('send' as const), count: fc.nat({ max: 3 }) }),
    fc.record({ do: fc.constantFrom('probe', 'replicate', 'snapshot') }),
  )

  it('match never falls, next stays above it, and the window holds what lies between', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), steps => {
        const peer = progress(5)
        for (const one of steps) {
          const { match } = peer
          if (one.do === 'ack' && 'index' in one) peer.acknowledged(one.index)
          else if (one.do === 'deny' && 'hint' in one) peer.rejected(one.index, one.hint)
          else if (one.do === 'send' && 'count' in one) {
            if (!peer.isPaused) peer.sent(peer.next - 1 + one.count, one.count, one.count)
          } else if (one.do === 'probe') peer.becomeProbe()
          else if (one.do === 'replicate') peer.becomeReplicate()
          else peer.becomeSnapshot(someImage(30, 1))
          expect(peer.match).toBeGreaterThanOrEqual(match)
          expect(peer.next).toBeGreaterThan(peer.match)
          expect(peer.sending !== undefined).toBe(peer.state === 'snapshot')
          if (peer.state !== 'replicate') expect(peer.inflight.isEmpty).toBe(true)
          expect(peer.inflight.entries).toBeLessThanOrEqual(peer.next - 1 - peer.match + 3)
        }
      }),
      { numRuns: 1000 },
    )
  })
})
