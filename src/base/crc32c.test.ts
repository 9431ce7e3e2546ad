/** The checksum against published vectors, a division bit by bit, and the damage it must find. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { crc32c } from './crc32c.ts'

const ascii = (text: string) => new TextEncoder().encode(text)
const counting = Uint8Array.from({ length: 32 }, (_, i) => i)

/** RFC 3720, appendix B.4, and the check value of the catalogue of parametrised CRC algorithms. */
const vectors: [string, Uint8Array, number][] = [
  ['nothing', new Uint8Array(0), 0],
  ['32 bytes of zeroes', new Uint8Array(32), 0x8a9136aa],
  ['32 bytes of ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ['32 bytes counting up', counting, 0x46dd794e],
  ['32 bytes counting down', counting.toReversed(), 0x113fdb5c],
  ['the check string', ascii('123456789'), 0xe3069283],
]

test.each(vectors)('the published checksum of %s', (_, bytes, expected) => {
  expect(crc32c(bytes)).toBe(expected)
})

/** The definition: a division of polynomials, one bit after the other. */
function bitwise(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) {
      crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
    }
  }
  return ~crc >>> 0
}

const anyBytes = fc.uint8Array({ maxLength: 100, size: 'max' })

test('equals the checksum computed one bit at a time', () => {
  fc.assert(
    fc.property(anyBytes, bytes => {
      expect(crc32c(bytes)).toBe(bitwise(bytes))
    }),
    { numRuns: 1000 },
  )
})

test('goes on from the checksum of what came before', () => {
  fc.assert(
    fc.property(anyBytes, anyBytes, (a, b) => {
      expect(crc32c(b, crc32c(a))).toBe(crc32c(Uint8Array.from([...a, ...b])))
    }),
  )
})

test('sees only the bytes of a view, wherever it begins in its buffer', () => {
  fc.assert(
    fc.property(anyBytes, fc.nat(9), fc.nat(9), (bytes, before, after) => {
      const buffer = new Uint8Array(before + bytes.length + after).fill(0xa5)
      buffer.set(bytes, before)
      const view = buffer.subarray(before, before + bytes.length)
      expect(crc32c(view)).toBe(crc32c(bytes))
    }),
  )
})

test('finds every flipped bit of a page', () => {
  const page = Uint8Array.from({ length: 512 }, (_, i) => i * 37)
  const right = crc32c(page)
  for (let bit = 0; bit < 8 * page.length; bit++) {
    page[bit >> 3] = (page[bit >> 3] as number) ^ (1 << (bit & 7))
    expect(crc32c(page)).not.toBe(right)
    page[bit >> 3] = (page[bit >> 3] as number) ^ (1 << (bit & 7))
  }
  expect(crc32c(page)).toBe(right)
})

test('finds every burst of up to 32 bits', () => {
  const burst = fc.integer({ min: 1, max: 2 ** 32 - 1 })
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 5, maxLength: 64, size: 'max' }),
      burst,
      fc.nat(),
      (bytes, b, at) => {
        const start = at % (8 * bytes.length - 31)
        const damaged = bytes.slice()
        for (let bit = 0; bit < 32; bit++) {
          const place = start + bit
          damaged[place >> 3] = (damaged[place >> 3] as number) ^ (((b >>> bit) & 1) << (place & 7))
        }
        expect(crc32c(damaged)).not.toBe(crc32c(bytes))
      },
    ),
    { numRuns: 500 },
  )
})

test('tells runs of zeroes of different lengths apart', () => {
  const seen = new Set(Array.from({ length: 300 }, (_, size) => crc32c(new Uint8Array(size))))
  expect(seen.size).toBe(300)
})
