/**
 * Every rule on every file that git tracks or would track. Prints how the tree stands to the aims.
 */

import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { citations, decisionsListed, links, scriptsNamed } from './docs.ts'
import { type FileRule, type Finding, shown, type TreeRule } from './finding.ts'
import { functionLength, functionSizes, parameters } from './functions.ts'
import { asyncBelowSync, valueCycles } from './graph.ts'
import { layering } from './layers.ts'
import { aims } from './limits.ts'
import { names } from './names.ts'
import { exactVersions, type Lockfile, lockfile, type Manifest } from './packages.ts'
import { type FileText, testRatio, testRatios } from './ratio.ts'
import { header, shapes, skippedTests, todo } from './shapes.ts'
import { fileLength, folderSize, lineCount, lineLength } from './size.ts'
import { isSource, isTest, readSource } from './source.ts'
import { world } from './world.ts'

const ask = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
const tracked = execFileSync('git', ask, { encoding: 'utf8' }).split('\0')
const files: readonly FileText[] = tracked
  .filter(path => path !== '' && statSync(path, { throwIfNoEntry: false })?.isFile())
  .map(path => ({ path, text: readFileSync(path, 'utf8') }))
const tree = files.filter(file => isSource(file.path)).map(file => readSource(file.path, file.text))

const read = <T>(path: string) => JSON.parse(readFileSync(path, 'utf8')) as T
const manifest = read<Manifest & { scripts: Record<string, string> }>('package.json')

const fileRules: Readonly<Record<string, FileRule>> = {
  fileLength,
  lineLength,
  functionLength,
  parameters,
  shapes,
  todo,
  skippedTests,
  header,
  names,
  layering,
  world,
}

const treeRules: Readonly<Record<string, TreeRule>> = { folderSize, valueCycles, asyncBelowSync }

function expectNone(findings: readonly Finding[]): void {
  expect(findings.map(shown)).toEqual([])
}

const median = (numbers: readonly number[]) =>
  [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0

test('there is a tree to look at', () => {
  expect(tree.length).toBeGreaterThan(20)
})

test.each(Object.entries(fileRules))('every file keeps to %s', (_, rule) => {
  expectNone(tree.flatMap(rule))
})

test.each(Object.entries(treeRules))('the tree keeps to %s', (_, rule) => {
  expectNone(rule(tree))
})

test('each folder of src has the tests that it owes', () => {
  expectNone(testRatio(files))
})

test('every relative link in a document leads somewhere', () => {
  expectNone([...links(files), ...citations(files)])
})

test('every decision is listed', () => {
  expectNone(decisionsListed(files))
})

test('every npm script that a document names exists', () => {
  expectNone(scriptsNamed(files, new Set(Object.keys(manifest.scripts))))
})

test('package.json and its lockfile are exact, name no host, and keep to the oldest Node', () => {
  expectNone(exactVersions(manifest))
  expectNone(lockfile(read<Lockfile>('package-lock.json'), manifest))
})

test('the aims are printed', () => {
  const sources = tree.filter(source => !isTest(source.path))
  const file = median(sources.map(source => lineCount(source.text)))
  const lines = median(sources.flatMap(source => functionSizes(source).map(size => size.lines)))
  const report = [
    `median file ${file} lines (aim ${aims.fileLines})`,
    `median function ${lines} lines (aim ${aims.functionLines})`,
    ...testRatios(files).map(
      ({ folder, tests, sources: source, wanted }) =>
        `${folder} ${(tests / source).toFixed(2)} lines of tests a line (owes ${wanted})`,
    ),
  ]
  process.stdout.write(`${report.join('\n')}\n`)
  expect(report.length).toBeGreaterThanOrEqual(2)
})
