/** The rules on documents, on packages and on the amount of tests. */

import { expect, test } from 'vitest'
import { citations, decisionsListed, links, scriptsNamed } from './docs.ts'
import { shown } from './finding.ts'
import { exactVersions, lockfile, satisfies } from './packages.ts'
import { testRatio, testRatios } from './ratio.ts'

const file = (path: string, text: string) => ({ path, text })

test('links lead to files, folders and headings', () => {
  const good = [
    '[a](docs/a.md) [b](docs/) [c](docs/a.md#the-b-part) [d](#top)',
    '[e](https://example.org/x) `[f](nowhere.md)`',
    '```',
    '[g](nowhere.md)',
    '```',
    '# Top',
  ].join('\n')
  const other = file('docs/a.md', '# A\n\n## The `B` part\n[up](../README.md)')
  expect(links([file('README.md', good), other])).toEqual([])
})

test('a link that leads nowhere is named with its line', () => {
  const bad = '# Top\n[a](docs/b.md)\n[b](docs/a.md#c)\n[c](#bottom)'
  expect(links([file('README.md', bad), file('docs/a.md', '# A')]).map(shown)).toEqual([
    'README.md:2 link: docs/b.md leads nowhere',
    'README.md:3 link: docs/a.md#c: no such heading',
    'README.md:4 link: #bottom: no such heading',
  ])
})

test('a page that a comment cites is there', () => {
  const source = file('src/base/env.ts', '/** Doors (docs/decisions/0002-doors.md). */')
  expect(citations([source]).map(shown)).toEqual([
    'src/base/env.ts:1 link: docs/decisions/0002-doors.md is not there',
  ])
  expect(citations([source, file('docs/decisions/0002-doors.md', '# 2. Doors')])).toEqual([])
})

test('a decision that is not listed is found', () => {
  const list = file('docs/decisions/README.md', '[one](0001-one.md)')
  const one = file('docs/decisions/0001-one.md', '# 1. One')
  const two = file('docs/decisions/0002-two.md', '# 2. Two')
  expect(decisionsListed([list, one])).toEqual([])
  expect(decisionsListed([list, one, two]).map(finding => finding.path)).toEqual([two.path])
})

test('a script that a document names is in package.json, code or not', () => {
  const text = 'npm test\n```\nnpm run sim -- --seed 7\nnpm run sim:mutants\n```\n`npm run gone`'
  const found = scriptsNamed([file('README.md', text)], new Set(['sim', 'sim:mutants']))
  expect(found.map(shown)).toEqual(['README.md:6 script: package.json has no script `gone`'])
})

test.each([
  ['20.19', '>=20.19.0'],
  ['20.19.0', '^20.19.0 || >=22.12.0'],
  ['22.13.0', '^20.19.0 || >=22.12.0'],
  ['20.19.0', '20 || >=22'],
  ['20.19.0', '>= 14.6'],
  ['20.19.0', '20.x'],
  ['20.19.0', '*'],
  ['20.19.0', '^20.0.0 || ^22.0.0 || >=24.0.0'],
  ['20.19.0', '>=18 <21'],
  ['20.19.3', '~20.19.1'],
])('Node %s satisfies %s', (version, range) => {
  expect(satisfies(version, range)).toBe(true)
})

test.each([
  ['20.19.0', '>=20.19.1'],
  ['21.0.0', '^20.19.0 || >=22.12.0'],
  ['20.19.0', '>=22'],
  ['20.19.0', '18 || 22'],
  ['20.20.0', '~20.19.1'],
  ['20.19.0', '>=18 <20'],
])('Node %s does not satisfy %s', (version, range) => {
  expect(satisfies(version, range)).toBe(false)
})

test('a range that cannot be read is an error, not a yes', () => {
  expect(() => satisfies('20.19.0', 'lts/iron')).toThrow('lts/iron')
})

test('the lockfile names no host and keeps to the oldest Node', () => {
  const manifest = { engines: { node: '>=20.19' } }
  const good = { packages: { a: { version: '1.0.0', engines: { node: '>=18' } }, b: {} } }
  expect(lockfile(good, manifest)).toEqual([])
  const bad = {
    packages: { a: { resolved: 'https://example.org/a.tgz' }, b: { engines: { node: '>=22' } } },
  }
  expect(lockfile(bad, manifest).map(shown)).toEqual([
    'package-lock.json:1 lockfile: a names a host',
    'package-lock.json:1 engines: b wants Node >=22; we promise 20.19',
  ])
})

test('versions are exact', () => {
  const engines = { node: '>=20.19' }
  expect(exactVersions({ engines, devDependencies: { a: '1.2.3', b: '2.0.0-rc.1' } })).toEqual([])
  const found = exactVersions({
    engines,
    dependencies: { a: '^1.2.3' },
    devDependencies: { b: '*' },
  })
  expect(found.map(finding => finding.message.split(' ')[0])).toEqual(['a', 'b'])
})

test('tests, dialogues and what only tests use are counted against the source', () => {
  const files = [
    file('src/raft/log.ts', 'f()\n'.repeat(10)),
    file('src/raft/log.test.ts', 'f()\n'.repeat(12)),
    file('src/raft/testdata/vote.txt', 'f\n'.repeat(5)),
    file('src/raft/dialogue/script.ts', 'f()\n'.repeat(3)),
    file('src/raft/notes.md', 'f\n'.repeat(100)),
    file('chaos/sim/run.ts', 'f()\n'.repeat(100)),
  ]
  expect(testRatios(files)).toEqual([{ folder: 'src/raft/', tests: 20, sources: 10, wanted: 2 }])
  expect(testRatio(files)).toEqual([])
  expect(testRatio(files.slice(0, 3)).map(shown)).toEqual([
    'src/raft/:1 test-ratio: 17 lines of tests for 10 of source; 2 for one are wanted',
  ])
})

test('elsewhere 1.2 is enough, and a folder without tests is found', () => {
  const source = file('src/base/heap.ts', 'f()\n'.repeat(10))
  expect(testRatio([source, file('src/base/heap.test.ts', 'f()\n'.repeat(12))])).toEqual([])
  expect(testRatio([source])).toHaveLength(1)
})

test('the suite of a door counts for the folder of its real bodies', () => {
  const source = file('src/connectors/kafka/line.ts', 'f()\n'.repeat(10))
  const suite = file('chaos/sim/contract/log/aborts.ts', 'f()\n'.repeat(12))
  expect(testRatio([source])).toHaveLength(1)
  expect(testRatios([source, suite])).toEqual([
    { folder: 'src/connectors/', tests: 12, sources: 10, wanted: 1.2 },
  ])
})
