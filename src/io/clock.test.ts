/** The Clock door on the system's own time: its contract, and what only a real system does. */

import { expect, test, vi } from 'vitest'
import { type ClockRig, clockContract } from '../../chaos/sim/contract/clock.ts'
import { realClock } from './clock.ts'
import { until } from './testing/until.ts'

function stall(ms: number): void {
  const untilMs = performance.now() + ms
  while (performance.now() < untilMs);
}

const rig: ClockRig = { clock: realClock, until, stall }

clockContract('the clock of the system', () => rig)

test('the time of day is of this age', () => {
  expect(realClock.wallMs()).toBeGreaterThan(1_700_000_000_000)
})

test('a delay beyond what Node can wait for is not cut to a moment', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const fired: string[] = []
  const far = realClock.after(2 ** 31 + 1000, () => fired.push('far'))
  realClock.after(10, () => fired.push('near'))
  await until(() => fired.length > 0)
  far.cancel()
  expect(fired).toEqual(['near'])
  expect(warned).not.toHaveBeenCalled()
  warned.mockRestore()
})

test('what comes early waits again, and can be cancelled then', async () => {
  const now = vi.spyOn(performance, 'now').mockReturnValue(performance.now())
  const fired: string[] = []
  const cancelled = realClock.after(1, () => fired.push('cancelled'))
  realClock.after(1, () => fired.push('kept'))
  const asked = now.mock.calls.length
  await until(() => now.mock.calls.length > asked + 6)
  expect(fired).toEqual([])
  cancelled.cancel()
  now.mockRestore()
  realClock.after(10, () => fired.push('later'))
  await until(() => fired.includes('later'))
  expect(fired).toEqual(['kept', 'later'])
})
