/** Lines of the log, and where the package lies. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { logLevels } from '../base/log.ts'
import { JsonLog } from './log.ts'
import { packageRoot } from './package-root.ts'
import { tempFolder } from './testing/folder.ts'

function logOf(level: (typeof logLevels)[number]) {
  const lines: string[] = []
  const always = { node: 'n1' }
  const log = new JsonLog({ level, always, nowMs: () => 0, write: line => lines.push(line) })
  return { log, lines }
}

test('an event is one line of JSON with its facts behind it', () => {
  const { log, lines } = logOf('info')
  log.log('warn', 'a peer is lost', { peer: 'n2', count: 3, names: ['a'], gone: undefined })
  expect(lines).toEqual([
    '{"time":"1970-01-01T00:00:00.000Z","level":"warn","msg":"a peer is lost",' +
      '"node":"n1","peer":"n2","count":3,"names":["a"]}\n',
  ])
})

test('what breaks a line of text does not break the line', () => {
  const { log, lines } = logOf('info')
  log.log('info', 'a\nb', { why: 'c\r\nd\u2028' })
  expect(lines.join('').split('\n')).toHaveLength(2)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ msg: 'a\nb', why: 'c\r\nd\u2028' })
})

test('a long text is cut', () => {
  const { log, lines } = logOf('info')
  log.log('info', 'x', { why: 'y'.repeat(10_000) })
  expect((lines[0] ?? '').length).toBeLessThan(2200)
})

test.each(logLevels.map((level, at) => [level, logLevels.length - at] as const))(
  'at level %s, %d levels are shown',
  (level, count) => {
    const { log, lines } = logOf(level)
    for (const one of logLevels) log.log(one, 'x')
    expect(lines).toHaveLength(count)
  },
)

test('the package is found from deep below, past packages of others', () => {
  const root = tempFolder()
  writeFileSync(join(root, 'package.json'), '{"name":"weir-stream"}')
  const deep = join(root, 'node_modules', 'other', 'dist')
  mkdirSync(deep, { recursive: true })
  writeFileSync(join(root, 'node_modules', 'other', 'package.json'), '{"name":"other"}')
  expect(packageRoot(join(deep, 'file.js'))).toBe(root)
  expect(packageRoot()).toBe(process.cwd())
})

test('where there is no package, it is said', () => {
  expect(() => packageRoot(join(tempFolder(), 'file.js'))).toThrow('install the package as a whole')
})
