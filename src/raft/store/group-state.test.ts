/** What records amount to, part by part. */

import { expect, test } from 'vitest'
import { groupId, replicaId } from '../../base/ids.ts'
import type { Entry } from '../types.ts'
import { advance, type GroupStates } from './group-state.ts'
import type { LogRecord } from './record.ts'
import { founding, imageAt } from './testing/fleet.ts'

const group = groupId(1)
const entry = (index: number): Entry => ({ index, term: 1, kind: 'data', data: new Uint8Array(0) })
const filed = (index: number, file = `f${index}`) => ({ image: imageAt(index, 1), file })

const created: LogRecord = {
  group,
  created: replicaId(4),
  install: { image: founding.image, file: '' },
  hardState: founding.hardState,
  entries: [],
}

function after(...records: readonly Omit<LogRecord, 'group'>[]) {
  const states: GroupStates = new Map()
  for (const record of [created, ...records]) advance(states, { ...record, group })
  return states.get(group)
}

test('a group begins with what it is founded with', () => {
  expect(after()).toEqual({
    replica: 4,
    hardState: founding.hardState,
    filed: { image: founding.image, file: '' },
    lastIndex: 0,
  })
})

test('a group that begins without its image or its hard state is our own mistake', () => {
  const states: GroupStates = new Map()
  const { install, hardState, ...bare } = created
  expect(() => advance(states, { ...bare, install })).toThrow('begins whole')
  expect(() => advance(states, { ...bare, hardState })).toThrow('begins whole')
})

test('the last entry is the last that was written, be it an earlier one', () => {
  expect(after({ entries: [entry(1), entry(2), entry(3)] })?.lastIndex).toBe(3)
  expect(after({ entries: [entry(1), entry(2)] }, { entries: [entry(1)] })?.lastIndex).toBe(1)
})

test('entries that an image covers do not move the end before it', () => {
  const steps = [
    { entries: [entry(1), entry(2), entry(3)] },
    { entries: [], compact: filed(3) },
    { entries: [entry(2)] },
  ]
  expect(after(...steps)?.lastIndex).toBe(3)
})

test('a hard state stays until there is another', () => {
  const hardState = { term: 2, vote: replicaId(3), commit: 1 }
  expect(after({ entries: [], hardState }, { entries: [entry(1)] })?.hardState).toEqual(hardState)
})

test('an installed image moves the end either way', () => {
  const entries = [entry(1), entry(2), entry(3)]
  expect(after({ entries }, { entries: [], install: filed(2) })?.lastIndex).toBe(2)
  const further = after({ entries }, { entries: [], install: filed(9) })
  expect([further?.lastIndex, further?.filed.file]).toEqual([9, 'f9'])
})

test('an image counts when it is newer than the one on record', () => {
  const entries = [entry(1), entry(2), entry(3)]
  const two = after({ entries }, { entries: [], compact: filed(2) })
  expect([two?.filed.file, two?.lastIndex]).toEqual(['f2', 3])
  for (const late of [filed(1), filed(2, 'other')]) {
    const steps = [{ entries }, { entries: [], compact: filed(2) }, { entries: [], compact: late }]
    expect(after(...steps)?.filed.file).toBe('f2')
  }
})

test('parts of one record count in their order', () => {
  const one = { install: filed(5), entries: [entry(6), entry(7)], compact: filed(6) }
  const state = after(one)
  expect([state?.filed.file, state?.lastIndex]).toEqual(['f6', 7])
})

test('a group that is removed is gone; in one record it may begin again', () => {
  expect(after({ isRemoved: true, entries: [] })).toBe(undefined)
  const again = { ...created, isRemoved: true, created: replicaId(5) }
  expect(after({ entries: [entry(1)] }, again)?.replica).toBe(5)
  expect(after({ entries: [entry(1)] }, again)?.lastIndex).toBe(0)
})

test('what is recorded of a group that is not there changes nothing', () => {
  const states: GroupStates = new Map()
  advance(states, { group, entries: [entry(1)] })
  advance(states, { group, isRemoved: true, entries: [] })
  expect(states.size).toBe(0)
})
