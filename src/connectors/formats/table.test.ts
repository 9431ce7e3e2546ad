/**
 * The table of conversions, written out: `testdata/*.txt` says line by line what a value becomes.
 * After a change that is meant the results are written anew, and read in the diff:
 *
 *   WEIR_REGENERATE=1 npx vitest run src/connectors/formats/table.test.ts
 *
 * A block begins with `FORMAT into TYPE`; then come lines `VALUE => RESULT`. A result is a scalar,
 * or a failure with its byte in the record, which for JSON is `{"v":VALUE}`. Where `lenient` says
 * something else, it stands behind a bar.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Scalar, scalarAt } from '../../engine/columns/vector.ts'
import { arrayOf, decimal, SIMPLE_TYPES, type Type, typeText } from '../../engine/schema/type.ts'
import type { Decoder, Field, TimeUnit } from './format.ts'
import { decoderOf } from './open.ts'
import { fieldOf } from './path.ts'
import { rawOf } from './testing/raw.ts'

const folder = new URL('./testdata/', import.meta.url)
const files = readdirSync(folder).filter(name => name.endsWith('.txt'))
const isRegenerating = process.env['WEIR_REGENERATE'] === '1'
const ARROW = ' => '

const types: readonly Type[] = [
  ...SIMPLE_TYPES,
  decimal(5, 2),
  decimal(38, 0),
  ...SIMPLE_TYPES.map(arrayOf),
]

/** `TIMESTAMP in s` */
function fieldFor(text: string): Field {
  const [name = '', unit] = text.split(' in ')
  const type = types.find(one => typeText(one) === name)
  if (type === undefined) throw new Error(`what type is '${name}'?`)
  return fieldOf({ name: 'v', type }, { unit: unit as TimeUnit | undefined })
}

function shown(value: Scalar): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  if (value instanceof Uint8Array) return `<${Buffer.from(value).toString('hex')}>`
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`
  return Object.is(value, -0) ? '-0' : String(value)
}

/** What the second of the records becomes; the first is there to be learned from. */
function resultOf(decoder: Decoder, records: readonly [string, string]): string {
  const { vectors, failures } = decoder.decode(rawOf(records, '1'))
  const failure = failures.find(({ row }) => row === 1)
  if (failure !== undefined) return `${failure.code} at ${failure.at}: ${failure.reason}`
  const [vector] = vectors
  return vector === undefined ? 'nothing' : shown(scalarAt(vector, 1))
}

function jsonResult(field: Field, value: string): string {
  const learned = `{"v":null}`
  const [strict, lenient] = [false, true].map(isLenient =>
    resultOf(decoderOf({ format: 'json', lenient: isLenient }, [field]), [
      learned,
      `{"v":${value}}`,
    ]),
  )
  const alone = resultOf(decoderOf({ format: 'json' }, [field]), ['', `{"v":${value}}`])
  expect(strict).toBe(alone)
  return strict === lenient ? `${strict}` : `${strict} | ${lenient}`
}

function csvResult(field: Field, cell: string): string {
  return resultOf(decoderOf({ format: 'csv', names: ['v', 'w'] }, [field]), ['', `${cell},`])
}

function played(text: string): string {
  let format = ''
  let field: Field | undefined
  const lines = text.split('\n').map(line => {
    const [, name = '', type = ''] = /^(json|csv) into (.*)$/.exec(line) ?? []
    if (name !== '') {
      format = name
      field = fieldFor(type)
      return line
    }
    const arrow = line.indexOf(ARROW)
    if (arrow < 0 || field === undefined) return line
    const value = line.slice(0, arrow).trimEnd()
    const result = format === 'json' ? jsonResult(field, value) : csvResult(field, value)
    return `${value.padEnd(arrow)}${ARROW}${result}`
  })
  return lines.join('\n')
}

describe('tables', () => {
  test.each(files)('%s', file => {
    const url = new URL(file, folder)
    const text = readFileSync(url, 'utf8')
    if (isRegenerating) writeFileSync(url, played(text))
    else expect(played(text)).toBe(text)
  })

  test('have every type', () => {
    const all = files.map(file => readFileSync(new URL(file, folder), 'utf8')).join('\n')
    for (const type of [...SIMPLE_TYPES, decimal(5, 2)]) {
      expect(all).toContain(`json into ${typeText(type)}\n`)
      expect(all).toContain(`csv into ${typeText(type)}\n`)
    }
  })
})

describe('what is JSON', () => {
  const text = readFileSync(new URL('json-grammar.txt', folder), 'utf8')
  const values = text.split('\n').flatMap(line => {
    const arrow = line.indexOf(ARROW)
    return arrow < 0 ? [] : [line.slice(0, arrow).trimEnd()]
  })

  test('is what JSON.parse takes', () => {
    expect(values.length).toBeGreaterThan(100)
    const field = fieldFor('JSON')
    for (const value of values) {
      let isSound = true
      try {
        JSON.parse(`{"v":${value}}`)
      } catch {
        isSound = false
      }
      const result = jsonResult(field, value)
      expect([value, result.startsWith('malformed')]).toEqual([value, !isSound])
    }
  })
})
