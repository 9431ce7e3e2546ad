/** Claims at once, and what comes in between: one owner at a time, whatever answers are lost. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fuzzLimit, fuzzRuns } from '../../base/testing/runs.ts'
import { bouts, fought, stepKinds } from './testing/contest.ts'

const RUNS = 200

const step = fc.record({ kind: fc.constantFrom(...stepKinds), pick: fc.nat(8) })
const steps = fc.array(step, { minLength: 20, maxLength: 250 })

describe('claims at once', () => {
  it.each(bouts)(
    '$name; $groups groups, a second log: $hasAway',
    fuzzLimit(RUNS),
    ({ name, ...shape }) => {
      fc.assert(
        fc.property(steps, some => void expect(fought(name, shape, some)).toBeUndefined()),
        { numRuns: fuzzRuns(RUNS) },
      )
    },
  )
})
