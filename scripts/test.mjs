/**
 * `npm test` and `npm run check`. Installs what the lockfile asks for if something else lies there,
 * then hands over to the gate (scripts/gate/main.ts). Nothing but Node may be assumed here: in a
 * fresh clone there is nothing else.
 */

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** undefined: there is no such file. Any other trouble is not ours to judge. */
function packagesOf(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Packages for other machines are optional and stay away. */
function isInstalled() {
  const wanted = packagesOf('package-lock.json')
  const found = packagesOf('node_modules/.package-lock.json')
  if (found === undefined) return false
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === '' || (optional && found[path] === undefined) || found[path]?.version === version,
  )
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' })
  if (error !== undefined) throw error
  if (status !== 0) process.exit(status ?? 1)
}

if (!isInstalled()) run('npm', ['ci', '--no-audit', '--no-fund'])
run(process.execPath, ['scripts/run.mjs', 'scripts/gate/main.ts', ...process.argv.slice(2)])
