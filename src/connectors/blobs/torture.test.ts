/** Lost calls, lost answers, late calls, dead clients: everybody finds what was told. */

import { expect, test } from 'vitest'
import { Torture } from './testing/torture.ts'

test.each(Array.from({ length: 40 }, (_, seed) => seed))('workload %i', seed => {
  const torture = new Torture(seed)
  torture.run()
  expect(torture.promised).toBeGreaterThan(0)
})
