/** A leader at work: what it hands out and when, ahead of what is applied, and what ends it. */

import { describe, expect, test } from 'vitest'
import { counts } from '../engine/plan/testing/plans.ts'
import { PIPELINE_MAX } from '../engine/state/overlay.ts'
import { type Command, decodeCommand } from './command.ts'
import type { GroupLeader } from './leader.ts'
import type { GroupState } from './state.ts'
import { begunState, frameOf, leaderOf, outputsOf } from './testing/job.ts'

const at = (ms: number) => ({ wallMs: 1000 + ms, atMs: ms })

function handedOut(leader: GroupLeader, ms: number): Command {
  const bytes = leader.next(at(ms))
  if (bytes === undefined) throw new Error('there is no reason for an entry')
  return decodeCommand(bytes)
}

/** With channels that were opened by its first batch, which is applied; streams have begun. */
function begun(...channels: readonly number[]): { state: GroupState; leader: GroupLeader } {
  const state = begunState()
  const leader = leaderOf(state)
  for (const channel of channels) leader.channels.open(channel, 0)
  const command = handedOut(leader, 0)
  leader.onApplied(command, state.apply(command))
  leader.duties(0)
  return { state, leader }
}

function send(leader: GroupLeader, from: number, to: number, ms = 0, channel = 0): void {
  leader.channels.onFrame(frameOf(channel, [from, to]), 100, ms)
}

describe('streams', () => {
  test('begin once the batch that opens their channel is handed out', () => {
    const leader = leaderOf(begunState())
    leader.channels.open(4, 70)
    expect(leader.duties(0).hellos).toEqual([])
    handedOut(leader, 0)
    expect(leader.duties(0).hellos.map(({ channel, cursor }) => [channel, cursor])).toEqual([
      [4, 70],
    ])
    expect(leader.duties(0).hellos).toEqual([])
  })

  test('begin with the cursors that the state has', () => {
    const { state, leader } = begun(0, 1)
    send(leader, 0, 5)
    const command = handedOut(leader, 10)
    leader.onApplied(command, state.apply(command))
    const next = leaderOf(state, 2)
    expect(next.duties(0).hellos.map(({ channel, cursor }) => [channel, cursor])).toEqual([
      [0, 5],
      [1, 0],
    ])
  })
})

describe('a batch', () => {
  test('waits a little for more, not for ever, and nothing comes of nothing', () => {
    const { leader } = begun(0)
    expect([leader.next(at(100)), leader.dueAtMs]).toEqual([undefined, Infinity])
    send(leader, 0, 2, 100)
    expect([leader.next(at(104)), leader.dueAtMs]).toEqual([undefined, 105])
    const command = handedOut(leader, 105)
    expect(command).toMatchObject({ kind: 'batch', term: 1, batch: { seq: 2 } })
  })

  test('is computed on those before it, though nothing of them is applied', () => {
    const { state, leader } = begun(0, 1)
    const commands: Command[] = []
    for (let from = 0; from < 2 * PIPELINE_MAX; from += 2) {
      send(leader, from, from + 2)
      commands.push(handedOut(leader, 10))
    }
    expect([leader.depth, state.book.seq]).toEqual([PIPELINE_MAX, 1])
    for (const command of commands) leader.onApplied(command, state.apply(command))
    expect([leader.depth, state.book.seq]).toEqual([0, 1 + PIPELINE_MAX])
    expect(outputsOf(state)).toEqual([0, 1, 3, 4, 6, 7])
  })

  test('waits where the pipeline is full', () => {
    const { state, leader } = begun(0)
    const commands: Command[] = []
    for (let from = 0; from < PIPELINE_MAX; from++) {
      send(leader, from, from + 1)
      commands.push(handedOut(leader, 10))
    }
    send(leader, PIPELINE_MAX, PIPELINE_MAX + 1)
    expect([leader.next(at(20)), leader.dueAtMs]).toEqual([undefined, Infinity])
    const [first] = commands as [Command]
    leader.onApplied(first, state.apply(first))
    expect(leader.next(at(20))).toBeDefined()
  })

  test('waits where what is committed finds no way out', () => {
    const { leader } = begun(0)
    send(leader, 0, 1)
    expect(leader.next(at(10), false)).toBe(undefined)
    expect(leader.next(at(10), true)).toBeDefined()
  })

  test('is none behind the end of the log', () => {
    const { state, leader } = begun(0)
    send(leader, 0, 1)
    const end: Command = { kind: 'end', generation: 1 }
    expect(leader.onApplied(end, state.apply(end))).toBe(true)
    expect([leader.next(at(10)), leader.dueAtMs]).toEqual([undefined, Infinity])
  })

  test('by time alone comes when it is due', () => {
    const state = begunState()
    const window = { kind: 'tumbling', sizeMs: 100, offsetMs: 0, time: 'processing' } as const
    const leader = leaderOf(state, 1, { ...counts('user'), window })
    leader.channels.open(0, 0)
    handedOut(leader, 0)
    leader.duties(0)
    send(leader, 0, 2)
    handedOut(leader, 10)
    expect([leader.wakeAt, leader.next(at(50))]).toEqual([1100, undefined])
    expect(handedOut(leader, 100)).toMatchObject({ batch: { seq: 3, inputs: [] } })
  })

  test('of debts comes before any other', () => {
    const state = begunState()
    const leader = leaderOf(state, 1, counts('n'), 1)
    leader.channels.open(0, 0)
    handedOut(leader, 0)
    leader.duties(0)
    send(leader, 0, 5)
    leader.channels.onFrame(frameOf(0, [5, 5], { watermark: 100 }), 50, 0)
    send(leader, 5, 6)
    const first = handedOut(leader, 10)
    expect(first).toMatchObject({ batch: { inputs: [{ to: 6 }] } })
    const rest = [handedOut(leader, 10), handedOut(leader, 10)]
    for (const command of rest) expect(command).toMatchObject({ batch: { inputs: [] } })
  })
})

describe('what is said of time', () => {
  const words = (watermark: number, idle = false) => ({ watermark, idle })
  const said = (leader: GroupLeader, seq: number) => {
    const found = leader.saidBehind(seq)
    return found && [found.seq, found.watermark, found.idle]
  }

  test('holds behind the batch that heard it, and is told of the newest that is released', () => {
    const { leader } = begun(0)
    leader.channels.onFrame(frameOf(0, [0, 2], words(70)), 100, 0)
    handedOut(leader, 10)
    leader.channels.onFrame(frameOf(0, [2, 2], words(90, true)), 100, 10)
    handedOut(leader, 20)
    expect(said(leader, 1)).toEqual([0, -Infinity, false])
    expect(said(leader, 2)).toEqual([2, 70, false])
    expect(said(leader, 7)).toEqual([3, 90, true])
  })

  test('is nothing while more is due, also for whoever leads next', () => {
    const state = begunState()
    const leader = leaderOf(state, 1, counts('n'), 1)
    leader.channels.open(0, 0)
    leader.duties(0)
    const apply = (command: Command) => leader.onApplied(command, state.apply(command))
    apply(handedOut(leader, 0))
    leader.duties(0)
    leader.channels.onFrame(frameOf(0, [0, 5], words(100)), 100, 0)
    apply(handedOut(leader, 10))
    expect(said(leader, 2)).toEqual([0, -Infinity, false])
    expect(said(leaderOf(state, 2, counts('n'), 1), 2)).toEqual([2, -Infinity, false])
    while (leader.dueAtMs === -Infinity) apply(handedOut(leader, 10))
    expect(said(leader, 99)).toEqual([5, 100, false])
    expect(said(leaderOf(state, 2, counts('n'), 1), 99)).toEqual([5, 100, false])
  })
})

test('nobody is said to be idle who still owes something', () => {
  const state = begunState()
  const leader = leaderOf(state, 1, counts('n'), 1)
  leader.channels.open(0, 0)
  handedOut(leader, 0)
  leader.duties(0)
  leader.channels.onFrame(frameOf(0, [0, 5], { watermark: 5, idle: true }), 100, 0)
  handedOut(leader, 10)
  expect(leader.saidBehind(9)).toEqual({ seq: 2, watermark: 5, idle: true })
  leader.channels.onFrame(frameOf(0, [5, 5], { watermark: 100 }), 100, 10)
  handedOut(leader, 20)
  expect(leader.saidBehind(9)).toEqual({ seq: 3, watermark: 5, idle: false })
})

describe('a barrier', () => {
  test('is handed out behind the batches before it, however full all is', () => {
    const { state, leader } = begun(0)
    send(leader, 0, 2)
    leader.channels.onFrame(frameOf(0, [2, 2], { barrier: 7 }), 50, 0)
    const before = handedOut(leader, 10)
    expect(leader.dueAtMs).toBe(-Infinity)
    const bytes = leader.next(at(10), false)
    const command = decodeCommand(bytes as Uint8Array)
    expect(command).toEqual({
      kind: 'barrier',
      barrier: { epoch: 7, offsets: [{ channel: 0, offset: 2 }] },
    })
    expect(leader.next(at(10))).toBe(undefined)
    leader.onApplied(before, state.apply(before))
    expect(leader.onApplied(command, state.apply(command))).toBe(true)
    expect([state.book.epoch, leader.channels.applied.epoch]).toEqual([7, 7])
  })

  test('that others lack is asked for', () => {
    const { leader } = begun(0, 1)
    leader.channels.onFrame(frameOf(0, [0, 0], { barrier: 7 }), 50, 0)
    expect(leader.next(at(10))).toBe(undefined)
    expect(leader.duties(10).wanted).toEqual({ epoch: 7, channels: [1] })
  })
})

describe('a leader is over', () => {
  test('where another generation begins', () => {
    const { state, leader } = begun(0)
    const command: Command = { kind: 'generation', generation: 2 }
    expect(leader.onApplied(command, state.apply(command))).toBe(false)
  })

  test('where its batch came too late', () => {
    const { state, leader } = begun(0)
    send(leader, 0, 1)
    const late = handedOut(leader, 10)
    state.apply({ kind: 'end', generation: 1 })
    expect(leader.onApplied(late, state.apply(late))).toBe(false)
  })

  test('and what it computed ahead never was, for the next one of the same stage', () => {
    const { state, leader } = begun(0)
    send(leader, 0, 5)
    handedOut(leader, 10)
    const next = leaderOf(state, 2)
    next.duties(0)
    send(next, 0, 5)
    const command = handedOut(next, 10)
    next.onApplied(command, state.apply(command))
    expect(outputsOf(state)).toEqual([0, 1, 3, 4])
  })

  test('and is not to hear of batches of others', () => {
    const { state, leader } = begun(0)
    const other = leaderOf(state, 2)
    other.duties(0)
    send(other, 0, 1)
    const command = handedOut(other, 10)
    expect(() => leader.onApplied(command, state.apply(command))).toThrow('GROUP a leader follows')
  })
})
