/** The lists as they stand: each mutant fits the source of today and says what it is for. */

import { readFileSync } from 'node:fs'
import { transform } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { patched } from './patch.ts'
import { raftMutants } from './raft.ts'

const MUTANTS_MIN = 25

test('no two mutants have one name, and no two make the same bug', () => {
  const names = raftMutants.map(({ name }) => name)
  const bugs = raftMutants.map(({ file, find, replace }) => JSON.stringify([file, find, replace]))
  expect(new Set(names).size).toBe(names.length)
  expect(new Set(bugs).size).toBe(bugs.length)
  expect(names.length).toBeGreaterThanOrEqual(MUTANTS_MIN)
})

describe.each(raftMutants)('$name', mutant => {
  test('fits the source and is still TypeScript', async () => {
    const text = readFileSync(mutant.file, 'utf8')
    await transform(patched(text, mutant), { loader: 'ts', logLevel: 'silent' })
  })

  test('says by what it harms and where it is from', () => {
    expect(mutant.name).toMatch(/^[a-z]+(-[a-z]+)+$/)
    expect(mutant.file).toMatch(/^src\/raft\/.+\.ts$/)
    expect(mutant.why.length).toBeGreaterThan(30)
    expect(mutant.origin).not.toBe('')
  })
})
