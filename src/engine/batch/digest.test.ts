/** The fingerprint of a batch: the same for ever for the same bytes, and another for any others. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Prng } from '../../base/prng.ts'
import { anyOutputs } from '../testing/traffic.ts'
import { digestOf, fingerprint } from './digest.ts'
import type { SinkOutput } from './entry.ts'

const counting = (size: number) => Uint8Array.from({ length: size }, (_, at) => at)

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice()
  copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7))
  return copy
}

/** Of 52, which differ. */
function bitsApart(one: number, other: number): number {
  const low = ((one | 0) ^ (other | 0)) >>> 0
  const high = Math.floor(one / 2 ** 32) ^ Math.floor(other / 2 ** 32)
  return [...low.toString(2), ...high.toString(2)].filter(bit => bit === '1').length
}

describe('the fingerprint of bytes', () => {
  test('never changes: journals hold it', () => {
    expect([0, 1, 7, 8, 9, 16, 100].map(size => fingerprint(counting(size)))).toEqual([
      2158143126813400, 1959347985147800, 1561551537754032, 2583166665573684, 628388531318193,
      1734031967151212, 1871379358304274,
    ])
  })

  test('is a whole number of 52 bits', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), bytes => {
        const print = fingerprint(bytes)
        expect(Number.isSafeInteger(print) && print >= 0 && print < 2 ** 52).toBe(true)
      }),
    )
  })

  test('does not ask where in memory the bytes lie', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(9), (bytes, before) => {
        const wider = new Uint8Array(before + bytes.length + 3).fill(0xff)
        wider.set(bytes, before)
        const view = wider.subarray(before, before + bytes.length)
        expect(fingerprint(view)).toBe(fingerprint(bytes))
      }),
    )
  })

  test('is another whichever bit is flipped, by about half of its bits', () => {
    const bytes = counting(61)
    const print = fingerprint(bytes)
    let apart = 0
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const other = fingerprint(flipped(bytes, bit))
      expect(other).not.toBe(print)
      apart += bitsApart(print, other)
    }
    const mean = apart / (8 * bytes.length)
    expect(mean).toBeGreaterThan(24)
    expect(mean).toBeLessThan(28)
  })

  test('is another for every length of zeros', () => {
    const prints = new Set(Array.from({ length: 300 }, (_, at) => fingerprint(new Uint8Array(at))))
    expect(prints.size).toBe(300)
  })

  test('is another for bytes in another order', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2, maxLength: 40 }), fc.nat(), (bytes, at) => {
        const one = at % bytes.length
        const other = (one + 1 + (at % (bytes.length - 1))) % bytes.length
        fc.pre(bytes[one] !== bytes[other])
        const swapped = bytes.slice()
        swapped[one] = bytes[other] as number
        swapped[other] = bytes[one] as number
        expect(fingerprint(swapped)).not.toBe(fingerprint(bytes))
      }),
    )
  })

  test('is shared by no two of many bytes that differ in little', () => {
    const prng = new Prng(7)
    const contents = new Map<string, number>()
    for (let turn = 0; turn < 20_000; turn++) {
      const bytes = counting(32)
      bytes[prng.below(32)] = prng.below(256)
      bytes[prng.below(32)] = prng.below(256)
      contents.set(bytes.join(), fingerprint(bytes))
    }
    expect(contents.size).toBeGreaterThan(19_000)
    expect(new Set(contents.values()).size).toBe(contents.size)
    const short = Array.from({ length: 65_536 }, (_, at) => Uint8Array.of(at, at >> 8))
    expect(new Set(short.map(pair => fingerprint(pair))).size).toBe(65_536)
  })

  test('goes on from a chain, and the chain counts', () => {
    const [one, other] = [counting(5), counting(12)]
    expect(fingerprint(other, fingerprint(one))).not.toBe(fingerprint(other))
    expect(fingerprint(other, fingerprint(one))).not.toBe(fingerprint(one, fingerprint(other)))
  })
})

describe('the digest of a batch', () => {
  const delta = counting(10)
  const outputs: readonly SinkOutput[] = [
    { sink: 'alerts', first: 1, count: 2, records: counting(9) },
    { sink: 'totals', first: 2 ** 32, count: 1, records: counting(3) },
  ]
  const digest = digestOf(delta, outputs)

  test('never changes: journals hold it', () => {
    expect(digest).toBe(4268080399930450)
  })

  const changed = (at: number, change: Partial<SinkOutput>) =>
    outputs.map((output, place) => (place === at ? { ...output, ...change } : output))

  test.each([
    ['the delta', counting(11), outputs],
    ['the name of a sink', delta, changed(0, { sink: 'alert' })],
    ['the first number', delta, changed(0, { first: 2 })],
    ['a first number beyond 32 bits', delta, changed(1, { first: 2 ** 33 })],
    ['the count', delta, changed(0, { count: 3 })],
    ['the records', delta, changed(1, { records: Uint8Array.of(0, 1, 3) })],
    ['the outputs, of which one is missing', delta, outputs.slice(1)],
    ['the order of the outputs', delta, [...outputs].reverse()],
    ['what is delta and what is output', counting(9), changed(0, { records: counting(10) })],
  ])('is another for another: %s', (_, otherDelta, otherOutputs) => {
    expect(digestOf(otherDelta, otherOutputs)).not.toBe(digest)
  })

  test('says nothing else than delta and outputs do', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), anyOutputs, (bytes, any) => {
        const copies = any.map(output => ({ ...output, records: output.records.slice() }))
        expect(digestOf(bytes.slice(), copies)).toBe(digestOf(bytes, any))
      }),
    )
  })
})
