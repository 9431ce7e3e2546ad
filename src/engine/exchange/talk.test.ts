/** Messages of an exchange in bytes and back, damaged, cut, and of others. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Ask, decodeAsk, decodeTold, encodeAsk, encodeTold, type Told } from './talk.ts'

const anyText = fc.string({ unit: 'grapheme', maxLength: 12 })
const anyNumber = fc.oneof(fc.nat(300), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }))
const anyReader = fc.record({ generation: anyNumber, term: anyNumber })

const anyOpening = fc.record({
  cluster: anyText,
  job: anyText,
  generation: anyNumber,
  channel: anyNumber,
  group: anyNumber,
  term: anyNumber,
  cursor: anyNumber,
  bytes: anyNumber,
})

const anyAsk: fc.Arbitrary<Ask> = fc.oneof(
  fc.record({ kind: fc.constant('hello' as const), opening: anyOpening }),
  fc.record({ kind: fc.constant('grant' as const), bytes: anyNumber }),
  fc.record({ kind: fc.constant('rewind' as const), reader: anyReader, cursor: anyNumber }),
  fc.record({ kind: fc.constant('wanted' as const), epoch: anyNumber }),
  fc.record({ kind: fc.constant('taken' as const), cursor: anyNumber }),
)

const anyTold: fc.Arbitrary<Told> = fc.oneof(
  fc.record({ kind: fc.constant('frame' as const), bytes: fc.uint8Array({ maxLength: 60 }) }),
  fc.record({
    kind: fc.constant('refusal' as const),
    refusal: fc.record({ code: anyText, message: anyText }),
  }),
)

describe('a message', () => {
  test('comes out as it went in', () => {
    fc.assert(
      fc.property(anyAsk, anyTold, (ask, told) => {
        expect(decodeAsk(encodeAsk(ask))).toEqual(ask)
        expect(decodeTold(encodeTold(told))).toEqual(told)
      }),
    )
  })

  test('with a bit turned over is refused', () => {
    fc.assert(
      fc.property(anyAsk, anyTold, fc.nat(), fc.nat(7), (ask, told, place, bit) => {
        for (const [bytes, decode] of [
          [encodeAsk(ask), decodeAsk],
          [encodeTold(told), decodeTold],
        ] as const) {
          bytes[place % bytes.length] = (bytes[place % bytes.length] as number) ^ (1 << bit)
          expect(() => decode(bytes)).toThrow('damaged on its way')
        }
      }),
    )
  })

  test('that is cut off is refused', () => {
    fc.assert(
      fc.property(anyAsk, fc.nat(), (ask, size) => {
        const bytes = encodeAsk(ask)
        expect(() => decodeAsk(bytes.subarray(0, size % bytes.length))).toThrow('malformed-bytes')
      }),
    )
  })

  test('of any bytes is read or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), bytes => {
        expect(() => decodeAsk(bytes)).toThrow('malformed-bytes')
        expect(() => decodeTold(bytes)).toThrow('malformed-bytes')
      }),
    )
  })

  test('of the other side is not understood', () => {
    const told = encodeTold({ kind: 'frame', bytes: Uint8Array.of(1) })
    expect(() => decodeAsk(told)).toThrow('a group asks for something unknown')
    const ask = encodeAsk({ kind: 'wanted', epoch: 3 })
    expect(() => decodeTold(ask)).toThrow('a sender tells something unknown')
  })

  test('that is too large is not looked at', () => {
    expect(() => decodeTold(new Uint8Array(5 * 2 ** 20))).toThrow('too large')
  })

  test('stays as it is on the wire', () => {
    const opening = { cluster: 'c', job: 'web', generation: 2, channel: 5, group: 1, term: 6 }
    const hello: Ask = { kind: 'hello', opening: { ...opening, cursor: 300, bytes: 64 } }
    expect(Buffer.from(encodeAsk(hello)).toString('hex')).toMatchInlineSnapshot(
      `"010101630377656202050106ac024033ad1273"`,
    )
    const refusal = { code: 'unknown-job', message: 'no' }
    const told: Told = { kind: 'refusal', refusal }
    expect(Buffer.from(encodeTold(told)).toString('hex')).toMatchInlineSnapshot(
      `"070b756e6b6e6f776e2d6a6f62026e6fa4eb0d77"`,
    )
  })
})
