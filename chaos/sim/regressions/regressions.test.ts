/**
 * Every schedule that once showed a bug is run again: in the folder beside, one file each, named
 * after the bug.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { run } from '../run/run.ts'
import type { Scenario } from '../run/scenario.ts'

const folder = new URL('./', import.meta.url)
const names = readdirSync(folder).filter(name => name.endsWith('.json'))

test.each(names)('%s', name => {
  const scenario = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Scenario
  expect(run(scenario).failure).toBeUndefined()
})
