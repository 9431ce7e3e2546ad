/** What committed entries make of a group's state; and its head, for images. */

import { describe, expect, test } from 'vitest'
import { type Command, decodeCommand } from './command.ts'
import { deltaOf, GroupState } from './state.ts'
import { begunState, frameOf, headOf, leaderOf, outputsOf } from './testing/job.ts'

const MOMENT = { wallMs: 1000, atMs: 1e6 }

/** The entries in which a leader takes so many offsets of channel 0, from the first on. */
function entriesUpTo(end: number, state = begunState()): readonly Command[] {
  const leader = leaderOf(state)
  leader.channels.open(0, 0)
  const entries: Command[] = []
  const take = () => {
    const bytes = leader.next(MOMENT)
    if (bytes === undefined) throw new Error('nothing was taken')
    const command = decodeCommand(bytes)
    entries.push(command)
    leader.onApplied(command, state.apply(command))
  }
  take()
  leader.duties(0)
  for (let from = 0; from < end; from += 10) {
    leader.channels.onFrame(frameOf(0, [from, Math.min(end, from + 10)]), 200, 0)
    take()
  }
  return entries
}

const generation = (n: number): Command => ({ kind: 'generation', generation: n })
const end = (n: number): Command => ({ kind: 'end', generation: n })

describe('a batch', () => {
  test('moves the place in the input, writes rows, and what it says waits for its way out', () => {
    const state = begunState()
    for (const command of entriesUpTo(20)) expect(state.apply(command)).toBe('done')
    expect(state.book.channels.get(0)?.cursor).toBe(20)
    expect(outputsOf(state)).toEqual([0, 1, 3, 4, 6, 7, 9, 10, 12, 13, 15, 16, 18, 19])
    expect([state.book.seq, state.outbox.lastSeq]).toEqual([3, 3])
    expect(state.store.size).toBeGreaterThan(14)
  })

  test('is of a generation that has begun', () => {
    const [first] = entriesUpTo(10)
    expect(() => GroupState.empty(0).apply(first as Command)).toThrow('GROUP a generation begins')
  })

  test('has its number: none is missing, none comes twice', () => {
    const [first, second] = entriesUpTo(10)
    const state = begunState()
    expect(() => state.apply(second as Command)).toThrow('seqs have no gap')
    state.apply(first as Command)
    expect(() => state.apply(first as Command)).toThrow('seqs have no gap')
  })

  test('behind the end of its log never was', () => {
    const state = begunState()
    const [first, second] = entriesUpTo(10)
    state.apply(first as Command)
    expect(state.apply(end(1))).toBe('done')
    const before = headOf(state)
    expect(state.apply(second as Command)).toBe('ended')
    expect(headOf(state)).toEqual(before)
    expect([state.book.seq, state.isOpen]).toEqual([1, false])
    expect(outputsOf(state)).toEqual([])
  })

  test('does not hold on to the bytes of its whole entry', () => {
    const state = begunState()
    for (const command of entriesUpTo(10)) state.apply(command)
    const run = state.outbox.runs('out')?.at(0)
    expect(run?.bytes.buffer.byteLength).toBe(run?.bytes.length)
  })
})

describe('a generation', () => {
  test('is none at first, and no batch counts then', () => {
    const state = GroupState.empty(0)
    expect([state.generation, state.isOpen]).toEqual([0, false])
    expect(state.apply(generation(4))).toBe('done')
    expect([state.generation, state.isOpen]).toEqual([4, true])
  })

  test('follows a lower one alone', () => {
    const state = begunState()
    expect(state.apply(generation(1))).toBe('older')
    state.apply(generation(3))
    expect(state.apply(generation(2))).toBe('older')
    expect(state.generation).toBe(3)
  })

  test('goes on behind the end of the one before, with its numbers', () => {
    const state = begunState()
    for (const command of entriesUpTo(10, state)) expect(command.kind).toBe('batch')
    state.apply(end(1))
    const progress = { journaled: 2, offset: 5, published: [] }
    state.apply({ kind: 'progress', progress })
    state.apply(generation(2))
    expect(state.isOpen).toBe(true)
    const leader = leaderOf(state, 2)
    leader.duties(0)
    leader.channels.onFrame(frameOf(0, [10, 12], { generation: 2 }), 100, 0)
    const bytes = leader.next(MOMENT)
    expect(state.apply(decodeCommand(bytes as Uint8Array))).toBe('done')
    expect(outputsOf(state)).toEqual([0, 1, 3, 4, 6, 7, 9, 10])
    expect(state.outbox.schedules.items.map(held => held.generation)).toEqual([2])
    expect(state.outbox.runs('out')?.items.map(held => held.generation)).toEqual([1, 2])
  })

  test('is ended by its own end alone', () => {
    const state = begunState()
    expect(state.apply(end(2))).toBe('older')
    expect(state.isOpen).toBe(true)
  })
})

describe('a barrier', () => {
  const at = (offset: number, epoch = 1): Command => {
    return { kind: 'barrier', barrier: { epoch, offsets: [{ channel: 0, offset }] } }
  }

  test.each([
    ['past', 5],
    ['short', 15],
  ])('that is %s cuts nothing', (outcome, offset) => {
    const state = begunState()
    entriesUpTo(10, state)
    const rows = state.store.size
    expect(state.apply(at(offset))).toBe(outcome)
    expect([state.book.epoch, state.store.size]).toEqual([0, rows])
  })

  test('at the cursors is written down, and counts once', () => {
    const state = begunState()
    entriesUpTo(10, state)
    expect(state.apply(at(10))).toBe('done')
    expect(state.book.epoch).toBe(1)
    expect(state.apply(at(10))).toBe('again')
    expect(GroupState.of(headOf(state), state.store, 0).book.epoch).toBe(1)
  })
})

describe('a head', () => {
  test('and the rows are the whole state', () => {
    const state = begunState()
    entriesUpTo(30, state)
    state.apply(end(1))
    const again = GroupState.of(headOf(state), state.store, 0)
    expect(headOf(again)).toEqual(headOf(state))
    expect([again.generation, again.isOpen, again.book.seq]).toEqual([1, false, 4])
    expect(again.book.channels).toEqual(state.book.channels)
    expect(outputsOf(again)).toEqual(outputsOf(state))
  })

  test('of an unknown version is refused', () => {
    const head = headOf(begunState())
    head[0] = 9
    expect(() => GroupState.of(head, begunState().store, 0)).toThrow('malformed-bytes')
  })

  test('of another state than the rows is refused', () => {
    const state = begunState()
    const early = headOf(state)
    entriesUpTo(10, state)
    expect(() => GroupState.of(early, state.store, 0)).toThrow('two last batches')
  })

  test('with something behind it is refused', () => {
    const head = headOf(begunState())
    const longer = new Uint8Array(head.length + 1)
    longer.set(head)
    expect(() => GroupState.of(longer, begunState().store, 0)).toThrow('malformed-bytes')
  })
})

test('a row that no operator writes is a delta of its own', () => {
  const state = begunState()
  const row = { key: Uint8Array.of(0, 200, 0, 1, 7), value: Uint8Array.of(9) }
  state.store.apply(deltaOf(row))
  expect(state.store.get(row.key)).toEqual(row.value)
})
