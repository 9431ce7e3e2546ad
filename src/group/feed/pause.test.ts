/** Pauses between attempts. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Prng } from '../../base/prng.ts'
import { Pause } from './pause.ts'

const BOUNDS = { retryMinMs: 20, retryMaxMs: 1000 }

test('lie within their bounds, however often it fails', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 31 }), fc.nat(60), (seed, count) => {
      const pause = new Pause(new Prng(seed), BOUNDS)
      for (let left = count; left >= 0; left--) {
        const ms = pause.nextMs()
        expect(ms).toBeGreaterThanOrEqual(BOUNDS.retryMinMs)
        expect(ms).toBeLessThanOrEqual(BOUNDS.retryMaxMs)
      }
    }),
  )
})

test('are short again behind a success', () => {
  const pause = new Pause({ uint32: () => 2 ** 32 - 1 }, BOUNDS)
  const grown = Array.from({ length: 8 }, () => Math.round(pause.nextMs()))
  expect(grown).toEqual([40, 80, 160, 320, 640, 1000, 1000, 1000])
  pause.onSuccess()
  expect(Math.round(pause.nextMs())).toBe(40)
})
