/**
 * `npm run package`: the compiled package as a user gets it. Packs it, installs it in an empty
 * folder, runs its command, and compiles a program against its types and runs it. Assumes that
 * `npm run build` was run.
 */

import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { mustRun } from './child.ts'

/** Strict, and the declarations themselves are checked, not skipped. */
const compilerOptions = {
  module: 'nodenext',
  target: 'es2023',
  lib: ['es2023'],
  types: [],
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  outDir: 'out',
}

async function pack(into: string): Promise<string> {
  const args = ['--ignore-scripts', '--silent', '--json', '--pack-destination', into]
  const said = await mustRun('npm', ['pack', ...args])
  const [packed] = JSON.parse(said.slice(said.indexOf('['))) as readonly { filename: string }[]
  if (packed === undefined) throw new Error(`npm pack named no file: ${said}`)
  return join(into, packed.filename)
}

async function tryOut(folder: string): Promise<string> {
  const tarball = await pack(folder)
  await writeFile(join(folder, 'package.json'), '{ "type": "module", "private": true }\n')
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
  await copyFile('scripts/gate/testing/consumer.ts', join(folder, 'consumer.ts'))
  const here = { cwd: folder }
  await mustRun('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball], here)
  await mustRun(process.execPath, [resolve('node_modules/typescript/bin/tsc')], here)
  const command = await mustRun(join('node_modules', '.bin', 'weir'), ['version'], here)
  return command + (await mustRun(process.execPath, [join('out', 'consumer.js')], here))
}

const folder = await mkdtemp(join(tmpdir(), 'weir-package-'))
try {
  process.stdout.write(await tryOut(folder))
} finally {
  await rm(folder, { recursive: true, force: true })
}
