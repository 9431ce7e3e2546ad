/**
 * Runs a TypeScript entry point: `node scripts/run.mjs chaos/sim/main.ts --seeds 300`. Node 20
 * cannot strip types, so esbuild first makes one file of the entry and all that it imports;
 * packages stay outside. The bundle lies in a folder of this process alone, so that runs never
 * disturb each other, and is gone when the process ends. It runs in this very process: arguments,
 * streams and exit code are its own, stack traces speak of the sources. An entry finds the project
 * by the current folder, itself (for a worker) by `import.meta.url`.
 */

import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setSourceMapsEnabled } from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const runs = fileURLToPath(new URL('../node_modules/.cache/weir/runs/', import.meta.url))

const isAlive = pid => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code !== 'ESRCH'
  }
}

/** A process that was killed could not clean up behind itself. */
function sweep() {
  for (const name of readdirSync(runs)) {
    if (!isAlive(Number(name))) rmSync(join(runs, name), { recursive: true, force: true })
  }
}

async function bundle(entry, outfile) {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    sourcemap: 'linked',
    logLevel: 'error',
  })
}

const [entry, ...args] = process.argv.slice(2)
if (entry === undefined) {
  process.stderr.write('usage: node scripts/run.mjs ENTRY.ts [ARGUMENT ..]\n')
  process.exit(2)
}
mkdirSync(runs, { recursive: true })
sweep()
const folder = join(runs, String(process.pid))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const outfile = join(folder, 'main.mjs')
await bundle(resolve(entry), outfile).catch(() => process.exit(1))
process.argv = [process.argv[0], outfile, ...args]
setSourceMapsEnabled(true)
await import(pathToFileURL(outfile).href)
