/** Digests and encodings against Node's own, and against published values. */

import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { crc32, xxhash64 } from './check-sums.ts'
import { base64Of, ofBase64, ofHex, ofPercent } from './encodings.ts'
import { md5 } from './md5.ts'
import { sha1, sha256 } from './sha.ts'

const bytes = fc.uint8Array({ maxLength: 300 })
const text = (value: string) => new TextEncoder().encode(value)

test.each([
  ['md5', md5],
  ['sha1', sha1],
  ['sha256', sha256],
] as const)('%s is what Node says', (name, digest) => {
  const expected = (of: Uint8Array) => createHash(name).update(of).digest('hex')
  fc.assert(
    fc.property(bytes, of => {
      expect(Buffer.from(digest(of)).toString('hex')).toBe(expected(of))
    }),
  )
  for (const length of [0, 1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 10_000]) {
    const of = new Uint8Array(length).fill(length)
    expect(Buffer.from(digest(of)).toString('hex')).toBe(expected(of))
  }
})

describe('sums', () => {
  test.each([
    ['', 0],
    ['123456789', 0xcbf43926],
    ['The quick brown fox jumps over the lazy dog', 0x414fa339],
  ])('CRC-32 of %j', (of, sum) => {
    expect(crc32(text(of))).toBe(sum)
  })

  test.each([
    ['', 0xef46db3751d8e999n],
    ['a', 0xd24ec4f1a98c6e5bn],
    ['abc', 0x44bc2cf5ad770999n],
    ['xxhash', 0x32dd38952c4bc720n],
  ])('XXH64 of %j', (of, sum) => {
    expect(xxhash64(text(of))).toBe(sum)
  })

  test('XXH64 sees every byte, in texts of any length', () => {
    for (const length of [1, 3, 4, 7, 8, 31, 32, 33, 63, 64, 100]) {
      const plain = new Uint8Array(length)
      const seen = new Set([xxhash64(plain)])
      for (let at = 0; at < length; at++) {
        const other = plain.slice()
        other[at] = 1
        seen.add(xxhash64(other))
      }
      expect(seen.size).toBe(length + 1)
    }
  })

  test('sums do not depend on where the bytes lie', () => {
    const within = Uint8Array.of(9, 9, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10).subarray(3)
    expect(xxhash64(within)).toBe(xxhash64(within.slice()))
    expect(crc32(within)).toBe(crc32(within.slice()))
  })
})

describe('encodings', () => {
  test('base64 is what Node says, and comes back', () => {
    fc.assert(
      fc.property(bytes, of => {
        const encoded = base64Of(of)
        expect(encoded).toBe(Buffer.from(of).toString('base64'))
        expect(ofBase64(encoded)).toEqual(of)
        expect(ofBase64(Buffer.from(of).toString('base64url'))).toEqual(of)
      }),
    )
  })

  test.each(['a', 'ab=', 'a===', 'ab*c', '=', 'abcde', 'ab=c'])('%s is no base64', of => {
    expect(ofBase64(of)).toBeUndefined()
  })

  test('blanks in base64 are nothing', () => {
    expect(ofBase64('SGVs\n bG8=')).toEqual(text('Hello'))
  })

  test('hexadecimal digits come back', () => {
    fc.assert(
      fc.property(bytes, of => {
        expect(ofHex(Buffer.from(of).toString('hex'))).toEqual(of)
        expect(ofHex(Buffer.from(of).toString('hex').toUpperCase())).toEqual(of)
      }),
    )
    expect(['a', '0g', ' 00', '0x00'].map(ofHex)).toEqual(Array(4).fill(undefined))
  })

  test('percent signs', () => {
    expect(ofPercent('a%20b+c%C3%A9')).toBe('a b cé')
    expect(['%', '%4', '%zz', '%ff'].map(ofPercent)).toEqual(Array(4).fill(undefined))
  })
})
