/** Lost calls, lost answers, late calls, dead clients: everybody finds what was told. */

import { expect, test } from 'vitest'
import { fuzzRuns } from '../../base/testing/runs.ts'
import { Torture } from './testing/torture.ts'

test.each(Array.from({ length: fuzzRuns(40) }, (_, seed) => seed))('workload %i', seed => {
  const torture = new Torture(seed)
  torture.run()
  expect(torture.promised).toBeGreaterThan(0)
})
