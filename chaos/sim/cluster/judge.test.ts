/** Each checker of a cluster, shown the crime that it is there for. */

import { beforeEach, describe, expect, test } from 'vitest'
import { DeltaWriter } from '../../../src/engine/store/delta.ts'
import { encodeEnd } from '../../../src/group/command.ts'
import { drawCluster } from './draw.ts'
import { outputOf } from './names.ts'
import { runCluster, type Sabotage } from './run.ts'
import { batchWith, entryAt, Stage } from './testing/stage.ts'

let stage: Stage

beforeEach(() => {
  stage = new Stage()
})

describe('CLUSTER-1 outputs are what the oracle says of the input', () => {
  test.each(['lose', 'repeat', 'alter'] as Sabotage[])('to %s one is seen', sabotage => {
    const { failure } = runCluster({ ...drawCluster(4), faults: [] }, { sabotage })
    expect(failure?.checker).toMatch(/^CLUSTER-1 /)
  })
})

describe('CLUSTER-2 every output is visible once and in order', () => {
  test.each([
    ['repeated', [1, 2, 2]],
    ['left out', [1, 3]],
    ['overtaken', [2, 1]],
  ])('one is %s', (_, numbers) => {
    for (const number of numbers) stage.show(0, number)
    expect(() => stage.judge.look()).toThrow('CLUSTER-2')
  })

  test('a journal leaves an entry out', () => {
    stage.journal(0, [{}, {}])
    stage.journal(0, [{}], 4)
    expect(() => stage.judge.look()).toThrow('CLUSTER-2')
  })
})

test('CLUSTER-3: what is not journaled is released', () => {
  stage.journal(0, [{}, {}])
  stage.judge.onReleased(0, 2)
  expect(() => stage.judge.onReleased(0, 3)).toThrow('CLUSTER-3')
})

describe('CLUSTER-4 replicas are equal at equal index', () => {
  test('one applies another entry', () => {
    const { state } = stage
    state.apply({ kind: 'generation', generation: 1 })
    stage.judge.onApplied(0, entryAt(1), state)
    stage.judge.onApplied(0, entryAt(1), state)
    expect(() => stage.judge.onApplied(0, entryAt(1, encodeEnd(1)), state)).toThrow('CLUSTER-4')
  })

  test('one makes another state of it', () => {
    expect(() => stage.judge.onApplied(0, entryAt(1), stage.state)).toThrow('CLUSTER-4')
  })
})

describe('CLUSTER-5 nothing uncommitted is to be seen', () => {
  test('a row that no entry wrote', () => {
    const { state } = stage
    const machine = { appliedIndex: 0, state }
    stage.judge.onLooked(0, machine)
    const writer = new DeltaWriter()
    writer.put(Uint8Array.of(1, 2, 3, 4), Uint8Array.of(1))
    state.store.apply(writer.finish())
    expect(() => stage.judge.onLooked(0, machine)).toThrow('CLUSTER-5')
  })

  test('an output that no entry made', () => {
    const record = { key: null, value: null, headers: [], timestampMs: 0 }
    const parts = [{ ...outputOf(0, 0), records: [record] }]
    expect(() => stage.judge.onSending(0, parts)).toThrow('CLUSTER-5')
  })
})

test('CLUSTER-7: whoever takes nothing is stuck', () => {
  const { profile, ...rest } = drawCluster(4)
  const taking = {
    rowsMax: 1_000_000,
    bytesMax: 1_000_000_000,
    lingerMs: 1_000_000,
    eagerRows: 0,
    eagerBytes: 0,
  }
  const { failure } = runCluster({ ...rest, faults: [], profile: { ...profile, taking } })
  expect(failure?.checker).toMatch(/^CLUSTER-7 /)
})

test('CLUSTER-8: a watermark that no record bears out', () => {
  const channel = stage.put(0)
  const inputs = [{ channel, from: 0, to: 1 }]
  stage.journal(0, [{ changes: [{ channel, opened: 0 }] }, { inputs }])
  stage.journal(0, [{ changes: [{ channel, watermark: 8e15 }] }], 3)
  expect(() => stage.end()).toThrow('CLUSTER-8')
})

describe('CLUSTER-9 input is taken once and without a gap', () => {
  test.each([
    ['not taken', 0, 0],
    ['taken from behind the cursor', 1, 1],
  ])('a record is %s', (_, from, to) => {
    const channel = stage.put(0)
    const inputs = to > 0 ? [{ channel, from, to: to + 1 }] : []
    stage.journal(0, [{ changes: [{ channel, opened: 0 }], inputs }])
    expect(() => stage.end()).toThrow('CLUSTER-9')
  })
})

test('CLUSTER-12: a channel is said to be idle that has records', () => {
  const channel = stage.put(0)
  stage.judge.shadows[0]?.take(entryAt(1))
  const data = batchWith([{ channel, opened: 0, idle: true }])
  expect(() => stage.judge.onApplied(0, entryAt(2, data), stage.state)).toThrow('CLUSTER-12')
})

test('CLUSTER-14: an entry for two sinks is committed without one of them', () => {
  const [shadow] = stage.judge.shadows
  shadow?.counts.set(1, new Map([['one', 2]]))
  shadow?.counts.set(2, new Map(Object.entries({ one: 1, other: 1 })))
  const first = { sink: 'one', seq: 1 }
  const whole = ['one', 'other'].map(sink => ({ sink, seq: 2 }))
  stage.judge.onCommitting(0, [first, ...whole])
  expect(() => stage.judge.onCommitting(0, whole.slice(1))).toThrow('CLUSTER-14')
})

test('CLUSTER-10: a trouble that nothing in this world explains', () => {
  stage.judge.onTrouble(0, 'unavailable')
  expect(() => stage.judge.onTrouble(0, 'replay-differs')).toThrow('CLUSTER-10')
})
