/** The rules that need several files: cycles, async below sync, and where imports are read from. */

import { expect, test } from 'vitest'
import { shown } from './finding.ts'
import { asyncBelowSync, isAsync, valueCycles } from './graph.ts'
import { resolved } from './layers.ts'
import { readSource } from './source.ts'

const tree = (texts: Readonly<Record<string, string>>) =>
  Object.entries(texts).map(([path, text]) => readSource(path, text))

test('a path is resolved from the file that names it', () => {
  expect(resolved('src/raft/log.ts', './chain.ts')).toBe('src/raft/chain.ts')
  expect(resolved('src/raft/log.ts', '../base/env.ts')).toBe('src/base/env.ts')
  expect(resolved('README.md', 'docs/promises.md')).toBe('docs/promises.md')
})

test('a cycle of values is found once and shown as a way', () => {
  const found = valueCycles(
    tree({
      'src/a.ts': "import { b } from './b.ts'",
      'src/b.ts': "export * from './c.ts'",
      'src/c.ts': "f()\nconst a = import('./a.ts')",
      'src/d.ts': "import { a } from './a.ts'",
    }),
  )
  expect(found.map(shown)).toEqual([
    'src/c.ts:2 cycle: src/a.ts -> src/b.ts -> src/c.ts -> src/a.ts',
  ])
})

test('types may go in circles, and diamonds are no cycles', () => {
  const found = valueCycles(
    tree({
      'src/a.ts': "import { b } from './b.ts'\nimport { c } from './c.ts'",
      'src/b.ts': "import type { A } from './a.ts'\nimport { c } from './c.ts'",
      'src/c.ts': "export type { A } from './a.ts'",
    }),
  )
  expect(found).toEqual([])
})

test('an import of inline types is still an import of the file', () => {
  const found = valueCycles(
    tree({
      'src/a.ts': "import { type B } from './b.ts'",
      'src/b.ts': "import { a } from './a.ts'",
    }),
  )
  expect(found).toHaveLength(1)
})

test.each([
  'async function f() {}',
  'const f = async () => 1',
  'class A { async m() {} }',
  'await f()',
  'for await (const a of b) f()',
])('%s is async', text => {
  expect(isAsync(readSource('a.ts', text))).toBe(true)
})

test('words about async are not', () => {
  expect(isAsync(readSource('a.ts', "// async\nconst a = { async: 1 }\nf('await')"))).toBe(false)
})

test('a sync file does not stand on an async one, but for types; a test may', () => {
  const found = asyncBelowSync(
    tree({
      'src/edge.ts': "import { pure } from './pure.ts'\nexport async function f() {}",
      'src/pure.ts': "import type { F } from './edge.ts'",
      'src/wrong.ts': "f()\nimport { f } from './edge.ts'",
      'src/wrong.test.ts': "import { f } from './edge.ts'",
    }),
  )
  expect(found.map(shown)).toEqual([
    'src/wrong.ts:2 async: src/edge.ts is async, this file is not: move the decision out of it',
  ])
})
