/** Test support: frames, movements and batches of any kind, and records by offset. */

import fc from 'fast-check'
import type { Batch, SinkOutput } from '../batch/entry.ts'
import { batchOf } from '../batch/entry.ts'
import type { Frame } from '../channels/frame.ts'
import type { ChannelChange, Input, Movement } from '../channels/state.ts'
import { type Records, recordsOf } from '../columns/records.ts'
import { Schema } from '../schema/schema.ts'
import { INTEGER, TEXT } from '../schema/type.ts'

export const SCHEMA = new Schema([
  { name: 'user', type: TEXT },
  { name: 'n', type: INTEGER },
])

/** A record for each offset, in order; what it holds follows from channel and offset alone. */
export function recordsAt(channel: number, offsets: readonly number[]): Records {
  const seen = new Map<number, number>()
  const rows = offsets.map(offset => {
    const nth = (seen.get(offset) ?? 0) + 1
    seen.set(offset, nth)
    return { time: 1000 * channel + offset, values: [`c${channel}-o${offset}`, nth] }
  })
  return {
    ...recordsOf(SCHEMA, rows),
    origin: { channel, offsets: Float64Array.from(offsets) },
  }
}

/** A frame with a record at each of these offsets, of reader 1.1 unless other words say so. */
export function frameOf(
  channel: number,
  [from, to]: readonly [number, number],
  { offsets = [], ...words }: Partial<Frame> & { readonly offsets?: readonly number[] } = {},
): Frame {
  const records = recordsAt(channel, offsets)
  return { channel, generation: 1, readerTerm: 1, from, to, records, ...words }
}

const anyOffset = fc.oneof(fc.nat(1000), fc.integer({ min: 2 ** 40, max: 2 ** 41 }))

/** Missing as often as not, as a field that is not there. */
export function perhaps<K extends string, T>(
  name: K,
  value: fc.Arbitrary<T>,
): fc.Arbitrary<{ [key in K]?: T }> {
  return fc.oneof(
    fc.constant({}),
    value.map(one => ({ [name]: one }) as { [key in K]?: T }),
  )
}

export const anyWatermark = fc.oneof(
  fc.integer({ min: -1000, max: 1000 }),
  fc.constant(Infinity),
  fc.double({ noNaN: true, min: -1e12, max: 1e12 }),
)

const anyWords = fc
  .tuple(
    perhaps('watermark', anyWatermark),
    perhaps('idle', fc.boolean()),
    perhaps('barrier', fc.integer({ min: 1, max: 1000 })),
  )
  .map(all => Object.assign({}, ...all) as Partial<Frame>)

export const anyFrame: fc.Arbitrary<Frame> = fc
  .tuple(fc.nat(200), anyOffset, fc.nat(20), fc.array(fc.nat(19)), anyWords, fc.nat(9), fc.nat(9))
  .map(([channel, from, size, steps, words, generation, readerTerm]) => {
    const offsets = steps.filter(step => step < size).sort((a, b) => a - b)
    const all = offsets.map(step => from + step)
    return frameOf(channel, [from, from + size], {
      ...words,
      offsets: all,
      generation,
      readerTerm,
    })
  })

const anyChannels = fc
  .uniqueArray(fc.nat(300), { maxLength: 5 })
  .map(channels => channels.sort((a, b) => a - b))

const anyInputs: fc.Arbitrary<readonly Input[]> = anyChannels.chain(channels =>
  fc.tuple(
    ...channels.map(channel =>
      fc
        .tuple(anyOffset, fc.integer({ min: 1, max: 5000 }))
        .map(([from, size]) => ({ channel, from, to: from + size })),
    ),
  ),
)

const anyReader = fc.record({ generation: fc.nat(9), term: fc.nat(99) })

const anyChange = fc
  .tuple(
    perhaps('opened', anyOffset),
    perhaps('reader', anyReader),
    perhaps('watermark', anyWatermark),
    perhaps('idle', fc.boolean()),
  )
  .map(all => Object.assign({}, ...all) as Partial<ChannelChange>)
  .filter(change => Object.keys(change).length > 0)

const anyChanges: fc.Arbitrary<readonly ChannelChange[]> = anyChannels.chain(channels =>
  fc.tuple(...channels.map(channel => anyChange.map(change => ({ channel, ...change })))),
)

export const anyMovement: fc.Arbitrary<Movement> = fc.record({
  seq: fc.integer({ min: 1, max: 2 ** 40 }),
  now: fc.nat(),
  inputs: anyInputs,
  changes: anyChanges,
})

const anyOutput = fc.record({
  sink: fc.string({ unit: 'grapheme', maxLength: 6 }),
  first: fc.integer({ min: 1, max: 2 ** 40 }),
  count: fc.integer({ min: 1, max: 5000 }),
  records: fc.uint8Array({ maxLength: 40 }),
})

export const anyOutputs: fc.Arbitrary<readonly SinkOutput[]> = fc
  .uniqueArray(anyOutput, { selector: ({ sink }) => sink, maxLength: 4 })
  .map(outputs => outputs.sort((a, b) => (a.sink < b.sink ? -1 : 1)))

export const anyBatch: fc.Arbitrary<Batch> = fc
  .tuple(anyMovement, fc.uint8Array({ maxLength: 60 }), anyOutputs)
  .map(([movement, delta, outputs]) => batchOf(movement, { delta, outputs }))
