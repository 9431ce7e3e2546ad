/** The known bugs of claims fit their files, and each does harm that is told. */

import { expect, test } from 'vitest'
import { patchedFile } from '../../../chaos/sim/mutants/bundle.ts'
import { claimMutants } from './testing/mutants.ts'
import { trial } from './testing/trial.ts'

test.each(claimMutants)('$name fits its file', mutant => {
  expect(patchedFile(mutant)).toContain(mutant.replace)
  expect(mutant.why).toMatch(/\.$/)
})

test('no two have one name', () => {
  expect(new Set(claimMutants.map(({ name }) => name)).size).toBe(claimMutants.length)
})

test('what they are tried with finds nothing wrong with claims as they are', () => {
  expect(trial(60)).toBeUndefined()
})
