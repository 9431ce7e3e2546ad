/** Test support: a command of this project from outside, with a cache folder of its own. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { run } from '../child.ts'
import type { Ended } from '../verdict.ts'

/** Once for a file of tests: `entry` is run with what each of them says. */
export function commandOf(entry: string): (args: readonly string[]) => Promise<Ended> {
  const cache = mkdtempSync(join(tmpdir(), 'weir-command-'))
  process.env['WEIR_CACHE'] = cache
  afterAll(() => rmSync(cache, { recursive: true, force: true }))
  return args => run(process.execPath, ['scripts/run.mjs', entry, ...args])
}
