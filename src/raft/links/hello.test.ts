/** Greetings: there and back, one encoding, and versions that share no protocol. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteWriter, MALFORMED_BYTES } from '../../base/bytes.ts'
import { crc32c } from '../../base/crc32c.ts'
import { WeirError } from '../../base/errors.ts'
import { nodeId } from '../../base/ids.ts'
import {
  encodeHello,
  encodeRefusal,
  type Greeting,
  type Hello,
  lanes,
  PROTOCOL,
  readGreeting,
} from './hello.ts'

const name = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
const hello: fc.Arbitrary<Hello> = fc.record({
  protocol: fc.record({ min: fc.constant(1), max: fc.integer({ min: 1, max: 9 }) }),
  cluster: name,
  node: name.map(nodeId),
  store: name,
  boot: fc.maxSafeNat(),
  opening: name,
  lane: fc.constantFrom(...lanes),
  to: name.map(nodeId),
})
const refusal = fc.record({ code: name, message: fc.string({ maxLength: 300 }) })
const encoded = fc.oneof(hello.map(encodeHello), refusal.map(encodeRefusal))

/** With its checksum. */
const seal = (said: Uint8Array) => new ByteWriter().raw(said).uint32(crc32c(said)).finish()

function tryRead(bytes: Uint8Array): Greeting | 'malformed' {
  try {
    return readGreeting(bytes, PROTOCOL)
  } catch (error) {
    if (error instanceof WeirError && error.code === MALFORMED_BYTES) return 'malformed'
    throw error
  }
}

function encode(greeting: Greeting): Uint8Array | undefined {
  if (greeting.kind === 'hello') return encodeHello(greeting.hello)
  return greeting.kind === 'refusal' ? encodeRefusal(greeting.refusal) : undefined
}

describe('a greeting', () => {
  it('gives back a hello', () => {
    fc.assert(
      fc.property(hello, said => {
        expect(tryRead(encodeHello(said))).toEqual({ kind: 'hello', hello: said })
      }),
    )
  })

  it('gives back a refusal', () => {
    fc.assert(
      fc.property(refusal, said => {
        expect(tryRead(encodeRefusal(said))).toEqual({ kind: 'refusal', refusal: said })
      }),
    )
  })

  it('has one encoding, and needs all of it', () => {
    fc.assert(
      fc.property(encoded, fc.nat(), fc.nat({ max: 255 }), (bytes, at, byte) => {
        expect(tryRead(bytes.subarray(0, at % bytes.length))).toBe('malformed')
        bytes[at % bytes.length] = byte
        const read = tryRead(bytes)
        const again = read === 'malformed' ? undefined : encode(read)
        if (again !== undefined) expect(again).toEqual(bytes)
      }),
      { numRuns: 1000 },
    )
  })

  it('of a version without a common protocol is understood that far', () => {
    const future = new ByteWriter().uint32(0x52494557).uint8(1).varint(7).varint(9)
    const bytes = seal(future.text('whatever follows is nobody’s business').finish())
    expect(tryRead(bytes)).toEqual({ kind: 'unknown-protocol', protocol: { min: 7, max: 9 } })
    const past = readGreeting(bytes, { min: 10, max: 12 })
    expect(past).toEqual({ kind: 'unknown-protocol', protocol: { min: 7, max: 9 } })
  })
})

describe('what is no greeting', () => {
  const head = (kind: number) => new ByteWriter().uint32(0x52494557).uint8(kind)

  it.each([
    ['nothing', new Uint8Array(0)],
    ['a packet', Uint8Array.of(1, 0, 0, 0)],
    ['another kind', head(3).finish()],
    ['an empty range of protocols', head(1).varint(2).varint(1).finish()],
    ['a protocol 0', head(1).varint(0).varint(1).finish()],
    ['a frame that is too large', head(2).text('c').text('x'.repeat(5000)).finish()],
    [
      'an unknown lane',
      head(1)
        .varint(1)
        .varint(1)
        .text('c')
        .text('n')
        .text('s')
        .varint(1)
        .uint8(2)
        .text('m')
        .finish(),
    ],
  ])('%s', (_, bytes) => {
    expect(tryRead(seal(bytes))).toBe('malformed')
  })

  it('anything with one bit turned over', () => {
    fc.assert(
      fc.property(encoded, fc.nat(), fc.nat({ max: 7 }), (bytes, at, bit) => {
        bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ (1 << bit)
        expect(tryRead(bytes)).toBe('malformed')
      }),
    )
  })
})
