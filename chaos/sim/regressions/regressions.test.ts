/**
 * Every schedule that once showed a bug is run again: in the folder beside, one file each, named
 * after the bug. Those of whole nodes lie in `host` and have the name of the mutant that is the
 * bug: put back, it fails on them. They do what does the harm again and again, since messages
 * change, and with them every moment.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { hostMutants } from '../mutants/host.ts'
import { plays } from '../plays.ts'

const folders = { raft: './', host: './host/' } as const

describe.each(['raft', 'host'] as const)('%s', name => {
  const folder = new URL(folders[name], import.meta.url)
  const play = plays[name] as unknown as typeof plays.raft
  const files = readdirSync(folder).filter(file => file.endsWith('.json'))

  test('some are kept', () => {
    expect(files.length).toBeGreaterThan(2)
  })

  test.each(files)('%s', file => {
    const scenario = JSON.parse(readFileSync(new URL(file, folder), 'utf8'))
    const result = play.run(scenario)
    expect(result.failure).toBeUndefined()
    expect(result.operations).toBeGreaterThan(10)
  })
})

test('each schedule of whole nodes says by its name which bug it shows', () => {
  const bugs = new Set(hostMutants.map(({ name }) => `${name}.json`))
  const files = readdirSync(new URL(folders.host, import.meta.url))
  expect(files.filter(file => !bugs.has(file))).toEqual([])
})
