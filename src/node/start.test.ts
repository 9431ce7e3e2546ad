/** The table of how a node without a past begins. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nodeId } from '../base/ids.ts'
import { judgeStart, type SeedAnswer, type StartFacts } from './start.ts'

const silent = (address: string): SeedAnswer => ({ kind: 'silent', address, why: 'refused' })
const fresh = (node: string, founds = false): SeedAnswer => ({
  kind: 'fresh',
  address: `${node}:1`,
  node: nodeId(node),
  founds,
})
const member = (node: string, cluster = 'c1'): SeedAnswer => ({
  kind: 'member',
  address: `${node}:1`,
  node: nodeId(node),
  cluster,
})

const former = (node: string, cluster = 'c1'): SeedAnswer => ({
  kind: 'former',
  address: `${node}:1`,
  node: nodeId(node),
  cluster,
})

const start = (facts: Partial<StartFacts>) =>
  judgeStart({ node: nodeId('b'), founds: false, formerly: undefined, seeds: [], ...facts })

const founds = true

test('a cluster that exists is joined, with --bootstrap too, whoever else is silent', () => {
  const join = { kind: 'join', cluster: 'c1' }
  expect(start({ seeds: [member('a')] })).toEqual(join)
  expect(start({ founds, seeds: [member('a'), silent('c:1')] })).toEqual(join)
  expect(start({ founds, seeds: [fresh('a'), member('c')] })).toEqual(join)
  expect(start({ formerly: 'c1', seeds: [member('a')] })).toEqual(join)
})

test('a cluster is founded when all others are without one', () => {
  expect(start({ founds })).toEqual({ kind: 'found' })
  expect(start({ founds, seeds: [fresh('a'), fresh('c')] })).toEqual({ kind: 'found' })
})

test('nothing is founded beside a node that gave up the log of a cluster', () => {
  for (const seeds of [
    [former('a')],
    [fresh('c'), former('a', 'c2')],
    [silent('c:1'), former('a')],
  ]) {
    expect(start({ founds, seeds })).toMatchObject({
      kind: 'wait',
      why: expect.stringMatching(
        /beside a at a:1, .* cluster c\d .*; .*--join, or give a an empty/,
      ),
    })
  }
})

test('nor is anybody kept from the cluster that is there, or led to another', () => {
  for (const seeds of [
    [former('a'), member('c')],
    [former('a', 'c2'), member('c')],
    [former('a', 'c2'), former('d', 'c3'), member('c')],
  ]) {
    expect(start({ founds, seeds })).toEqual({ kind: 'join', cluster: 'c1' })
    expect(start({ formerly: 'c1', seeds })).toEqual({ kind: 'join', cluster: 'c1' })
  }
  for (const seeds of [[former('a')], [former('a'), former('c')]]) {
    expect(start({ formerly: 'c1', seeds })).toMatchObject({ kind: 'wait' })
  }
})

test('one that does not answer might belong to a cluster', () => {
  const verdict = start({ founds, seeds: [fresh('a'), silent('c:1')] })
  expect(verdict).toMatchObject({ kind: 'wait', why: expect.stringContaining('c:1 (refused)') })
})

test('of several that were told to found one, the first by name does', () => {
  expect(start({ founds, seeds: [fresh('c', true)] })).toEqual({ kind: 'found' })
  expect(start({ founds, seeds: [fresh('a', true)] })).toMatchObject({
    kind: 'wait',
    why: expect.stringContaining('a was started with --bootstrap too'),
  })
})

test('without --bootstrap nobody founds anything', () => {
  expect(start({})).toMatchObject({ kind: 'wait' })
  expect(start({ seeds: [fresh('a'), silent('c:1')] })).toMatchObject({
    kind: 'wait',
    why: expect.stringMatching(/--bootstrap.*c:1 \(refused\)/),
  })
})

test('a node that lost its log founds nothing, whatever it was told', () => {
  expect(start({ founds, formerly: 'c1', seeds: [fresh('a')] })).toMatchObject({ kind: 'wait' })
  expect(start({ founds, formerly: 'c1' })).toMatchObject({
    kind: 'wait',
    why: expect.stringMatching(/cluster c1.*; name one that runs by --join, or give .* empty/),
  })
})

test.each([
  ['an id that somebody else has', { seeds: [fresh('b')] }, 'node-id-taken'],
  ['an id that a member has', { seeds: [member('a'), member('b')] }, 'node-id-taken'],
  ['seeds of two clusters', { seeds: [member('a'), member('c', 'c2')] }, 'several-clusters'],
  [
    'another cluster than before',
    { formerly: 'c2', seeds: [member('a')] },
    'store-of-another-cluster',
  ],
])('%s is refused with what to do', (_, facts, code) => {
  const verdict = start(facts)
  expect(verdict).toMatchObject({ kind: 'refuse', code })
  expect(verdict).toHaveProperty('message', expect.stringMatching(/; (give|name|correct)/))
})

test('texts for people are in one line', () => {
  for (const facts of [{}, { founds, seeds: [silent('c:1')] }, { formerly: 'c1' }]) {
    const verdict = start(facts)
    expect(verdict.kind === 'wait' && !/\n| {2}/.test(verdict.why)).toBe(true)
  }
})

test('whatever a set of fresh nodes see of each other, at most one founds', () => {
  const flags = fc.array(fc.boolean(), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(flags, told => {
      const verdicts = told.map((isTold, at) =>
        judgeStart({
          node: nodeId(`n${at}`),
          founds: isTold,
          formerly: undefined,
          seeds: told.flatMap((other, i) => (i === at ? [] : [fresh(`n${i}`, other)])),
        }),
      )
      const founders = verdicts.filter(one => one.kind === 'found').length
      expect(founders).toBe(told.includes(true) ? 1 : 0)
    }),
  )
})
