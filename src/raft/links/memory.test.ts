/** What is remembered of peers, and what is old by it. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type NodeId, nodeId } from '../../base/ids.ts'
import { type Incarnation, isOld, learn, REPLACED_MAX, type Remembered } from './memory.ts'

const b = nodeId('b')

function rig() {
  const peers = new Map<NodeId, Remembered>()
  const learned: string[] = []
  const memory = {
    peers,
    onLearned: (node: NodeId, { store, boot }: Remembered) => {
      expect(peers.get(node)).toMatchObject({ store, boot })
      learned.push(`${node} ${store} ${boot}`)
    },
  }
  return { peers, learned, memory }
}

test('what is new is learned, told behind the change, and told once', () => {
  const { peers, learned, memory } = rig()
  expect(learn(memory, b, { store: 's', boot: 1, opening: 'o' })).toBe(true)
  expect(learn(memory, b, { store: 's', boot: 1, opening: 'o' })).toBe(false)
  expect(learn(memory, b, { store: 's', boot: 2, opening: 'o' })).toBe(true)
  expect(learn(memory, b, { store: 't', boot: 1, opening: 'o' })).toBe(true)
  expect(learned).toEqual(['b s 1', 'b s 2', 'b t 1'])
  expect(peers.get(b)).toEqual({ store: 't', boot: 1, opening: 'o', replaced: ['s'] })
})

test('of the stores that were given up the newest are remembered', () => {
  const { peers, memory } = rig()
  for (let n = 0; n <= REPLACED_MAX + 3; n++)
    learn(memory, b, { store: `s${n}`, boot: 1, opening: 'o' })
  const { replaced } = peers.get(b) ?? { replaced: [] }
  expect(replaced).toHaveLength(REPLACED_MAX)
  expect(replaced[0]).toBe('s3')
  expect(replaced.at(-1)).toBe(`s${REPLACED_MAX + 2}`)
})

test('whatever was let in once is never let in after something newer', () => {
  const incarnation: fc.Arbitrary<Incarnation> = fc.record({
    store: fc.constantFrom('s', 't', 'u'),
    boot: fc.integer({ min: 1, max: 4 }),
    opening: fc.constantFrom('o', 'p'),
  })
  fc.assert(
    fc.property(fc.array(incarnation, { maxLength: 20 }), calls => {
      const { peers, memory } = rig()
      const past: Incarnation[] = []
      for (const call of calls) {
        if (isOld(peers.get(b), call)) continue
        const last = past.at(-1)
        const isBack = past.some(one => one.store === call.store) && last?.store !== call.store
        expect(isBack).toBe(false)
        if (last?.store === call.store) expect(call.boot).toBeGreaterThanOrEqual(last.boot)
        const isBoot = last?.store === call.store && last.boot === call.boot
        if (isBoot) expect(call.opening).toBe(last.opening)
        learn(memory, b, call)
        past.push(call)
      }
    }),
  )
})

test('nobody is old of whom nothing is known', () => {
  expect(isOld(undefined, { store: 's', boot: 0, opening: 'o' })).toBe(false)
})

test('a boot that was counted twice is that of the copy which was heard first', () => {
  const { peers, memory } = rig()
  learn(memory, b, { store: 's', boot: 4, opening: 'o' })
  expect(isOld(peers.get(b), { store: 's', boot: 4, opening: 'o' })).toBe(false)
  expect(isOld(peers.get(b), { store: 's', boot: 4, opening: 'p' })).toBe(true)
  expect(isOld(peers.get(b), { store: 's', boot: 5, opening: 'p' })).toBe(false)
  expect(isOld(peers.get(b), { store: 't', boot: 4, opening: 'p' })).toBe(false)
})
