/** Batches and schedules in bytes; a schedule is what the batch says, less what came of it. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader, ByteWriter } from '../../base/bytes.ts'
import { CHANNELS_MAX } from '../channels/bounds.ts'
import type { ChannelChange, Input, Movement } from '../channels/state.ts'
import { anyBatch, anyMovement } from '../testing/traffic.ts'
import {
  type Batch,
  batchOf,
  decodeEntry,
  SINKS_MAX,
  type SinkOutput,
  writeEntry,
} from './entry.ts'
import {
  type Break,
  breakIn,
  decodeSchedule,
  readSchedule,
  type Schedule,
  scheduleOf,
  writeSchedule,
} from './schedule.ts'

function entryBytes(batch: Batch): Uint8Array {
  const out = new ByteWriter()
  writeEntry(out, batch)
  return out.finish()
}

function scheduleBytes(schedule: Schedule): Uint8Array {
  const out = new ByteWriter()
  writeSchedule(out, schedule)
  return out.finish()
}

const NOTHING: Movement = { seq: 1, now: 0, inputs: [], changes: [] }
const NO_DELTA = new Uint8Array(0)

const withInputs = (inputs: readonly Input[]) =>
  scheduleBytes({ ...NOTHING, kind: 'batch', inputs })
const withChanges = (changes: readonly ChannelChange[]) =>
  scheduleBytes({ ...NOTHING, kind: 'batch', changes })
const withOutputs = (outputs: readonly SinkOutput[]) =>
  entryBytes(batchOf(NOTHING, { delta: NO_DELTA, outputs }))

describe('a batch', () => {
  test('comes back as it was', () => {
    fc.assert(
      fc.property(anyBatch, batch => {
        expect(decodeEntry(entryBytes(batch))).toEqual(batch)
      }),
    )
  })

  test('of which a byte was changed is refused, or is what those bytes say', () => {
    fc.assert(
      fc.property(anyBatch, fc.nat(), fc.integer({ min: 1, max: 255 }), (batch, at, bits) => {
        const bytes = entryBytes(batch)
        bytes[at % bytes.length] = (bytes[at % bytes.length] as number) ^ bits
        let back: Batch
        try {
          back = decodeEntry(bytes)
        } catch (error) {
          expect(error).toHaveProperty('code', 'malformed-bytes')
          return
        }
        expect(entryBytes(back)).toEqual(bytes)
        // What the digest covers cannot have changed unseen.
        expect([back.delta, back.outputs]).toEqual([batch.delta, batch.outputs])
      }),
      { numRuns: 2000 },
    )
  })

  test('that was cut short is refused', () => {
    fc.assert(
      fc.property(anyBatch, fc.nat(), (batch, at) => {
        const bytes = entryBytes(batch)
        expect(() => decodeEntry(bytes.subarray(0, at % bytes.length))).toThrow('malformed-bytes')
      }),
    )
  })

  test('begins with its schedule', () => {
    fc.assert(
      fc.property(anyBatch, batch => {
        const reader = new ByteReader(entryBytes(batch))
        expect(readSchedule(reader)).toEqual(scheduleOf(batch))
      }),
    )
  })

  const one: SinkOutput = { sink: 'b', first: 1, count: 2, records: NO_DELTA }

  test.each([
    ['in another order', [one, { ...one, sink: 'a' }]],
    ['twice for one sink', [one, one]],
    ['that are counted from 0', [{ ...one, first: 0 }]],
    ['that are none', [{ ...one, count: 0 }]],
  ])('with outputs %s is not written', (_, outputs) => {
    expect(() => withOutputs(outputs)).toThrow('outputs-ascend-and-count')
  })

  test('has a bounded number of sinks', () => {
    const outputs = Array.from({ length: SINKS_MAX + 1 }, (_, at) => ({
      ...one,
      sink: String.fromCharCode(1000 + at),
    }))
    expect(decodeEntry(withOutputs(outputs.slice(1))).outputs).toHaveLength(SINKS_MAX)
    expect(() => withOutputs(outputs)).toThrow('sinks-of-a-group-are-bounded')
    const counted = [...withOutputs([])]
    counted.splice(-1, 1, 0x81, 2)
    expect(() => decodeEntry(Uint8Array.from(counted))).toThrow('too many sinks')
  })

  test.each([
    ['sinks in another order', 0, 0x63],
    ['outputs that are counted from 0', 1, 0],
    ['no outputs though it says so', 2, 0],
  ])('with %s is refused', (_, at, byte) => {
    const bytes = withOutputs([one, { ...one, sink: 'c' }])
    const first = bytes.length - 2 * 5 + 1
    bytes[first + at] = byte
    expect(() => decodeEntry(bytes)).toThrow('outputs are not in order')
  })
})

describe('a schedule', () => {
  test('is the batch without delta and outputs, and their digest', () => {
    fc.assert(
      fc.property(anyBatch, batch => {
        const { delta: _, outputs: __, digest: ___, ...rest } = batch
        expect(scheduleOf(batch)).toEqual(rest)
      }),
    )
  })

  test('comes back as it was', () => {
    fc.assert(
      fc.property(anyMovement, movement => {
        const schedule: Schedule = { kind: 'batch', ...movement }
        expect(decodeSchedule(scheduleBytes(schedule))).toEqual(schedule)
      }),
    )
  })

  test('of which a byte was changed is refused, or is what those bytes say', () => {
    fc.assert(
      fc.property(anyMovement, fc.nat(), fc.nat(255), (movement, at, byte) => {
        const bytes = scheduleBytes({ kind: 'batch', ...movement })
        bytes[at % bytes.length] = byte
        let back: Schedule
        try {
          back = decodeSchedule(bytes)
        } catch (error) {
          expect(error).toHaveProperty('code', 'malformed-bytes')
          return
        }
        expect(scheduleBytes(back)).toEqual(bytes)
      }),
      { numRuns: 2000 },
    )
  })

  test('of an ordinary batch takes some dozen bytes', () => {
    const channels = [0, 1, 2, 3]
    const bytes = scheduleBytes({
      kind: 'batch',
      seq: 123_456,
      now: 1_700_000_000_000,
      inputs: channels.map(channel => ({ channel, from: 5_000_000, to: 5_000_250 })),
      changes: channels.map(channel => ({ channel, watermark: 1_699_999_999_000 + 7 * channel })),
    })
    expect(bytes.length).toBeLessThanOrEqual(4 * 12 + 16)
  })

  test.each([
    ['channels that go back', [input(2, 0, 1), input(1, 0, 1)]],
    ['a channel twice', [input(1, 0, 1), input(1, 1, 2)]],
    ['an input that takes nothing', [input(1, 5, 5)]],
  ])('with %s is not written', (_, inputs) => {
    expect(() => withInputs(inputs)).toThrow('inputs-ascend-and-take')
  })

  test.each([
    [
      'channels that go back',
      [
        { channel: 2, idle: true },
        { channel: 1, idle: true },
      ],
    ],
    ['a change of nothing', [{ channel: 2 }]],
  ])('with changes of %s is not written', (_, changes) => {
    expect(() => withChanges(changes)).toThrow('changes-ascend-and-change')
  })

  test.each([
    ['of an unknown kind', [1, 1, 0, 0, 0], 'unknown kind'],
    ['without a seq', [0, 0, 0, 0, 0], 'no seq'],
    ['with an input that takes nothing', [0, 1, 0, 1, 0, 0, 0, 0, 0], 'takes nothing'],
    ['with a change of nothing', [0, 1, 0, 0, 1, 0, 0, 0], 'unknown form'],
    ['with a change of an unknown form', [0, 1, 0, 0, 1, 0, 32, 0], 'unknown form'],
    ['with idleness that nobody declared', [0, 1, 0, 0, 1, 0, 16, 0], 'unknown form'],
    ['with more bytes behind it', [0, 1, 0, 0, 0, 0], 'left over'],
  ])('%s is refused', (_, bytes, why) => {
    expect(() => decodeSchedule(Uint8Array.from(bytes))).toThrow(why)
  })

  test('with a watermark that nobody can say is refused', () => {
    expect(() => decodeSchedule(withChanges([{ channel: 1, watermark: -Infinity }]))).toThrow(
      'a watermark says nothing',
    )
  })

  test('names a bounded number of channels', () => {
    const inputs = Array.from({ length: CHANNELS_MAX + 1 }, (_, channel) => input(channel, 0, 1))
    expect(decodeSchedule(withInputs(inputs.slice(1))).inputs).toHaveLength(CHANNELS_MAX)
    expect(() => decodeSchedule(withInputs(inputs))).toThrow('too many channels')
  })
})

describe('a run of schedules', () => {
  const at = (seq: number, change: Partial<Movement> = {}): Schedule => {
    return { ...NOTHING, kind: 'batch', seq, now: 10 * seq, ...change }
  }
  const before = { seq: 4, now: 40 }
  const run = [
    at(5, { inputs: [input(1, 70, 75), input(2, 0, 3)] }),
    at(6, { now: 50, inputs: [input(1, 75, 76)], changes: [{ channel: 3, opened: 9 }] }),
    at(7, { inputs: [input(2, 3, 5), input(3, 9, 12)] }),
  ]
  const withLast = (change: Partial<Movement>) => [...run, at(8, change)]

  test('is whole', () => {
    expect(breakIn(run, before)).toBeUndefined()
    expect(breakIn([], before)).toBeUndefined()
    expect(breakIn(withLast({ inputs: [input(1, 76, 77)] }), before)).toBeUndefined()
  })

  test.each<readonly [string, readonly Schedule[], Break]>([
    ['does not begin where it should', run.slice(1), { seq: 6, why: 'seq' }],
    ['begins with what was there', [at(4), ...run], { seq: 4, why: 'seq' }],
    ['lacks one', [...run, at(9)], { seq: 9, why: 'seq' }],
    ['has one twice', [...run, at(7)], { seq: 7, why: 'seq' }],
    ['begins before its time', [at(5, { now: 39 })], { seq: 5, why: 'now' }],
    ['goes back in time', withLast({ now: 69 }), { seq: 8, why: 'now' }],
    ['leaves records out', withLast({ inputs: [input(1, 77, 78)] }), { seq: 8, why: 'cursor' }],
    ['takes records twice', withLast({ inputs: [input(3, 11, 13)] }), { seq: 8, why: 'cursor' }],
    [
      'begins a channel elsewhere than where it was opened',
      withLast({ changes: [{ channel: 4, opened: 9 }], inputs: [input(4, 8, 9)] }),
      { seq: 8, why: 'cursor' },
    ],
  ])('that %s is broken there', (_, schedules, wanted) => {
    expect(breakIn(schedules, before)).toEqual(wanted)
  })
})

function input(channel: number, from: number, to: number): Input {
  return { channel, from, to }
}
