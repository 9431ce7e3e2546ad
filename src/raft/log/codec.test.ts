/** Bytes of what is stored: there and back, one encoding for a value, and nothing else is read. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteReader, ByteWriter, MALFORMED_BYTES } from '../../base/bytes.ts'
import { WeirError } from '../../base/errors.ts'
import { replicaId } from '../../base/ids.ts'
import type { Entry, EntryKind, HardState, Image, Members } from '../types.ts'
import * as codec from './codec.ts'

const count = fc.nat({ max: Number.MAX_SAFE_INTEGER })
const idList = fc
  .uniqueArray(fc.integer({ min: 1, max: 1_000_000 }), { maxLength: 7 })
  .map(list => list.sort((a, b) => a - b).map(replicaId))
const members: fc.Arbitrary<Members> = fc.record({
  voters: idList,
  outgoing: idList,
  learners: idList,
})
const kind = fc.constantFrom<EntryKind[]>('data', 'members', 'term')
const entry: fc.Arbitrary<Entry> = fc.record({
  index: count,
  term: count,
  kind,
  data: fc.uint8Array({ maxLength: 300 }),
})
const hardState: fc.Arbitrary<HardState> = fc.record({
  term: count,
  vote: fc.nat().map(replicaId),
  commit: count,
})
const image: fc.Arbitrary<Image> = fc.record({
  index: count,
  term: count,
  members,
  membersIndex: count,
  chain: count,
})

interface Codec {
  readonly name: string
  readonly values: fc.Arbitrary<unknown>
  readonly write: (out: ByteWriter, value: never) => void
  readonly read: (input: ByteReader) => unknown
}

const codecs: readonly Codec[] = [
  { name: 'entry', values: entry, write: codec.writeEntry, read: codec.readEntry },
  { name: 'hard state', values: hardState, write: codec.writeHardState, read: codec.readHardState },
  { name: 'image', values: image, write: codec.writeImage, read: codec.readImage },
  {
    name: 'members',
    values: members,
    write: (out, value) => out.raw(codec.encodeMembers(value)),
    read: input => codec.decodeMembers(input.raw(input.left)),
  },
]

function encode({ write }: Codec, value: unknown): Uint8Array {
  const out = new ByteWriter()
  write(out, value as never)
  return out.finish()
}

/** The value, or that the bytes are malformed; any other error is thrown. */
function decode({ read }: Codec, bytes: Uint8Array): { readonly value: unknown } | 'malformed' {
  try {
    const input = new ByteReader(bytes)
    const value = read(input)
    input.done()
    return { value }
  } catch (error) {
    if (error instanceof WeirError && error.code === MALFORMED_BYTES) return 'malformed'
    throw error
  }
}

describe.each(codecs)('the bytes of an $name', one => {
  it('give it back', () => {
    fc.assert(
      fc.property(one.values, value => {
        expect(decode(one, encode(one, value))).toEqual({ value })
      }),
    )
  })

  it('are its only ones: what can be read is written again in the same way', () => {
    fc.assert(
      fc.property(one.values, fc.nat(), fc.nat({ max: 255 }), (value, at, byte) => {
        const bytes = encode(one, value)
        bytes[at % bytes.length] = byte
        const read = decode(one, bytes)
        if (read !== 'malformed') expect(encode(one, read.value)).toEqual(bytes)
      }),
      { numRuns: 1000 },
    )
  })

  it('are all needed', () => {
    fc.assert(
      fc.property(one.values, fc.nat(), (value, cut) => {
        const bytes = encode(one, value)
        expect(decode(one, bytes.subarray(0, cut % bytes.length))).toBe('malformed')
      }),
    )
  })

  it('are read from any bytes without any other error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), bytes => {
        const read = decode(one, bytes)
        if (read !== 'malformed') expect(encode(one, read.value)).toEqual(bytes)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('what is refused', () => {
  it.each([
    ['an entry of an unknown kind', [1, 1, 3, 0]],
    ['an entry whose data ends too early', [1, 1, 0, 5, 1]],
    ['an index that is longer than it needs to be', [0x80, 0, 1, 0, 0]],
  ])('%s', (_, bytes) => {
    expect(() => codec.readEntry(new ByteReader(new Uint8Array(bytes)))).toThrow(WeirError)
  })

  it.each([
    ['ids twice', [2, 1, 1, 0, 0]],
    ['ids that fall', [2, 2, 1, 0, 0]],
    ['nobody’s id', [1, 0, 0, 0]],
    ['more ids than there are bytes', [0xff, 0xff, 0x7f, 1]],
    ['a list too few', [1, 1, 0]],
    ['a byte too many', [1, 1, 0, 0, 0]],
  ])('members with %s', (_, bytes) => {
    expect(() => codec.decodeMembers(new Uint8Array(bytes))).toThrow(WeirError)
  })
})

it('counts an entry with what is around its data', () => {
  const data = new Uint8Array(10)
  expect(codec.sizeOf({ index: 1, term: 1, kind: 'data', data })).toBe(26)
})
