/** Pieces of SQL: every character of what a plan holds leads back to where it was written. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MapNode, TextNode } from '../document/node.ts'
import { parseYaml } from '../document/yaml.ts'
import type { Written } from '../shape/shape.ts'
import { type Fragment, partOf, placeIn, replaced, wholeOf } from './fragment.ts'

function writtenIn(source: string): Written {
  const root = parseYaml(source).root as MapNode
  const node = root.entries.get('e')?.value as TextNode
  return { text: node.value, node, at: { path: ['e'], start: node.start, end: node.end } }
}

const source = 'e: "sum(a) / count(b)" # c'
const written = writtenIn(source)
const traced = (fragment: Fragment) =>
  [...fragment.text].map((_, at) => source[placeIn(source, fragment, at).start]).join('')

describe('a fragment', () => {
  it('of the whole is the whole', () => {
    expect(wholeOf(written).text).toBe('sum(a) / count(b)')
    expect(traced(wholeOf(written))).toBe('sum(a) / count(b)')
    expect(placeIn(source, wholeOf(written), 0).path).toEqual(['e'])
  })

  it('of a part begins where the part does', () => {
    const part = partOf(written, { from: 9, to: 17 })
    expect(part.text).toBe('count(b)')
    expect(traced(part)).toBe('count(b)')
  })

  it('with other words leads to what they stand for', () => {
    const fragment = replaced(written, [
      { from: 0, to: 6, by: '"~0"' },
      { from: 9, to: 17, by: '"~1"' },
    ])
    expect(fragment.text).toBe('"~0" / "~1"')
    expect(traced(fragment)).toBe('sum( / coun')
    const end = placeIn(source, fragment, fragment.text.length).start
    expect(end).toBe(source.indexOf('"', 4))
  })

  it('never leads out of its text, and what was kept leads to itself', () => {
    const cut = fc.tuple(
      fc.nat(16),
      fc.nat(5),
      fc.string({ unit: fc.constantFrom('x', '~'), maxLength: 8 }),
    )
    fc.assert(
      fc.property(fc.array(cut, { maxLength: 3 }), cuts => {
        let done = 0
        const replacements = cuts
          .toSorted(([a], [b]) => a - b)
          .flatMap(([from, length, by]) => {
            if (from < done) return []
            done = Math.min(17, from + length)
            return [{ from, to: done, by }]
          })
        const fragment = replaced(written, replacements)
        for (const [at, sign] of [...fragment.text].entries()) {
          const { start } = placeIn(source, fragment, at)
          expect(start).toBeGreaterThanOrEqual(4)
          expect(start).toBeLessThanOrEqual(source.indexOf('"', 4))
          if (sign !== 'x' && sign !== '~') expect(source[start]).toBe(sign)
        }
      }),
    )
  })
})
