/** Where nodes are reached: the newest word of a store that was not given up. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nodeId, replicaId } from '../base/ids.ts'
import { Directory } from './directory.ts'
import type { Enrolled } from './roster/roster.ts'

const word = (node: string, address: string, more: Partial<Enrolled> = {}): Enrolled => ({
  node: nodeId(node),
  store: `${node}-1`,
  boot: 1,
  opening: 'o',
  replica: replicaId(1),
  address,
  http: `${address}-http`,
  ...more,
})

function directory(dial: Record<string, string> = {}) {
  const told: string[] = []
  const made = new Directory({
    self: nodeId('a'),
    dial: new Map(Object.entries(dial).map(([node, to]) => [nodeId(node), to])),
    onAddress: (node, address) => told.push(`${node} ${address}`),
  })
  const learn = (replicas: readonly Enrolled[], replaced: readonly string[] = []) =>
    made.learnRoster({ replicas, replaced })
  return { made, told, learn }
}

test('others are told once, this node never', () => {
  const { made, told, learn } = directory()
  learn([word('a', 'a:1'), word('b', 'b:1')])
  learn([word('b', 'b:1'), word('c', 'c:1')])
  expect(told).toEqual(['b b:1', 'c c:1'])
  expect(made.others().map(one => one.http)).toEqual(['b:1-http', 'c:1-http'])
  expect(made.find(nodeId('a'))?.address).toBe('a:1')
  expect(made.find(nodeId('x'))).toBeUndefined()
})

test('a newer boot of the same store moves it, an older one does not turn it back', () => {
  const { told, learn } = directory()
  learn([word('b', 'b:1')])
  learn([word('b', 'b:2', { boot: 2 })])
  learn([word('b', 'b:1')])
  expect(told).toEqual(['b b:1', 'b b:2'])
})

test('a store that was given up counts for nothing, however often it was opened', () => {
  const { made, told, learn } = directory()
  learn([word('b', 'b:1', { boot: 9 })])
  learn([word('b', 'b:1', { boot: 9 }), word('b', 'b:2', { store: 'b-2' })], ['b-1'])
  learn([word('b', 'b:3', { boot: 10 })])
  expect(told).toEqual(['b b:1', 'b b:2'])
  expect(made.others()).toHaveLength(1)
})

test('a proxy is dialled, whatever the node says', () => {
  const { made, told, learn } = directory({ b: 'proxy:9' })
  learn([word('b', 'b:1')])
  learn([word('b', 'b:2', { boot: 2 })])
  expect(told).toEqual(['b proxy:9'])
  expect(made.addressOf(nodeId('b'))).toBe('proxy:9')
  expect(made.find(nodeId('b'))?.address).toBe('b:2')
})

test('whom nobody can dial is known and not told: older rosters may hold any of it', () => {
  const { made, told, learn } = directory({ e: '' })
  const poison = [
    word('b', ''),
    word('', 'x:1'),
    word('c', '%%%not an address'),
    word('d'.repeat(100_000), 'd:1'),
    word('e', 'e:1'),
    word('f', 'f:0'),
  ]
  learn([word('a', 'a:1'), ...poison, word('g', 'g:1')])
  expect(told).toEqual(['g g:1'])
  expect(made.others()).toHaveLength(7)
  learn([word('b', 'b:1', { boot: 2 })])
  expect(told).toEqual(['g g:1', 'b b:1'])
})

test('in whatever order words come, the last one stands', () => {
  const words = fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { minLength: 1 })
  fc.assert(
    fc.property(words, boots => {
      const { made, learn } = directory()
      for (const boot of boots) learn([word('b', `b:${boot}`, { boot })])
      expect(made.addressOf(nodeId('b'))).toBe(`b:${Math.max(...boots)}`)
    }),
  )
})
