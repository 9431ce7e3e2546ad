/** What a node may be told, and what it answers to the rest. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nodeId } from '../base/ids.ts'
import { isLoopback, isWildcard, parseAddress, showAddress } from './address.ts'
import { advertised, judgeSettings, type NodeSettings, type SaidSettings } from './settings.ts'

const enough: SaidSettings = { id: 'n1', data: '/tmp/n1', bootstrap: true }

function settings(said: SaidSettings = {}): NodeSettings {
  const answer = judgeSettings({ ...enough, ...said })
  if (answer.trouble !== undefined) throw new Error(answer.trouble)
  return answer.settings
}

test('what nobody says has a default', () => {
  expect(settings()).toEqual({
    node: 'n1',
    listen: { host: '127.0.0.1', port: 7170 },
    advertise: undefined,
    http: { host: '127.0.0.1', port: 7070 },
    join: [],
    data: '/tmp/n1',
    founds: true,
    groups: 1,
    zone: '',
    log: undefined,
    logLevel: 'info',
    tls: undefined,
    dial: new Map(),
  })
})

test('what is said is taken', () => {
  const tls = { tlsCa: 'ca', tlsCert: 'cert', tlsKey: 'key' }
  const said = settings({
    listen: '0.0.0.0:1',
    advertise: 'node-1.example:2',
    http: '[::1]:3',
    join: ['b:4', 'c:5'],
    bootstrap: false,
    groups: 100,
    zone: 'eu-1a',
    log: 'log:7',
    logLevel: 'debug',
    dial: { n2: 'proxy:6' },
    ...tls,
  })
  expect(said).toMatchObject({
    listen: { host: '0.0.0.0', port: 1 },
    advertise: { host: 'node-1.example', port: 2 },
    http: { host: '::1', port: 3 },
    join: ['b:4', 'c:5'],
    founds: false,
    groups: 100,
    zone: 'eu-1a',
    log: 'log:7',
    tls: { ca: 'ca', cert: 'cert', key: 'key' },
  })
  expect(said.dial.get(nodeId('n2'))).toBe('proxy:6')
})

test.each<[string, SaidSettings, string]>([
  ['no id', { id: undefined }, 'say --id'],
  ['an id with a slash', { id: 'a/b' }, 'as in a DNS name'],
  ['a zone with a slash', { zone: 'a/b' }, '--zone a/b: letters'],
  ['a log without a port', { log: 'here' }, '--log here: it is to be HOST:PORT'],
  ['an id that ends in a dash', { id: 'a-' }, 'as in a DNS name'],
  ['an id that is too long', { id: 'a'.repeat(64) }, 'at most 63'],
  ['no data', { data: undefined }, 'say --data'],
  ['no group', { groups: 0 }, '--groups is a whole number'],
  ['half a group', { groups: 1.5 }, '--groups is a whole number'],
  ['too many groups', { groups: 5000 }, '4096'],
  ['a number that is none', { groups: Number.NaN }, '--groups is a whole number'],
  ['a level that is none', { logLevel: 'loud' }, 'debug, info, warn, error'],
  ['nobody to join', { bootstrap: false }, 'say --join'],
  ['a listen without port', { listen: 'localhost' }, '--listen localhost: it is to be HOST:PORT'],
  ['an http without host', { http: ':80' }, '--http :80'],
  ['a bad seed', { join: ['a:1', 'b'] }, '--join b'],
  ['a bad proxy', { dial: { n2: 'x' } }, 'dial n2 x'],
  ['nothing that others can dial', { listen: '0.0.0.0:1', insecure: true }, 'say --advertise'],
  ['half of TLS', { tlsCa: 'ca' }, 'three files'],
  ['an open port', { listen: '10.0.0.1:1' }, '--insecure where the network is trusted'],
  ['an open HTTP', { http: '10.0.0.1:1' }, 'this version asks nobody there who he is'],
])('%s is refused with what to do', (_, said, sentence) => {
  const { trouble } = judgeSettings({ ...enough, ...said })
  expect(trouble).toContain(sentence)
  expect(trouble).not.toContain('\n')
})

test('beyond this machine: with TLS for the peers, or on purpose', () => {
  const tls = { tlsCa: 'ca', tlsCert: 'cert', tlsKey: 'key' }
  expect(judgeSettings({ ...enough, listen: '10.0.0.1:1', ...tls }).trouble).toBeUndefined()
  const open = { listen: '10.0.0.1:1', http: '10.0.0.1:2' }
  expect(judgeSettings({ ...enough, ...open, insecure: true }).trouble).toBeUndefined()
  expect(judgeSettings({ ...enough, ...open, ...tls }).trouble).toContain('--http')
})

test('others are told the ports that were bound', () => {
  const bound = { listen: 41, http: 42 }
  expect(advertised(settings({ listen: '127.0.0.1:0', http: '127.0.0.1:0' }), bound)).toEqual({
    address: '127.0.0.1:41',
    http: '127.0.0.1:42',
  })
  const insecure = { insecure: true, advertise: 'me:9', listen: '0.0.0.0:0', http: '0.0.0.0:0' }
  expect(advertised(settings(insecure), bound)).toEqual({ address: 'me:9', http: 'me:42' })
})

test('an address survives its text', () => {
  const host = fc.constantFrom('localhost', '10.1.2.3', '::1', 'fe80::1', 'a-b.example')
  fc.assert(
    fc.property(host, fc.integer({ min: 0, max: 65_535 }), (name, port) => {
      expect(parseAddress(showAddress({ host: name, port }))).toEqual({ host: name, port })
    }),
  )
})

test.each([
  '',
  'a',
  ':1',
  'a:',
  'a:b',
  'a:65536',
  'a:1:2',
  '::1:5',
  'a b:1',
  'http://a:1',
  '[x]:1',
])('%s is no address', text => {
  expect(parseAddress(text)).toBeUndefined()
})

test('which hosts are this machine alone, and which are all of it', () => {
  expect(['localhost', '127.0.0.1', '127.9.9.9', '::1'].every(isLoopback)).toBe(true)
  expect(['10.0.0.1', '0.0.0.0', '::', 'example', '127.0.0.1.example'].some(isLoopback)).toBe(false)
  expect(['0.0.0.0', '::'].every(isWildcard)).toBe(true)
  expect(isWildcard('127.0.0.1')).toBe(false)
})

test('whatever is said, it is settings or one sentence', () => {
  const address = fc.constantFrom('127.0.0.1:1', '127.0.0.1:0', '10.0.0.1:1', '0.0.0.0:0', 'x', '')
  const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
  const said = fc.record({
    id: fc.constantFrom('n1', 'n2', 'n3', '-', undefined),
    data: fc.constantFrom('/d', '/e', ''),
    listen: maybe(address),
    advertise: maybe(address),
    http: maybe(address),
    join: maybe(fc.array(address, { maxLength: 1 })),
    bootstrap: maybe(fc.boolean()),
    insecure: maybe(fc.boolean()),
    groups: maybe(fc.integer({ min: 0, max: 9 })),
    tlsCa: fc.constantFrom(undefined, undefined, undefined, 'ca'),
  })
  let accepted = 0
  fc.assert(
    fc.property(said, one => {
      const answer = judgeSettings(one)
      if (answer.trouble !== undefined) {
        expect(answer.trouble).toMatch(/\S/)
        expect(answer.trouble).not.toContain('\n')
        return
      }
      accepted++
      const { settings: made } = answer
      expect(made.founds || made.join.length > 0).toBe(true)
      // Nobody beyond this machine is listened to, unless it was said.
      expect(one.insecure === true || isLoopback(made.http.host)).toBe(true)
      expect(isWildcard((made.advertise ?? made.listen).host)).toBe(false)
    }),
    { numRuns: 6000 },
  )
  expect(accepted).toBeGreaterThan(50)
})
