/** Scripts keep everything but the answers. */

import { expect, test } from 'vitest'
import { replayed } from './script.ts'

test('answers take the place of the old ones', () => {
  const script = '# why\n> a\n  old\n  older\n\n> b\nafter\n'
  const seen = replayed(script, question => [`${question}!`, `${question}?`])
  expect(seen).toBe('# why\n> a\n  a!\n  a?\n\n> b\n  b!\n  b?\nafter\n')
  expect(replayed(seen, question => [`${question}!`, `${question}?`])).toBe(seen)
})

test('a question without an answer stays', () => {
  expect(replayed('> a\n  old\n', () => [])).toBe('> a\n')
})
