/** The compiler checks what ids are for: an expected error that does not come is an error. */

import { expect, test } from 'vitest'
import { type NodeId, nodeId, type ReplicaId, replicaId } from './ids.ts'

test('an id is its plain value at run time', () => {
  expect(replicaId(7)).toBe(7)
  expect(nodeId('node-7')).toBe('node-7')
})

test('no plain value and no id of another kind is taken for an id', () => {
  const replica: ReplicaId = replicaId(7)
  // @ts-expect-error a number is no replica
  const plainNumber: ReplicaId = 7
  // @ts-expect-error a text is no node
  const plainText: NodeId = 'node-7'
  // @ts-expect-error a replica is no node
  const other: NodeId = replica
  expect([plainNumber, plainText, other]).toEqual([7, 'node-7', 7])
})
