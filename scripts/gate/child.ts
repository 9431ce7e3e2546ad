/**
 * Runs a command to its end and keeps all that it said, both streams in the order in which they
 * came.
 */

import { spawn } from 'node:child_process'

import type { Ended } from './verdict.ts'

export interface ChildOptions {
  readonly cwd?: string
}

/** Standard input is closed: nothing that the gate runs may ask a question. */
export function run(
  command: string,
  args: readonly string[],
  { cwd = process.cwd() }: ChildOptions = {},
): Promise<Ended> {
  const startedMs = performance.now()
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    const chunks: Buffer[] = []
    child.stdout.on('data', chunk => chunks.push(chunk))
    child.stderr.on('data', chunk => chunks.push(chunk))
    child.on('error', reject)
    child.on('close', code => {
      const seconds = (performance.now() - startedMs) / 1000
      resolve({ code, output: Buffer.concat(chunks).toString('utf8'), seconds })
    })
  })
}

/** For a step within a step: fails loudly with the whole output. */
export async function mustRun(
  command: string,
  args: readonly string[],
  options: ChildOptions = {},
): Promise<string> {
  const { code, output } = await run(command, args, options)
  if (code === 0) return output
  throw new Error(`${[command, ...args].join(' ')} ended with ${code}\n${output}`)
}
