/** Names, replicas and nodes of groups, as the wish goes on. */

import { expect, test } from 'vitest'
import { groupId, nodeId, replicaId } from '../../base/ids.ts'
import { META_GROUP } from '../../meta/state.ts'
import { FIRST, metaAfter, put } from '../testing/wishes.ts'
import { isPlaced, Placing } from './placing.ts'

test('groups of jobs are called by job, stage and number; all others as they were', () => {
  const placing = new Placing()
  expect(placing.nameOf(FIRST)).toBe(`group/${FIRST}`)
  expect(placing.idOf(`group/${FIRST}`)).toBe(FIRST)
  placing.look(metaAfter())
  expect(placing.nameOf(FIRST)).toBe('j/s/0')
  expect(placing.idOf('j/s/1')).toBe(FIRST + 1)
  expect(placing.idOf('j/s/2')).toBeUndefined()
  expect(placing.nameOf(groupId(3))).toBe('kv/3')
  expect(placing.idOf('kv/3')).toBe(3)
  expect([groupId(1), META_GROUP, FIRST].map(isPlaced)).toEqual([false, false, true])
})

test('who should lead comes first, and a node is found by its replica and the reverse', () => {
  const placing = new Placing()
  expect(placing.wished(FIRST)).toBeUndefined()
  placing.look(metaAfter(put(FIRST, 'bca')))
  expect(placing.wished(FIRST)).toEqual([1, 2, 3])
  expect(placing.nodeOf(replicaId(2))).toBe('c')
  expect(placing.replicaOn(FIRST, nodeId('a'))).toBe(3)
  expect(placing.replicaOn(FIRST, nodeId('d'))).toBeUndefined()
})

test('where a replica lived is remembered when it is wished for no more', () => {
  const placing = new Placing()
  const founded = { kind: 'founded', groups: [FIRST] } as const
  placing.look(metaAfter(put(FIRST, 'abc')))
  placing.look(metaAfter(put(FIRST, 'abc'), founded, put(FIRST, 'abd')))
  expect(placing.wished(FIRST)).toEqual([1, 2, 4])
  expect(placing.nodeOf(replicaId(3))).toBe('c')
  expect(placing.replicaOn(FIRST, nodeId('c'))).toBeUndefined()
})
