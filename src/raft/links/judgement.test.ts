/** The table of cases: which hello is refused, with what code, and in which order. */

import { describe, expect, it, test } from 'vitest'
import { nodeId } from '../../base/ids.ts'
import type { Hello, HelloSelf } from './hello.ts'
import { helloCodes, judgeHello, type Knowledge, refusals, unknownProtocol } from './judgement.ts'

const self: HelloSelf = {
  protocol: { min: 1, max: 1 },
  cluster: 'c',
  node: nodeId('a'),
  store: 'sa',
  boot: 3,
  opening: 'o',
}
const good: Hello = {
  ...self,
  node: nodeId('b'),
  store: 'sb',
  boot: 5,
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
const seen = { store: 'sb', boot: 5, opening: 'o', replaced: ['s0', 's1'] }

interface Row {
  readonly name: string
  readonly hello?: Partial<Hello>
  readonly known?: Partial<Knowledge>
  readonly code: string | undefined
}

const rows: readonly Row[] = [
  { name: 'nothing is known of it', code: undefined },
  { name: 'we called it', known: { called: nodeId('b') }, code: undefined },
  { name: 'its certificate names it', known: { names: ['x', 'b'] }, code: undefined },
  { name: 'it is as it was', known: { remembered: seen }, code: undefined },
  { name: 'it started again', hello: { boot: 6 }, known: { remembered: seen }, code: undefined },
  {
    name: 'it has a new store, whatever its boot',
    hello: { store: 'sn', boot: 1, opening: 'o' },
    known: { remembered: seen },
    code: undefined,
  },
  { name: 'its cluster is another', hello: { cluster: 'd' }, code: 'wrong-cluster' },
  { name: 'its certificate names others', known: { names: ['x'] }, code: 'not-allowed' },
  { name: 'its certificate names nobody', known: { names: [] }, code: 'not-allowed' },
  { name: 'it is called as we are', hello: { node: nodeId('a') }, code: 'self' },
  { name: 'it meant another', hello: { to: nodeId('z') }, code: 'wrong-node' },
  { name: 'another answers', known: { called: nodeId('z') }, code: 'wrong-node' },
  {
    name: 'its boot is an earlier one',
    hello: { boot: 4 },
    known: { remembered: seen },
    code: 'old-incarnation',
  },
  {
    name: 'its boot is one that another copy has counted',
    hello: { opening: 'p' },
    known: { remembered: seen },
    code: 'old-incarnation',
  },
  {
    name: 'its store was given up',
    hello: { store: 's0', boot: 99, opening: 'o' },
    known: { remembered: seen },
    code: 'old-incarnation',
  },
  {
    name: 'this life of it is connected',
    known: { living: seen },
    code: undefined,
  },
  {
    name: 'an earlier life of it is connected, on the same store',
    hello: { boot: 6, opening: 'p' },
    known: { remembered: seen, living: seen },
    code: 'node-id-taken',
  },
  {
    name: 'it is older than the life that is connected, on the same store',
    hello: { boot: 4 },
    known: { remembered: seen, living: seen },
    code: 'old-incarnation',
  },
  {
    name: 'its name is connected with another store, and it was never seen before',
    hello: { store: 'sn', boot: 1, opening: 'o' },
    known: { remembered: seen, living: seen },
    code: 'node-id-taken',
  },
  {
    name: 'its store was given up, though the new one is connected',
    hello: { store: 's0' },
    known: { remembered: seen, living: seen },
    code: 'old-incarnation',
  },
  {
    name: 'two things are wrong: the cluster is looked at first',
    hello: { cluster: 'd', node: nodeId('a') },
    known: { names: [] },
    code: 'wrong-cluster',
  },
  {
    name: 'whose name is not proved, nothing else of it counts',
    hello: { node: nodeId('a') },
    known: { names: ['b'] },
    code: 'not-allowed',
  },
]

const judge = ({ hello, known }: Row) => judgeHello({ ...good, ...hello }, { ...nothing, ...known })

describe('a hello is judged', () => {
  it.each(rows)('$code when $name', row => {
    expect(judge(row)?.code).toBe(row.code)
  })

  it('with a sentence that says what to do', () => {
    for (const row of rows) {
      const refusal = judge(row)
      if (refusal !== undefined) expect(refusal.message).toMatch(/.{20,}; .{15,}/)
    }
  })

  it('by every code of the table', () => {
    const shown = rows.map(row => row.code).filter(code => code !== undefined)
    expect(new Set(['protocol-unknown', ...shown])).toEqual(new Set(helloCodes))
  })

  it('in both directions of a wrong address', () => {
    const reached = judge({ name: '', hello: { to: nodeId('z') }, code: '' })
    const answered = judge({ name: '', known: { called: nodeId('z') }, code: '' })
    expect(reached?.message).toContain('b called for z but reached a')
    expect(answered?.message).toContain('z was called but b answered')
  })
})

test('who is to be upgraded is said', () => {
  const newer = unknownProtocol({ min: 3, max: 4 }, { min: 1, max: 2 })
  const older = unknownProtocol({ min: 1, max: 1 }, { min: 2, max: 3 })
  expect(newer).toMatchObject({ code: 'protocol-unknown' })
  expect(newer.message).toContain('upgrade the refusing node')
  expect(older.message).toContain('upgrade the calling node')
})

test('other refusals have their sentences too', () => {
  const all = [
    refusals.malformed('a count is too large'),
    refusals.oversize(10, 5),
    refusals.crowded(3),
    refusals.silent(100),
  ]
  for (const { message } of all) expect(message).toMatch(/.{10,}; .{20,}/)
  expect(new Set(all.map(one => one.code)).size).toBe(4)
})
