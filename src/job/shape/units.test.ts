/** Durations and sizes: what they are worth, and what was probably meant. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  DURATION_MS_MAX,
  durationMs,
  durationText,
  SIZE_BYTES_MAX,
  sizeBytes,
  suggestedDuration,
  suggestedSize,
} from './units.ts'

describe('durations', () => {
  it.each([
    ['5s', 5_000],
    ['250ms', 250],
    ['1m', 60_000],
    ['1h30m', 5_400_000],
    ['1m5ms', 60_005],
    ['2d', 172_800_000],
    ['1d2h3m4s5ms', 93_784_005],
    ['0s', 0],
    ['90s', 90_000],
  ])('%s is %i ms', (text, ms) => {
    expect(durationMs(text)).toBe(ms)
  })

  it.each(['', '5', 's', '5 s', '1.5s', '-5s', '5S', '30m1h', '5s5s', '5sec', '1w', 'm5', '5s '])(
    '%j is none',
    text => {
      expect(durationMs(text)).toBeUndefined()
    },
  )

  it('are bounded', () => {
    expect(durationMs('10000d')).toBe(DURATION_MS_MAX)
    expect(durationMs('10000d1ms')).toBeUndefined()
    expect(durationMs(`${'9'.repeat(400)}s`)).toBeUndefined()
  })

  it('read as they are written', () => {
    expect([0, 1, 90_000, 5_400_000, 86_400_000].map(durationText)).toEqual([
      '0s',
      '1ms',
      '1m30s',
      '1h30m',
      '1d',
    ])
    fc.assert(
      fc.property(fc.integer({ min: 0, max: DURATION_MS_MAX }), ms => {
        expect(durationMs(durationText(ms))).toBe(ms)
      }),
    )
  })

  it.each([
    ['5', '5s'],
    ['5 sec', '5s'],
    ['10 minutes', '10m'],
    ['1.5h', '1h30m'],
    ['250 Milliseconds', '250ms'],
    ['100msec', '100ms'],
    ['3 days', '3d'],
    ['soon', undefined],
    ['5 parsecs', undefined],
    ['2 months', undefined],
    ['1e9d', undefined],
    ['99999999d', undefined],
    ['', undefined],
  ])('for %j, %j is suggested', (text, suggestion) => {
    expect(suggestedDuration(text)).toBe(suggestion)
  })
})

describe('sizes', () => {
  it.each([
    ['64MiB', 67_108_864],
    ['1KiB', 1_024],
    ['2GiB', 2_147_483_648],
    ['1TiB', 1_099_511_627_776],
    ['10B', 10],
  ])('%s is %i bytes', (text, bytes) => {
    expect(sizeBytes(text)).toBe(bytes)
  })

  it.each(['', '64', '64MB', '64 MiB', '-1B', '1.5GiB', 'MiB', '64mib'])('%j is none', text => {
    expect(sizeBytes(text)).toBeUndefined()
  })

  it('are bounded', () => {
    expect(sizeBytes('1024TiB')).toBe(SIZE_BYTES_MAX)
    expect(sizeBytes('1025TiB')).toBeUndefined()
  })

  it.each([
    ['64MB', '64MiB'],
    ['64 mib', '64MiB'],
    ['10k', '10KiB'],
    ['100', '100B'],
    ['5 T', '5TiB'],
    ['much', undefined],
    ['1.5G', undefined],
  ])('for %j, %j is suggested', (text, suggestion) => {
    expect(suggestedSize(text)).toBe(suggestion)
    if (suggestion !== undefined) expect(sizeBytes(suggestion)).toBeGreaterThan(0)
  })
})
