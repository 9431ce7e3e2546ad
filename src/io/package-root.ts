/**
 * Where the package lies: the folder of its package.json, above wherever this code runs from: the
 * sources, what was built of them, or a bundle in node_modules/.cache.
 */

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { WeirError } from '../base/errors.ts'

const NAME = 'weir-stream'

export function packageRoot(from: string = fileURLToPath(import.meta.url)): string {
  for (let folder = dirname(from); ; folder = dirname(folder)) {
    const path = join(folder, 'package.json')
    if (existsSync(path) && nameIn(path) === NAME) return folder
    if (dirname(folder) === folder) throw incomplete(from)
  }
}

function nameIn(path: string): unknown {
  return (JSON.parse(readFileSync(path, 'utf8')) as { name?: unknown }).name
}

function incomplete(from: string): WeirError {
  const message = `no package.json of ${NAME} above ${from}; install the package as a whole`
  return new WeirError('package-incomplete', message)
}
