/** When leadership is handed to whom it is wished, and when it is not. */

import { expect, test } from 'vitest'
import { type ReplicaId, replicaId } from '../../base/ids.ts'
import { COMMIT, leaderOf, peerAt } from '../roster/testing/status.ts'
import { AGAIN_MS, AWAY_MS, LeaderWatch, STEADY_MS } from './leading.ts'

const [ONE, TWO, THREE] = [1, 2, 3].map(replicaId) as [ReplicaId, ReplicaId, ReplicaId]
const members = { voters: [ONE, TWO, THREE], outgoing: [], learners: [] }
const status = (...lag: readonly number[]) =>
  leaderOf(members, [peerAt(TWO, COMMIT - (lag[0] ?? 0)), peerAt(THREE, COMMIT - (lag[1] ?? 0))])
const FAR = 500

test('who keeps up for a while is handed the lead, once', () => {
  const watch = new LeaderWatch()
  expect(watch.look(status(), TWO, 0)).toBeUndefined()
  expect(watch.look(status(), TWO, STEADY_MS - 1)).toBeUndefined()
  expect(watch.look(status(), TWO, STEADY_MS)).toBe(TWO)
  expect(watch.look(status(), TWO, STEADY_MS + 1)).toBeUndefined()
})

test('who falls behind begins anew', () => {
  const watch = new LeaderWatch()
  watch.look(status(), TWO, 0)
  expect(watch.look(status(FAR), TWO, STEADY_MS)).toBeUndefined()
  expect(watch.look(status(), TWO, STEADY_MS + 1)).toBeUndefined()
  expect(watch.look(status(), TWO, 2 * STEADY_MS)).toBeUndefined()
  expect(watch.look(status(), TWO, 2 * STEADY_MS + 1)).toBe(TWO)
})

test('while another one is away, it takes longer; when he comes back, a while from then', () => {
  const watch = new LeaderWatch()
  watch.look(status(), TWO, 0)
  expect(watch.look(status(0, FAR), TWO, STEADY_MS)).toBeUndefined()
  expect(watch.look(status(), TWO, STEADY_MS + 1)).toBeUndefined()
  expect(watch.look(status(), TWO, 2 * STEADY_MS)).toBeUndefined()
  expect(watch.look(status(), TWO, 2 * STEADY_MS + 1)).toBe(TWO)
  const without = new LeaderWatch()
  without.look(status(0, FAR), TWO, 0)
  expect(without.look(status(0, FAR), TWO, AWAY_MS - 1)).toBeUndefined()
  expect(without.look(status(0, FAR), TWO, AWAY_MS)).toBe(TWO)
})

test('another wish begins anew', () => {
  const watch = new LeaderWatch()
  watch.look(status(), TWO, 0)
  expect(watch.look(status(), THREE, STEADY_MS)).toBeUndefined()
  expect(watch.look(status(), THREE, 2 * STEADY_MS)).toBe(THREE)
})

test('who did not keep it is not handed it again at once', () => {
  const watch = new LeaderWatch()
  watch.look(status(), TWO, 0)
  expect(watch.look(status(), TWO, STEADY_MS)).toBe(TWO)
  // It leads, dies, and this one leads again.
  const follower = { ...status(), role: 'follower' as const }
  expect(watch.look(follower, TWO, STEADY_MS + 100)).toBeUndefined()
  expect(watch.look(status(), TWO, STEADY_MS + 200)).toBeUndefined()
  expect(watch.look(status(), TWO, 2 * STEADY_MS + 200)).toBeUndefined()
  expect(watch.look(status(), TWO, STEADY_MS + AGAIN_MS)).toBe(TWO)
})

test.each([
  ['nobody is wished', status(), undefined],
  ['it leads itself', status(), ONE],
  ['it does not lead', { ...status(), role: 'follower' as const }, TWO],
  ['another handover is under way', { ...status(), transferee: THREE }, TWO],
  ['members are changing', leaderOf({ ...members, outgoing: [ONE] }, status().peers), TWO],
  ['it only learns', leaderOf({ ...members, voters: [ONE], learners: [TWO] }, status().peers), TWO],
  ['it is behind', status(FAR), TWO],
  ['it does not answer', leaderOf(members, [{ ...peerAt(TWO, COMMIT), active: false }]), TWO],
])('nothing is handed over while %s', (_, standing, wished) => {
  const watch = new LeaderWatch()
  for (const nowMs of [0, STEADY_MS, 2 * AGAIN_MS]) {
    expect(watch.look(standing, wished, nowMs)).toBeUndefined()
  }
})
