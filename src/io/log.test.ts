/** Lines of the log, the clock, chance, and where the package lies. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { logLevels } from '../base/log.ts'
import { realClock } from './clock.ts'
import { JsonLog } from './log.ts'
import { packageRoot } from './package-root.ts'
import { newHasher, randomId, SystemRandom } from './random.ts'
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

test('the clock goes on, and its timers fire once, in order, unless cancelled', async () => {
  const begun = realClock.monotonicMs()
  const fired: string[] = []
  await new Promise<void>(resolve => {
    realClock.after(0, () => fired.push('cancelled')).cancel()
    realClock.after(2, () => fired.push('cancelled')).cancel()
    realClock.after(10, () => {
      fired.push('late')
      resolve()
    })
    realClock.after(0, () => fired.push('soon'))
    fired.push('now')
  })
  expect(fired).toEqual(['now', 'soon', 'late'])
  expect(realClock.monotonicMs()).toBeGreaterThan(begun)
  expect(realClock.wallMs()).toBeGreaterThan(1_700_000_000_000)
})

test('chance is within its bounds and does not repeat itself', () => {
  const random = new SystemRandom()
  const drawn = Array.from({ length: 1000 }, () => random.uint32())
  expect(drawn.every(one => Number.isInteger(one) && one >= 0 && one < 2 ** 32)).toBe(true)
  expect(new Set(drawn).size).toBeGreaterThan(990)
  expect(drawn.some(one => one >= 2 ** 31)).toBe(true)
  expect(new Set(Array.from({ length: 100 }, randomId)).size).toBe(100)
  expect(randomId()).toMatch(/^[0-9a-f]{16}$/)
})

test('the hasher is SHA-256, piece by piece', () => {
  const whole = newHasher()
  const parts = newHasher()
  whole.update(new TextEncoder().encode('abc'))
  for (const letter of 'abc') parts.update(new TextEncoder().encode(letter))
  const expected = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
  expect(whole.hex()).toBe(expected)
  expect(parts.hex()).toBe(expected)
})

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
