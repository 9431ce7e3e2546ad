/** Numbers that are equal by their digits, and those that a double says. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mustParseJson } from '../job/document/json.ts'
import type { NumberNode } from '../job/document/node.ts'
import { exactNumber, sameText } from './digits.ts'

describe('numbers', () => {
  it.each([
    [['0', '-0', '0.00', '0e5', '-0.0E-9'], '0'],
    [['1', '1.0', '10e-1', '0.001e3', '1E+0'], '1e0'],
    [['-1500', '-1.5e3', '-15e2', '-1500.000'], '-15e2'],
    [['0.05', '5e-2'], '5e-2'],
    [['1e99999999999999999999'], '1e99999999999999999999'],
  ])('%j are the same', (numbers, same) => {
    expect([...new Set(numbers.map(sameText))]).toEqual([same])
  })

  it('are the same only if they are equal', () => {
    const digits = fc.tuple(fc.bigInt({ min: -2000n, max: 2000n }), fc.integer({ min: -2, max: 2 }))
    fc.assert(
      fc.property(digits, digits, ([one, power], [other, otherPower]) => {
        const isSame = one * 10n ** BigInt(power + 2) === other * 10n ** BigInt(otherPower + 2)
        expect(sameText(`${one}e${power}`) === sameText(`${other}e${otherPower}`)).toBe(isSame)
      }),
      { numRuns: 2000 },
    )
  })

  it('are none of other texts, and long ones take no time', () => {
    for (const text of ['', 'NaN', 'Infinity', '1.', '.5', '+1', '1e']) {
      expect(sameText(text)).toBeUndefined()
    }
    expect(sameText(`1${'0'.repeat(200_000)}1`)).toHaveLength(200_004)
  })

  it.each([
    ['1.50', 1.5],
    ['1e3', 1000],
    ['-0.1', -0.1],
    ['1e21', 1e21],
    ['9007199254740993', 9007199254740993n],
    ['12345678901234567.89', '12345678901234567.89'],
    ['0.1000000000000000055', '0.1000000000000000055'],
    ['1e999', '1e999'],
  ])('%s is exactly %s', (text, value) => {
    expect(exactNumber(mustParseJson(text) as NumberNode)).toBe(value)
  })
})
