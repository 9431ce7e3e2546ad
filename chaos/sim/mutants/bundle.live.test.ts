/** Bundles of the simulator: with the mutant in them, and nothing changed on disk. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { bundled, patchedFile } from './bundle.ts'
import type { Mutant } from './mutant.ts'
import { MUTANT_MISSING } from './patch.ts'
import { play } from './play.ts'
import { raftMutants } from './raft.ts'

const folder = mkdtempSync('node_modules/.weir-mutants-')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const named = (name: string): Mutant => {
  const mutant = raftMutants.find(one => one.name === name)
  if (mutant === undefined) throw new Error(`no mutant is called ${name}`)
  return mutant
}
const stranger: Mutant = {
  ...named('read-index-of-the-answer-lost'),
  ...{ name: 'stranger', file: 'tidy/limits.ts', find: 'fileLines: 120', replace: 'fileLines: 1' },
}

test('the text in the bundle is the patched one, that on disk is not', async () => {
  const mutant = named('read-index-of-the-answer-lost')
  const before = readFileSync(mutant.file, 'utf8')
  const bundle = readFileSync(await bundled(folder, mutant), 'utf8')
  expect(bundle).toContain(mutant.replace)
  expect(bundle).not.toContain(mutant.find)
  expect(readFileSync(mutant.file, 'utf8')).toBe(before)
})

test('what would hide a mutant is taken away beside it, be it in the same file', async () => {
  const mutant = named('read-index-of-the-answer-lost')
  const other = raftMutants.find(one => one.file === mutant.file && one !== mutant)
  for (const beside of [other ?? mutant, named('two-votes-in-a-term')]) {
    const both = { ...mutant, name: `both-${beside.name}`, beside }
    const bundle = readFileSync(await bundled(folder, both), 'utf8')
    expect(bundle).toContain(mutant.replace)
    expect(bundle).toContain(beside.replace.split('\n')[0])
  }
})

test('without a mutant it is the source as it stands', async () => {
  const { find, replace } = named('read-index-of-the-answer-lost')
  const bundle = readFileSync(await bundled(folder), 'utf8')
  expect(bundle).toContain(find)
  expect(bundle).not.toContain(replace)
})

test('a mutant of a file that the simulator does not use is an error', async () => {
  await expect(bundled(folder, stranger)).rejects.toThrow(/MUTANT .* part of the simulator/)
})

test('a mutant that does not fit its file is an error before anything is bundled', async () => {
  const gone = { ...stranger, find: 'not in there' }
  expect(() => patchedFile(gone)).toThrow(expect.objectContaining({ code: MUTANT_MISSING }))
  await expect(bundled(folder, gone)).rejects.toThrow(/stranger does not find its text/)
})

test('a bundle plays: the mutant is caught, the source without it is not', async () => {
  const options = { from: 1, seedsMax: 3, secondsMax: 60, scenario: 'raft' } as const
  const mutant = named('acknowledged-before-durable')
  const caught = await play(await bundled(folder, mutant), options)
  expect(caught).toMatchObject({ kind: 'caught', checker: 'RAFT-10 durable promises' })
  const sound = await play(await bundled(folder), options)
  expect(sound).toEqual({ kind: 'survived', seeds: 3 })
})
