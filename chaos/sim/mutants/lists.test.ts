/** The lists as they stand: each mutant fits the source of today and says what it is for. */

import { readdirSync, readFileSync } from 'node:fs'
import { transform } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { clusterMutants } from './cluster/list.ts'
import { engineMutants } from './engine/list.ts'
import { exchangeMutants } from './exchange.ts'
import { feedMutants } from './feed.ts'
import { hostMutants } from './host.ts'
import { patched } from './patch.ts'
import { publishMutants } from './publish/list.ts'
import { raftMutants } from './raft.ts'

const all = [
  ...raftMutants,
  ...hostMutants,
  ...engineMutants,
  ...publishMutants,
  ...exchangeMutants,
  ...clusterMutants,
  ...feedMutants,
]

const RAFT_MIN = 25
const HOST_MIN = 12
const ENGINE_MIN = 30
const PUBLISH_MIN = 20
const EXCHANGE_MIN = 20
const CLUSTER_MIN = 30
const FEED_MIN = 6
const BLIND_MIN = 8

test('no two mutants have one name, and no two make the same bug', () => {
  const names = all.map(({ name }) => name)
  const bugs = all.map(({ file, find, replace }) => JSON.stringify([file, find, replace]))
  expect(new Set(names).size).toBe(names.length)
  expect(new Set(bugs).size).toBe(bugs.length)
  expect(raftMutants.length).toBeGreaterThanOrEqual(RAFT_MIN)
  expect(hostMutants.length).toBeGreaterThanOrEqual(HOST_MIN)
  expect(engineMutants.length).toBeGreaterThanOrEqual(ENGINE_MIN)
  expect(publishMutants.length).toBeGreaterThanOrEqual(PUBLISH_MIN)
  expect(exchangeMutants.length).toBeGreaterThanOrEqual(EXCHANGE_MIN)
  expect(clusterMutants.length).toBeGreaterThanOrEqual(CLUSTER_MIN)
  expect(feedMutants.length).toBeGreaterThanOrEqual(FEED_MIN)
})

test('some were written without knowledge of what is to find them', () => {
  for (const list of [raftMutants, hostMutants, engineMutants, publishMutants, clusterMutants]) {
    expect(list.filter(({ blind }) => blind).length).toBeGreaterThanOrEqual(BLIND_MIN)
  }
})

test.each([
  ['publish', publishMutants],
  ['exchange', exchangeMutants],
])('schedules that are kept of %s are those that show a bug', (folder, mutants) => {
  const named = mutants.flatMap(({ schedule }) => schedule ?? [])
  const files = readdirSync(`chaos/sim/regressions/${folder}`)
  expect([...new Set(named)].map(name => `${name}.json`).sort()).toEqual(files.sort())
})

describe.each(all)('$name', mutant => {
  test('fits the source and is still TypeScript', async () => {
    const text = readFileSync(mutant.file, 'utf8')
    await transform(patched(text, mutant), { loader: 'ts', logLevel: 'silent' })
  })

  test('says by what it harms and where it is from', () => {
    expect(mutant.name).toMatch(/^[a-z]+(-[a-z]+)+$/)
    expect(mutant.file).toMatch(
      /^(src\/(base|connectors|engine|group|job|journal|raft|sql)|chaos\/sim\/publish)\/.+\.ts$/,
    )
    expect(mutant.why.length).toBeGreaterThan(30)
    expect(mutant.origin).not.toBe('')
  })
})
