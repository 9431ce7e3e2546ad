/**
 * The dialogues in `testdata`: scripts that are the documentation of the core, each played and
 * compared with what it says. After a change that is meant, they are written anew and read in the
 * diff:
 *
 *   WEIR_REGENERATE=1 npx vitest run src/raft/dialogue.test.ts
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { play } from './dialogue/dialogue.ts'
import { parseScript, renderScript } from './dialogue/script.ts'

const folder = new URL('./testdata/', import.meta.url)
const files = readdirSync(folder).filter(name => name.endsWith('.txt'))
const isRegenerating = process.env['WEIR_REGENERATE'] === '1'

describe('dialogues', () => {
  test.each(files)('%s', file => {
    const url = new URL(file, folder)
    const text = readFileSync(url, 'utf8')
    const script = parseScript(file, text)
    const seen = renderScript(script, play(file, script))
    if (isRegenerating) writeFileSync(url, seen)
    else expect(seen).toBe(text)
  })
})

describe('a script that is wrong', () => {
  const playText = (text: string) => play('bad.txt', parseScript('bad.txt', text))

  test.each([
    ['knows no such command', 'dance 1\n----\n', "bad.txt:1: what is 'dance'?"],
    ['has no end', '# why\ntick 1\n', 'bad.txt:2: no ---- at the end'],
    ['has output without a command', '# why\n\n----\n1\n', 'bad.txt:3: output without a command'],
    ['has a comment among commands', 'heal\n# why\n----\n', 'bad.txt:2: commands end with ----'],
    ['names a replica that is not there', 'tick 1 ms=5\n----\n', 'bad.txt:1: there is no replica'],
    ['has an option too many', 'heal now=1\n----\n', "bad.txt:1: heal knows no 'now'"],
    ['delivers what nobody sent', 'deliver 1->2\n----\n', 'bad.txt:1: deliver: no such message'],
    ['elects who cannot win', 'group voters=1,2\ncut 2\nelect 1\n----\n', 'bad.txt:3: replica 1'],
  ])('%s', (_what, text, problem) => {
    expect(() => playText(text)).toThrow(problem)
  })

  test('is compared to the letter, comments and blank lines kept', () => {
    const text = '# why\n\ngroup voters=1\nelect 1\n----\n1 is leader, t1, commit 1\n\n# the end\n'
    const script = parseScript('good.txt', text)
    expect(renderScript(script, play('good.txt', script))).toBe(text)
    expect(renderScript(script, [['else']])).not.toBe(text)
  })
})
