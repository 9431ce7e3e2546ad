/** YAML and TOML: what they become, and what is refused before it costs anything. */

import fc from 'fast-check'
import { stringify as toToml } from 'smol-toml'
import { describe, expect, test } from 'vitest'
import { stringify as toYaml } from 'yaml'
import { fuzzLimit, fuzzRuns } from '../../../base/testing/runs.ts'
import {
  arrayOf,
  BIGINT,
  BOOLEAN,
  DATE,
  DOUBLE,
  decimal,
  JSON_TYPE,
  TEXT,
  TIMESTAMP,
  TIMESTAMPTZ,
  type Type,
} from '../../../engine/schema/type.ts'
import type { Limits } from '../limits.ts'
import { limitsOf } from '../limits.ts'
import { fieldOf } from '../path.ts'
import { type Bytes, bytesOf, rawOf, rowsOf } from '../testing/raw.ts'
import { TroubleAt } from '../trouble.ts'
import { DocumentDecoder, type Translate } from './decoder.ts'
import { tomlToJson } from './toml.ts'
import { yamlToJson } from './yaml.ts'

const field = (name: string, type: Type, from?: string) => fieldOf({ name, type }, { from })

function said(translate: Translate, text: string, limits?: Partial<Limits>): unknown {
  const json = translate(text, limitsOf(limits))
  return json instanceof TroubleAt ? `${json.code} at ${json.at}` : JSON.parse(json)
}

const yaml = (text: string, limits?: Partial<Limits>) => said(yamlToJson, text, limits)
const toml = (text: string, limits?: Partial<Limits>) => said(tomlToJson, text, limits)

/** Values that all three formats have, under keys of any kind. */
const key = fc.oneof(
  fc.constantFrom('a', 'b c', '__proto__', 'constructor', 'toString', '<<', 'é'),
  fc.string({ minLength: 1, maxLength: 6 }),
)
const leaf = fc.oneof(
  fc.string({ maxLength: 10 }),
  fc.boolean(),
  fc.integer(),
  fc.constantFrom('true', '1', 'null', '2026-11-21', '', 'a: b', '# no', '*x', '&x', '- y'),
)
const tree = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(leaf, { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3 }),
  ),
})).value
const document = fc.dictionary(key, tree, { maxKeys: 4 })
const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown

describe('YAML', () => {
  test('says what JSON would', () => {
    fc.assert(
      fc.property(document, value => {
        expect(yaml(toYaml(value, { aliasDuplicateObjects: false }))).toEqual(plain(value))
        expect(yaml(JSON.stringify(value))).toEqual(plain(value))
      }),
    )
  })

  test.each<[string, unknown]>([
    ['a: 1\nb: [x, 0x1F, 0o17, 1.50, .5, -.5e1, +3]', { a: 1, b: ['x', 31, 15, 1.5, 0.5, -5, 3] }],
    ['a: .inf\nb: .nan\nc: -0', { a: 'Infinity', b: 'NaN', c: -0 }],
    ['a: ~\nb:\nc: null\nd: ""', { a: null, b: null, c: null, d: '' }],
    ['a: yes\nb: True\nc: no', { a: 'yes', b: true, c: 'no' }],
    ['a: |\n  x\n  y\nb: >\n  x\n  y\n', { a: 'x\ny\n', b: 'x y\n' }],
    ['1: x\n~: y\ntrue: z', { 1: 'x', '~': 'y', true: 'z' }],
    ['a: &here 1', { a: 1 }],
    ['a: !!str 1', { a: '1' }],
    ['a: !!binary aGk=', 'malformed at 3'],
    ['a: !!set {b, c}', 'malformed at 3'],
    ['a: !!timestamp 2020-01-01', 'malformed at 3'],
    ['!!omap [a: 1]', 'malformed at 0'],
    ['? !!binary aGk=\n: 1', 'malformed at 2'],
    [`a: [${'[],'.repeat(30_000)}]`, 'too-large at 39998'],
    [`a: [${'1,'.repeat(100)}]`, { a: new Array(100).fill(1) }],
    ['a: 1\na: 2', { a: 2 }],
    ['- a\n- {b: c}', ['a', { b: 'c' }]],
    ['', null],
    ['# nothing', null],
    ['---\na: 1\n...\n', { a: 1 }],
    ['"\\ud800": 1', { '\ud800': 1 }],
    ['<<: {a: 1}', { '<<': { a: 1 } }],
  ])('%o', (text, value) => {
    expect(yaml(text)).toEqual(value)
  })

  test.each([
    ['a: &x 1\nb: *x', 'alias at 11'],
    ['a: 1\n---\nb: 2', 'malformed at 5'],
    ['a: [1', 'malformed at 5'],
    ['a: "x', 'malformed at 5'],
    ['a: !mine 1', 'malformed at 3'],
    ['? [a]\n: 1', 'malformed at 2'],
    ['\ta: 1', 'malformed at 0'],
    ['a: 1\n b: 2', 'malformed at 3'],
  ])('%o is refused', (text, trouble) => {
    expect(yaml(text)).toBe(trouble)
  })

  test('numbers keep their digits', () => {
    const text = 'a: 12345678901234567890123\nb: 1.10\nc: 0.1000000000000000055511151231257827'
    expect(yamlToJson(text, limitsOf())).toBe(
      '{"a":12345678901234567890123,"b":1.10,"c":0.1000000000000000055511151231257827}',
    )
  })

  test('of any depth is refused or read, without a deep stack', () => {
    expect(yaml('[[]]', { depthMax: 2 })).toEqual([[]])
    for (const open of ['[', '{a: ', '- ', '? ', '{? ']) {
      expect(yaml(open.repeat(20_000))).toMatch(/^too-deep/)
    }
    const steps = Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')
    expect(yaml(steps)).toMatch(/^too-deep/)
  })

  test('any text is read or refused', fuzzLimit(2000), () => {
    const signs = fc.constantFrom(...'-:[]{}?&*!|>\'"%@`#, \n\tab1~<', '---\n', ': ', '- ')
    const wild = fc.array(signs, { maxLength: 40 }).map(parts => parts.join(''))
    fc.assert(
      fc.property(wild, text => {
        const json = yamlToJson(text, limitsOf())
        if (typeof json === 'string') JSON.parse(json)
        else expect(json.at).toBeLessThanOrEqual(text.length)
      }),
      { numRuns: fuzzRuns(2000) },
    )
  })
})

describe('TOML', () => {
  test('says what JSON would', () => {
    fc.assert(
      fc.property(document, value => {
        const text = toToml(plain(value) as Record<string, unknown>)
        expect(toml(text)).toEqual(plain(value))
      }),
    )
  })

  test.each<[string, unknown]>([
    [
      'a = 1\n[b]\nc = [1, "x", true]\n[[d]]\ne = 1.5',
      { a: 1, b: { c: [1, 'x', true] }, d: [{ e: 1.5 }] },
    ],
    ['a.b.c = 0x1F', { a: { b: { c: 31 } } }],
    ['a = inf\nb = nan\nc = -0.0', { a: 'Infinity', b: 'NaN', c: -0 }],
    ['a = 2026-11-21\nb = 07:32:00', { a: '2026-11-21', b: '07:32:00.000' }],
    ['a = 2026-11-21T07:32:00', { a: '2026-11-21T07:32:00.000' }],
    ['a = 2026-11-21T07:32:00+02:00', { a: '2026-11-21T07:32:00.000+02:00' }],
    ['a = "2026-02-30"', { a: '2026-02-30' }],
    ['', {}],
  ])('%o', (text, value) => {
    expect(toml(text)).toEqual(value)
  })

  test.each([
    ['a = ', 'malformed'],
    ['a = 1\na = 2', 'malformed'],
    ['a = 2026-02-30', 'no-such-value at 0'],
    ['a = 2026-02-29T00:00:00Z', 'no-such-value at 0'],
    ['a = 2026-13-01', 'malformed'],
    ['[x', 'malformed'],
    ['{}', 'malformed'],
  ])('%o is refused', (text, trouble) => {
    expect(toml(text)).toMatch(new RegExp(`^${trouble}`))
  })

  test('says where', () => {
    expect(toml('a = 1\nb = "x" y\n')).toBe('malformed at 14')
    expect(toml('a = 1\nbb')).toMatch(/^malformed at [6-8]$/)
  })

  test('whole numbers keep their digits', () => {
    expect(tomlToJson('a = 9223372036854775807', limitsOf())).toBe('{"a":9223372036854775807}')
  })

  test('of any depth is refused or read', () => {
    expect(toml('a = [[]]', { depthMax: 3 })).toEqual({ a: [[]] })
    expect(toml('a = [[[]]]', { depthMax: 3 })).toMatch(/^too-deep/)
    expect(toml(`a = ${'['.repeat(20_000)}`)).toMatch(/^too-deep/)
    expect(toml(`${Array(2000).fill('a').join('.')} = 1`)).toMatch(/^too-deep/)
    expect(toml(`[${Array(2000).fill('a').join('.')}]`)).toMatch(/^too-deep/)
  })

  test('any text is read or refused', fuzzLimit(2000), () => {
    const signs = fc.constantFrom(...'=[]{}."\'#, \n\tab1-+:TZ', '[[', ']]', 'a = ', '2026-11-21')
    const wild = fc.array(signs, { maxLength: 30 }).map(parts => parts.join(''))
    fc.assert(
      fc.property(wild, text => {
        const json = tomlToJson(text, limitsOf())
        if (typeof json === 'string') JSON.parse(json)
        else expect(json.at).toBeLessThanOrEqual(text.length)
      }),
      { numRuns: fuzzRuns(2000) },
    )
  })
})

describe('documents as columns', () => {
  const fields = [
    field('level', TEXT),
    field('n', BIGINT, 'request.n'),
    field('at', TIMESTAMPTZ, 'request.at'),
    field('tags', arrayOf(TEXT)),
  ]
  const rows = (translate: Translate, records: readonly Bytes[], limits?: Partial<Limits>) => {
    const out = new DocumentDecoder(fields, translate, { limits }).decode(rawOf(records, '\n'))
    return { rows: rowsOf(out, records.length), failures: out.failures }
  }
  const moment = Date.UTC(2026, 10, 21, 7, 32)
  const row = ['error', 2 ** 40, moment, ['a', 'b']]

  test('of YAML', () => {
    const text = `level: error\nrequest: {n: ${2 ** 40}, at: 2026-11-21T07:32:00Z}\ntags: [a, b]`
    expect(rows(yamlToJson, [text, 'level: [', text]).rows).toEqual([row, 'malformed', row])
  })

  test('of TOML', () => {
    const head = 'level = "error"\ntags = ["a", "b"]'
    const text = `${head}\n[request]\nn = ${2 ** 40}\nat = 2026-11-21T07:32:00Z`
    expect(rows(tomlToJson, [text, 'level =', text]).rows).toEqual([row, 'malformed', row])
  })

  test('have one failure a record, in order, at its byte', () => {
    const wrong = [0x61, 0x3a, 0x20, 0xff]
    const records = [null, 'é: [', 'level: 5', Uint8Array.from(wrong), 'é'.repeat(50), '5', '{}']
    const got = rows(yamlToJson, records, { recordBytesMax: 60 })
    expect(got.rows.map(one => (typeof one === 'string' ? one : 'fine'))).toEqual([
      'no-value',
      'malformed',
      'wrong-type',
      'not-utf8',
      'too-large',
      'not-an-object',
      'fine',
    ])
    expect(got.failures.map(({ row: at, at: byte }) => [at, byte])).toEqual([
      [0, 0],
      [1, 5],
      [2, 0],
      [3, 3],
      [4, 60],
      [5, 0],
    ])
  })

  test('types as in JSON', () => {
    const types: readonly [string, Type][] = [
      ['a', DATE],
      ['b', TIMESTAMP],
      ['c', decimal(5, 2)],
      ['d', DOUBLE],
      ['e', BOOLEAN],
      ['f', JSON_TYPE],
    ]
    const text = 'a = 2026-11-21\nb = 2026-11-21 07:32:00\nc = 1.25\nd = 1\ne = true\nf = {x = [1]}'
    const decoder = new DocumentDecoder(
      types.map(([name, type]) => field(name, type)),
      tomlToJson,
    )
    expect(rowsOf(decoder.decode(rawOf([text])), 1)).toEqual([
      [20_778, moment, 125, 1, true, '{"x":[1]}'],
    ])
  })

  test('are small unless somebody asks for more', () => {
    const large = `level: "${'x'.repeat(70_000)}"`
    expect(rows(yamlToJson, [large]).rows).toEqual(['too-large'])
    expect(rows(yamlToJson, [large], { recordBytesMax: 80_000 }).failures).toEqual([])
  })

  test('texts that grow in JSON are within the limits of the document', () => {
    const quotes = `level: '${'"'.repeat(60_000)}'`
    expect(rows(yamlToJson, [quotes]).rows).toEqual([['"'.repeat(60_000), null, null, null]])
    expect(bytesOf(quotes).length).toBeLessThan(65_536)
  })
})
