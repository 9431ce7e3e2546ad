/** What the answers of nodes mean. */

import { expect, test } from 'vitest'
import { type GroupStatus, lackOf, ledBy } from './raft-status.ts'

const status = (parts: Partial<GroupStatus>): GroupStatus => ({
  group: 'kv/1',
  id: 1,
  node: 'n1',
  role: 'leader',
  term: 1,
  last: 7,
  snapshot: 0,
  members: [{ kind: 'voter' }, { kind: 'voter' }, { kind: 'voter' }],
  ...parts,
})

test('a node leads the groups of which its replica says so', () => {
  const replicas = [status({}), status({ id: 2, role: 'follower' }), status({ id: 3 })]
  expect(ledBy(replicas)).toEqual([1, 3])
  expect(ledBy(undefined)).toEqual([])
})

test.each<[string | undefined, Partial<GroupStatus>]>([
  [undefined, {}],
  ['kv/1 has no leader', { role: 'follower' }],
  ['kv/1 has 1 voters among 1 members', { members: [{ kind: 'voter' }] }],
  [
    'kv/1 has 2 voters among 3 members',
    { members: [{ kind: 'voter' }, { kind: 'voter' }, { kind: 'learner' }] },
  ],
  ['kv/1 has 3 voters among 4 members', { members: [...status({}).members, { kind: 'outgoing' }] }],
])('%s', (lack, parts) => {
  expect(lackOf(status(parts), 3)).toBe(lack)
})
