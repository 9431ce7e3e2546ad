/** The patcher alone: what fits once is replaced, everything else is refused by name. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Mutant } from './mutant.ts'
import { MUTANT_AMBIGUOUS, MUTANT_MISSING, MUTANT_VAIN, patched } from './patch.ts'

const mutant = (find: string, replace: string): Mutant => ({
  name: 'wrong-sum',
  file: 'src/sum.ts',
  ...{ find, replace, why: 'it adds up wrong', origin: 'a test' },
})

test('a text that stands once is replaced, and nothing else', () => {
  const text = 'const sum = a + b\nconst product = a * b\n'
  const wrong = patched(text, mutant('a + b', 'a - b'))
  expect(wrong).toBe('const sum = a - b\nconst product = a * b\n')
})

test('a text of several lines is found as it stands', () => {
  const text = 'if (x) {\n  return y\n}\n'
  expect(patched(text, mutant('{\n  return y\n}', 'return z'))).toBe('if (x) return z\n')
})

test('special characters of patterns and replacements mean nothing', () => {
  expect(patched('f(a[0]) ?? $1', mutant('(a[0]) ??', '$& $1 ||'))).toBe('f$& $1 || $1')
})

test('a text that is not there is an error that names the mutant and says what to do', () => {
  const patch = (): string => patched('const sum = a - b\n', mutant('a + b', 'a - b'))
  expect(patch).toThrow(expect.objectContaining({ code: MUTANT_MISSING }))
  expect(patch).toThrow(/wrong-sum .*src\/sum\.ts.*write the same bug/)
})

test('a text that stands twice is an error', () => {
  const patch = (): string => patched('a + b + a + b', mutant('a + b', 'a - b'))
  expect(patch).toThrow(expect.objectContaining({ code: MUTANT_AMBIGUOUS }))
  expect(patch).toThrow(/wrong-sum .*lengthen/)
})

test('a text that overlaps itself stands twice', () => {
  const patch = (): string => patched('aaa', mutant('aa', 'b'))
  expect(patch).toThrow(expect.objectContaining({ code: MUTANT_AMBIGUOUS }))
})

test('a mutant that changes nothing is an error', () => {
  for (const vain of [mutant('a + b', 'a + b'), mutant('', 'a')]) {
    expect(() => patched('a + b', vain)).toThrow(expect.objectContaining({ code: MUTANT_VAIN }))
  }
})

test('what is around the text stays, whatever it is', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (before, after, replace) => {
      fc.pre(!before.includes('<') && !after.includes('<') && replace !== '<here>')
      const wrong = patched(`${before}<here>${after}`, mutant('<here>', replace))
      expect(wrong).toBe(before + replace + after)
    }),
  )
})
