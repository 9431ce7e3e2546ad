/** Paths as decoders read them, and the advice for keys that cannot be columns. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pathOf } from '../../connectors/formats/path.ts'
import { jsonOf, textNode } from '../document/node.ts'
import { parseYaml } from '../document/yaml.ts'
import { columnAdvice, keysIn, PATH, pathTo } from './path.ts'
import { COLUMN } from './words.ts'

describe('a path', () => {
  it.each(['a', 'a.b', '$', '$.a', '$.a."b.c".d', '"""a"', 'a b.c-d', '"$"'])(
    '%s has the keys that a decoder finds',
    path => {
      expect(PATH.pattern.test(path)).toBe(true)
      expect(keysIn(path)).toEqual(pathOf(path))
    },
  )

  it('of one key leads to it, whatever it is called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), key => {
        expect(keysIn(pathTo(key))).toEqual([key])
        expect(pathOf(pathTo(key))).toEqual([key])
      }),
    )
  })
})

describe('advice', () => {
  it('is a column of that key, as YAML reads it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), key => {
        const text = columnAdvice(key, textNode({ start: 0, end: 0 }, 'text', 'plain')) ?? ''
        const { root } = parseYaml(text)
        const [[name, column] = []] = root ? Object.entries(jsonOf(root) as object) : []
        expect(name).toMatch(COLUMN.pattern)
        expect(column).toEqual({ type: 'text', path: pathTo(key) })
      }),
    )
  })

  it('is not given for what has no type', () => {
    expect(columnAdvice('a b', { kind: 'null', start: 0, end: 0 })).toBeUndefined()
  })
})
