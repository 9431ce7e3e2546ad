/** The known bugs of the embedded log fit their files, and each does harm that is told. */

import { expect, test } from 'vitest'
import { patchedFile } from '../../../chaos/sim/mutants/bundle.ts'
import { logMutants } from './testing/mutants.ts'
import { trial } from './testing/trial.ts'

test.each(logMutants)('$name fits its file', mutant => {
  expect(patchedFile(mutant)).toContain(mutant.replace)
  expect(mutant.why).toMatch(/\.$/)
})

test('no two have one name', () => {
  expect(new Set(logMutants.map(({ name }) => name)).size).toBe(logMutants.length)
})

test('what they are tried with finds nothing wrong with the log as it is', () => {
  expect(trial(5)).toBeUndefined()
})
