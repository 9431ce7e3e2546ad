/** The small files: read as written, damage told from another format. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nodeId } from '../../base/ids.ts'
import { decodeBoot, encodeBoot } from '../../base/segments/boot-file.ts'
import { decodeIdentity, encodeIdentity } from './identity.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 20 })
const identity = fc.record({
  cluster: text,
  node: text.map(nodeId),
  store: text,
  isMade: fc.boolean(),
})

test('an identity is read as it was written', () => {
  fc.assert(
    fc.property(identity, one => {
      expect(decodeIdentity(encodeIdentity(one))).toEqual(one)
    }),
  )
})

const bootRecord = fc.record({
  boot: fc.maxSafeNat(),
  end: fc.record({ segment: fc.maxSafeNat(), bytes: fc.maxSafeNat() }),
})
const boot = { boot: 77, end: { segment: 3, bytes: 4096 } }

test('boot counter and end of the log are read as they were written', () => {
  fc.assert(
    fc.property(bootRecord, one => {
      expect(decodeBoot(encodeBoot(one))).toEqual(one)
    }),
  )
})

test('any flipped bit and any cut is damage', () => {
  const one = { cluster: 'prod', node: nodeId('n1'), store: '81ab', isMade: true }
  for (const [bytes, decode] of [
    [encodeIdentity(one), decodeIdentity],
    [encodeBoot(boot), decodeBoot],
  ] as const) {
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const hurt = bytes.slice()
      hurt[bit >> 3] = (hurt[bit >> 3] as number) ^ (1 << (bit & 7))
      expect(decode(hurt)).toBe('damaged')
    }
    for (let size = 0; size < bytes.length; size++) {
      expect(decode(bytes.subarray(0, size))).toBe('damaged')
    }
  }
})

test('a whole file of another format is told from damage', () => {
  const one = { cluster: 'prod', node: nodeId('n1'), store: '81ab', isMade: true }
  expect(decodeIdentity(encodeIdentity(one, 2))).toBe('other-format')
  expect(decodeBoot(encodeBoot(boot, 9))).toBe('other-format')
})

test('one small file is not taken for the other', () => {
  expect(decodeIdentity(encodeBoot(boot))).toBe('damaged')
  const one = { cluster: '', node: nodeId(''), store: '', isMade: true }
  expect(decodeBoot(encodeIdentity(one))).toBe('damaged')
})
