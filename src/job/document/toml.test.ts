/** TOML: tables scattered over a file become one tree, with the place of every key and value. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plainOf, written } from '../testing/writing.ts'
import { DEPTH_MAX, jsonOf, type MapNode, type Node } from './node.ts'
import { parseToml } from './toml.ts'

const readAs = (text: string) => {
  const { root } = parseToml(text)
  return root === undefined ? undefined : jsonOf(root)
}
const troubleOf = (text: string) => parseToml(text).trouble

/** Every key with its text in the file, and every value that is no table. */
function* cuttings(text: string, node: Node): Generator<readonly [string, string]> {
  if (node.kind === 'list') for (const item of node.items) yield* cuttings(text, item)
  if (node.kind !== 'map') return
  for (const [name, { key, value }] of node.entries) {
    yield [name, text.slice(key.start, key.end)]
    if (value.kind !== 'map' && value.kind !== 'list') {
      yield [String(value.kind === 'null' ? null : value.value), text.slice(value.start, value.end)]
    }
    yield* cuttings(text, value)
  }
}

describe('tables', () => {
  it('of all forms become one tree', () => {
    const text = `
name = "x"
sources.events.format = "json"
[sources.events.kafka]
topic = "t"
[[steps]]
name = "a"
[steps.filter]
where = "x > 1"
[[steps]]
aggregate = { key = ["a", "b"], window.tumbling = "1m" }
[[steps.emit]]
x = 1
[sources.more]
`
    expect(JSON.parse(JSON.stringify(readAs(text)))).toEqual({
      name: 'x',
      sources: { events: { format: 'json', kafka: { topic: 't' } }, more: {} },
      steps: [
        { name: 'a', filter: { where: 'x > 1' } },
        { aggregate: { key: ['a', 'b'], window: { tumbling: '1m' } }, emit: [{ x: 1 }] },
      ],
    })
  })

  it('know where their keys and values stand', () => {
    const text = '[a.b]\nc = 1\n"d" = { e.f = true }\n[[g]]\nh = "x"\n[[g]]\nh = 2\n'
    const root = parseToml(text).root as MapNode
    expect([...cuttings(text, root)]).toEqual([
      ['a', 'a'],
      ['b', 'b'],
      ['c', 'c'],
      ['1', '1'],
      ['d', '"d"'],
      ['e', 'e'],
      ['f', 'f'],
      ['true', 'true'],
      ['g', 'g'],
      ['h', 'h'],
      ['x', '"x"'],
      ['h', 'h'],
      ['2', '2'],
    ])
    const list = root.entries.get('g')?.value
    const items = list?.kind === 'list' ? list.items : []
    expect(items.map(({ start }) => text.slice(0, start).split('\n').length)).toEqual([4, 6])
  })

  it('hold every value that can be written', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 8 })
    const { tree } = fc.letrec<{ tree: unknown; map: unknown }>(tie => ({
      tree: fc.dictionary(text, tie('map'), { maxKeys: 4 }),
      map: fc.oneof(
        { maxDepth: 4 },
        text,
        fc.integer(),
        fc.boolean(),
        fc.double({ noNaN: true, noDefaultInfinity: true }).filter(one => !Number.isInteger(one)),
        fc.array(tie('map'), { maxLength: 3 }),
        fc.dictionary(text, tie('map'), { maxKeys: 3 }),
      ),
    }))
    fc.assert(
      fc.property(tree, value => {
        const source = written('toml', value as never)
        const { root, trouble } = parseToml(source)
        expect(trouble).toBeUndefined()
        const read = plainOf(jsonOf(root as Node))
        expect(read).toEqual(plainOf(value as never))
      }),
    )
  })
})

describe('scalars', () => {
  it('are texts, numbers, flags; dates are texts', () => {
    const text =
      'a = 0x1F\nb = 1_000\nc = 1979-05-27T07:32:00Z\nd = 1979-05-27\ne = 07:32:00\nf = 1.5'
    expect(JSON.parse(JSON.stringify(readAs(text)))).toEqual({
      a: 31,
      b: 1000,
      c: '1979-05-27T07:32:00Z',
      d: '1979-05-27',
      e: '07:32:00',
      f: 1.5,
    })
  })

  it('that a double cannot hold stay exact', () => {
    const root = parseToml('a = 9223372036854775807').root as MapNode
    expect(root.entries.get('a')?.value).toMatchObject({ value: 9223372036854775807n })
  })

  it('may stand under any key', () => {
    const root = parseToml('__proto__.x = 1\n[constructor]\ny = 2').root as MapNode
    expect([...root.entries.keys()]).toEqual(['__proto__', 'constructor'])
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })
})

describe('mistakes', () => {
  it.each([
    ['a = ', 4],
    ['a = 1\na = 2', 6],
    ['a.b = 1\n[a]\nc = 2', 9],
    ['a = "\\q"', 6],
    ['a = 1 2', 6],
    ['[a\nb = 1', 2],
    ['a = "x', 6],
  ])('%j', (text, offset) => {
    const trouble = troubleOf(text)
    expect(trouble?.code).toBe('syntax')
    expect(Math.abs((trouble?.offset ?? 99) - offset)).toBeLessThanOrEqual(1)
  })

  it('are what stands too deep, in every form', () => {
    const lists = (depth: number) => `a = ${'['.repeat(depth)}${']'.repeat(depth)}`
    const maps = (depth: number) => `a = ${'{ a = '.repeat(depth)}1${' }'.repeat(depth)}`
    const dotted = (depth: number) => `${Array(depth).fill('a').join('.')} = 1`
    const tables = (depth: number) => `[${Array(depth).fill('a').join('.')}]`
    for (const nested of [lists, maps, dotted, tables]) {
      expect(troubleOf(nested(DEPTH_MAX - 2))).toBeUndefined()
      expect(troubleOf(nested(DEPTH_MAX + 3))?.code).toBe('too-deep')
    }
    expect(troubleOf(lists(50_000))?.code).toBe('too-deep')
    expect(troubleOf(maps(20_000))?.code).toBe('too-deep')
  })

  it('are not brackets in texts and comments', () => {
    const signs = '['.repeat(2 * DEPTH_MAX)
    const text = `a = "${signs}\\"["\nb = '${signs}' # ${signs}\nc = """\n"${signs}\\"""["""\n`
    expect(troubleOf(`${text}d = '''${signs}'''`)).toBeUndefined()
    const pairs = `a = [${'["[", \'[\', "]"], '.repeat(DEPTH_MAX)}]`
    expect(troubleOf(pairs)).toBeUndefined()
  })

  it('are texts too long for the library', () => {
    expect(troubleOf(`a = "${'x'.repeat(30_000)}"`)).toBeUndefined()
    for (const token of [
      `"${'x'.repeat(120_000)}"`,
      '1'.repeat(120_000),
      `'''${'x\n'.repeat(50_000)}'''`,
    ]) {
      expect(troubleOf(`a = ${token}`)).toMatchObject({ code: 'too-large', offset: 4 })
    }
  })
})
