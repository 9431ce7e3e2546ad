/** Rounds of reads against the rule they keep: a round answers those only that waited before it. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { replicaId } from '../../base/ids.ts'
import type { ReadAsk } from './read-rounds.ts'
import { ReadRounds } from './read-rounds.ts'

function ask(serial: number): ReadAsk {
  return { read: { replica: replicaId(1), boot: 1, serial }, from: replicaId(1) }
}

describe('a round', () => {
  it('begins when somebody waits and none is out', () => {
    const rounds = new ReadRounds()
    expect(rounds.begin(5)).toBe(false)
    rounds.add(ask(1))
    expect(rounds).toMatchObject({ isOpen: false, size: 1, round: 0 })
    expect(rounds.begin(5)).toBe(true)
    expect(rounds).toMatchObject({ isOpen: true, size: 1, round: 1, index: 5 })
    rounds.add(ask(2))
    expect(rounds.begin(9)).toBe(false)
    expect(rounds).toMatchObject({ size: 2, round: 1, index: 5 })
  })

  it('answers those who waited when it began, and the next one the others', () => {
    const rounds = new ReadRounds()
    rounds.add(ask(1))
    rounds.begin(5)
    rounds.add(ask(2))
    expect(rounds.takeConfirmed()).toEqual([ask(1)])
    expect(rounds.begin(7)).toBe(true)
    expect(rounds).toMatchObject({ round: 2, index: 7 })
    expect(rounds.takeConfirmed()).toEqual([ask(2)])
  })

  it('gives all back, open and waiting, when leadership ends', () => {
    const rounds = new ReadRounds()
    rounds.add(ask(1))
    rounds.begin(5)
    rounds.add(ask(2))
    expect(rounds.takeAll()).toEqual([ask(1), ask(2)])
    expect(rounds).toMatchObject({ size: 0, isOpen: false })
    expect(rounds.takeAll()).toEqual([])
  })
})

describe('any order of asking, beginning and confirming', () => {
  const steps = fc.array(fc.constantFrom('ask', 'ask', 'begin', 'confirm', 'commit', 'all'), {
    maxLength: 60,
  })

  it('answers each read once, in order, by a round that began after it', () => {
    fc.assert(
      fc.property(steps, list => {
        const rounds = new ReadRounds()
        let serial = 0
        let commit = 0
        let clock = 0
        let begunAt = 0
        const askedAt = new Map<number, { clock: number; commit: number }>()
        const answered: number[] = []
        for (const step of list) {
          clock++
          if (step === 'ask') {
            askedAt.set(++serial, { clock, commit })
            rounds.add(ask(serial))
          } else if (step === 'begin') {
            if (rounds.begin(commit)) begunAt = clock
          } else if (step === 'confirm') {
            for (const { read } of rounds.takeConfirmed()) {
              const asked = askedAt.get(read.serial)
              expect(asked?.clock).toBeLessThan(begunAt)
              expect(asked?.commit).toBeLessThanOrEqual(rounds.index)
              answered.push(read.serial)
            }
          } else if (step === 'commit') commit++
          else answered.push(...rounds.takeAll().map(({ read }) => read.serial))
          expect(rounds.size).toBe(serial - answered.length)
        }
        expect(answered).toEqual(answered.map((_, i) => i + 1))
      }),
      { numRuns: 500 },
    )
  })
})
