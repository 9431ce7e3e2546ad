/** Any pattern over any text: refused with a reason, or it finds what JavaScript's own finds. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzRuns } from '../../base/testing/runs.ts'
import { isPattern, patternOf } from './pattern.ts'

const PARTS = ['a', 'b', 'c', '.', '[ab]', '[^a]', '(?:', '(', ')', '|', '*', '+', '?', '{2}', '^']
const part = fc.constantFrom(...PARTS, '$', '*?', '{1,3}')
const pattern = fc.array(part, { maxLength: 10 }).map(parts => parts.join(''))
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 12 })

function own(source: string): RegExp | undefined {
  try {
    return new RegExp(source, 'u')
  } catch {
    return undefined
  }
}

test('what both understand is found in the same texts, and lies within them', () => {
  let compared = 0
  fc.assert(
    fc.property(pattern, text, (source, over) => {
      const made = patternOf(source, '')
      if (!isPattern(made)) {
        expect(made).not.toBe('')
        return
      }
      const found = made.first(over)
      if (found === undefined) throw new Error(`it gave up ${source} over ${over}`)
      if (found !== null) {
        expect(found.start).toBeGreaterThanOrEqual(0)
        expect(found.end).toBeGreaterThanOrEqual(found.start)
        expect(over.slice(found.start, found.end)).toBe(found.groups[0])
      }
      const javascript = own(source)
      if (javascript === undefined) return
      compared++
      expect(made.test(over)).toBe(javascript.test(over))
      expect(found?.start).toBe(javascript.exec(over)?.index)
    }),
    { numRuns: fuzzRuns(2000) },
  )
  expect(compared).toBeGreaterThan(100)
})

test('any text at all is a pattern or is refused, and its flags with it', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 20 }), fc.string({ maxLength: 2 }), (source, flags) => {
      const made = patternOf(source, flags)
      if (isPattern(made)) expect(made.all(source)).toBeDefined()
      else expect(made.length).toBeGreaterThan(0)
    }),
    { numRuns: fuzzRuns(2000) },
  )
})
