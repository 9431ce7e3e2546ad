/** The clocks that the host is tested with are clocks. */

import { expect, test } from 'vitest'
import { type ClockRig, clockContract } from '../../../../chaos/sim/contract/clock.ts'
import { ManualClock, MortalClock } from './world.ts'

/** Time goes on in steps of so much. */
const STEP_MS = 0.5
const STEPS_MAX = 1000

function rig(clockOf: (manual: ManualClock) => ClockRig['clock']): ClockRig {
  const manual = new ManualClock()
  return {
    clock: clockOf(manual),
    until: holds => {
      for (let steps = 0; !holds(); steps++) {
        expect(steps).toBeLessThan(STEPS_MAX)
        manual.pass(STEP_MS)
      }
      return Promise.resolve()
    },
    stall: ms => manual.stall(ms),
  }
}

clockContract('a clock moved by hand', () => rig(manual => manual))
clockContract('the clock of a process that lives', () => rig(manual => new MortalClock(manual)))

test('the dead are not woken', () => {
  const manual = new ManualClock()
  const clock = new MortalClock(manual)
  const fired: string[] = []
  clock.after(1, () => fired.push('never'))
  clock.isDead = true
  manual.pass(5)
  expect(fired).toEqual([])
  expect(manual.pending).toBe(0)
})
