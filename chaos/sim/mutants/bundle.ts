/**
 * Makes one file of the simulator with a mutant in it. The patched text is handed to the bundler in
 * place of what stands on disk, where nothing is changed.
 */

import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Plugin } from 'esbuild'
import { build } from 'esbuild'
import { invariant } from '../../../src/base/errors.ts'
import type { Mutant } from './mutant.ts'
import { patched } from './patch.ts'

const TRIAL = 'chaos/sim/mutants/trial.ts'

/** Throws if the mutant does not fit its file as that stands now. */
export function patchedFile(mutant: Mutant): string {
  return patched(readFileSync(mutant.file, 'utf8'), mutant)
}

/** The bundle's path, in this folder; without a mutant, the source as it is. */
export async function bundled(folder: string, mutant?: Mutant, entry = TRIAL): Promise<string> {
  const outfile = join(folder, `${mutant?.name ?? 'unpatched'}.mjs`)
  const patch = mutant === undefined ? undefined : substitution(mutant)
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
    plugins: patch === undefined ? [] : [patch.plugin],
  })
  invariant(patch?.isUsed() !== false, 'MUTANT its file is part of the simulator', mutant?.name)
  return outfile
}

function substitution(mutant: Mutant): { readonly plugin: Plugin; isUsed(): boolean } {
  const contents = patchedFiles(mutant)
  const unused = new Set(contents.keys())
  const plugin: Plugin = {
    name: 'mutant',
    setup: ({ onLoad }) => {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const text = contents.get(path)
        if (text === undefined) return undefined
        unused.delete(path)
        return { contents: text, loader: 'ts' }
      })
    },
  }
  return { plugin, isUsed: () => unused.size === 0 }
}

/** By path, with what is taken away beside. */
function patchedFiles(mutant: Mutant): ReadonlyMap<string, string> {
  const { file, beside } = mutant
  const path = resolve(file)
  const files = new Map(beside === undefined ? [] : patchedFiles(beside))
  const text = files.get(path) ?? readFileSync(file, 'utf8')
  return files.set(path, patched(text, mutant))
}
