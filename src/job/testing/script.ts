/**
 * Test support: scripts of cases, each a text and below a line `----` the answer to it. A case
 * begins with `## TITLE`, and may say in a line `@WORD` how its text is meant. With
 * WEIR_REGENERATE=1 in the environment the answers are written anew: read the difference.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

export interface Case {
  readonly title: string
  /** Empty: nothing is said. */
  readonly directive: string
  readonly input: string
  readonly answer: string
}

export type Answering = (one: Case) => string

const isRegenerating = process.env['WEIR_REGENERATE'] === '1'

function casesIn(script: string): readonly Case[] {
  return script
    .split(/^## /m)
    .slice(1)
    .map(part => {
      const [head = '', answer = ''] = part.split(/^----\n/m)
      const [title = '', ...lines] = head.split('\n')
      const [, directive = ''] = /^@(\w+)$/.exec(lines[0] ?? '') ?? []
      const input = lines.slice(directive === '' ? 0 : 1).join('\n')
      return { title, directive, input, answer: answer.trim() }
    })
}

function regenerated(script: string, answer: Answering): string {
  const cases = casesIn(script).map(one => {
    const directive = one.directive === '' ? '' : `@${one.directive}\n`
    return `## ${one.title}\n${directive}${one.input}----\n${answer(one).trim()}\n`
  })
  return [script.split(/^## /m)[0] ?? '', cases.join('\n')].join('')
}

/** Runs every script of a folder. */
export function runScripts(folder: URL, answer: Answering): void {
  describe.each(readdirSync(folder))('%s', name => {
    const place = new URL(name, folder)
    if (isRegenerating) writeFileSync(place, regenerated(readFileSync(place, 'utf8'), answer))
    const cases = casesIn(readFileSync(place, 'utf8'))

    it.each(cases.map(one => [one.title, one] as const))('%s', (_, one) => {
      expect(answer(one).trim()).toBe(one.answer)
    })

    it('has cases, each with an answer', () => {
      expect(cases.length).toBeGreaterThan(2)
      expect(cases.filter(one => one.answer === '')).toEqual([])
    })
  })
}
