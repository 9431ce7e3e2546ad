/** Any bytes in any language: a document or findings within the text, and nothing else, ever. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fuzzRuns } from '../../base/testing/runs.ts'
import { type Finding, findingText } from '../finding.ts'
import { bytesOf, plainOf, written } from '../testing/writing.ts'
import { type Language, languageOf, languages, readDocument } from './document.ts'
import { nodeText } from './json-text.ts'
import { type JsonMap, jsonOf } from './node.ts'
import { FILE_BYTES_MAX } from './text.ts'

const read = (language: Language, text: string | Uint8Array, environment = {}) => {
  const bytes = typeof text === 'string' ? bytesOf(text) : text
  return readDocument({ file: `job.${language}`, language, bytes, environment })
}

const job: JsonMap = {
  name: 'page-stats',
  sources: { events: { kafka: { topic: 'web', brokers: '${KAFKA:localhost:9092}' } } },
  steps: [{ filter: { where: 'status >= 500' } }, { to: 'out' }],
  options: { partitions: 12, strict: true },
}

describe('a document', () => {
  it('is the same in three languages', () => {
    const trees = languages.map(language => {
      const { document } = read(language, written(language, job))
      return document && plainOf(jsonOf(document.root))
    })
    expect(trees[0]).toEqual(
      plainOf({
        ...job,
        sources: { events: { kafka: { topic: 'web', brokers: 'localhost:9092' } } },
      }),
    )
    expect(trees[1]).toEqual(trees[0])
    expect(trees[2]).toEqual(trees[0])
  })

  it('is shown without what came from variables', () => {
    const { document } = read('yaml', 'a: "${TOKEN}"\nb: $${x}\nc: [1, d]', { TOKEN: 'secret' })
    expect(JSON.stringify(document?.shown())).toBe('{"a":"${TOKEN}","b":"${x}","c":[1,"d"]}')
  })

  it('turns offsets into places', () => {
    const { document } = read('yaml', 'a: 1\nsteps:\n  - filter: x\n')
    const remark = { level: 'warning', code: 'odd', message: 'it is odd' } as const
    const finding = document?.finding({ ...remark, offset: 16, path: ['steps', 0, 'filter'] })
    expect(finding && findingText(finding)).toBe(
      'job.yaml:3:5: warning odd at steps[0].filter: it is odd',
    )
  })

  it.each([
    ['a.yaml', 'yaml'],
    ['b/a.YML', 'yaml'],
    ['a.test.json', 'json'],
    ['a.toml', 'toml'],
    ['a.txt', undefined],
    ['yaml', 'yaml'],
  ])('of the file %s is in %s', (file, language) => {
    expect(languageOf(file)).toBe(language)
  })
})

describe('trouble', () => {
  it.each([
    ['yaml', 'a: 1\nb: [', 2],
    ['json', '{"a": 1,\n "b": }', 2],
    ['toml', 'a = 1\nb = ', 2],
  ] as const)('in %s has a place', (language, text, line) => {
    const { findings } = read(language, text)
    expect(findings).toMatchObject([{ level: 'error', code: 'syntax', line, path: '' }])
    expect(findings?.[0]?.file).toBe(`job.${language}`)
  })

  it('of several variables is told at once', () => {
    const { findings } = read('json', '{"a": "${A}",\n"b": "${B}"}')
    expect(findings?.map(({ line, column }) => `${line}:${column}`)).toEqual(['1:8', '2:7'])
    expect(findingText(findings?.[0] as Finding)).toBe(
      'job.json:1:8: error unset-variable: the variable A is not set, and has no default' +
        ' (write: ${A:DEFAULT})',
    )
  })

  it('is a file that is too large', () => {
    const { findings } = read('json', new Uint8Array(FILE_BYTES_MAX + 1))
    expect(findings).toMatchObject([{ code: 'too-large', line: 1, column: 1 }])
  })
})

function checkAnswer(language: Language, bytes: Uint8Array): void {
  const { document, findings } = read(language, bytes)
  if (document !== undefined) {
    jsonOf(document.root)
    return
  }
  const lines = new TextDecoder().decode(bytes).split(/\r\n|\r|\n/)
  expect(findings.length).toBeGreaterThan(0)
  for (const { line, column, message } of findings) {
    expect(line).toBeGreaterThan(0)
    expect(line).toBeLessThanOrEqual(lines.length)
    expect(column).toBeGreaterThan(0)
    expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1)
    expect(message).not.toBe('')
  }
}

describe.each(languages)('hostile %s', language => {
  const whole = bytesOf(written(language, job))

  it('of any bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 200 })
    fc.assert(
      fc.property(bytes, one => checkAnswer(language, one)),
      { numRuns: fuzzRuns(2_000) },
    )
  })

  it('of signs that mean something there', () => {
    const signs = fc.constantFrom(
      ...['{', '}', '[', ']', '"', "'", '"""', "'''", ':', ': ', ',', '\n', '\n  ', '- ', '? '],
      ...['|', '>', '&a ', '*a ', '!t ', '#', '%', '=', ' = ', '.', '\\', '${', '${A}', '---\n'],
      ...[
        'a',
        'b',
        '1',
        '0x',
        '1e9',
        'true',
        'null',
        '\t',
        '\r',
        '\u0000',
        '\ufeff',
        'é',
        '😀',
        '@',
      ],
    )
    const text = fc.array(signs, { maxLength: 40 }).map(parts => parts.join(''))
    fc.assert(
      fc.property(text, one => checkAnswer(language, bytesOf(one))),
      { numRuns: fuzzRuns(2_000) },
    )
  })

  it('of a file with some bytes changed', () => {
    const change = fc.record({
      at: fc.nat(whole.length),
      drop: fc.nat(6),
      add: fc.uint8Array({ maxLength: 4 }),
    })
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), changes => {
        let bytes: readonly number[] = [...whole]
        for (const { at, drop, add } of changes) {
          bytes = [...bytes.slice(0, at), ...add, ...bytes.slice(at + drop)]
        }
        checkAnswer(language, new Uint8Array(bytes))
      }),
      { numRuns: fuzzRuns(2_000) },
    )
  })

  it('of one thing many times over', () => {
    const size = FILE_BYTES_MAX / 8
    for (const part of ['[', '{a: ', '- ', '"', '${', '${A}', 'a', '\n', '[[a]]\n', '{"a":']) {
      checkAnswer(language, bytesOf(part.repeat(Math.floor(size / part.length))))
    }
  })
})

describe('numbers', () => {
  const read = (language: Language, text: string) => {
    const { document } = readDocument({
      file: 'f',
      language,
      bytes: bytesOf(text),
      environment: {},
    })
    return document && nodeText(document.root)
  }

  it.each([
    ['json', '{"a": 9007199254740993.51}', '9007199254740993.51'],
    ['json', '{"a": -0.50e+2}', '-0.50e+2'],
    ['json', '{"a": -0}', '-0'],
    ['json', '{"a": 123456789012345678901234567890}', '123456789012345678901234567890'],
    ['yaml', 'a: 9007199254740993.51', '9007199254740993.51'],
    ['yaml', 'a: +0012345678901234567.890', '12345678901234567.890'],
    ['yaml', 'a: -.12345678901234567891e5', '-0.12345678901234567891e5'],
    ['yaml', 'a: 5.', '5'],
    ['yaml', 'a: 0.', '0'],
    ['yaml', 'a: 0x1F', '31'],
    ['yaml', 'a: -12345678901234567890', '-12345678901234567890'],
    ['yaml', 'a: .nan', '"NaN"'],
    ['yaml', 'a: -.inf', '"-Infinity"'],
    ['toml', 'a = 9_007_199_254_740_993.5_1', '9007199254740993.51'],
    ['toml', 'a = +1.5E-3', '1.5E-3'],
    ['toml', 'a = 0xff', '255'],
    ['toml', 'a = -inf', '"-Infinity"'],
    ['toml', 'a = nan', '"NaN"'],
  ] as const)('of %s keep their digits: %s', (language, text, digits) => {
    expect(read(language, text)).toBe(`{"a":${digits}}`)
  })
})
