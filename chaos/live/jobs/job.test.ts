/** The job of the drills: sound on either log, its topics its own; and how outputs are found. */

import { expect, test } from 'vitest'
import { utf8Of } from '../../../src/base/bytes.ts'
import { findingText } from '../../../src/job/finding.ts'
import { readJob } from '../../../src/job/job.ts'
import { IDENTITY_HEADER } from '../../../src/journal/identity.ts'
import { foundOf } from './backing.ts'
import { type Home, jobText, namesOf, topics } from './job.ts'

const embedded: Home = { log: { address: '127.0.0.1:9' } }
const brokers: Home = { kafka: { brokers: ['127.0.0.1:9', '127.0.0.1:10'] } }

test.each([embedded, brokers])('it can be submitted: %j', home => {
  const bytes = utf8Of(jobText(namesOf('drill-1'), home, 3))
  const told = { file: 'drill.json', language: 'yaml', environment: {} } as const
  const { spec, findings } = readJob({ ...told, bytes })
  expect(findings.map(findingText)).toEqual([])
  expect(spec?.name).toBe('drill-1')
})

test('two of other names share no topic', () => {
  const all = ['drill-1', 'drill-2'].flatMap(job => {
    const names = namesOf(job)
    const made = topics(names, 3)
    expect(made.map(({ replication }) => replication)).toEqual([3, 3, 3])
    return [...made.map(({ topic }) => topic), names.dead, names.journal]
  })
  expect(new Set(all).size).toBe(2 * 5)
})

test('an output is found with its name, or without one', () => {
  const header = (name: string, text: string) => ({ name, value: utf8Of(text) })
  const named = [header('other', 'x'), header(IDENTITY_HEADER, 'drill/pairs/0/1/pairs/7')]
  const value = utf8Of('{"a":1}')
  expect(foundOf({ value, headers: named })).toEqual({
    text: '{"a":1}',
    identity: 'drill/pairs/0/1/pairs/7',
  })
  expect(foundOf({ value: null, headers: [] })).toEqual({ text: '', identity: '' })
})
