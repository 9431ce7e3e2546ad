/** Shrinking, with failures made up by the tests. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { drawScenario } from './draw.ts'
import type { Scenario } from './scenario.ts'
import { shrinkWhile, simplifications } from './shrink.ts'

const scenario = drawScenario(11)
const { faults } = scenario

const smallest = (fails: (smaller: Scenario) => boolean) =>
  shrinkWhile(scenario, fails, simplifications)

test('only the faults that are needed are left', () => {
  const needed = fc.uniqueArray(fc.nat(faults.length - 1), { minLength: 0, maxLength: 4 })
  fc.assert(
    fc.property(needed, indexes => {
      const culprits = indexes.map(i => faults[i])
      const { scenario: smaller } = smallest(({ faults: left }) =>
        culprits.every(culprit => left.some(fault => fault === culprit)),
      )
      expect(smaller.faults).toEqual(faults.filter(fault => culprits.includes(fault)))
    }),
    { numRuns: 30 },
  )
})

test('what is not needed becomes simpler, what is needed stays', () => {
  const { scenario: smaller } = smallest(({ voters }) => voters === scenario.voters)
  expect(smaller.voters).toBe(scenario.voters)
  expect(smaller.faults).toEqual([])
  expect(smaller.profile.network).toMatchObject({ loss: 0, duplicate: 0, reorder: 0, replay: 0 })
})

test('shrinking ends, however often it fails', () => {
  const { runs } = smallest(({ faults: left }) => left.length > faults.length - 2)
  expect(runs).toBeLessThanOrEqual(400)
})
