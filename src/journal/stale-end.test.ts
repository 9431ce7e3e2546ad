/**
 * Whoever led the partition of a journal stood still, was replaced, and answers what it is asked
 * without knowing that: its end lies before what others have written since.
 */

import { describe, expect, it } from 'vitest'
import { Rig } from './testing/rig.ts'

const stalled = (rig: Rig) =>
  rig.replicas.flatMap(({ told }) => told.filter(it => it.includes('stalled')))

/** The first replica leads, and publishes so many entries behind what the old leaders know. */
function behind(entries: number, progressMs = 60_000): Rig {
  const rig = new Rig({ replicas: 2, hasAway: true, bounds: { progressMs } })
  rig.elect(0)
  rig.commit({ home: 2, away: 2 })
  rig.settle(500)
  const logs = [rig.log, rig.awayLog]
  const past = logs.map(({ ends }) => ends)
  for (let at = 0; at < entries; at++) {
    rig.commit({ home: 2, away: 1 })
    rig.settle(500)
  }
  for (const [at, door] of rig.doors.entries()) door.replaceAll(past[at] ?? new Map())
  return rig
}

describe('an end that is too early', () => {
  it.each([1, 2, 5])('repeats nothing of %i entries, once something is sent', entries => {
    const rig = behind(entries)
    rig.elect(1)
    rig.commit({ home: 2, away: 2 })
    rig.settle(2000)
    for (const sink of ['home', 'away']) expect(rig.visible(sink)).toEqual(rig.expected(sink))
    expect(stalled(rig)).toEqual([])
  })

  it('is found out before anything is committed', () => {
    const rig = behind(1)
    const before = rig.log.calls.length
    rig.depose(0)
    rig.elect(1)
    rig.commit({ home: 2 })
    rig.settle(2000)
    const kinds = rig.log.calls.slice(before).map(line => line.split(' ')[0])
    // The second beginning may meet the end of the transaction that was let go of.
    expect(kinds.join(' ')).toMatch(/^init end fetch send init( init)* end fetch send commit$/)
  })

  it('before what the group knows to be there is no news, for whoever is asked soon knows', () => {
    const rig = behind(3, 100)
    expect(rig.one.outbox.progress.journaled).toBe(4)
    rig.elect(1)
    rig.settle(5000)
    expect(stalled(rig)).toEqual([])
    for (const door of rig.doors) door.meetLeaders()
    rig.commit({ home: 2, away: 2 })
    rig.settle(5000)
    for (const sink of ['home', 'away']) expect(rig.visible(sink)).toEqual(rig.expected(sink))
    expect(stalled(rig)).toEqual([])
  })
})
