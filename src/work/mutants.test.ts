/** Known bugs of what hosts groups of jobs fit their files; without any, nothing is wrong. */

import { expect, test } from 'vitest'
import { patchedFile } from '../../chaos/sim/mutants/bundle.ts'
import { workMutants } from './testing/mutants.ts'
import { trial } from './testing/trial.ts'

test.each(workMutants)('$name fits its file', mutant => {
  expect(patchedFile(mutant)).toContain(mutant.replace)
  expect(mutant.why).toMatch(/\.$/)
})

test('no two have one name', () => {
  expect(new Set(workMutants.map(({ name }) => name)).size).toBe(workMutants.length)
})

test('what they are tried with finds nothing wrong as it is', () => {
  expect(trial(60)).toBeUndefined()
})
