/**
 * Hashes that others compute too, against those others. Made on Java 17 with
 * org.apache.kafka:kafka-clients:4.1.0 (beside it org.slf4j:slf4j-api:1.7.36) and
 * com.google.guava:guava:33.4.8-jre, from a program that prints, for the keys below:
 *
 *   org.apache.kafka.common.utils.Utils.murmur2(key)
 *   org.apache.kafka.clients.producer.internals.BuiltInPartitioner.partitionForKey(key, 12)
 *
 * and, for the 100 000 keys of `manyKeys`, starting from 0, in Java's 32-bit arithmetic:
 *
 *   hashes = hashes * 31 + Utils.murmur2(key)
 *   partitions = partitions * 31 + BuiltInPartitioner.partitionForKey(key, 1 + i % 100)
 *   murmur3 = murmur3 * 31 + Hashing.murmur3_32_fixed().hashBytes(key).asInt()
 */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hash32, kafkaPartition, murmur2, SLOTS, slotOf } from './hash.ts'

const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'))
const utf8 = (text: string) => new TextEncoder().encode(text)

/** A key in hex, its murmur2, its partition of 12. */
const kafkaVectors: [string, number, number][] = [
  ['', 275646681, 9],
  ['61', -1563381124, 4],
  ['6162', 316155434, 2],
  ['616263', 479470107, 3],
  ['61626364', -1323649548, 8],
  ['77656972', 845719537, 1],
  ['6f726465722d34373131', 1584983611, 7],
  ['61c3b1e282acf09f9880', 1242584113, 1],
  [
    '54686520717569636b2062726f776e20666f78206a756d7073206f76657220746865206c617a7920646f67',
    495243318,
    6,
  ],
  ['ff', -311467685, 3],
  ['ffff', -1642832928, 8],
  ['ffffff', 1548199422, 6],
  ['ffffffff', 644171429, 5],
  ['ffffffffff', -363838622, 6],
  ['ffffffffffff', 28450676, 8],
  ['ffffffffffffff', -71293549, 7],
  ['ffffffffffffffff', 185950397, 5],
  ['ffffffffffffffffff', 1612811207, 11],
  ['80', 857690492, 8],
  ['0080', 327244933, 1],
  ['000080', -603651026, 6],
  ['00000080', -717017630, 6],
  ['0000000080', -850477039, 1],
  ['000000000080', 1173881422, 10],
  ['00000000000080', 1434700668, 0],
  ['0000000000000080', -1369464531, 5],
  ['3c5e81b40c5ec68e04a3', -765913350, 2],
  ['406c97d63cfbdc53ae8837', 1361762641, 1],
  ['1a125121b5956143c0ee2d55', 752581206, 6],
  ['fb638c77fee0b6f5f9275faf29', -592548820, 4],
  ['7e2c97df5404f33bd406620b5821', -1597609764, 8],
  ['cf68259ccbee0207ffcd7464abf7bb', -640508632, 4],
  ['7d6a25e6bfa294890d6b90f256c646e9', 149550421, 1],
  ['f06e6e5a05a9bf717fd7480059a9144b37', -1464189819, 5],
  ['3ec5809d93fb7a4cfcb8a073991ef0d30231', 970722680, 8],
  ['8f048f79747104aef3bc81ce59a3f74cc79594', 1104100567, 7],
  ['230690d6140af539524b6fc0543d1ab1ac857c62', -542513792, 0],
  ['03b315dda69c7bb43dae59629dc1ccfccc4ed819a6', 1736739139, 7],
]

/** Keys of 0 to 66 bytes, each byte the top byte of the next state of a linear congruence. */
function* manyKeys(): Generator<Uint8Array> {
  let state = 1
  for (let i = 0; i < 100_000; i++) {
    const key = new Uint8Array(i % 67)
    for (let at = 0; at < key.length; at++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
      key[at] = state >>> 24
    }
    yield key
  }
}

function folded(hash: (key: Uint8Array, i: number) => number): number {
  let fold = 0
  let i = 0
  for (const key of manyKeys()) {
    fold = (Math.imul(fold, 31) + hash(key, i++)) | 0
  }
  return fold
}

test.each(kafkaVectors)(
  'the key %s hashes to %d and goes to partition %d of 12',
  (key, ...right) => {
    expect([murmur2(hex(key)), kafkaPartition(hex(key), 12)]).toEqual(right)
  },
)

test('murmur2 equals Kafka for 100 000 keys of all lengths', () => {
  expect(folded(key => murmur2(key))).toBe(-1_197_461_579)
})

test('a partition equals the one that Kafka chooses for 100 000 keys', () => {
  expect(folded((key, i) => kafkaPartition(key, 1 + (i % 100)))).toBe(-217_529_475)
})

test.each([0, -1, 1.5, Number.NaN])('there is no topic with %d partitions', partitions => {
  expect(() => kafkaPartition(hex('00'), partitions)).toThrow('a-topic-has-partitions')
})

/** Published for MurmurHash3 x86_32 with seed 0: one for each length of tail and each sign. */
test.each([
  ['', 0x00000000],
  ['00', 0x514e28b7],
  ['0000', 0x30f4c306],
  ['000000', 0x85f0b427],
  ['00000000', 0x2362f9de],
  ['21', 0x72661cf4],
  ['2143', 0xa0f7b07a],
  ['214365', 0x7e4a8634],
  ['21436587', 0xf55b516b],
  ['ffffffff', 0x76293b50],
])('the published MurmurHash3 of %s', (key, hash) => {
  expect(hash32(hex(key))).toBe(hash)
})

test.each([
  ['test', 0xba6bd213],
  ['Hello, world!', 0xc0363e43],
  ['The quick brown fox jumps over the lazy dog', 0x2e4ff723],
])('the published MurmurHash3 of "%s"', (text, hash) => {
  expect(hash32(utf8(text))).toBe(hash)
})

test('hash32 equals the MurmurHash3 of Guava for 100 000 keys of all lengths', () => {
  expect(folded(hash32)).toBe(1_407_273_182)
})

test('hashes see only the bytes of a view, wherever it begins in its buffer', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 20, size: 'max' }),
      fc.nat(5),
      fc.nat(5),
      (key, before, after) => {
        const buffer = new Uint8Array(before + key.length + after).fill(0xa5)
        buffer.set(key, before)
        const view = buffer.subarray(before, before + key.length)
        expect([murmur2(view), hash32(view)]).toEqual([murmur2(key), hash32(key)])
      },
    ),
  )
})

test('slots are ranges of the hash, in order and of one width', () => {
  const width = 2 ** 32 / SLOTS
  for (const key of manyKeys()) {
    const slot = slotOf(key)
    const hash = hash32(key)
    if (hash < slot * width || hash >= (slot + 1) * width) {
      expect.unreachable(`hash ${hash} is not in slot ${slot}`)
    }
  }
  expect(slotOf(hex(''))).toBe(0)
})

/** Pinned for good: a slot that moved would send a key to a group that does not hold its state. */
test.each([
  ['', 0],
  ['a', 240],
  ['order-4711', 963],
  ['customer/17', 236],
])('the slot of "%s" stays %d', (key, slot) => {
  expect(slotOf(utf8(key))).toBe(slot)
})

test('keys that people use spread evenly over the slots', () => {
  const perSlot = 64
  for (const keyOf of [(i: number) => `${i}`, (i: number) => `customer/${i}/eu`]) {
    const counts = new Int32Array(SLOTS)
    for (let i = 0; i < SLOTS * perSlot; i++) {
      const slot = slotOf(utf8(keyOf(i)))
      counts[slot] = (counts[slot] as number) + 1
    }
    // Chi-square over 1023 degrees of freedom: 1023 +- 45; six deviations either way.
    const chiSquare = counts.reduce((sum, n) => sum + (n - perSlot) ** 2 / perSlot, 0)
    expect(Math.abs(chiSquare - (SLOTS - 1))).toBeLessThan(6 * 45.2)
  }
})
