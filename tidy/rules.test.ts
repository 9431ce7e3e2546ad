/** Each rule for single files on text that keeps it and on text that breaks it. */

import { expect, test } from 'vitest'
import { type FileRule, shown } from './finding.ts'
import { functionLength, functionSizes, parameters } from './functions.ts'
import { layering } from './layers.ts'
import { names } from './names.ts'
import { header, shapes, skippedTests, todo } from './shapes.ts'
import { fileLength, folderSize, lineLength } from './size.ts'
import { readSource } from './source.ts'
import { world } from './world.ts'

const found = (rule: FileRule, text: string, path = 'src/raft/log.ts') =>
  rule(readSource(path, text)).map(finding => finding.line)

const lines = (count: number, line = 'f()\n') => line.repeat(count)
const words = (parts: readonly string[]) => parts.join('')

test('a file stops at 400 lines; the last newline begins no line', () => {
  expect(found(fileLength, lines(400))).toEqual([])
  expect(found(fileLength, lines(401))).toEqual([1])
})

test('a line stops at 100 columns, in comments too', () => {
  expect(found(lineLength, `// ${'x'.repeat(97)}\n`)).toEqual([])
  expect(found(lineLength, `f()\n// ${'x'.repeat(98)}\n`)).toEqual([2])
})

test('a folder stops at 24 sources, tests not counted', () => {
  const file = (at: number) => readSource(`src/raft/f${at}.ts`, 'f()')
  const checks = readSource('src/raft/f1.test.ts', 'f()')
  const full = [...Array(24).keys()].map(file)
  expect(folderSize([...full, checks])).toEqual([])
  expect(folderSize([...full, file(24)]).map(shown)).toEqual([
    'src/raft/:1 folder-size: 25 source files; a folder stops at 24',
  ])
})

test('a function stops at 70 lines, wherever it stands', () => {
  const body = (count: number) => `{\n${lines(count - 2)}}`
  for (const open of ['function f() ', 'const f = () => ', 'const f = function () ']) {
    expect(found(functionLength, open + body(70))).toEqual([])
    expect(found(functionLength, open + body(71))).toEqual([1])
  }
  expect(found(functionLength, `class A {\n  m() ${body(71)}\n}`)).toEqual([2])
})

test('a list of tests is no function, its tests are', () => {
  const inside = (open: string) => `${open}('x', () => {\n${lines(80)}})`
  expect(found(functionLength, inside('describe'))).toEqual([])
  expect(found(functionLength, inside('describe.each([1])'))).toEqual([])
  expect(found(functionLength, inside('test'))).toEqual([1])
  expect(functionSizes(readSource('a.ts', 'const f = () =>\n  1'))).toEqual([{ line: 1, lines: 2 }])
})

test('five parameters are enough, in bodies and in signatures; `this` is none', () => {
  const list = (count: number) => [...Array(count).keys()].map(at => `p${at}: number`).join(', ')
  for (const [open, close] of [
    ['function f(', ') {}'],
    ['const f = (', ') => 1'],
    ['interface I { m(', '): void }'],
    ['type F = (', ') => void'],
    ['class A { m(', ') {} }'],
    ['declare function f(', '): void'],
  ]) {
    expect(found(parameters, open + list(5) + close)).toEqual([])
    expect(found(parameters, open + list(6) + close)).toEqual([1])
  }
  expect(found(parameters, `function f(this: Date, ${list(5)}) {}`)).toEqual([])
})

test.each([
  ['let a: any', 'let a: unknown'],
  ['const f = (a: readonly any[]) => a', 'const any = 1'],
  ['enum A { x }', "type A = 'x'"],
  ['const enum A { x }', "const enumerate = 'enum A {}'"],
  ['f(a!)', 'f(!a)'],
  ['a!.b', "f('a!.b')"],
  ['export default 1', 'export const a = 1'],
  ['const a = 1\nexport { a as default }', "export { default as a } from './a.ts'"],
])('%s is no shape of ours; %s is', (bad, good) => {
  expect(found(shapes, bad)).toHaveLength(1)
  expect(found(shapes, good)).toEqual([])
})

test('a config file exports its default', () => {
  expect(found(shapes, 'export default {}', 'vitest.config.ts')).toEqual([])
})

test('work left undone has an owner, and a string is no comment', () => {
  const mark = words(['TO', 'DO'])
  expect(found(todo, `f()\n// ${mark} later`)).toEqual([2])
  expect(found(todo, `/*\n * ${words(['FIX', 'ME'])}: later\n */`)).toEqual([2])
  expect(found(todo, `// ${mark}(anna): later\nf('${mark}')`)).toEqual([])
})

test.each([
  'test.skip',
  'it.only',
  'describe.todo',
  'test.skipIf(a)',
  'test.concurrent.only',
  'test.each([1]).skip',
  'xit',
])('%s is found', call => {
  const text = `${call}('x', () => {})`
  expect(found(skippedTests, text, 'src/raft/log.test.ts')).toEqual([1])
})

test('tests that run, and other things that skip, are left alone', () => {
  const text = "test.each([1])('x', () => { reader.skip(4); list.only })"
  expect(found(skippedTests, text, 'src/raft/log.test.ts')).toEqual([])
})

test('a header comes first, a #! line may come before it', () => {
  expect(found(header, '/** What it is for. */\nf()')).toEqual([])
  expect(found(header, '#!/usr/bin/env node\n// What it is for.\nf()')).toEqual([])
  expect(found(header, 'f() // late')).toEqual([1])
  expect(found(header, '/** */\nf()')).toEqual([1])
})

test.each([
  words(['const log', 'Manager = 1']),
  words(['function string', 'Utils() {}']),
  words(['class Log', 'Impl {}']),
  words(['interface Node', 'Info {}']),
  words(['type Base', 'Log = 1']),
  words(['const { a: log', 'Helper } = f()']),
  words(['const f = ([ba', 'se]) => 1']),
  words(['const f = (a, ...in', 'fo) => 1']),
])('%s names nothing', text => {
  expect(found(names, text)).toEqual([1])
})

test('words inside words and members are names like any other', () => {
  const text = 'const database = 1, simple = 2\nlogger.info({ base: 1 })\nclass Door { info() {} }'
  expect(found(names, text)).toEqual([])
})

test('file names are kebab-case and keep to the same words', () => {
  expect(found(names, 'f()', 'src/base/read-rounds.test.ts')).toEqual([])
  expect(found(names, 'f()', 'src/base/readRounds.ts')).toEqual([1])
  expect(found(names, 'f()', words(['src/base/log-ut', 'ils.ts']))).toEqual([1])
})

test.each([
  ['src/raft/log.ts', "import { a } from '../base/errors.ts'"],
  ['src/raft/log.ts', "import { a } from './roles/follower.ts'"],
  ['src/raft/roles/follower.ts', "import { a } from '../../base/errors.ts'"],
  ['src/checkpoint/part.ts', "import type { A } from '../engine/operator.ts'"],
  ['src/io/disk.ts', "import { a } from 'node:fs'"],
  ['src/base/env.test.ts', "import { a } from '../raft/log.ts'\nimport b from 'vitest'"],
  ['chaos/sim/run.ts', "import { a } from '../../src/raft/raft.ts'"],
  ['tidy/source.ts', "import { a } from 'oxc-parser'"],
])('%s may say %s', (path, text) => {
  expect(found(layering, text, path)).toEqual([])
})

test.each([
  ['src/base/errors.ts', "import { a } from '../raft/log.ts'"],
  ['src/base/errors.ts', "import type { A } from '../raft/log.ts'"],
  ['src/base/errors.ts', "export { a } from '../raft/log.ts'"],
  ['src/base/errors.ts', "const a = await import('../raft/log.ts')"],
  ['src/base/errors.ts', "type A = import('../raft/log.ts').A"],
  ['src/checkpoint/part.ts', "import { A } from '../engine/operator.ts'"],
  ['src/checkpoint/part.ts', "import { type A } from '../engine/operator.ts'"],
  ['src/raft/log.ts', "import { a } from '../../chaos/sim/run.ts'"],
  ['src/raft/log.ts', "import { a } from './log.test.ts'"],
  ['src/raft/log.ts', "import { a } from './dialogue/script.ts'"],
  ['src/raft/log.ts', "import { a } from 'esbuild'"],
  ['chaos/sim/run.ts', "import { a } from '../../src/io/disk.ts'"],
  ['chaos/oracle/sum.ts', "import type { A } from '../../src/base/env.ts'"],
  ['src/new/a.ts', 'f()'],
])('%s may not say %s', (path, text) => {
  expect(found(layering, text, path)).toEqual([1])
})

test.each([
  "import { readFileSync } from 'node:fs'",
  "import type { Stats } from 'node:fs'",
  'process.exit(1)',
  'const now = Date.now()',
  'const at = (d: Date) => 1',
  'const r = Math.random()',
  'setTimeout(f, 1)',
  "console.log('x')",
  'const clock = { now: performance.now }',
  'const all = { process }',
  'globalThis.x',
])('%s touches the world', text => {
  expect(found(world, text)).toHaveLength(1)
  for (const path of ['src/io/clock.ts', 'src/raft/log.test.ts', 'chaos/sim/main.ts']) {
    expect(found(world, text, path)).toEqual([])
  }
  expect(found(world, text, 'chaos/sim/network.ts')).toHaveLength(1)
})

test('labels and strings only sound like the world', () => {
  const text = "class A { process() {} }\na.process()\nf({ console: 1 }, 'Date')\nMath.max(1)"
  expect(found(world, text)).toEqual([])
})

test.each([
  'function f(process: Process) { process.stop() }',
  'const f = ({ process }: Host) => { g(() => process.stop()) }',
  'for (const process of all) process.stop()',
  'const [process = a] = all\nprocess.stop()',
  'export class A { f() { const process = a; return { process } } }',
  'try { f() } catch (process) { process.stop() }',
  'export function performance() {}\nperformance()',
  'interface A { f(process: B): void; readonly process: B }',
])('%s binds the name itself', text => {
  expect(found(world, text)).toEqual([])
})

test('a name bound in one place is not bound in another', () => {
  const text = 'function f(process: A) { process.stop() }\nprocess.exit()'
  expect(found(world, text)).toEqual([2])
})
