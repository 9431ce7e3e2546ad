/** From a character of a text to the place in the file where it stands, through every disguise. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Document as YamlDocument } from 'yaml'
import { fuzzRuns } from '../../base/testing/runs.ts'
import { parseJson } from './json.ts'
import type { MapNode, Parsed, TextNode } from './node.ts'
import { parseToml } from './toml.ts'
import { filled } from './variables.ts'
import { offsetOf } from './written.ts'
import { parseYaml } from './yaml.ts'

function textUnder(parsed: Parsed, key: string): TextNode {
  const value = (parsed.root as MapNode).entries.get(key)?.value
  expect(value?.kind).toBe('text')
  return value as TextNode
}

/** The sign of the file at the place of each sign of the text, escapes shown as `~`. */
function traced(source: string, node: TextNode): string {
  return node.value
    .split('')
    .map((sign, at) => {
      const found = source[offsetOf(source, node, at)] ?? ''
      if (found === '\\') return '~'
      return /\s/.test(sign) ? sign : found
    })
    .join('')
}

describe('the place of a sign', () => {
  it.each([
    ['a plain text', 'a:   x > 1 # no', 'x > 1'],
    ['a plain text over lines', 'a: x\n    > 1\n\n    y', 'x > 1\ny'],
    ['single quotes', "a: 'it''s ''it'''", "it's 'it'"],
    ['only a quote', "a: ''''", "'"],
    ['double quotes', 'a: "x > 1"', 'x > 1'],
    ['double quotes over lines', 'a: "x\n   > 1\n\n   y"', 'x > 1\ny'],
    ['a continued line', 'a: "x >\\\n   1"', 'x >1'],
    ['a space that is escaped', 'a: "\n  \\ x"', ' ~x'],
    ['a literal block', 'a: |\n  x\n    > 1\n\n  y\nb: 1', 'x\n  > 1\n\ny\n'],
    ['a literal block with a comment', 'a: |2- # why\n    x\n   y\n', '  x\n y'],
    ['a folded block', 'a: >-\n\n  x\n  > 1\n\n  y\n   z\n', '\nx > 1\ny\n z'],
    ['windows lines', 'a: |\r\n  x\r\n  y\r\n', 'x\ny\n'],
  ])('YAML, %s', (_, source, value) => {
    const node = textUnder(parseYaml(source), 'a')
    expect(node.value).toBe(value.replace('~', ' '))
    expect(traced(source, node)).toBe(value)
  })

  it('is exact in a block, with its line', () => {
    const source = 'where: |\n  status >= 500\n    AND node\n'
    const node = textUnder(parseYaml(source), 'where')
    expect(offsetOf(source, node, node.value.indexOf('AND'))).toBe(source.indexOf('AND'))
    expect(offsetOf(source, node, node.value.indexOf('node'))).toBe(source.indexOf('node'))
  })

  it.each([
    ['"x \\u003e 1\\n\\"y\\""', 'x ~ 1~~y~'],
    ['"\\ud83d\\ude00x"', '~~x'],
    ['""', ''],
  ])('JSON, %s', (source, value) => {
    const node = textUnder(parseJson(`{"a": ${source}}`), 'a')
    expect(traced(`{"a": ${source}}`, node)).toBe(value)
  })

  it.each([
    ['"x \\u003E 1"', 'x ~ 1'],
    ['"\\U0001F600x"', '~~x'],
    ["'x > 1'", 'x > 1'],
    ['"""\nx\n  > "1"\n"""', 'x\n  > "1"\n'],
    ['"""x \\\n    y"""', 'x y'],
    ["'''\nx'y\n'''", "x'y\n"],
  ])('TOML, %s', (source, value) => {
    const node = textUnder(parseToml(`a = ${source}`), 'a')
    expect(traced(`a = ${source}`, node)).toBe(value)
  })

  it('is right in every style of YAML', () => {
    const words = fc.string({ unit: fc.constantFrom(...'abc\'"\\>#: \n=é'), maxLength: 40 })
    const styles = fc.constantFrom(
      'PLAIN' as const,
      'QUOTE_SINGLE' as const,
      'QUOTE_DOUBLE' as const,
      'BLOCK_LITERAL' as const,
      'BLOCK_FOLDED' as const,
    )
    fc.assert(
      fc.property(words, styles, (text, style) => {
        const document = new YamlDocument({ a: text })
        const scalar = document.get('a', true) as { type?: string }
        scalar.type = style
        const source = document.toString({ lineWidth: 12, minContentWidth: 0 })
        const parsed = parseYaml(source)
        // The writer makes no YAML of some texts, and loses spaces of others.
        fc.pre(parsed.root !== undefined)
        const node = textUnder(parsed, 'a')
        fc.pre(node.value === text)
        for (const [at, sign] of [...text].entries()) {
          const found = source[offsetOf(source, node, at)]
          if (!/\s/.test(sign) && found !== '\\') expect(found).toBe(sign)
        }
      }),
      { numRuns: fuzzRuns(600) },
    )
  })
})

describe('behind variables', () => {
  const source = 'a: "${X} > ${LIMIT:10} AND $${y}"'
  const parsed = filled(parseYaml(source).root as MapNode, source, { X: 'status' })
  const node = textUnder({ root: parsed.root }, 'a')

  it('what stands in the file keeps its place', () => {
    expect(node.value).toBe('status > 10 AND ${y}')
    const at = (word: string) => offsetOf(source, node, node.value.indexOf(word))
    expect(at('>')).toBe(source.indexOf('>'))
    expect(at('AND')).toBe(source.indexOf('AND'))
    expect(at('y}')).toBe(source.indexOf('y}'))
  })

  it('what came from a variable stands where the variable does', () => {
    for (const index of [0, 3, 5])
      expect(offsetOf(source, node, index)).toBe(source.indexOf('${X}'))
    const ten = node.value.indexOf('10')
    expect(offsetOf(source, node, ten + 1)).toBe(source.indexOf('${LIMIT'))
  })

  it('the end is the end', () => {
    const end = offsetOf(source, node, node.value.length)
    expect(source.slice(end)).toBe('"')
    expect(offsetOf(source, node, 1_000)).toBeLessThanOrEqual(source.length)
  })
})
