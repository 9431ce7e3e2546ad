/**
 * Every set of cases at once: the one that comes first in the order of the table is the verdict,
 * whatever else is wrong; and each verdict names what its reader must know to act.
 */

import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { nodeId } from '../../base/ids.ts'
import type { Hello, HelloSelf } from './hello.ts'
import { helloCodes, judgeHello, type Knowledge, refusals, unknownProtocol } from './judgement.ts'

const self: HelloSelf = {
  protocol: { min: 1, max: 1 },
  cluster: 'home',
  node: nodeId('me'),
  store: 'store-me',
  boot: 3,
  opening: 'o',
}
const good: Hello = {
  ...self,
  node: nodeId('you'),
  store: 'store-you',
  boot: 7,
  opening: 'o',
  lane: 'turn',
  to: self.node,
}
const nothing: Knowledge = {
  self,
  called: undefined,
  names: undefined,
  remembered: undefined,
  living: undefined,
}

interface Fault {
  readonly code: string
  readonly hello?: Partial<Hello>
  readonly known?: Partial<Knowledge>
}

/** In the order in which they are looked at; all of them can hold at once. */
const faults: readonly Fault[] = [
  { code: 'wrong-cluster', hello: { cluster: 'abroad' } },
  { code: 'not-allowed', known: { names: ['somebody'] } },
  { code: 'self', hello: { node: self.node } },
  { code: 'wrong-node', hello: { to: nodeId('other') } },
  {
    code: 'old-incarnation',
    known: { remembered: { store: good.store, boot: good.boot + 1, opening: 'o', replaced: [] } },
  },
  {
    code: 'node-id-taken',
    known: { living: { store: 'store-of-another', boot: 41, opening: 'o' } },
  },
]

const judged = (chosen: readonly Fault[]) => {
  const hello: Hello = Object.assign({ ...good }, ...chosen.map(fault => fault.hello))
  const known: Knowledge = Object.assign({ ...nothing }, ...chosen.map(fault => fault.known))
  return judgeHello(hello, known)
}

const codeOf = (chosen: readonly Fault[]) => judged(chosen)?.code
const pairs = faults.flatMap((first, i) =>
  faults.slice(i + 1).map(later => [first, later] as const),
)

describe('of two faults the first of the table counts', () => {
  it.each(pairs.map(([first, later]) => [first.code, later.code, first, later] as const))(
    '%s before %s',
    (code, _, first, later) => {
      expect(codeOf([first, later])).toBe(code)
      expect(codeOf([later, first])).toBe(code)
    },
  )

  it('and so of any number of them', () => {
    fc.assert(
      fc.property(fc.subarray([...faults]), chosen => {
        expect(codeOf(chosen)).toBe(chosen[0]?.code)
      }),
    )
  })

  it('in the order in which the codes are listed', () => {
    expect(helloCodes).toEqual(['protocol-unknown', ...faults.map(fault => fault.code)])
  })
})

describe('the verdict does not depend on', () => {
  it.each<[string, Partial<Hello>]>([
    ['the lane', { lane: 'image' }],
    ['the range of protocols', { protocol: { min: 1, max: 40 } }],
    ['a boot that is ours', { boot: self.boot }],
    ['a store that is called as ours', { store: self.store }],
  ])('%s', (_, over) => {
    const known = { ...nothing, called: good.node, names: [good.node] }
    expect(judgeHello({ ...good, ...over }, known)).toBeUndefined()
    expect(judgeHello({ ...good, ...over, cluster: 'abroad' }, known)?.code).toBe('wrong-cluster')
  })
})

describe('a certificate', () => {
  it.each<[readonly string[], string | undefined]>([
    [['you'], undefined],
    [['x', 'y', 'you'], undefined],
    [['you.example'], 'not-allowed'],
    [['YOU'], 'not-allowed'],
    [['*'], 'not-allowed'],
    [['*.you', 'yo', 'youu'], 'not-allowed'],
    [[''], 'not-allowed'],
    [[], 'not-allowed'],
    [['me'], 'not-allowed'],
  ])('for %o: %s', (names, code) => {
    expect(judgeHello(good, { ...nothing, names })?.code).toBe(code)
  })
})

describe('whom we called, and who answers', () => {
  const answers = (called: string, hello: Partial<Hello>) =>
    judgeHello({ ...good, ...hello }, { ...nothing, called: nodeId(called) })?.code
  it.each<[string, string, Partial<Hello>, string | undefined]>([
    ['the one we called', 'you', {}, undefined],
    ['another', 'them', {}, 'wrong-node'],
    ['the one we called, who answers another', 'you', { to: nodeId('them') }, 'wrong-node'],
    ['ourselves', 'you', { node: self.node }, 'self'],
  ])('%s', (_, called, hello, code) => {
    expect(answers(called, hello)).toBe(code)
  })
})

describe('an incarnation', () => {
  const remembered = { store: 'store-you', boot: 7, opening: 'o', replaced: ['r1', 'r2'] }
  it.each<[string, number, string | undefined]>([
    ['store-you', 0, 'old-incarnation'],
    ['store-you', 6, 'old-incarnation'],
    ['store-you', 7, undefined],
    ['store-you', 8, undefined],
    ['r1', 8, 'old-incarnation'],
    ['r2', Number.MAX_SAFE_INTEGER, 'old-incarnation'],
    ['never-seen', 0, undefined],
    ['never-seen', 1, undefined],
  ])('of store %s at boot %i', (store, boot, code) => {
    expect(judgeHello({ ...good, store, boot }, { ...nothing, remembered })?.code).toBe(code)
    expect(judgeHello({ ...good, store, boot }, nothing)).toBeUndefined()
  })
})

describe('a verdict names what one must know to act', () => {
  it.each<[string, readonly string[]]>([
    ['wrong-cluster', ['you', 'abroad', 'home']],
    ['not-allowed', ['you', 'somebody']],
    ['self', ['me']],
    ['wrong-node', ['you', 'other', 'me']],
    ['old-incarnation', ['you', '7', 'store-you', '8']],
    ['node-id-taken', ['you', 'store-you', '7', 'store-of-another', '41']],
  ])('%s', (code, words) => {
    const message = judged(faults.filter(fault => fault.code === code))?.message
    for (const word of words) expect(message).toContain(word)
  })

  it('and nobody, where a certificate names nobody', () => {
    expect(judgeHello(good, { ...nothing, names: [] })?.message).toContain('for nobody')
  })
})

test('who is to be upgraded is the one that speaks the older protocols', () => {
  const spoken = { min: 3, max: 5 }
  const upgraded = (min: number, max: number) =>
    /upgrade the (\w+) node/.exec(unknownProtocol({ min, max }, spoken).message)?.[1]
  expect(upgraded(6, 6)).toBe('refusing')
  expect(upgraded(6, 99)).toBe('refusing')
  expect(upgraded(1, 2)).toBe('calling')
  expect(upgraded(2, 2)).toBe('calling')
  expect(unknownProtocol({ min: 6, max: 9 }, spoken).message).toMatch(/6 to 9.*3 to 5/)
})

test('refusals without a hello name the bound that they keep', () => {
  expect(refusals.oversize(17, 16).message).toMatch(/17 bytes.*bound of 16/)
  expect(refusals.crowded(256).message).toContain('256 connections')
  expect(refusals.silent(2000).message).toContain('2000 ms')
  expect(refusals.malformed('the bytes end').message).toMatch(/^the bytes end;/)
})
