/** Every function: its examples run, its names are its own, its page is up to date. */

import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { aggregateNames } from '../../engine/aggregates/registry.ts'
import { Schema } from '../../engine/schema/schema.ts'
import { constantValue } from '../testing/evaluate.ts'
import { toTextOf } from '../value/text.ts'
import { reference } from './reference.ts'
import { entries } from './registry.ts'

const nothing = new Schema([])

function resultOf(expression: string): string {
  const { type, value } = constantValue(expression, nothing)
  return value === null ? 'NULL' : toTextOf(type)(value)
}

const cases = entries.flatMap(entry =>
  entry.examples.map(({ expression, result }) => [entry.name, expression, result] as const),
)

test.each(cases)('%s: %s', (_, expression, result) => {
  expect(resultOf(expression)).toBe(result)
})

describe('the registry', () => {
  test('has at least 90 functions, each with an example that names it', () => {
    expect(entries.length).toBeGreaterThanOrEqual(90)
    for (const { name, aliases = [], examples } of entries) {
      const mentioned = examples.some(({ expression }) =>
        [name, ...aliases].some(one => expression.toLowerCase().includes(`${one}(`)),
      )
      expect(mentioned, name).toBe(true)
    }
  })

  test('has each name once, in lower case, and none of an aggregate', () => {
    const names = entries.flatMap(({ name, aliases = [] }) => [name, ...aliases])
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
    expect(names.filter(name => !/^[a-z][a-z0-9_]*$/.test(name))).toEqual([])
    expect(names.filter(name => aggregateNames.includes(name))).toEqual([])
  })

  test('says of each in one sentence what it does, and has one way to run it', () => {
    for (const { name, about, overloads = [], form } of entries) {
      expect(about, name).toMatch(/^\p{Lu}.*\.$/su)
      expect(overloads.length > 0, name).toBe(form === undefined)
      for (const { run, bind, working, columnwise } of overloads) {
        expect(
          [run, bind, working, columnwise].filter(one => one !== undefined),
          name,
        ).toHaveLength(1)
      }
    }
  })

  test('has a page in the reference that is up to date', () => {
    const url = new URL('../../../docs/reference/functions.md', import.meta.url)
    const page = reference(entries)
    if (process.env['WEIR_REGENERATE'] === '1') writeFileSync(url, page)
    else expect(readFileSync(url, 'utf8')).toBe(page)
  })
})
