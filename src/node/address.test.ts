/** HOST:PORT as people write it, and as it is shown again. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isDialable, isLoopback, isWildcard, parseAddress, showAddress } from './address.ts'

test.each([
  ['127.0.0.1:7170', '127.0.0.1', 7170],
  ['localhost:0', 'localhost', 0],
  ['n1.weir.example:65535', 'n1.weir.example', 65_535],
  ['[::1]:80', '::1', 80],
  ['[::]:80', '::', 80],
  ['[fe80::1]:1', 'fe80::1', 1],
  ['[::ffff:10.0.0.1]:1', '::ffff:10.0.0.1', 1],
  ['a_b-c:1', 'a_b-c', 1],
])('%s', (text, host, port) => {
  expect(parseAddress(text)).toEqual({ host, port })
  expect(showAddress({ host, port })).toBe(text)
})

test.each([
  [''],
  ['n1'],
  ['n1:'],
  [':80'],
  ['n1:65536'],
  ['n1:123456'],
  ['n1:-1'],
  ['n1:8a'],
  ['::1:80'],
  ['[]:80'],
  ['[n1]:80'],
  ['[::1]'],
  ['[::1]80'],
  ['http://n1:80'],
  ['n1:80/path'],
  ['n1 :80'],
  [' n1:80'],
  ['n1:80 '],
  ['n1:80\n'],
])('%j is none', text => {
  expect(parseAddress(text)).toBeUndefined()
})

test('a port with zeros in front is the same port', () => {
  expect(parseAddress('n1:00080')).toEqual({ host: 'n1', port: 80 })
})

test('whatever is shown is read again', () => {
  const name = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,20}$/)
  const host = fc.oneof(fc.ipV4(), fc.ipV6(), name)
  fc.assert(
    fc.property(host, fc.integer({ min: 0, max: 65_535 }), (one, port) => {
      expect(parseAddress(showAddress({ host: one, port }))).toEqual({ host: one, port })
    }),
  )
})

test.each([
  ['localhost', true],
  ['127.0.0.1', true],
  ['127.1.2.3', true],
  ['::1', true],
  ['10.0.0.1', false],
  ['0.0.0.0', false],
  ['::', false],
  ['127.0.0.1.example.org', false],
  ['localhost.example.org', false],
  ['1127.0.0.1', false],
  ['', false],
])('%s is this machine alone: %s', (host, isIt) => {
  expect(isLoopback(host)).toBe(isIt)
})

test.each([
  ['0.0.0.0', true],
  ['::', true],
  ['127.0.0.1', false],
  ['::1', false],
  ['10.0.0.0', false],
])('%s is every address: %s', (host, isIt) => {
  expect(isWildcard(host)).toBe(isIt)
})

test.each([
  ['127.0.0.1:1', true],
  ['n1.weir.example:65535', true],
  ['a_b-c:1', true],
  ['[::1]:80', true],
  [`${'n'.repeat(253)}:1`, true],
  [`${'n'.repeat(254)}:1`, false],
  [`${'n'.repeat(100_000)}:1`, false],
  ['', false],
  ['n1', false],
  ['n1:0', false],
  ['0.0.0.0:1', false],
  ['[::]:1', false],
  ['%41:1', false],
  ['a?b:1', false],
  ['a\u0000b:1', false],
  ['ünter:1', false],
])('%j can be dialled: %s', (text, isIt) => {
  expect(isDialable(text)).toBe(isIt)
})
