/** Greetings byte by byte: their layout, each field at its limits, and each way to be malformed. */

import { describe, expect, it, test } from 'vitest'
import { ByteWriter, MALFORMED_BYTES } from '../../base/bytes.ts'
import { crc32c } from '../../base/crc32c.ts'
import { nodeId } from '../../base/ids.ts'
import { encodeHello, encodeRefusal, type Hello, PROTOCOL, readGreeting } from './hello.ts'

const GREETING_BYTES_MAX = 4096
const MAGIC = 0x52494557

const plain: Hello = {
  protocol: PROTOCOL,
  cluster: 'c',
  node: nodeId('b'),
  store: 's',
  boot: 3,
  opening: 'o',
  lane: 'image',
  to: nodeId('a'),
}

/** With its checksum. */
const seal = (said: Uint8Array) => new ByteWriter().raw(said).uint32(crc32c(said)).finish()
const read = (bytes: Uint8Array) => readGreeting(bytes, PROTOCOL)
const text = (chars: string) => [chars.length, ...new TextEncoder().encode(chars)]
const head = [0x57, 0x45, 0x49, 0x52]

/** A hello in pieces, so that one of them can be another. */
const pieces = {
  magic: head,
  kind: [1],
  min: [1],
  max: [1],
  cluster: text('c'),
  node: text('b'),
  store: text('s'),
  boot: [3],
  opening: text('o'),
  lane: [1],
  to: text('a'),
  rest: [] as readonly number[],
}
const pieced = (over: Partial<typeof pieces> = {}) =>
  seal(Uint8Array.from(Object.values({ ...pieces, ...over }).flat()))

describe('the layout of a hello', () => {
  it('is the one that the header of its file lays down', () => {
    expect(encodeHello(plain)).toEqual(pieced())
    expect(read(pieced())).toEqual({ kind: 'hello', hello: plain })
  })

  it('begins in the same way in a refusal', () => {
    const bytes = [...head, 2, ...text('why'), ...text('do this')]
    const refusal = { code: 'why', message: 'do this' }
    expect(encodeRefusal(refusal)).toEqual(seal(Uint8Array.from(bytes)))
    expect(read(seal(Uint8Array.from(bytes)))).toEqual({ kind: 'refusal', refusal })
  })

  it('is no view of the bytes that it came in', () => {
    const bytes = encodeHello({ ...plain, cluster: 'cluster' })
    const greeting = read(bytes)
    bytes.fill(0)
    expect(greeting).toMatchObject({ hello: { cluster: 'cluster', node: 'b', store: 's' } })
  })
})

describe('a field at its limits comes back as it was', () => {
  const long = 'x'.repeat(1000)
  it.each<[string, Partial<Hello>]>([
    ['boot 0', { boot: 0 }],
    ['a boot of one byte', { boot: 127 }],
    ['a boot of two bytes', { boot: 128 }],
    ['a boot above 32 bits', { boot: 2 ** 32 }],
    ['the last boot', { boot: Number.MAX_SAFE_INTEGER }],
    ['an empty cluster', { cluster: '' }],
    ['a long cluster', { cluster: long }],
    ['an empty node', { node: nodeId('') }],
    ['a long node', { node: nodeId(long) }],
    ['an empty store', { store: '' }],
    ['a long store', { store: long }],
    ['an empty callee', { to: nodeId('') }],
    ['a long callee', { to: nodeId(long) }],
    [
      'letters of many bytes',
      { cluster: 'größe', store: '流', node: nodeId('🜁'), to: nodeId('é') },
    ],
    ['a byte order mark', { cluster: '\uFEFFc' }],
    ['a NUL', { store: 's\0t' }],
    ['the other lane', { lane: 'turn' }],
    ['a range up to the last protocol', { protocol: { min: 1, max: Number.MAX_SAFE_INTEGER } }],
  ])('%s', (_, over) => {
    const hello = { ...plain, ...over }
    expect(read(encodeHello(hello))).toEqual({ kind: 'hello', hello })
  })
})

describe('a hello is malformed', () => {
  const endless = [255, 255, 255, 255, 255, 255, 255, 255, 1]
  it.each<[string, Partial<typeof pieces>, string]>([
    ['by its magic', { magic: [0x57, 0x45, 0x49, 0x53] }, 'another program'],
    ['by its magic, backwards', { magic: [...head].reverse() }, 'another program'],
    ['by a kind 0', { kind: [0] }, 'neither hello nor refusal'],
    ['by a kind of the future', { kind: [3] }, 'neither hello nor refusal'],
    ['by no lowest protocol', { min: [0] }, 'range of protocols is empty'],
    ['by a range that runs backwards', { min: [3], max: [2] }, 'range of protocols is empty'],
    ['by a protocol in a longer form', { min: [0x81, 0] }, 'longer than it needs to be'],
    ['by a boot in a longer form', { boot: [0x83, 0] }, 'longer than it needs to be'],
    ['by a boot above 2^53 - 1', { boot: [128, 128, 128, 128, 128, 128, 128, 16] }, 'above 2^53'],
    ['by a boot that does not end', { boot: endless }, 'does not end'],
    ['by a lane that is none', { lane: [2] }, 'unknown lane'],
    ['by the last lane there could be', { lane: [255] }, 'unknown lane'],
    ['by a cluster that is no text', { cluster: [2, 0xc3, 0x28] }, 'not UTF-8'],
    ['by half a surrogate pair', { node: [3, 0xed, 0xa0, 0x80] }, 'not UTF-8'],
    ['by a letter in a longer form', { store: [2, 0xc1, 0x81] }, 'not UTF-8'],
    ['by a text beyond the end', { to: [2, 97] }, 'end too early'],
    ['by a text far beyond the end', { cluster: [255, 255, 255, 255, 7] }, 'end too early'],
    ['by a callee that is missing', { to: [] }, 'end too early'],
    ['by a lane that is missing', { lane: [], to: [] }, 'end too early'],
    ['by bytes behind it', { rest: [0] }, 'left over'],
    ['by a second hello behind it', { rest: Object.values(pieces).flat() }, 'left over'],
  ])('%s', (_, over, why) => {
    const bytes = pieced(over)
    expect(() => read(bytes)).toThrow(why)
    expect(() => read(bytes)).toThrow(expect.objectContaining({ code: MALFORMED_BYTES }))
  })

  it('by a checksum over anything else', () => {
    const good = pieced()
    for (let at = good.length - 4; at < good.length; at++) {
      const bytes = Uint8Array.from(good)
      bytes[at] = (bytes[at] ?? 0) ^ 0x10
      expect(() => read(bytes)).toThrow('damaged on its way')
    }
  })

  it('by whatever is not longer than a checksum', () => {
    for (let size = 0; size <= 4; size++) {
      expect(() => read(new Uint8Array(size))).toThrow('too small')
    }
    expect(() => read(new Uint8Array(5))).toThrow('end too early')
  })
})

describe('a refusal is malformed', () => {
  it.each([
    ['when its message is missing', text('code'), 'end too early'],
    ['when its code is no text', [1, 0xff, ...text('m')], 'not UTF-8'],
    ['when something stands behind it', [...text('c'), ...text('m'), 7], 'left over'],
  ])('%s', (_, body, why) => {
    expect(() => read(seal(Uint8Array.from([...head, 2, ...body])))).toThrow(why)
  })
})

describe('protocols', () => {
  const spoken = { min: 3, max: 5 }
  it.each([
    [1, 2, 'unknown-protocol'],
    [1, 3, 'hello'],
    [3, 3, 'hello'],
    [4, 4, 'hello'],
    [1, 9, 'hello'],
    [5, 9, 'hello'],
    [6, 9, 'unknown-protocol'],
  ])('%i to %i are met by 3 to 5 as %s', (min, max, kind) => {
    const protocol = { min, max }
    const greeting = readGreeting(encodeHello({ ...plain, protocol }), spoken)
    expect(greeting.kind).toBe(kind)
    if (greeting.kind === 'unknown-protocol') expect(greeting.protocol).toEqual(protocol)
    if (greeting.kind === 'hello') expect(greeting.hello.protocol).toEqual(protocol)
  })

  it('do not matter to a refusal, which every version understands', () => {
    const refusal = { code: 'protocol-unknown', message: 'upgrade' }
    for (const range of [spoken, PROTOCOL, { min: 90, max: 99 }]) {
      expect(readGreeting(encodeRefusal(refusal), range)).toEqual({ kind: 'refusal', refusal })
    }
  })
})

describe('the size of a greeting', () => {
  const filled = (total: number) => {
    const start = new ByteWriter().uint32(MAGIC).uint8(2).text('c')
    const message = 'x'.repeat(total - start.size - 2 - 4)
    return seal(start.text(message).finish())
  }

  test('may be the bound, and no more', () => {
    expect(filled(GREETING_BYTES_MAX)).toHaveLength(GREETING_BYTES_MAX)
    expect(read(filled(GREETING_BYTES_MAX)).kind).toBe('refusal')
    expect(() => read(filled(GREETING_BYTES_MAX + 1))).toThrow('too large')
  })

  test.each([
    ['letters', 'x'.repeat(10_000)],
    ['letters of two bytes', 'é'.repeat(5000)],
    ['pairs of surrogates', '🜁'.repeat(5000)],
    ['pairs of surrogates, at an odd place', `x${'🜁'.repeat(5000)}`],
  ])('of a refusal is kept by its message: %s', (_, message) => {
    const bytes = encodeRefusal({ code: 'not-allowed', message })
    expect(bytes.length).toBeLessThanOrEqual(GREETING_BYTES_MAX)
    expect(bytes.length).toBeGreaterThan(GREETING_BYTES_MAX / 4)
    const greeting = read(bytes)
    if (greeting.kind !== 'refusal') throw new Error('a refusal was sent')
    expect(greeting.refusal.code).toBe('not-allowed')
    expect(message.startsWith(greeting.refusal.message)).toBe(true)
  })
})
