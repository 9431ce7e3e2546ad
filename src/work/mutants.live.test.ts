/** Bugs put back into what hosts groups of jobs: random plays show each, and only those. */

import { mkdtempSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { bundled } from '../../chaos/sim/mutants/bundle.ts'
import type { Mutant } from '../../chaos/sim/mutants/mutant.ts'
import { workMutants } from './testing/mutants.ts'
import type { trial } from './testing/trial.ts'

const TRIAL = 'src/work/testing/trial.ts'
const SEEDS = 300

const folder = mkdtempSync('node_modules/.weir-mutants-')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function noticed(mutant?: Mutant): Promise<string | undefined> {
  const path = resolve(await bundled(folder, mutant, TRIAL))
  const bundle = (await import(pathToFileURL(path).href)) as { readonly trial: typeof trial }
  return bundle.trial(SEEDS)
}

test('without any, nothing is wrong', async () => {
  expect(await noticed()).toBeUndefined()
})

test.each(workMutants)('$name', async mutant => {
  expect(await noticed(mutant)).toMatch(/^seed \d+: /)
})
