/** Folding a log: from its middle, over removals, and what makes it damage. */

import { expect, test } from 'vitest'
import { ByteWriter } from '../../base/bytes.ts'
import { groupId, replicaId } from '../../base/ids.ts'
import { FRAME_HEAD_BYTES, openFrame, sealFrame } from '../../base/segments/frame.ts'
import type { Entry } from '../types.ts'
import { REPLAY_COPY_BYTES } from './limits.ts'
import { type LogRecord, TURN_FRAME, writeRecord } from './record.ts'
import { Replay } from './replay.ts'
import { founding, imageAt } from './testing/fleet.ts'

const group = groupId(1)

const entry = (index: number, term = 1, size = 0): Entry => ({
  index,
  term,
  kind: 'data',
  data: new Uint8Array(size).fill(index),
})

const created: LogRecord = {
  group,
  created: replicaId(4),
  install: { image: founding.image, file: '' },
  hardState: founding.hardState,
  entries: [],
}

const put = (...entries: Entry[]): LogRecord => ({ group, entries })
const compact = (index: number): LogRecord => ({
  group,
  entries: [],
  compact: { image: imageAt(index, 1), file: 'f' },
})

/** As the first head of a log says it. */
function fromMiddle(lastIndex: number, imageIndex = 0, commit = 0): Replay {
  const replay = new Replay()
  const filed = { image: imageAt(imageIndex, 1), file: 'f' }
  const hardState = { term: 1, vote: replicaId(1), commit }
  const state = { replica: replicaId(4), hardState, filed, lastIndex }
  const states = new Map([[group, state]])
  replay.begin({ previousBytes: 0, previousChain: 0, states })
  replay.segments.begin(5)
  return replay
}

function whole(...records: LogRecord[]): Replay {
  const replay = new Replay()
  replay.segments.begin(1)
  for (const record of [created, ...records]) replay.take(record)
  return replay
}

const indexes = (replay: Replay) =>
  replay
    .finish()
    .get(group)
    ?.stored.entries.map(({ index, term }) => `${index}/${term}`)

test('entries follow one another, and later ones discard what they contradict', () => {
  expect(indexes(whole(put(entry(1), entry(2), entry(3)), put(entry(2, 2))))).toEqual([
    '1/1',
    '2/2',
  ])
})

test('an image covers entries, those that come later too', () => {
  expect(indexes(whole(put(entry(1), entry(2), entry(3)), compact(2)))).toEqual(['3/1'])
  const again = whole(put(entry(1), entry(2)), compact(2), put(entry(2), entry(3)))
  expect(indexes(again)).toEqual(['3/1'])
  expect(indexes(whole(put(entry(1), entry(2)), compact(2), put(entry(1))))).toEqual([])
})

test('an older image than the one on record changes nothing', () => {
  const replay = whole(put(entry(1), entry(2), entry(3)), compact(2), compact(1))
  expect(indexes(replay)).toEqual(['3/1'])
  expect(replay.states.get(group)?.filed.image.index).toBe(2)
})

test('an installed image takes the place of all entries', () => {
  const install = { image: imageAt(9, 3), file: 'f' }
  const replay = whole(put(entry(1), entry(2)), { group, install, entries: [] }, put(entry(10, 3)))
  expect(indexes(replay)).toEqual(['10/3'])
})

test('a log that begins in the middle is whole once an image covers what it lacks', () => {
  const replay = fromMiddle(10)
  replay.take(put(entry(11), entry(12)))
  expect(() => replay.finish()).toThrow('entries are missing')
  replay.take(compact(9))
  expect(() => replay.finish()).toThrow('entries are missing')
  replay.take(compact(10))
  expect(indexes(replay)).toEqual(['11/1', '12/1'])
})

test('what a log lacks may be discarded or written again', () => {
  const replay = fromMiddle(10, 4)
  replay.take(put(entry(7, 2), entry(8, 2)))
  expect(() => replay.finish()).toThrow('entries are missing')
  replay.take(compact(6))
  expect(indexes(replay)).toEqual(['7/2', '8/2'])
  const other = fromMiddle(10, 4)
  other.take(put(entry(5, 2)))
  expect(indexes(other)).toEqual(['5/2'])
})

test('a group that was removed is gone, and may be made again with nothing of before', () => {
  const removed: LogRecord = { group, isRemoved: true, entries: [] }
  expect(whole(put(entry(1)), removed).finish().size).toBe(0)
  const again = whole(put(entry(1), entry(2)), removed, { ...created, created: replicaId(5) })
  expect(again.finish().get(group)).toEqual({ group, replica: 5, stored: founding })
  const lacking = fromMiddle(10)
  lacking.take(removed)
  expect(lacking.finish().size).toBe(0)
})

test('records that cannot follow are damage', () => {
  expect(() => whole(put(entry(2)))).toThrow('leaves out entries')
  expect(() => whole(put(entry(1), entry(3)))).toThrow('out of order')
  expect(() => whole({ ...put(entry(1)), group: groupId(2) })).toThrow('unknown group')
  const hardState = { term: 1, vote: replicaId(1), commit: 2 }
  const ahead = whole({ ...put(entry(1)), hardState })
  expect(() => ahead.finish()).toThrow('more committed than it has')
})

function frames(records: readonly LogRecord[]): Uint8Array {
  const out = new ByteWriter()
  for (const record of records) {
    const one = new ByteWriter()
    openFrame(one)
    writeRecord(one.uint8(TURN_FRAME), record)
    const frame = one.finish()
    sealFrame(frame, { seed: 0, offset: out.size, syncedTo: 0, chain: 0 })
    out.raw(frame)
  }
  return out.finish()
}

test('an entry keeps a copy of a few frames alive, never the whole segment', () => {
  const records = Array.from({ length: 2000 }, (_, i) => put(entry(i + 1, 1, 1000)))
  const bytes = frames([created, ...records])
  const replay = new Replay()
  replay.segments.begin(1)
  replay.takeFrames(bytes, 0, bytes.length)
  const entries = replay.finish().get(group)?.stored.entries ?? []
  expect(entries.length).toBe(2000)
  const buffers = new Set(entries.map(({ data }) => data.buffer))
  expect(buffers.size).toBeGreaterThan(bytes.length / REPLAY_COPY_BYTES - 1)
  for (const buffer of buffers) {
    expect(buffer).not.toBe(bytes.buffer)
    expect(buffer.byteLength).toBeLessThan(REPLAY_COPY_BYTES + 2000)
  }
})

test('no frames, or a part of them', () => {
  const bytes = frames([created, put(entry(1)), put(entry(2))])
  const replay = new Replay()
  replay.segments.begin(1)
  replay.takeFrames(bytes, 0, 0)
  expect(replay.finish().size).toBe(0)
  const last = bytes.length - frames([put(entry(2))]).length
  replay.takeFrames(bytes, 0, last)
  expect(indexes(replay)).toEqual(['1/1'])
  expect(last).toBeGreaterThan(FRAME_HEAD_BYTES)
})
