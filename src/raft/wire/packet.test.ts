/** Packets: there and back, one encoding for what was said, and no half of a bad one. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteWriter, MALFORMED_BYTES } from '../../base/bytes.ts'
import { WeirError } from '../../base/errors.ts'
import { type GroupId, groupId, replicaId } from '../../base/ids.ts'
import { Prng } from '../../base/prng.ts'
import { type Message, messageTypes } from '../messages.ts'
import * as any from '../testing/arbitraries.ts'
import { mutated } from '../testing/mutation.ts'
import { sealed, unsealed } from '../testing/seal.ts'
import type { Entry } from '../types.ts'
import { PACKET_FULL_BYTES, PACKET_ITEMS_MAX, PacketWriter, readPacket } from './packet.ts'

type Said = readonly [GroupId, Message]

const said: fc.Arbitrary<readonly Said[]> = fc.array(fc.tuple(any.group, any.message), {
  maxLength: 12,
})

function write(all: readonly Said[], writer = new PacketWriter()): Uint8Array {
  for (const [group, message] of all) writer.add(group, message)
  return writer.finish()
}

function read(bytes: Uint8Array): readonly Said[] {
  const taken: Said[] = []
  readPacket(bytes, (group, message) => taken.push([group, message]))
  return taken
}

/** What was taken, or that the bytes are malformed and nothing was; other errors are thrown. */
function tryRead(bytes: Uint8Array): readonly Said[] | 'malformed' {
  const taken: Said[] = []
  try {
    readPacket(bytes, (group, message) => taken.push([group, message]))
    return taken
  } catch (error) {
    expect(taken).toEqual([])
    if (error instanceof WeirError && error.code === MALFORMED_BYTES) return 'malformed'
    throw error
  }
}

/** Beats first, then their answers, then the rest: each in the order of adding. */
function inOrder(all: readonly Said[]): readonly Said[] {
  const rank = ({ type }: Message) => {
    if (type === 'heartbeat') return 0
    return type === 'heartbeat-reply' ? 1 : 2
  }
  return [...all].sort(([, a], [, b]) => rank(a) - rank(b))
}

const beat = (n: number): Said => [
  groupId(n),
  {
    type: 'heartbeat',
    from: replicaId(3 * n),
    to: replicaId(3 * n + 1),
    term: 7,
    commit: 10_000,
    round: 0,
  },
]

const entryOf = (index: number, size: number): Entry => ({
  index,
  term: 1,
  kind: 'data',
  data: new Uint8Array(size).fill(index),
})

const append = (entries: readonly Entry[]): Message => ({
  type: 'append',
  from: replicaId(1),
  to: replicaId(2),
  term: 1,
  prevIndex: 0,
  prevTerm: 0,
  commit: 0,
  entries,
})

describe('a packet', () => {
  it('gives back every message, beats in front', () => {
    fc.assert(
      fc.property(said, all => {
        expect(read(write(all))).toEqual(inOrder(all))
      }),
      { numRuns: 500 },
    )
  })

  it('can hold each type of message', () => {
    const drawn = fc.sample(any.message, { numRuns: 400, seed: 1 })
    const types = new Set(drawn.map(message => message.type))
    expect([...types].sort()).toEqual([...messageTypes].sort())
  })

  it('is the only one for what it says', () => {
    fc.assert(
      fc.property(said, all => {
        const bytes = write(all)
        expect(write(read(bytes))).toEqual(bytes)
      }),
    )
  })

  it('is never larger than its writer says', () => {
    fc.assert(
      fc.property(said, all => {
        const writer = new PacketWriter()
        for (const [group, message] of all) writer.add(group, message)
        const { size, count } = writer
        expect(count).toBe(all.length)
        expect(writer.finish().length).toBeLessThanOrEqual(size)
      }),
    )
  })

  it('leaves its writer empty', () => {
    fc.assert(
      fc.property(said, said, (first, second) => {
        const writer = new PacketWriter()
        write(first, writer)
        expect(writer.count).toBe(0)
        expect(write(second, writer)).toEqual(write(second))
      }),
      { numRuns: 50 },
    )
  })

  it('of nothing is four bytes and their checksum', () => {
    expect(write([])).toEqual(sealed(Uint8Array.of(1, 0, 0, 0)))
    expect(read(sealed(Uint8Array.of(1, 0, 0, 0)))).toEqual([])
  })

  it('folds the beats of a hundred idle groups into a few bytes each', () => {
    const beats = Array.from({ length: 100 }, (_, i) => beat(i + 1))
    expect(write(beats).length).toBeLessThan(10 * 100)
  })

  it('holds messages of its own: who added them may change his bytes', () => {
    const mine = new Uint8Array([1, 2, 3])
    const entry: Entry = { index: 1, term: 1, kind: 'data', data: mine }
    const writer = new PacketWriter()
    writer.add(groupId(1), append([entry]))
    mine.fill(9)
    const [[, message] = beat(1)] = read(writer.finish())
    const entries = message.type === 'append' ? message.entries : []
    expect(entries[0]?.data).toEqual(Uint8Array.of(1, 2, 3))
  })

  it('is not kept in memory by an entry that was a small part of it', () => {
    const all: Said[] = Array.from({ length: 100 }, (_, i) => [
      groupId(i + 1),
      append([entryOf(1, 1000)]),
    ])
    const bytes = write(all)
    for (const [, message] of read(bytes)) {
      const entries = message.type === 'append' ? message.entries : []
      expect(entries[0]?.data.buffer.byteLength).toBeLessThan(1100)
    }
  })

  it('that is mostly one large append is not copied', () => {
    const bytes = write([[groupId(1), append([entryOf(1, 100_000)])]])
    const [[, message] = beat(1)] = read(bytes)
    const entries = message.type === 'append' ? message.entries : []
    expect(entries[0]?.data.buffer).toBe(bytes.buffer)
  })
})

describe('a packet is full', () => {
  it('when it has the bytes of one', () => {
    const writer = new PacketWriter()
    writer.add(groupId(1), append([entryOf(1, PACKET_FULL_BYTES - 100)]))
    expect(writer.isFull).toBe(false)
    writer.add(groupId(1), append([entryOf(2, 100)]))
    expect(writer.isFull).toBe(true)
    writer.finish()
    expect(writer.isFull).toBe(false)
  })

  it('when it has the entries of one, however small they are', () => {
    const writer = new PacketWriter()
    const small = Array.from({ length: 4096 }, (_, i) => entryOf(i, 0))
    let appends = 0
    for (; !writer.isFull; appends++) writer.add(groupId(1), append(small))
    expect(appends * 4096).toBeLessThanOrEqual(PACKET_ITEMS_MAX)
    expect(read(writer.finish())).toHaveLength(appends)
  })

  it('and one that is filled beyond all bounds is a mistake of ours', () => {
    const writer = new PacketWriter()
    const many = Array.from({ length: PACKET_ITEMS_MAX }, (_, i) => entryOf(i, 0))
    writer.add(groupId(1), append(many))
    expect(() => writer.finish()).toThrow('packet-is-sent-when-it-is-full')
  })
})

describe('what is refused', () => {
  const packet = (...bytes: number[]) => sealed(Uint8Array.from(bytes))

  it.each([
    ['nothing', packet()],
    ['another format', packet(2, 0, 0, 0)],
    ['a byte too many', packet(1, 0, 0, 0, 0)],
    ['an unknown type', packet(1, 0, 0, 1, 11, 1, 1, 1, 1)],
    ['a group without a number', packet(1, 0, 0, 1, 8, 0, 1, 1, 1)],
    ['a flag that is no flag', packet(1, 0, 0, 1, 1, 1, 1, 1, 1, 2)],
    ['a beat of no group', packet(1, 1, 0, 1, 1, 1, 0, 0, 0, 0)],
    ['a message too few', packet(1, 0, 0, 2, 8, 1, 1, 1, 1, 0, 0, 0, 0, 0)],
    ['an entry more than was said', packet(1, 0, 0, 1, 4, 1, 1, 1, 1, 0, 0, 0, 0, 4, 1, 1, 0, 0)],
  ])('%s', (_, bytes) => {
    expect(tryRead(bytes)).toBe('malformed')
  })

  it('a count that nothing stands behind, before anything is made', () => {
    for (const at of [1, 2, 3]) {
      const head = [1, 0, 0, 0].slice(0, at)
      const out = new ByteWriter()
      for (const byte of head) out.uint8(byte)
      expect(
        tryRead(
          sealed(
            out
              .varint(2 ** 40)
              .raw(new Uint8Array(100))
              .finish(),
          ),
        ),
      ).toBe('malformed')
    }
  })

  it('more items than any packet may hold, though the bytes are there', () => {
    const many = PACKET_ITEMS_MAX + 1
    const out = new ByteWriter().uint8(1).varint(0).varint(0).varint(many)
    for (let i = 0; i < many; i++) out.raw(Uint8Array.of(8, 1, 1, 1, 1))
    expect(() => read(sealed(out.finish()))).toThrow('a packet holds more than any packet may')
  })

  it('the sum of many appends that is too much, each of them being small enough', () => {
    const half = PACKET_ITEMS_MAX / 2
    const out = new ByteWriter().uint8(1).varint(0).varint(0).varint(2)
    for (let i = 0; i < 2; i++) {
      out
        .raw(Uint8Array.of(4, 1, 1, 1, 1, 0, 0, 0))
        .varint(half)
        .varint(4 * half)
      for (let n = 0; n < half; n++) out.raw(Uint8Array.of(1, 1, 0, 0))
    }
    expect(() => read(sealed(out.finish()))).toThrow('a packet holds more than any packet may')
  })

  it('every packet of which one bit turned over', () => {
    fc.assert(
      fc.property(said, fc.nat(), (all, bit) => {
        const bytes = write(all)
        const at = bit % (8 * bytes.length)
        bytes[at >>> 3] = (bytes[at >>> 3] as number) ^ (1 << (at & 7))
        expect(tryRead(bytes)).toBe('malformed')
      }),
      { numRuns: 2000 },
    )
  })

  it('every beginning of a packet', () => {
    fc.assert(
      fc.property(said, fc.nat(), (all, cut) => {
        const bytes = write(all)
        expect(tryRead(bytes.subarray(0, cut % bytes.length))).toBe('malformed')
        const said = unsealed(bytes)
        expect(tryRead(sealed(said.subarray(0, cut % said.length)))).toBe('malformed')
      }),
      { numRuns: 500 },
    )
  })
})

describe('ten thousand bad packets', () => {
  it('are refused, or are good ones that are written in the same way', () => {
    const random = new Prng(20_261)
    const good = fc.sample(said, { numRuns: 500, seed: 7 }).map(all => unsealed(write(all)))
    const outcomes = { malformed: 0, read: 0 }
    for (let i = 0; i < 10_000; i++) {
      const isNoise = i % 5 === 0
      const bytes = isNoise
        ? Uint8Array.from({ length: random.below(60) }, (_, at) =>
            at === 0 ? 1 : random.below(random.pick([4, 256])),
          )
        : mutated(random.pick(good), random)
      const packet = sealed(bytes)
      const taken = tryRead(packet)
      if (taken === 'malformed') {
        outcomes.malformed++
      } else {
        outcomes.read++
        expect(write(taken)).toEqual(packet)
      }
    }
    expect(outcomes.malformed).toBeGreaterThan(3000)
    expect(outcomes.read).toBeGreaterThan(500)
  })
})
