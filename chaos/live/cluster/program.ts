/** The command of a node as the package ships it: compiled, so that figures are those of users. */

import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { NodeProgram } from './node.ts'

interface Manifest {
  readonly bin: { readonly weir: string }
}

/** The compiled `weir`. */
export function weirPath(): string {
  const { bin } = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest
  const path = resolve(bin.weir)
  if (!existsSync(path)) throw new Error(`${path} is not there: npm run build`)
  return path
}

/** `execArgs`: for Node itself, in front. */
export function nodeProgram(execArgs: readonly string[] = []): NodeProgram {
  return { command: process.execPath, args: [...execArgs, weirPath(), 'node', '--config'] }
}
