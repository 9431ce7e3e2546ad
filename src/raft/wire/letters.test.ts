/** Each type of message at its limits, the layout byte by byte, each kind of malformed input. */

import { describe, expect, it } from 'vitest'
import { ByteWriter, MALFORMED_BYTES } from '../../base/bytes.ts'
import { WeirError } from '../../base/errors.ts'
import { groupId, replicaId } from '../../base/ids.ts'
import { type Message, messageTypes } from '../messages.ts'
import { sealed, unsealed } from '../testing/seal.ts'
import type { Entry, EntryKind, Image } from '../types.ts'
import { PACKET_FULL_BYTES, PACKET_ITEMS_MAX, PacketWriter, readPacket } from './packet.ts'

const MAX = Number.MAX_SAFE_INTEGER

function packetOf(message: Message, group = 1): Uint8Array {
  const writer = new PacketWriter()
  writer.add(groupId(group), message)
  return writer.finish()
}

function readAll(bytes: Uint8Array): readonly (readonly [number, Message])[] {
  const taken: (readonly [number, Message])[] = []
  readPacket(bytes, (group, message) => taken.push([group, message]))
  return taken
}

/** Why it is refused; what was taken before that is a mistake of ours. */
function refusal(bytes: Uint8Array): string {
  let taken = 0
  try {
    readPacket(bytes, () => taken++)
  } catch (error) {
    expect(taken).toBe(0)
    if (error instanceof WeirError && error.code === MALFORMED_BYTES) return error.message
    throw error
  }
  return 'none'
}

/** Every type, with the same number in each of its fields. */
function filled(n: number, flag: boolean, data: Uint8Array): readonly Message[] {
  const id = replicaId(n)
  const around = { from: id, to: id, term: n }
  // A set of ids holds no 0.
  const ids = n === 0 ? [] : [id]
  const members = { voters: ids, outgoing: ids, learners: ids }
  const image: Image = { index: n, term: n, members, membersIndex: n, chain: n }
  const kinds: readonly EntryKind[] = ['data', 'members', 'term']
  const entries = kinds.map((kind): Entry => ({ index: n, term: n, kind, data }))
  const read = { replica: id, boot: n, serial: n }
  return [
    { type: 'pre-vote', ...around, lastIndex: n, lastTerm: n },
    { type: 'pre-vote-reply', ...around, granted: flag },
    { type: 'vote', ...around, lastIndex: n, lastTerm: n, forced: flag },
    { type: 'vote-reply', ...around, granted: flag },
    { type: 'append', ...around, prevIndex: n, prevTerm: n, entries, commit: n },
    { type: 'append-reply', ...around, ok: flag, index: n, hintIndex: n, hintTerm: n },
    { type: 'heartbeat', ...around, commit: n, round: n },
    { type: 'heartbeat-reply', ...around, round: n },
    { type: 'snapshot', ...around, image, offset: n, data, last: flag },
    { type: 'snapshot-reply', ...around, imageIndex: n, offset: n, done: flag },
    { type: 'timeout-now', ...around },
    { type: 'read', ...around, read },
    { type: 'read-reply', ...around, read, index: n },
  ]
}

describe.each(messageTypes)('a %s', type => {
  it.each([
    ['nothing but zeros', 0, false, 0],
    ['the largest of one byte', 127, true, 127],
    ['the smallest of two bytes', 128, false, 128],
    ['the edge of 32 bits', 2 ** 32, true, 1],
    ['the largest safe integers', MAX, true, 20_000],
  ] as const)('comes back whole: %s', (_, n, flag, size) => {
    const message = filled(n, flag, new Uint8Array(size).fill(7)).find(one => one.type === type)
    if (message === undefined) throw new Error(`no ${type}`)
    const group = Math.max(1, n)
    expect(readAll(packetOf(message, group))).toEqual([[group, message]])
  })

  it.each([1, 300, MAX])('is refused wherever it ends too early, with numbers like %d', n => {
    const message = filled(n, true, new Uint8Array(3)).find(one => one.type === type)
    if (message === undefined) throw new Error(`no ${type}`)
    const bytes = packetOf(message)
    for (let size = 0; size < bytes.length; size++) {
      expect(refusal(bytes.subarray(0, size))).not.toBe('none')
    }
    expect(refusal(bytes)).toBe('none')
  })

  it('is not taken for another when its fields all differ', () => {
    const [one, other] = [5, 6].map(n => {
      return packetOf(filled(n, false, new Uint8Array(0)).find(it => it.type === type) as Message)
    })
    expect(one).not.toEqual(other)
  })
})

describe('the layout', () => {
  // A node of another version reads these bytes: a change here is a new format.
  const [from, to] = [replicaId(2), replicaId(3)]
  const around = { from, to, term: 4 }
  const read = { replica: replicaId(5), boot: 6, serial: 7 }
  const members = { voters: [replicaId(1), replicaId(2)], outgoing: [replicaId(9)], learners: [] }
  const image: Image = { index: 10, term: 11, members, membersIndex: 12, chain: 13 }
  const entries: readonly Entry[] = [
    { index: 21, term: 4, kind: 'data', data: Uint8Array.of(8, 9) },
    { index: 22, term: 4, kind: 'term', data: new Uint8Array(0) },
  ]

  it.each<[Message, readonly number[]]>([
    [{ type: 'heartbeat', ...around, commit: 5, round: 6 }, [1, 1, 1, 2, 3, 4, 5, 6, 0, 0]],
    [{ type: 'heartbeat-reply', ...around, round: 6 }, [1, 0, 1, 1, 2, 3, 4, 6, 0]],
    [{ type: 'pre-vote', ...around, lastIndex: 8, lastTerm: 9 }, [1, 0, 0, 1, 0, 1, 2, 3, 4, 8, 9]],
    [{ type: 'pre-vote-reply', ...around, granted: true }, [1, 0, 0, 1, 1, 1, 2, 3, 4, 1]],
    [
      { type: 'vote', ...around, lastIndex: 8, lastTerm: 9, forced: true },
      [1, 0, 0, 1, 2, 1, 2, 3, 4, 8, 9, 1],
    ],
    [{ type: 'vote-reply', ...around, granted: false }, [1, 0, 0, 1, 3, 1, 2, 3, 4, 0]],
    [
      { type: 'append', ...around, prevIndex: 20, prevTerm: 3, entries, commit: 19 },
      [...[1, 0, 0, 1, 4, 1, 2, 3, 4, 20, 3, 19, 2, 10], ...[21, 4, 0, 2, 8, 9], ...[22, 4, 2, 0]],
    ],
    [
      { type: 'append-reply', ...around, ok: true, index: 8, hintIndex: 9, hintTerm: 10 },
      [1, 0, 0, 1, 5, 1, 2, 3, 4, 1, 8, 9, 10],
    ],
    [
      { type: 'snapshot', ...around, image, offset: 64, data: Uint8Array.of(5), last: true },
      [...[1, 0, 0, 1, 6, 1, 2, 3, 4], ...[10, 11, 12, 13, 2, 1, 2, 1, 9, 0], ...[64, 1, 5, 1]],
    ],
    [
      { type: 'snapshot-reply', ...around, imageIndex: 8, offset: 9, done: false },
      [1, 0, 0, 1, 7, 1, 2, 3, 4, 8, 9, 0],
    ],
    [{ type: 'timeout-now', ...around }, [1, 0, 0, 1, 8, 1, 2, 3, 4]],
    [{ type: 'read', ...around, read }, [1, 0, 0, 1, 9, 1, 2, 3, 4, 5, 6, 7]],
    [{ type: 'read-reply', ...around, read, index: 8 }, [1, 0, 0, 1, 10, 1, 2, 3, 4, 5, 6, 7, 8]],
  ])('of $type', (message, bytes) => {
    expect([...unsealed(packetOf(message))]).toEqual(bytes)
    expect(readAll(sealed(Uint8Array.from(bytes)))).toEqual([[1, message]])
  })
})

describe('what is malformed says why', () => {
  const letter = (...bytes: number[]) => Uint8Array.of(1, 0, 0, 1, ...bytes)
  const append = (...bytes: number[]) => letter(4, 1, 1, 2, 1, 0, 0, 0, ...bytes)
  const snapshot = (...bytes: number[]) => letter(6, 1, 1, 2, 1, 9, 1, 0, 0, ...bytes)
  const tooLong = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]
  const above = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f]

  it('what is no packet at all, or was changed on its way', () => {
    expect(refusal(new Uint8Array(0))).toContain('this is no packet')
    expect(refusal(Uint8Array.of(1, 0, 0, 0))).toContain('a packet is too small')
    expect(refusal(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0))).toContain('does not match its checksum')
  })

  it.each<[string, Uint8Array, string]>([
    ['format 0', Uint8Array.of(0, 0, 0, 0), 'this is no packet'],
    ['the next format', Uint8Array.of(2, 0, 0, 0), 'this is no packet'],
    ['no table of replies', Uint8Array.of(1, 0), 'end too early'],
    ['no letters', Uint8Array.of(1, 0, 0), 'end too early'],
    ['bytes behind the end', Uint8Array.of(1, 0, 0, 0, 9), 'left over'],
    ['a count in two bytes', Uint8Array.of(1, 0x80, 0, 0, 0), 'longer than it needs to be'],
    ['a count without an end', Uint8Array.of(1, ...tooLong, 0), 'does not end'],
    ['a count above 2^53', Uint8Array.of(1, ...above, 0, 0), 'above 2^53 - 1'],
    ['more beats than bytes', Uint8Array.of(1, 2, 1, 2, 3, 4, 5, 6, 0, 0), 'larger than what'],
    ['more replies than bytes', Uint8Array.of(1, 0, 2, 1, 2, 3, 4, 6, 0), 'larger than what'],
    ['more letters than bytes', Uint8Array.of(1, 0, 0, 2, 8, 1, 2, 3, 4), 'larger than what'],
    ['a beat of group 0', Uint8Array.of(1, 1, 0, 2, 3, 4, 5, 6, 0, 0), 'has no number'],
    ['a reply of group 0', Uint8Array.of(1, 0, 1, 0, 2, 3, 4, 6, 0), 'has no number'],
    ['a letter of group 0', letter(8, 0, 2, 3, 4), 'has no number'],
    ['the first unknown type', letter(11, 1, 2, 3, 4), 'unknown type'],
    ['the last unknown type', letter(255, 1, 2, 3, 4), 'unknown type'],
    ['a pre-vote reply of 2', letter(1, 1, 2, 3, 4, 2), 'neither 0 nor 1'],
    ['a vote forced by 2', letter(2, 1, 2, 3, 4, 8, 9, 2), 'neither 0 nor 1'],
    ['a vote reply of 255', letter(3, 1, 2, 3, 4, 255), 'neither 0 nor 1'],
    ['an append reply of 128', letter(5, 1, 2, 3, 4, 128, 1, 1, 1), 'neither 0 nor 1'],
    ['a snapshot reply done by 3', letter(7, 1, 2, 3, 4, 8, 9, 3), 'neither 0 nor 1'],
    ['an image whose last is 2', snapshot(0, 0, 0, 0, 0, 2), 'neither 0 nor 1'],
    ['more entries than bytes', append(2, 4, 1, 1, 0, 0), 'larger than what'],
    ['entries shorter than said', append(1, 5, 1, 1, 0, 0), 'end too early'],
    ['entries longer than said', append(1, 5, 1, 1, 0, 0, 0), 'left over'],
    ['an entry that runs over', append(1, 4, 1, 1, 0, 1, 9), 'end too early'],
    ['bytes of no entry', append(0, 1, 7), 'left over'],
    ['an entry of a fourth kind', append(1, 4, 1, 1, 3, 0), 'unknown kind'],
    ['voters out of order', snapshot(2, 5, 4, 0, 0, 0, 0, 1), 'out of order'],
    ['a voter twice', snapshot(2, 5, 5, 0, 0, 0, 0, 1), 'out of order'],
    ['a learner 0', snapshot(0, 0, 1, 0, 0, 0, 1), 'out of order'],
    ['a crowd of voters', snapshot(...tooLong.slice(0, 7), 1, 1, 2), 'end too early'],
    ['data of an image cut off', snapshot(0, 0, 0, 0, 9, 1), 'end too early'],
  ])('%s', (_, bytes, why) => {
    expect(refusal(sealed(bytes))).toContain(why)
  })

  it('and nothing that stood before it is taken', () => {
    const beat = { type: 'heartbeat', ...filled(1, true, new Uint8Array(0))[6] } as Message
    const good = [...unsealed(packetOf(beat))]
    expect(readAll(sealed(Uint8Array.from(good)))).toHaveLength(1)
    const bad = [...good.slice(0, -1), 1, 8, 1, 2, 3]
    expect(refusal(sealed(Uint8Array.from(bad)))).toContain('larger than what')
  })
})

describe('the bounds of a packet', () => {
  const around = { from: replicaId(1), to: replicaId(2), term: 1 }
  const now: Message = { type: 'timeout-now', ...around }

  it('it is full at half of what a reader takes, counting messages', () => {
    const writer = new PacketWriter()
    const half = PACKET_ITEMS_MAX / 2
    for (let n = 1; n < half; n++) writer.add(groupId(1), now)
    expect(writer.isFull).toBe(false)
    writer.add(groupId(1), { type: 'heartbeat-reply', ...around, round: 0 })
    expect(writer.isFull).toBe(true)
    expect(readAll(writer.finish())).toHaveLength(half)
  })

  it('as many items as any packet may hold are read, and are written', () => {
    const writer = new PacketWriter()
    const entry: Entry = { index: 1, term: 1, kind: 'data', data: new Uint8Array(0) }
    const entries = new Array<Entry>(PACKET_ITEMS_MAX - 1).fill(entry)
    const shared = { prevIndex: 0, prevTerm: 0, commit: 0 }
    writer.add(groupId(1), { type: 'append', ...around, ...shared, entries })
    const [[, message] = [1, now]] = readAll(writer.finish())
    expect(message.type === 'append' && message.entries.length).toBe(entries.length)
  })

  it('its size counts what stands around the messages, and never promises too little', () => {
    const writer = new PacketWriter()
    const before = writer.size
    expect(writer.finish().length).toBeLessThanOrEqual(before)
    for (const message of filled(MAX, true, new Uint8Array(50))) writer.add(groupId(MAX), message)
    const { size } = writer
    const bytes = writer.finish()
    expect(bytes.length).toBeLessThanOrEqual(size)
    expect(bytes.length).toBeGreaterThan(size - 30)
    expect(writer.size).toBe(before)
  })

  it('one message larger than a full packet still goes, alone', () => {
    const writer = new PacketWriter()
    const image = filled(1, true, new Uint8Array(2 * PACKET_FULL_BYTES))[8] as Message
    writer.add(groupId(1), image)
    expect(writer.isFull).toBe(true)
    const [[, message] = [1, now]] = readAll(writer.finish())
    expect(message.type === 'snapshot' && message.data.length).toBe(2 * PACKET_FULL_BYTES)
  })

  it('entries count as they come, and are forgotten with the packet that held them', () => {
    const writer = new PacketWriter()
    const entry: Entry = { index: 1, term: 1, kind: 'data', data: new Uint8Array(0) }
    const entries = new Array<Entry>(PACKET_ITEMS_MAX / 2).fill(entry)
    const shared = { prevIndex: 0, prevTerm: 0, commit: 0 }
    writer.add(groupId(1), { type: 'append', ...around, ...shared, entries })
    expect(writer.isFull).toBe(true)
    writer.finish()
    writer.add(groupId(1), { type: 'append', ...around, ...shared, entries: entries.slice(0, 9) })
    expect(writer.isFull).toBe(false)
  })
})

describe('what was read', () => {
  const said = (size: number) => filled(3, true, new Uint8Array(size).fill(5))
  const dataOf = (message: Message): readonly Uint8Array[] => {
    if (message.type === 'snapshot') return [message.data]
    return message.type === 'append' ? message.entries.map(entry => entry.data) : []
  }

  it.each([
    ['a small append', 4, 100, false],
    ['a small chunk', 8, 1000, false],
    ['an append that is most of a large packet', 4, 40_000, true],
    ['a chunk that is most of a large packet', 8, 80_000, true],
    ['a chunk just below the size of a large packet', 8, 65_000, false],
  ])('%s (%#): kept in the packet or not', (_, at, size, isShared) => {
    const bytes = packetOf(said(size)[at] as Message)
    const [[, message] = [0, said(0)[10] as Message]] = readAll(bytes)
    for (const data of dataOf(message)) {
      expect(data).toHaveLength(size)
      expect(data.buffer === bytes.buffer).toBe(isShared)
      if (!isShared) bytes.fill(0)
      expect(data.every(byte => byte === 5)).toBe(true)
    }
  })

  it('of a large packet of many is its own, so that no entry holds the others in memory', () => {
    const writer = new PacketWriter()
    for (let n = 1; n <= 4; n++) writer.add(groupId(n), said(30_000)[8] as Message)
    const bytes = writer.finish()
    for (const [, message] of readAll(bytes)) {
      for (const data of dataOf(message)) expect(data.buffer.byteLength).toBe(30_000)
    }
  })

  it('of a view into larger memory is read from where the view begins', () => {
    const packet = packetOf(said(10)[4] as Message)
    const room = new Uint8Array(packet.length + 20).fill(1)
    room.set(packet, 7)
    expect(readAll(room.subarray(7, 7 + packet.length))).toEqual([[1, said(10)[4]]])
  })

  it('the packet that was sent is a copy: the writer goes on with other bytes', () => {
    const writer = new PacketWriter()
    writer.add(groupId(1), said(10)[4] as Message)
    const first = writer.finish()
    const before = first.slice()
    writer.add(groupId(2), said(500)[8] as Message)
    writer.finish()
    expect(first).toEqual(before)
  })
})

describe('a number that no message has', () => {
  const beat = {
    type: 'heartbeat',
    from: replicaId(1),
    to: replicaId(2),
    term: 1,
    round: 0,
  } as const

  it.each([-1, 0.5, MAX + 1, Number.NaN])('%d is our own mistake and is not written', commit => {
    const writer = new PacketWriter()
    expect(() => writer.add(groupId(1), { ...beat, commit })).toThrow('fits-varint')
  })

  it('in a byte that a writer made by hand is refused as any reader would', () => {
    const out = new ByteWriter().uint8(1).varint(0).varint(0).varint(1)
    out.uint8(5).varint(1).varint(1).varint(2).varint(3).uint8(1)
    out.varint(MAX).varint(MAX).raw(Uint8Array.of(0x81, 0))
    expect(refusal(sealed(out.finish()))).toContain('longer than it needs to be')
  })
})
