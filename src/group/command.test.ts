/** Entries of a group in bytes: what was written comes back, and nothing else is read. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteWriter } from '../base/bytes.ts'
import { anyBatch } from '../engine/testing/traffic.ts'
import { encodeProgress } from '../journal/outbox-codec.ts'
import type { Progress } from '../journal/types.ts'
import {
  type Command,
  decodeCommand,
  encodeBarrier,
  encodeBarrierAt,
  encodeBatch,
  encodeEnd,
  encodeGeneration,
  encodeProgressCommand,
} from './command.ts'

const anyName = fc.string({ minLength: 1, maxLength: 20 })
const anyGeneration = fc.integer({ min: 1, max: 2 ** 40 })

const anyProgress: fc.Arbitrary<Progress> = fc.record({
  journaled: fc.nat(),
  offset: fc.nat(),
  published: fc
    .uniqueArray(fc.record({ sink: anyName, upTo: fc.nat(), offset: fc.nat() }), {
      selector: ({ sink }) => sink,
      maxLength: 3,
    })
    .map(cursors => cursors.sort((a, b) => (a.sink < b.sink ? -1 : 1))),
})

const anyOffsets = fc
  .uniqueArray(fc.record({ channel: fc.nat(4000), offset: fc.nat() }), {
    selector: ({ channel }) => channel,
    maxLength: 5,
  })
  .map(offsets => offsets.sort((a, b) => a.channel - b.channel))

const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  fc.tuple(fc.nat(), anyBatch).map(([term, batch]): Command => ({ kind: 'batch', term, batch })),
  anyProgress.map((progress): Command => ({ kind: 'progress', progress })),
  anyGeneration.map((generation): Command => ({ kind: 'generation', generation })),
  anyGeneration.map((generation): Command => ({ kind: 'end', generation })),
  fc
    .tuple(fc.nat(), anyOffsets)
    .map(([epoch, offsets]): Command => ({ kind: 'barrier', barrier: { epoch, offsets } })),
  fc
    .record({ epoch: fc.nat(), channel: fc.nat(), offset: fc.nat() })
    .map((place): Command => ({ kind: 'barrier-at', place })),
)

function encoded(command: Command): Uint8Array {
  switch (command.kind) {
    case 'batch':
      return encodeBatch(command.term, command.batch)
    case 'progress':
      return encodeProgressCommand(encodeProgress(command.progress))
    case 'generation':
      return encodeGeneration(command.generation)
    case 'end':
      return encodeEnd(command.generation)
    case 'barrier':
      return encodeBarrier(command.barrier)
    case 'barrier-at':
      return encodeBarrierAt(command.place)
  }
}

test('an entry comes back as it was', () => {
  fc.assert(
    fc.property(anyCommand, command => {
      expect(decodeCommand(encoded(command))).toEqual(command)
    }),
    { numRuns: 500 },
  )
})

test('one that is cut short is refused', () => {
  fc.assert(
    fc.property(anyCommand, fc.nat(), (command, at) => {
      const bytes = encoded(command)
      expect(() => decodeCommand(bytes.subarray(0, at % bytes.length))).toThrow('malformed-bytes')
    }),
  )
})

test('one that is damaged is refused, or is another entry with the same bytes', () => {
  fc.assert(
    fc.property(anyCommand, fc.nat(), fc.integer({ min: 1, max: 255 }), (command, at, bits) => {
      const bytes = encoded(command)
      bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ bits
      let back: Command
      try {
        back = decodeCommand(bytes)
      } catch (error) {
        expect(error).toHaveProperty('code', 'malformed-bytes')
        return
      }
      expect(encoded(back)).toEqual(bytes)
    }),
    { numRuns: 2000 },
  )
})

const entry = (...parts: readonly number[]) => {
  const out = new ByteWriter()
  for (const part of parts) out.varint(part)
  return out.finish()
}

test.each([
  ['of nothing', entry()],
  ['of an unknown kind', entry(0)],
  ['of a kind to come', entry(7)],
  ['of generation 0', entry(3, 0)],
  ['of the end of generation 0', entry(4, 0)],
  ['with more behind it', entry(3, 1, 1)],
  ['whose barrier names a channel twice', entry(5, 1, 2, 7, 0, 7, 0)],
  ['whose barrier names channels in another order', entry(5, 1, 2, 7, 0, 6, 0)],
  ['whose barrier names more channels than there can be', entry(5, 1, 4097)],
])('an entry %s is refused', (_, bytes) => {
  expect(() => decodeCommand(bytes)).toThrow('malformed-bytes')
})
