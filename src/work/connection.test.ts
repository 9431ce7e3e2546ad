/** What jobs say of their logs: what is one log, and what cannot be opened. */

import { expect, test } from 'vitest'
import { connectionId, kafkaConnection, logConnection } from './connection.ts'

const idOf = (...words: Parameters<typeof kafkaConnection>) => {
  const { connection, trouble } = kafkaConnection(...words)
  return connection === undefined ? trouble : connectionId(connection)
}

test('an embedded log has an address, or is that of the cluster', () => {
  expect(logConnection(undefined)).toEqual({ connection: { kind: 'log' } })
  expect(logConnection('h:1')).toEqual({ connection: { kind: 'log', address: 'h:1' } })
  expect(logConnection('h').trouble).toContain('HOST:PORT')
  expect(connectionId({ kind: 'log' })).not.toBe(connectionId({ kind: 'log', address: 'h:1' }))
})

test('brokers are a text, a list, or a text with commas, in any order', () => {
  const id = idOf({ brokers: ['a:1', 'b:2'] })
  expect(idOf({ brokers: 'b:2,a:1' })).toBe(id)
  expect(idOf({ brokers: ['b:2', ' a:1'] })).toBe(id)
  expect(idOf({ brokers: 'a:1' })).not.toBe(id)
})

test('who connects otherwise has another log', () => {
  const sasl = { mechanism: 'plain', username: 'u', password: 'p' }
  expect(idOf({ brokers: 'a:1', options: { sasl } })).not.toBe(idOf({ brokers: 'a:1' }))
})

test.each([
  ['no broker', {}, 'no broker'],
  ['a broker without a port', { brokers: 'a' }, "'a'"],
  ['an option that is none', { brokers: 'a:1', options: { retries: 3 } }, 'retries'],
  ['a part of sasl', { brokers: 'a:1', options: { sasl: { username: 'u' } } }, 'options.sasl'],
  [
    'a mechanism that is none',
    { brokers: 'a:1', options: { sasl: { mechanism: 'x', username: 'u', password: 'p' } } },
    'scram-sha-512',
  ],
  ['a word that tls does not know', { brokers: 'a:1', options: { tls: { keys: 'x' } } }, 'tls'],
  ['tls that is a flag', { brokers: 'a:1', options: { tls: true } }, 'tls'],
])('%s is said in a sentence', (_, words, part) => {
  expect(kafkaConnection(words).trouble).toContain(part)
})
