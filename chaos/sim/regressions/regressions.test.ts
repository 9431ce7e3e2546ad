/**
 * Every schedule that once showed a bug is run again: in the folder beside, one file each, named
 * after the bug. Those of whole nodes, of publishers and of exchanges lie in `host`, `publish` and
 * `exchange` and have the name of the mutant that is the bug: put back, it fails on them. They do
 * what does the harm again and again, since messages change, and with them every moment.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Course, played } from '../../exchange/play.ts'
import { hostMutants } from '../mutants/host.ts'
import { publishMutants } from '../mutants/publish/list.ts'
import { plays } from '../plays.ts'

const folders = { raft: './', host: './host/', publish: './publish/' } as const
/** So many at least. */
const kept = { raft: 3, host: 3, publish: 1 } as const

describe.each(['raft', 'host', 'publish'] as const)('%s', name => {
  const folder = new URL(folders[name], import.meta.url)
  const play = plays[name] as unknown as typeof plays.raft
  const files = readdirSync(folder).filter(file => file.endsWith('.json'))

  test('some are kept', () => {
    expect(files.length).toBeGreaterThanOrEqual(kept[name])
  })

  test.each(files)('%s', file => {
    const scenario = JSON.parse(readFileSync(new URL(file, folder), 'utf8'))
    const result = play.run(scenario)
    expect(result.failure).toBeUndefined()
    expect(result.operations).toBeGreaterThan(10)
  })
})

describe('exchange', () => {
  const folder = new URL('./exchange/', import.meta.url)

  test.each(readdirSync(folder))('%s', file => {
    const course: Course = JSON.parse(readFileSync(new URL(file, folder), 'utf8'))
    expect(played(course)).toBeUndefined()
  })
})

test.each([
  ['host', hostMutants],
  ['publish', publishMutants],
] as const)('each schedule of %s says by its name which bug it shows', (name, mutants) => {
  const bugs = new Set(mutants.map(one => `${one.name}.json`))
  const files = readdirSync(new URL(folders[name], import.meta.url))
  expect(files.filter(file => !bugs.has(file))).toEqual([])
})
