/** The known bugs of logs on blob stores fit their files, and each does harm that is told. */

import { expect, test } from 'vitest'
import { patchedFile } from '../../../chaos/sim/mutants/bundle.ts'
import { blobLogMutants } from './testing/mutants.ts'
import { trial } from './testing/trial.ts'

test.each(blobLogMutants)('$name fits its file', mutant => {
  expect(patchedFile(mutant)).toContain(mutant.replace)
  expect(mutant.why).toMatch(/\.$/)
})

test('no two have one name', () => {
  expect(new Set(blobLogMutants.map(({ name }) => name)).size).toBe(blobLogMutants.length)
})

test('what they are tried with finds nothing wrong with the log as it is', () => {
  expect(trial(5)).toBeUndefined()
})
