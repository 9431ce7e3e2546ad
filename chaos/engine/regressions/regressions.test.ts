/**
 * Every case that once showed a bug of the engine is run again: in the folder beside, one file
 * each, named after the bug. `npm run engine -- --seed N --save FILE` makes such a file.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { answered } from '../../oracle/oracle.ts'
import { readCase } from '../file.ts'
import { judged } from '../judge.ts'

const folder = new URL('./', import.meta.url)
const files = readdirSync(folder).filter(file => file.endsWith('.json'))

test('some are kept', () => {
  expect(files.length).toBeGreaterThan(0)
})

test.each(files)('%s', file => {
  const one = readCase(readFileSync(new URL(file, folder), 'utf8'))
  const { sinks } = answered(one.plan, one.input)
  expect(Object.values(sinks).some(({ rows }) => rows.length > 0)).toBe(true)
  expect(judged(one)).toBe(undefined)
})

test('two sessions that begin together: a key with their start would lose one', () => {
  const file = new URL('sessions-with-the-same-start.json', folder)
  const one = readCase(readFileSync(file, 'utf8'))
  const sinks = one.plan.sinks.map(sink => ({ ...sink, key: ['k6', 'window_start'] }))
  expect(judged({ ...one, plan: { ...one.plan, sinks } })).toMatchObject({
    checker: 'ENGINE-1 sinks have what the oracle says',
    detail: expect.stringContaining('missing: @-4354 null -4750 -4353'),
  })
})
