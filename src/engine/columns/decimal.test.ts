/** DECIMALs as text: the point where the scale says. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decimalText } from './decimal.ts'

test.each<[number | bigint, number, string]>([
  [0, 0, '0'],
  [0, 2, '0.00'],
  [5, 3, '0.005'],
  [-5, 3, '-0.005'],
  [12_345, 2, '123.45'],
  [-100, 2, '-1.00'],
  [-(10n ** 20n), 20, '-1.00000000000000000000'],
  [10n ** 30n, 10, '100000000000000000000.0000000000'],
])('%s with %i behind the point', (digits, scale, text) => {
  expect(decimalText(digits, scale)).toBe(text)
})

test('without the point it is the digits again, as many as the scale behind it', () => {
  fc.assert(
    fc.property(fc.bigInt(-(10n ** 38n), 10n ** 38n), fc.nat(38), (digits, scale) => {
      const text = decimalText(digits, scale)
      const [, behind = ''] = text.split('.')
      expect(behind).toHaveLength(scale)
      expect(BigInt(text.replace('.', ''))).toBe(digits)
    }),
  )
})
