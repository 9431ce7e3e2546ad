/** Calls are answered exactly once, whatever becomes of what they asked for. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { replicaId } from '../../base/ids.ts'
import type { Entry, ReadId } from '../types.ts'
import { Calls } from './calls.ts'

const entry = (index: number, term: number): Entry => {
  return { index, term, kind: 'data', data: new Uint8Array(0) }
}
const read = (serial: number): ReadId => ({ replica: replicaId(1), boot: 1, serial })

function started() {
  const given: (() => void)[] = []
  const heard: unknown[] = []
  const calls = new Calls(give => given.push(give))
  return {
    calls,
    heard,
    hear: (outcome: unknown) => void heard.push(outcome),
    flush: () => {
      for (const give of given.splice(0)) give()
    },
  }
}

describe('a proposal', () => {
  it('is answered with its result when its own entry is applied, and not before', () => {
    const { calls, heard, hear, flush } = started()
    calls.proposed(5, 2, hear)
    calls.applied([entry(4, 2)], ['four'])
    flush()
    expect(heard).toEqual([])
    expect(calls.proposalsOpen).toBe(1)
    calls.applied([entry(5, 2), entry(6, 2)], ['five', 'six'])
    expect(heard).toEqual([])
    flush()
    expect(heard).toEqual([{ kind: 'applied', index: 5, result: 'five' }])
    expect(calls.proposalsOpen).toBe(0)
  })

  it('has not happened when another entry stands in its place', () => {
    const { calls, heard, hear, flush } = started()
    calls.proposed(5, 2, hear)
    calls.applied([entry(5, 3)], ['other'])
    flush()
    expect(heard).toEqual([{ kind: 'refused', code: 'replaced' }])
  })

  it('is unknown when an image jumps over it', () => {
    const { calls, heard, hear, flush } = started()
    calls.proposed(5, 2, hear)
    calls.proposed(8, 2, hear)
    calls.skipped(7)
    flush()
    expect(heard).toEqual([{ kind: 'unknown' }])
    expect(calls.proposalsOpen).toBe(1)
  })

  it('is unknown when a later term writes in its place', () => {
    const { calls, heard, hear, flush } = started()
    calls.proposed(5, 2, hear)
    calls.proposed(5, 4, outcome => heard.push(['second', outcome]))
    flush()
    expect(heard).toEqual([{ kind: 'unknown' }])
    calls.applied([entry(5, 4)], ['r'])
    flush()
    expect(heard[1]).toEqual(['second', { kind: 'applied', index: 5, result: 'r' }])
  })

  it('of a deposed leader waits for its fate, and no longer than it may', () => {
    const { calls, heard, hear, flush } = started()
    calls.proposed(5, 2, hear)
    calls.onTime(100, true, 50)
    calls.onTime(1000, false, 50)
    calls.onTime(1049, false, 50)
    flush()
    expect(heard).toEqual([])
    calls.onTime(1050, false, 50)
    flush()
    expect(heard).toEqual([{ kind: 'unknown' }])
  })

  it('has all its patience again when leadership comes back', () => {
    const { calls, heard, hear, flush } = started()
    calls.proposed(5, 2, hear)
    calls.onTime(1000, false, 50)
    calls.onTime(1040, true, 50)
    calls.onTime(1060, false, 50)
    calls.onTime(1100, false, 50)
    flush()
    expect(heard).toEqual([])
    calls.applied([entry(5, 2)], ['late'])
    flush()
    expect(heard).toEqual([{ kind: 'applied', index: 5, result: 'late' }])
  })
})

describe('a read', () => {
  it('is answered once, by its serial', () => {
    const { calls, heard, hear, flush } = started()
    calls.asked(read(1), hear)
    calls.asked(read(2), outcome => heard.push(['second', outcome]))
    calls.lost(read(2))
    calls.ready(read(1))
    flush()
    expect(heard).toEqual([['second', { kind: 'lost' }], { kind: 'ready' }])
    expect(calls.readsOpen).toBe(0)
    expect(() => calls.ready(read(1))).toThrow('a read is answered once')
  })
})

describe('a fingerprint', () => {
  it('is told to everyone who asked, once each', () => {
    const { calls, heard, hear, flush } = started()
    calls.askedChain(3, hear)
    calls.askedChain(3, hear)
    calls.chain({ index: 3, chain: 77 })
    flush()
    expect(heard).toEqual([{ kind: 'chain', chain: 77 }])
    calls.chain({ index: 3, chain: 77 })
    flush()
    expect(heard).toHaveLength(2)
    expect(() => calls.chain({ index: 3, chain: 77 })).toThrow('a fingerprint was asked for')
  })

  it('that an image jumped over is never told', () => {
    const { calls, heard, hear, flush } = started()
    calls.askedChain(3, hear)
    calls.askedChain(5, hear)
    calls.skipped(5)
    flush()
    expect(heard).toEqual([{ kind: 'refused', code: 'not-applied' }])
    calls.chain({ index: 5, chain: 1 })
    flush()
    expect(heard).toHaveLength(2)
  })
})

describe('a fingerprint that was reached when an image came', () => {
  it('is told once, as one that was jumped over', () => {
    const { calls, heard, hear, flush } = started()
    calls.askedChain(3, hear)
    calls.askedChain(3, hear)
    calls.skipped(10)
    calls.chain({ index: 3, chain: 77 })
    calls.chain({ index: 3, chain: 77 })
    flush()
    expect(heard).toEqual(Array(2).fill({ kind: 'refused', code: 'not-applied' }))
    expect(() => calls.chain({ index: 10, chain: 1 })).toThrow('a fingerprint was asked for')
  })
})

describe('closing', () => {
  it('answers everyone', () => {
    const { calls, heard, hear, flush } = started()
    calls.proposed(5, 2, hear)
    calls.asked(read(1), hear)
    calls.askedChain(9, hear)
    calls.close()
    calls.close()
    flush()
    expect(heard).toEqual([
      { kind: 'unknown' },
      { kind: 'lost' },
      { kind: 'refused', code: 'closed' },
    ])
  })
})

type Step =
  | { readonly kind: 'propose' | 'apply' | 'skip'; readonly index: number; readonly term: number }
  | { readonly kind: 'time'; readonly isLeader: boolean }

const stepOf: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('propose' as const, 'apply' as const, 'skip' as const),
    index: fc.integer({ min: 1, max: 12 }),
    term: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({ kind: fc.constant('time' as const), isLeader: fc.boolean() }),
)

describe('whatever happens', () => {
  it('each proposal is answered exactly once', () => {
    fc.assert(
      fc.property(fc.array(stepOf, { maxLength: 60 }), steps => {
        const answers: number[] = []
        const { calls, flush } = started()
        let nowMs = 0
        for (const step of steps) {
          nowMs += 30
          if (step.kind === 'time') calls.onTime(nowMs, step.isLeader, 50)
          if (step.kind === 'apply') calls.applied([entry(step.index, step.term)], [0])
          if (step.kind === 'skip') calls.skipped(step.index)
          if (step.kind !== 'propose') continue
          const serial = answers.push(0) - 1
          calls.proposed(step.index, step.term, () => {
            answers[serial] = (answers[serial] ?? 0) + 1
          })
        }
        calls.close()
        flush()
        expect(answers.every(count => count === 1)).toBe(true)
      }),
    )
  })
})
