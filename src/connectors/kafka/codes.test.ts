/** Every error code of Kafka has a meaning, one code of the door and a sentence of advice. */

import kafkajs from 'kafkajs/src/protocol/error.js'
import { expect, test } from 'vitest'
import { knownNumbers, meaningOf } from './codes.ts'

/** Kafka 4.3 ends here. */
const LAST = 133

test('every number that Kafka has is there, once', () => {
  const all = Array.from({ length: LAST + 2 }, (_, i) => i - 1).filter(number => number !== 0)
  expect([...knownNumbers].sort((a, b) => a - b)).toEqual(all)
})

/** kafkajs has names from before some were changed. */
const renamed: Readonly<Record<string, string>> = {
  UNKNOWN: 'UNKNOWN_SERVER_ERROR',
  NOT_LEADER_FOR_PARTITION: 'NOT_LEADER_OR_FOLLOWER',
  GROUP_LOAD_IN_PROGRESS: 'COORDINATOR_LOAD_IN_PROGRESS',
  GROUP_COORDINATOR_NOT_AVAILABLE: 'COORDINATOR_NOT_AVAILABLE',
  NOT_COORDINATOR_FOR_GROUP: 'NOT_COORDINATOR',
  DUPLICATE_SEQUENCE_NUMBER: 'DUPLICATE_SEQUENCE_NUMBER',
}

test('numbers have the names that kafkajs gives them', () => {
  const theirs = kafkajs.errorCodes.map(({ code, type }) => [code, renamed[type] ?? type])
  expect(theirs.length).toBeGreaterThan(70)
  expect(kafkajs.errorCodes.map(({ code }) => [code, meaningOf(code).name])).toEqual(theirs)
})

test('each says what to do', () => {
  for (const number of knownNumbers) {
    const { advice, name } = meaningOf(number)
    expect(name).toMatch(/^[A-Z_]+$/)
    expect(advice).toMatch(/: \w+ .*\w$/)
    expect(advice).not.toMatch(/\.$/)
  }
})

test('what happened for sure is told apart from what nobody knows', () => {
  const codes = (numbers: readonly number[]) => [
    ...new Set(numbers.map(one => meaningOf(one).code)),
  ]
  expect(codes([47, 49, 90])).toEqual(['fenced'])
  expect(codes([51])).toEqual(['busy'])
  expect(codes([29, 53, 58])).toEqual(['not-authorized'])
  // The broker may have what it could not replicate in time.
  expect(codes([7, 20, 13, -1, 45, 48, 59, 15])).toEqual(['unavailable'])
})

test('only what was refused outright may be sent to another, or again', () => {
  const stale = knownNumbers.filter(number => meaningOf(number).stale !== undefined)
  for (const unknown of [-1, 7, 13, 20, 45, 46, 48, 59]) expect(stale).not.toContain(unknown)
  expect(stale.filter(number => meaningOf(number).stale === 'coordinator')).toEqual([14, 15, 16])
  expect(stale.filter(number => meaningOf(number).stale === 'soon')).toEqual([51, 19])
  expect(stale).toEqual(expect.arrayContaining([5, 6, 9, 74, 75, 78]))
})

test('a number of a broker newer than we are has a meaning too', () => {
  expect(meaningOf(999)).toMatchObject({ name: 'error 999', code: 'unavailable' })
})
