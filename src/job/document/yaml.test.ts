/** YAML: what it means in a job file, and what is refused there. */

import { describe, expect, it } from 'vitest'
import { DEPTH_MAX, jsonOf, type MapNode } from './node.ts'
import { parseYaml } from './yaml.ts'

const readAs = (text: string) => {
  const { root } = parseYaml(text)
  return root === undefined ? undefined : jsonOf(root)
}
const troubleOf = (text: string) => parseYaml(text).trouble
const entriesOf = (text: string) => (parseYaml(text).root as MapNode).entries

describe('values', () => {
  it('are those of the core schema of YAML 1.2', () => {
    const text = 'a: 1\nb: 0x1f\nc: yes\nd: true\ne: ~\nf:\ng: 1.5\nh: 2026-01-02\ni: "1"\nj: .inf'
    expect(JSON.parse(JSON.stringify(readAs(text)))).toEqual({
      a: 1,
      b: 31,
      c: 'yes',
      d: true,
      e: null,
      f: null,
      g: 1.5,
      h: '2026-01-02',
      i: '1',
      j: null,
    })
    expect(entriesOf(text).get('j')?.value).toMatchObject({ value: Number.POSITIVE_INFINITY })
  })

  it('that a double cannot hold stay exact', () => {
    expect(readAs('9007199254740993')).toBe(9007199254740993n)
    expect(readAs('42')).toBe(42)
  })

  it('know where they stand', () => {
    const text = 'steps:\n  - filter: "a > 1"\n  - >-\n    x\n    y\n'
    const steps = entriesOf(text).get('steps')
    expect(steps?.key).toEqual({ start: 0, end: 5 })
    const items = steps?.value.kind === 'list' ? steps.value.items : []
    const filter = items[0]?.kind === 'map' ? items[0].entries.get('filter') : undefined
    expect(text.slice(filter?.key.start, filter?.key.end)).toBe('filter')
    expect(text.slice(filter?.value.start, filter?.value.end)).toBe('"a > 1"')
    expect(items[1]).toMatchObject({ kind: 'text', value: 'x y', style: 'block' })
    expect(text.slice(items[1]?.start, items[1]?.end)).toBe('>-\n    x\n    y\n')
  })

  it('that are not there stand behind their key', () => {
    expect(entriesOf('name:\nx: 1').get('name')?.value).toEqual({ kind: 'null', start: 5, end: 5 })
  })

  it('of an empty file are none', () => {
    for (const text of ['', '\n\n', '# nothing', '---\n']) expect(readAs(text)).toBeNull()
  })

  it('may have any word as a key', () => {
    const keys = [...entriesOf('__proto__: 1\n1: a\ntrue: b\n<<: {c: d}\n0x10: e').keys()]
    expect(keys).toEqual(['__proto__', '1', 'true', '<<', '0x10'])
    expect(({} as Record<string, unknown>)['c']).toBeUndefined()
  })
})

describe('refused', () => {
  it.each([
    ['an alias', 'a: *b', 'yaml-alias', 3],
    ['an anchor', 'a: &b c', 'yaml-anchor', 6],
    ['an anchor on a key', '&b a: c', 'yaml-anchor', 3],
    ['a tag', 'a: !job {}', 'yaml-tag', 8],
    ['a tag of YAML itself', 'a: !!str 1', 'yaml-tag', 9],
    ['a directive', '%YAML 1.1\n---\na: yes', 'yaml-directive', 0],
    ['a second document', 'a: 1\n---\nb: 2', 'yaml-documents', 5],
    ['a list as a key', '? [a]\n: b', 'yaml-key', 2],
    ['nothing as a key', '~: b', 'yaml-key', 0],
    ['a key twice', 'a: 1\nb: 2\na: 3', 'duplicate-key', 10],
    ['a key twice in other quotes', 'a: {b: 1, "b": 2}', 'duplicate-key', 10],
    ['a tab as indentation', 'a:\n\t- b', 'syntax', 3],
    ['a list that does not end', '[a', 'syntax', 2],
    ['a text that does not end', 'a: "x', 'syntax', 5],
    ['two colons in a line', 'a: b: c', 'syntax', 3],
  ])('%s', (_, text, code, offset) => {
    expect(troubleOf(text)).toMatchObject({ code, offset })
  })

  it('says what to do when a sign was meant as text', () => {
    expect(troubleOf('where: !active')).toMatchObject({
      message: '!active is a tag, and none is known',
      suggestion: 'the text in quotes, if it is one',
    })
  })

  it('is what stands too deep, in every form', () => {
    const flow = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    const block = (depth: number) => `${'- '.repeat(depth)}a`
    const maps = (depth: number) => `${'{a: '.repeat(depth)}1${'}'.repeat(depth)}`
    for (const nested of [flow, block, maps]) {
      expect(troubleOf(nested(DEPTH_MAX))).toBeUndefined()
      expect(troubleOf(nested(DEPTH_MAX + 1))?.code).toBe('too-deep')
      expect(troubleOf(nested(10_000))?.code).toBe('too-deep')
    }
    for (const begun of ['? ', '[', '{a: ', 'a:\n ']) {
      expect(troubleOf(begun.repeat(10_000))).toBeDefined()
    }
  })

  it('is a bomb of aliases, before anything is multiplied', () => {
    const lines = ['a0: &a0 [x, x]']
    for (let at = 1; at < 30; at++) lines.push(`a${at}: &a${at} [*a${at - 1}, *a${at - 1}]`)
    expect(troubleOf(lines.join('\n'))?.code).toBe('yaml-anchor')
  })
})
