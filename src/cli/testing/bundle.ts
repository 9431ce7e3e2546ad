/** Test support: the command `weir` in one file, made once for a file of tests. */

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll } from 'vitest'
import { packageRoot } from '../../io/package-root.ts'
import { randomId } from '../../io/random.ts'

export async function bundleCommand(): Promise<string> {
  const folder = join(packageRoot(), 'node_modules', '.cache', 'weir', 'tests', randomId())
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const outfile = join(folder, 'weir.mjs')
  await build({
    entryPoints: [join(packageRoot(), 'src', 'cli', 'weir.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  })
  return outfile
}
