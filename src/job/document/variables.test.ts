/** `${NAME:default}`: what becomes of it, what is refused, and what may be shown afterwards. */

import { describe, expect, it } from 'vitest'
import { jsonOf, type MapNode, type TextNode } from './node.ts'
import { type Environment, filled, isFromVariable } from './variables.ts'
import { parseYaml } from './yaml.ts'

function fill(source: string, environment: Environment = {}) {
  const root = parseYaml(source).root as MapNode
  const { root: answer, troubles } = filled(root, source, environment)
  return { value: jsonOf(answer), troubles, root: answer as MapNode }
}

describe('a variable', () => {
  it.each([
    ['a: ${X}', 'value'],
    ['a: "${X}"', 'value'],
    ['a: ${X:default}', 'value'],
    ['a: ${Y:default}', 'default'],
    ['a: ${Y:}', ''],
    ['a: "${Y:http://localhost:9092}"', 'http://localhost:9092'],
    ['a: x${X}y${X}z', 'xvalueyvaluez'],
    ['a: $${X}', '${X}'],
    ['a: $$${X}', '$${X}'],
    ['a: costs $5 {x}', 'costs $5 {x}'],
    ["a: '^a$'", '^a$'],
    ['a: ${EMPTY:default}', ''],
  ])('%s', (source, value) => {
    expect(fill(source, { X: 'value', EMPTY: '' })).toMatchObject({
      value: { a: value },
      troubles: [],
    })
  })

  it('is filled in lists and maps, not in keys', () => {
    const { value } = fill('${X}: [{b: "${X}"}, 1, true, null]', { X: 'v' })
    expect(JSON.parse(JSON.stringify(value))).toEqual({ '${X}': [{ b: 'v' }, 1, true, null] })
  })

  it('is text and stays text, whatever it holds', () => {
    const injected = 'x\nb: 2 # "${X}"'
    const { value } = fill('a: "${X}"', { X: injected })
    expect(value).toEqual({ a: injected })
  })

  it('of a name that every object has is not set', () => {
    for (const name of ['toString', 'constructor', '__proto__', 'hasOwnProperty']) {
      expect(fill(`a: \${${name}}`).troubles).toMatchObject([{ code: 'unset-variable' }])
    }
  })
})

describe('refused', () => {
  it('what is not set and has no default, each at its place', () => {
    const source = 'a: x ${A} ${B}\nb: ${C:d}\nc:\n  - ${D}'
    const { troubles } = fill(source, { B: 'b' })
    expect(troubles.map(({ code, offset }) => [code, source.slice(offset, offset + 4)])).toEqual([
      ['unset-variable', '${A}'],
      ['unset-variable', '${D}'],
    ])
    expect(troubles[0]).toMatchObject({
      message: 'the variable A is not set, and has no default',
      suggestion: '${A:DEFAULT}',
    })
  })

  it.each(['a: ${', 'a: ${}', 'a: ${1x}', 'a: ${A B}', 'a: "${A"', 'a: ${A:{}'])('%s', source => {
    const { troubles } = fill(source, { A: 'a' })
    expect(troubles).toMatchObject([{ code: 'bad-variable', offset: source.indexOf('${') }])
  })
})

describe('what came from a variable', () => {
  const textUnder = (root: MapNode, key: string) => root.entries.get(key)?.value as TextNode

  it('is known, also when it was the default', () => {
    const { root } = fill('a: ${A}\nb: x\nc: $${A}\nd: ${D:1}', { A: 'secret' })
    const marked = ['a', 'b', 'c', 'd'].filter(key => isFromVariable(textUnder(root, key)))
    expect(marked).toEqual(['a', 'd'])
  })

  it('is shown as it was written', () => {
    const { root } = fill('a: user:${A}@host', { A: 'secret' })
    expect(textUnder(root, 'a')).toMatchObject({
      value: 'user:secret@host',
      written: 'user:${A}@host',
    })
  })
})
