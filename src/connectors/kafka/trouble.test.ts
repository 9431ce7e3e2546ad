/** What goes wrong becomes a code and a sentence that says what to do. */

import { expect, test } from 'vitest'
import { BrokenInvariant, WeirError } from '../../base/errors.ts'
import { errorOf, mustBeGood, Trouble, troubleOf, unsent } from './trouble.ts'

const thrownBy = (work: () => void): unknown => {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

test('a good answer is no trouble', () => {
  expect(() => mustBeGood(0, 'fetch of t/0')).not.toThrow()
})

test('a bad one says what was asked, what the broker said, and what to do', () => {
  const trouble = thrownBy(() => mustBeGood(36, 'creation of topic t', "Topic 't' already exists."))
  expect(trouble).toMatchObject({ code: 'topic-exists', number: 36, stale: undefined })
  expect(String(trouble)).toMatch(
    /creation of topic t: TOPIC_ALREADY_EXISTS \(Topic 't' already exists.\): .*use it/,
  )
  expect(thrownBy(() => mustBeGood(6, 'end of t/0', ''))).toMatchObject({
    code: 'unavailable',
    stale: 'leader',
    message: expect.not.stringContaining('()'),
  })
})

class Named extends Error {
  constructor(name: string) {
    super('SASL PLAIN failed')
    this.name = name
  }
}

test.each([
  [new Error('connection reset'), 'unavailable'],
  ['a text', 'unavailable'],
  [new WeirError('malformed-bytes', 'a batch ends too early'), 'unavailable'],
  [new WeirError('unsupported', 'records are compressed with lz4'), 'unsupported'],
  [new Named('KafkaJSSASLAuthenticationError'), 'not-authorized'],
  [new Named('KafkaJSServerDoesNotSupportApiKey'), 'unsupported'],
])('%s becomes %s', (error, code) => {
  const trouble = troubleOf(error, 'fetch of t/0')
  expect(trouble.code).toBe(code)
  expect(trouble.message).toMatch(/^fetch of t\/0: .*\w/)
  expect(errorOf(trouble)).toEqual({ code, message: trouble.message })
})

test('trouble stays as it is, and a mistake of our own is nobody’s answer', () => {
  const trouble = new Trouble('fenced', 'another has it')
  expect(troubleOf(trouble, 'end')).toBe(trouble)
  const broken = new BrokenInvariant('partitions-are-kept')
  expect(thrownBy(() => troubleOf(broken, 'end'))).toBe(broken)
})

test('what was never sent may be sent to another, if there is sense in it', () => {
  expect(unsent(new Error('ECONNREFUSED'), 'connection to b:1')).toMatchObject({
    code: 'unavailable',
    stale: 'leader',
    message: expect.stringContaining('connection to b:1: ECONNREFUSED'),
  })
  const other = new Trouble('other-cluster', 'another')
  expect(unsent(other, 'connection')).toMatchObject({ code: 'other-cluster', stale: undefined })
})
