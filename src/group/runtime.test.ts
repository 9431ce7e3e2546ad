/** A replica at work over a Raft side that is played by hand: when it leads, proposes and waits. */

import { beforeEach, describe, expect, test } from 'vitest'
import { ManualClock } from '../raft/host/testing/world.ts'
import { type Command, decodeCommand, encodeEnd, encodeGeneration } from './command.ts'
import type { Duties } from './leader.ts'
import { JobMachine } from './machine.ts'
import { GroupRuntime } from './runtime.ts'
import { frameOf, outputsOf, ROUTING, stageOf } from './testing/job.ts'

interface Proposal {
  readonly term: number
  readonly data: Uint8Array
  readonly done: () => void
}

const NOTHING = new Uint8Array(0)

let clock: ManualClock
let machine: JobMachine
let runtime: GroupRuntime
/** Those that Raft took, and which are not committed. */
let proposals: Proposal[]
let refused: number
let leads: number
let mayBegin: boolean
let mayTake: boolean
let hasRoom: boolean
let duties: Duties[]
let failed: string[] = []
let lost: number

beforeEach(() => {
  failed = []
  clock = new ManualClock()
  proposals = []
  duties = []
  refused = 0
  leads = 0
  lost = 0
  mayBegin = true
  mayTake = true
  hasRoom = true
  machine = new JobMachine(0, {
    onEntry: (...fact) => runtime.onEntry(...fact),
    onApplied: () => runtime.onApplied(),
    onRestored: () => runtime.onRestored(),
    beforeCut: done => done(),
  })
  runtime = new GroupRuntime({
    clock,
    machine,
    raft: { leads: () => leads, propose },
    listener: {
      onDuties: one => duties.push(one),
      onLost: () => {
        lost++
      },
      onFailed: code => void failed.push(code),
    },
    stage: stageOf(),
    routing: ROUTING,
    generation: () => 2,
    isToEnd: () => false,
    bounds: { rowsMax: 10, bytesMax: 100_000, lingerMs: 5, eagerRows: 0, eagerBytes: 0 },
    channels: () => [[0, 0]],
    mayBegin: () => mayBegin,
    mayTake: () => mayTake,
  })
})

function propose(term: number, data: Uint8Array, done: () => void): boolean {
  if (!hasRoom || term !== leads) {
    refused++
    clock.after(0, done)
    return false
  }
  proposals.push({ term, data, done })
  return true
}

function apply(term: number, data?: Uint8Array): void {
  const kind = data === undefined ? 'term' : 'data'
  const entry = { index: machine.appliedIndex + 1, term, kind, data: data ?? NOTHING } as const
  machine.apply([entry], () => undefined)
}

/** The oldest that waits; all answered at once, as the host does. */
function commit(): Command {
  const one = proposals.shift()
  if (one === undefined) throw new Error('nothing is proposed')
  apply(one.term, one.data)
  one.done()
  clock.pass(0)
  return decodeCommand(one.data)
}

/** Elected: the entry that opens the term is applied. */
function elect(term: number): void {
  leads = term
  apply(term)
  clock.pass(0)
}

/** Leads, with a stream on channel 0. */
function begin(term = 1): void {
  elect(term)
  while (proposals.length > 0) commit()
}

function send(from: number, to: number): void {
  runtime.onFrame(frameOf(0, [from, to], { generation: 2 }), 100)
  clock.pass(5)
}

const hellos = () => duties.flatMap(one => one.hellos.map(({ cursor }) => cursor))

describe('a replica that comes to lead', () => {
  test('begins its generation, opens its channels, then asks for what is on them', () => {
    elect(3)
    expect(runtime.leader).toBe(undefined)
    expect(commit()).toEqual({ kind: 'generation', generation: 2 })
    expect(runtime.leader?.term).toBe(3)
    expect(commit()).toMatchObject({ kind: 'batch', batch: { changes: [{ opened: 0 }] } })
    expect(hellos()).toEqual([0])
    send(0, 5)
    expect(commit()).toMatchObject({ kind: 'batch', term: 3, batch: { seq: 2 } })
    expect(outputsOf(machine.state)).toEqual([0, 1, 3, 4])
  })

  test('does nothing before the entry that opens its term is applied', () => {
    leads = 3
    runtime.onChanged()
    clock.pass(100)
    expect([proposals.length, runtime.leader]).toEqual([0, undefined])
  })

  test('begins its generation when it may, and is told', () => {
    mayBegin = false
    elect(3)
    clock.pass(100_000)
    expect(proposals.length).toBe(0)
    mayBegin = true
    runtime.onChanged()
    clock.pass(0)
    expect(commit()).toEqual({ kind: 'generation', generation: 2 })
  })

  test('does not begin what has begun', () => {
    apply(1, encodeGeneration(2))
    elect(3)
    expect(commit()).toMatchObject({ kind: 'batch' })
  })

  test('takes nothing where a later generation has begun, or its own has ended', () => {
    apply(1, encodeGeneration(3))
    elect(3)
    expect([proposals.length, runtime.leader]).toEqual([0, undefined])
    machine.restore(imageNone, broken, () => undefined)
    apply(4, encodeGeneration(2))
    apply(4, encodeEnd(2))
    elect(5)
    expect([proposals.length, runtime.leader]).toEqual([0, undefined])
  })
})

const imageNone = {
  ...{ index: 0, term: 0, membersIndex: 0, chain: 0 },
  members: { voters: [], outgoing: [], learners: [] },
}
const broken = {
  next: (done: (piece: { kind: 'broken'; why: string }) => void) => {
    done({ kind: 'broken', why: 'gone' })
  },
  close: () => undefined,
}

describe('entries', () => {
  test('are proposed one behind the other, ahead of what is committed', () => {
    begin()
    for (let from = 0; from < 3; from++) send(from, from + 1)
    const seqs = proposals.map(({ data }) => decodeCommand(data))
    expect(seqs).toMatchObject([
      { batch: { seq: 2 } },
      { batch: { seq: 3 } },
      { batch: { seq: 4 } },
    ])
  })

  test('that find no room are offered again, the same, and nothing before them', () => {
    begin()
    hasRoom = false
    send(0, 1)
    send(1, 2)
    expect([proposals.length, refused > 1]).toEqual([0, true])
    hasRoom = true
    clock.pass(10)
    expect(proposals.map(({ data }) => decodeCommand(data))).toMatchObject([
      { batch: { seq: 2, inputs: [{ from: 0, to: 1 }] } },
      { batch: { seq: 3, inputs: [{ from: 1, to: 2 }] } },
    ])
  })

  test('wait while what is committed finds no way out', () => {
    begin()
    mayTake = false
    send(0, 1)
    expect(proposals.length).toBe(0)
    mayTake = true
    runtime.onChanged()
    clock.pass(0)
    expect(proposals.length).toBe(1)
  })

  test('of nothing are none: a group without work does not turn', () => {
    begin()
    clock.pass(1000)
    const before = clock.fired
    clock.pass(50_000)
    expect(clock.fired - before).toBeLessThan(3)
  })
})

describe('a replica that leads no more', () => {
  test('tells so when it hears of it, and knows nothing of what it had computed', () => {
    begin()
    send(0, 1)
    leads = 0
    runtime.onChanged()
    clock.pass(0)
    expect([lost, runtime.leader]).toEqual([1, undefined])
    expect(runtime.onFrame(frameOf(0, [1, 2]), 100)).toBe(undefined)
  })

  test('is told by the first entry of a later term', () => {
    begin()
    apply(2)
    expect([lost, runtime.leader]).toEqual([1, undefined])
  })

  test('may see its last entries committed by another, and leads anew behind them', () => {
    begin()
    send(0, 2)
    send(2, 4)
    const [first, second] = proposals.splice(0) as [Proposal, Proposal]
    leads = 0
    runtime.onChanged()
    clock.pass(0)
    apply(1, first.data)
    elect(3)
    expect(hellos()).toEqual([0, 2])
    second.done()
    runtime.onFrame(frameOf(0, [2, 4], { generation: 2 }), 100)
    clock.pass(5)
    commit()
    expect(outputsOf(machine.state)).toEqual([0, 1, 3])
  })

  test('proposes nothing of an earlier term', () => {
    begin()
    send(0, 2)
    leads = 4
    send(2, 4)
    expect(proposals.map(({ term }) => term)).toEqual([1])
    expect(runtime.leader).toBe(undefined)
  })
})

describe('in one term', () => {
  test('nobody leads anew while something of before is on its way', () => {
    begin()
    send(0, 1)
    send(1, 2)
    apply(1, encodeEnd(2))
    commit()
    expect([lost, runtime.leader]).toEqual([1, undefined])
    apply(1, encodeGeneration(2))
    clock.pass(100)
    expect(runtime.leader).toBe(undefined)
    commit()
    expect(outputsOf(machine.state)).toEqual([])
  })
})

test('an image takes the place of all that was known', () => {
  begin()
  send(0, 5)
  commit()
  const image = machine.cut()
  machine.restore({ ...imageNone, index: 9 }, image, () => undefined)
  expect([lost, runtime.leader]).toEqual([1, undefined])
  elect(6)
  expect(hellos()).toEqual([0, 5])
})

test('whoever is closed does nothing more', () => {
  begin()
  send(0, 1)
  runtime.close()
  expect(lost).toBe(1)
  commit()
  runtime.onChanged()
  clock.pass(1000)
  expect([proposals.length, clock.pending]).toEqual([0, 0])
})
