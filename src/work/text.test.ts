/** A job as meta keeps it: the same for every node. */

import { expect, test } from 'vitest'
import { keptText, shownText, textIn, textOf } from './text.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

test.each([
  ['a.yaml', 'x: 1', 'yaml'],
  ['a.toml', 'x = 1', 'toml'],
  ['a.json', '{}', 'json'],
  ['', ' {}', 'json'],
  ['', 'x: 1', 'yaml'],
])('the language of %s with %s is %s', (name, text, language) => {
  expect(textOf({ name, bytes: bytes(text) }, {}).file.language).toBe(language)
})

test('what is kept says the same again', () => {
  const sent = { name: 'a.toml', as: 'other', bytes: bytes(`x = "\${A:1}"`) }
  const read = textOf(sent, { A: 'one', B: 'two' })
  expect(read.file.environment).toEqual({ A: 'one' })
  const again = textIn(keptText(read))
  expect(again).toEqual(read)
  expect(shownText(keptText(read))).toBe(new TextDecoder().decode(sent.bytes))
})

test('what is inherited is no variable', () => {
  const text = `\${toString:x}`
  expect(textOf({ name: '', bytes: bytes(text) }, {}).file.environment).toEqual({})
})

test('what is none of ours is an error with a code', () => {
  expect(() => textIn('name: j')).toThrow('keeps a job as no node reads it')
})
