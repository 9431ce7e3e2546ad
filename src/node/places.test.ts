/** Where replicas live, before anything is applied: what was told, and what the log holds. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nodeId, replicaId } from '../base/ids.ts'
import type { Entry } from '../raft/types.ts'
import { Places } from './places.ts'
import { decodeGroupCommand, encodeEnrol, encodeInner } from './roster/codec.ts'
import { emptyRoster, enrol, enrolledAs, type Introduction } from './roster/roster.ts'

const who = (node: string): Introduction => ({
  node: nodeId(node),
  store: `${node}-1`,
  boot: 1,
  opening: 'o',
  address: '',
  http: '',
})

const data = (bytes: Uint8Array) => ({ kind: 'data' as const, data: bytes })
const term = { kind: 'term' as const, data: new Uint8Array(0) }

function logOf(applied: number, parts: readonly Pick<Entry, 'kind' | 'data'>[]) {
  const looked: number[] = []
  return {
    looked,
    applied,
    lastIndex: parts.length,
    entry(index: number): Entry | undefined {
      looked.push(index)
      const part = parts[index - 1]
      return part && { index, term: 1, ...part }
    },
  }
}

const applied = enrol(emptyRoster, who('a')).roster

test('the applied roster knows', () => {
  const log = logOf(1, [data(encodeEnrol(who('a')))])
  expect(new Places().nodeOf(replicaId(1), applied, log)).toBe('a')
  expect(log.looked).toEqual([])
})

test('what the seat was told with', () => {
  const places = new Places()
  places.tell([{ replica: replicaId(2), node: nodeId('b') }])
  expect(places.nodeOf(replicaId(2), emptyRoster, undefined)).toBe('b')
  expect(places.nodeOf(replicaId(3), emptyRoster, undefined)).toBeUndefined()
})

test('the log tells what is not yet applied', () => {
  const log = logOf(1, [
    data(encodeEnrol(who('a'))),
    term,
    data(encodeInner(new Uint8Array(3))),
    data(encodeEnrol(who('b'))),
    data(encodeEnrol(who('c'))),
  ])
  const places = new Places()
  expect(places.nodeOf(replicaId(3), applied, log)).toBe('c')
  expect(places.nodeOf(replicaId(2), applied, log)).toBe('b')
  expect(places.nodeOf(replicaId(9), applied, log)).toBeUndefined()
  // Each entry was looked at once.
  expect(log.looked).toEqual([2, 3, 4, 5])
})

test('entries that come later are looked at, and after a cut all of them again', () => {
  const parts = [data(encodeEnrol(who('a'))), data(encodeEnrol(who('b')))]
  const places = new Places()
  expect(places.nodeOf(replicaId(3), applied, logOf(1, parts))).toBeUndefined()
  const longer = logOf(1, [...parts, data(encodeEnrol(who('c')))])
  expect(places.nodeOf(replicaId(3), applied, longer)).toBe('c')
  expect(longer.looked).toEqual([3])
  const other = logOf(1, [data(encodeEnrol(who('a'))), data(encodeEnrol(who('d')))])
  expect(places.nodeOf(replicaId(2), applied, other)).toBe('d')
})

test('whatever the log holds, looking ahead is applying', () => {
  const node = fc.constantFrom('a', 'b', 'c', 'd')
  const part = fc.oneof(
    node.map(name => data(encodeEnrol(who(name)))),
    fc.constant(term),
    fc.constant(data(encodeInner(Uint8Array.of(2, 3)))),
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), fc.nat(12), (parts, cut) => {
      const appliedIndex = Math.min(cut, parts.length)
      const rosterAt = (index: number) =>
        parts.slice(0, index).reduce((roster, { kind, data: bytes }) => {
          const command = kind === 'data' ? decodeGroupCommand(bytes) : undefined
          return command?.kind === 'enrol' ? enrol(roster, command.who).roster : roster
        }, emptyRoster)
      const places = new Places()
      const log = logOf(appliedIndex, parts)
      for (let id = 1; id <= 5; id++) {
        const found = places.nodeOf(replicaId(id), rosterAt(appliedIndex), log)
        expect(found).toBe(enrolledAs(rosterAt(parts.length), replicaId(id))?.node)
      }
    }),
  )
})

test('a replica that nobody knows is looked for once', () => {
  const places = new Places()
  const log = logOf(0, [data(encodeEnrol(who('a'))), data(encodeEnrol(who('b')))])
  for (let time = 0; time < 5; time++) {
    expect(places.nodeOf(replicaId(9), emptyRoster, log)).toBeUndefined()
  }
  expect(log.looked).toEqual([1, 2])
})
