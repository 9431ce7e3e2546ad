/** Times by patterns of letters: written, read back, refused. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type TimePattern, timePatternOf } from './pattern.ts'
import { TIMESTAMP_MAX_MS, TIMESTAMP_MIN_MS } from './range.ts'

const utc = (text: string) => Date.parse(`${text}Z`)
const at = utc('2024-02-29T15:04:05.678')

function mustPattern(text: string): TimePattern {
  const made = timePatternOf(text)
  if (typeof made === 'string') throw new Error(`${text}: ${made}`)
  return made
}

describe('writes', () => {
  test.each([
    ['yyyy-MM-dd HH:mm:ss', '2024-02-29 15:04:05'],
    ["yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", '2024-02-29T15:04:05.678Z'],
    ['d.M.yyyy H:m:s', '29.2.2024 15:4:5'],
    ['EEE, dd MMM yyyy', 'Thu, 29 Feb 2024'],
    ['EEEE d MMMM', 'Thursday 29 February'],
    ['hh:mm a', '03:04 PM'],
    ['h a', '3 PM'],
    ['ss.S', '05.6'],
    ['ss.SSSSSS', '05.678000'],
    ["'it''s' yyyy", "it's 2024"],
    ["''yyyy''", "'2024'"],
    ['dd/MM/yyyy', '29/02/2024'],
    ['', ''],
  ])('%s', (pattern, text) => {
    expect(mustPattern(pattern).write(at)).toBe(text)
  })

  test('noon and midnight on a clock of twelve', () => {
    const pattern = mustPattern('h a')
    expect(pattern.write(utc('2024-01-01T00:30:00'))).toBe('12 AM')
    expect(pattern.write(utc('2024-01-01T12:30:00'))).toBe('12 PM')
    expect(pattern.read('12 AM')).toBe(0)
    expect(pattern.read('12 PM')).toBe(12 * 3_600_000)
    expect(pattern.read('13 PM')).toBeUndefined()
    expect(pattern.read('0 AM')).toBeUndefined()
  })
})

describe('reads', () => {
  test.each([
    ['yyyy-MM-dd', '2024-02-29', '2024-02-29T00:00:00'],
    ['dd/MMM/yyyy:HH:mm:ss', '29/feb/2024:15:04:05', '2024-02-29T15:04:05'],
    ['EEEE, d MMMM yyyy', 'Thursday, 29 February 2024', '2024-02-29T00:00:00'],
    ['H:mm', '7:05', '1970-01-01T07:05:00'],
    ['yyyyMMddHHmmss', '20240229150405', '2024-02-29T15:04:05'],
    ['EEE HH', 'Mon 07', '1970-01-01T07:00:00'],
    ['EEE d MMM', 'Mon 28 Feb', '1970-02-28T00:00:00'],
    ['ss.S', '05.6', '1970-01-01T00:00:05.600'],
    ['ss.SSSSSS', '05.678999', '1970-01-01T00:00:05.678'],
  ])('%s', (pattern, text, expected) => {
    expect(mustPattern(pattern).read(text)).toBe(utc(expected))
  })

  test.each([
    ['yyyy-MM-dd', '2024-02-30'],
    ['yyyy-MM-dd', '2024-2-29'],
    ['yyyy-MM-dd', '2024-02-29 '],
    ['yyyy-MM-dd', ''],
    ['yyyy', '0000'],
    ['HH', '24'],
    ['mm', '60'],
    ['MMM', 'Foo'],
    ['a', 'XM'],
    ["'x'yyyy", 'y2024'],
    ['ss.SSS', '05.67'],
    ['EEE, dd MMM yyyy', 'Fri, 29 Feb 2024'],
    ['yyyy-MM-dd EEEE', '2024-02-29 Wednesday'],
    ['EEE yyyy-MM-dd', 'Fry 2024-03-01'],
  ])('not by %s: %j', (pattern, text) => {
    expect(mustPattern(pattern).read(text)).toBeUndefined()
  })

  test('what it wrote, to the millisecond', () => {
    const patterns = [
      'yyyy-MM-dd HH:mm:ss.SSS',
      'EEE d MMM yyyy h:mm:ss.SSS a',
      'SSSssmmHHddMMyyyy',
    ]
    const ms = fc.integer({ min: TIMESTAMP_MIN_MS, max: TIMESTAMP_MAX_MS })
    fc.assert(
      fc.property(fc.constantFrom(...patterns).map(mustPattern), ms, (pattern, time) => {
        expect(pattern.read(pattern.write(time))).toBe(time)
      }),
    )
  })
})

test.each([
  ['yy', 'there is no field yy'],
  ['yyyyMMT', 'there is no field T'],
  ['QQ', 'there is no field QQ'],
  ['constructor', 'there is no field c'],
  ["yyyy'x", 'a quote is not closed'],
  ['SSSSSSSSSS', 'there is no field SSSSSSSSSS'],
  ['aa', 'there is no field aa'],
  ['y'.repeat(101), 'longer than 100 characters'],
])('%s is refused', (pattern, why) => {
  expect(timePatternOf(pattern)).toBe(why)
})
