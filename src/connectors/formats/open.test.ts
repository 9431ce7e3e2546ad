/** Each format by its name; and records that are one text each. */

import { describe, expect, test } from 'vitest'
import { recordsOf } from '../../engine/columns/records.ts'
import { Schema } from '../../engine/schema/schema.ts'
import { BIGINT, JSON_TYPE, TEXT, TIMESTAMPTZ } from '../../engine/schema/type.ts'
import { decoderOf, encoderOf, type ReadFormat, splitterOf, type WriteFormat } from './open.ts'
import { fieldOf } from './path.ts'
import { bytesOf, rawOf, rowsOf, textsOf } from './testing/raw.ts'

const fields = [fieldOf({ name: 'a', type: BIGINT }), fieldOf({ name: 'b', type: TEXT })]

describe('decoders', () => {
  test.each<[ReadFormat, string]>([
    [{ format: 'json' }, '{"a":1,"b":"x"}'],
    [{ format: 'ndjson' }, '{"a":1,"b":"x"}\n'],
    [{ format: 'yaml' }, 'a: 1\nb: x'],
    [{ format: 'toml' }, 'a = 1\nb = "x"'],
    [{ format: 'csv', names: ['b', 'a'] }, 'x,1'],
    [{ format: 'csv', names: ['a', 'b'], delimiter: '\t' }, '1\tx'],
  ])('%o', (format, record) => {
    expect(rowsOf(decoderOf(format, fields).decode(rawOf([record])), 1)).toEqual([[1, 'x']])
  })

  test('are lenient where that is said, and keep to the limits', () => {
    const texts = [fieldOf({ name: 'a', type: TEXT })]
    const lenient = decoderOf({ format: 'yaml', lenient: true }, texts)
    expect(rowsOf(lenient.decode(rawOf(['a: 1.50'])), 1)).toEqual([['1.50']])
    for (const format of ['json', 'yaml', 'toml', 'text'] as const) {
      const strict = decoderOf({ format, limits: { recordBytesMax: 3 } }, texts)
      expect(rowsOf(strict.decode(rawOf(['{}{}'])), 1)).toEqual(['too-large'])
    }
  })
})

describe('encoders', () => {
  const schema = new Schema([
    { name: 'a', type: TIMESTAMPTZ },
    { name: 'b', type: TEXT },
  ])
  const records = recordsOf(schema, [{ time: 0, values: [0, 'x;'] }])
  const iso = '1970-01-01T00:00:00.000Z'

  test.each<[WriteFormat, string]>([
    [{ format: 'json' }, `{"a":"${iso}","b":"x;"}`],
    [{ format: 'json', moments: 'ms' }, '{"a":0,"b":"x;"}'],
    [{ format: 'ndjson' }, `{"a":"${iso}","b":"x;"}\n`],
    [{ format: 'csv' }, `${iso},x;\r\n`],
    [{ format: 'csv', delimiter: ';', moments: 'ms' }, '0;"x;"\r\n'],
  ])('%o', (format, text) => {
    expect(textsOf(encoderOf(format, schema).encode(records))).toEqual([text])
  })
})

describe('splitters', () => {
  const file = bytesOf('a,"b\n"\n\n{}\n')

  test('each format cuts in its own way', () => {
    const texts = (format: Parameters<typeof splitterOf>[0]) =>
      textsOf(splitterOf(format).push(file))
    expect(texts({ format: 'ndjson' })).toEqual(['a,"b', '"', '{}'])
    expect(texts({ format: 'text' })).toEqual(['a,"b', '"', '', '{}'])
    expect(texts({ format: 'csv' })).toEqual(['a,"b\n"', '{}'])
    expect(texts({ format: 'csv', names: ['a'] })).toEqual(['a,"b\n"', '', '{}'])
    expect(texts({ format: 'csv', delimiter: ';' })).toEqual(['a,"b', '"\n\n{}\n'].slice(0, 1))
  })

  test('begin where they are told, and keep to the limits', () => {
    const splitter = splitterOf({ format: 'text', limits: { recordBytesMax: 2 } }, 100)
    const split = splitter.push(bytesOf('12345\n'))
    expect([...split.positions]).toEqual([100])
    expect(textsOf(split)).toEqual(['123'])
    expect(splitter.position).toBe(106)
  })
})

describe('text', () => {
  const line = [fieldOf({ name: 'line', type: TEXT })]

  test('is one column', () => {
    const decoder = decoderOf({ format: 'text' }, line)
    const records = ['a "b"', '', 'é', null, Uint8Array.of(0x61, 0xff)]
    const out = decoder.decode(rawOf(records, '##'))
    expect(rowsOf(out, 5)).toEqual([['a "b"'], [''], ['é'], 'no-value', 'not-utf8'])
    expect(out.failures.map(({ at }) => at)).toEqual([0, 1])
    expect(out.vectors[0]?.nulls).toEqual(Uint8Array.of(0, 0, 0, 1, 1))
  })

  test('may be of another type', () => {
    const number = decoderOf({ format: 'text' }, [fieldOf({ name: 'n', type: BIGINT })])
    expect(rowsOf(number.decode(rawOf(['12', 'x', ''])), 3)).toEqual([
      [12],
      'no-such-value',
      'no-such-value',
    ])
    const json = decoderOf({ format: 'text' }, [fieldOf({ name: 'j', type: JSON_TYPE })])
    expect(rowsOf(json.decode(rawOf([' [1] ', '[', 'null'])), 3)).toEqual([
      ['[1]'],
      'malformed',
      [null],
    ])
  })

  test('is no more than one column', () => {
    expect(() => decoderOf({ format: 'text' }, fields)).toThrow('one-column')
    expect(() => decoderOf({ format: 'text' }, [])).toThrow('one-column')
    const numbers = new Schema([{ name: 'a', type: BIGINT }])
    expect(() => encoderOf({ format: 'text' }, numbers)).toThrow("column 'a' is BIGINT")
    expect(() => encoderOf({ format: 'text' }, new Schema([]))).toThrow('one-column')
  })

  test('is written as it is', () => {
    const schema = new Schema([{ name: 'line', type: TEXT }])
    const rows = ['a', null, 'é'].map(value => ({ time: 0, values: [value] }))
    const records = recordsOf(schema, rows)
    const raw = encoderOf({ format: 'text' }, schema).encode(records)
    expect(rowsOf(decoderOf({ format: 'text' }, line).decode(raw), 3)).toEqual([
      ['a'],
      'no-value',
      ['é'],
    ])
    const lines = encoderOf({ format: 'text', lines: true }, schema).encode(records)
    expect(textsOf(lines)).toEqual(['a\n', '\n', 'é\n'])
    const other = recordsOf(new Schema([{ name: 'x', type: TEXT }]), [])
    expect(() => encoderOf({ format: 'text' }, schema).encode(other)).toThrow(
      'records-have-the-encoders-schema',
    )
  })
})
