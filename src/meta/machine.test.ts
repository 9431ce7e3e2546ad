/** The group `meta` under the hands of a host: entries and images. */

import { expect, test } from 'vitest'
import { nodeId } from '../base/ids.ts'
import type { ByteSource } from '../base/source.ts'
import { noMembers } from '../raft/members/members.ts'
import type { Entry } from '../raft/types.ts'
import type { MetaCommand, MetaOutcome } from './command.ts'
import { encodeMetaCommand } from './command-codec.ts'
import { MetaMachine } from './machine.ts'
import { emptyMeta } from './state.ts'

const NOTHING = new Uint8Array(0)
const set = (key: string, value: string): MetaCommand => {
  return { kind: 'setting', setting: { key, value } }
}
const unknown: MetaCommand = { kind: 'leave', node: nodeId('x') }

function entries(from: number, term: number, ...commands: readonly MetaCommand[]): Entry[] {
  return commands.map((command, at) => {
    return { index: from + at, term, kind: 'data', data: encodeMetaCommand(command) }
  })
}
function applied(machine: MetaMachine, some: readonly Entry[]): readonly MetaOutcome[] {
  let answer: readonly MetaOutcome[] = []
  machine.apply(some, results => {
    answer = results
  })
  return answer
}
function restored(machine: MetaMachine, index: number, source: ByteSource): boolean {
  let answer = false
  const image = { index, term: 3, members: noMembers, membersIndex: 0, chain: 0 }
  machine.restore(image, source, isWhole => {
    answer = isWhole
  })
  return answer
}

test('each entry has its outcome', () => {
  const machine = new MetaMachine()
  expect(applied(machine, entries(1, 1, set('a', '1'), unknown, set('b', '2')))).toEqual([
    'done',
    'unknown-node',
    'done',
  ])
  expect(machine.state.settings).toHaveLength(2)
  expect(machine).toMatchObject({ appliedIndex: 3, appliedTerm: 1 })
})

test('what changes nothing leaves the same value', () => {
  const machine = new MetaMachine()
  const { state } = machine
  const term: Entry = { index: 1, term: 2, kind: 'term', data: NOTHING }
  expect(applied(machine, [term, ...entries(2, 2, unknown)])).toEqual(['done', 'unknown-node'])
  expect(machine.state).toBe(state)
  expect(machine).toMatchObject({ appliedIndex: 2, appliedTerm: 2 })
})

test('a gap is not passed over', () => {
  const machine = new MetaMachine()
  expect(() => applied(machine, entries(2, 1, unknown))).toThrow('without a gap')
})

test('an image takes the place of all that was there, as it was when it was cut', () => {
  const machine = new MetaMachine()
  applied(machine, entries(1, 1, set('a', '1')))
  const cut = machine.cut()
  const at = machine.state
  applied(machine, entries(2, 1, set('a', '2')))
  const other = new MetaMachine()
  applied(other, entries(1, 1, set('z', '9')))
  expect(restored(other, 1, cut)).toBe(true)
  expect(other.state).toEqual(at)
  expect(other).toMatchObject({ appliedIndex: 1, appliedTerm: 0 })
  applied(other, entries(2, 1, set('a', '2')))
  expect(other.state).toEqual(machine.state)
})

test('an image that breaks off leaves nothing', () => {
  const machine = new MetaMachine()
  applied(machine, entries(1, 1, set('a', '1')))
  const broken: ByteSource = {
    next: done => done({ kind: 'broken', why: 'test' }),
    close: () => undefined,
  }
  expect(restored(machine, 5, broken)).toBe(false)
  expect(machine).toMatchObject({ appliedIndex: 0, state: emptyMeta })
  let isClosed = false
  machine.close(() => {
    isClosed = true
  })
  expect(isClosed).toBe(true)
})
