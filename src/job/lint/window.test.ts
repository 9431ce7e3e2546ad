/** Windows as they are written: what the engine is told, and which options make no sense. */

import { describe, expect, it } from 'vitest'
import { jobAround, read } from '../testing/jobs.ts'
import { closesByEventTime, windowColumns } from './window.ts'

function aggregated(window: string) {
  const text = jobAround(
    `  - name: a\n    aggregate: { window: ${window}, select: { n: count() } }\n  - to: out`,
  )
  return read(text)
}

const windowOf = (text: string) => aggregated(text).spec?.steps[0]?.window
const messages = (text: string) =>
  aggregated(text)
    .findings.filter(({ level }) => level === 'error')
    .map(({ code, message }) => `${code}: ${message}`)

const time = 'event'

describe('a window', () => {
  it.each([
    ['{ tumbling: 1m }', { kind: 'tumbling', sizeMs: 60_000, offsetMs: 0, time }],
    [
      '{ tumbling: 1m, offset: 59s, time: processing }',
      { kind: 'tumbling', sizeMs: 60_000, offsetMs: 59_000, time: 'processing' },
    ],
    [
      '{ hopping: 1m, every: 1m }',
      { kind: 'hopping', sizeMs: 60_000, everyMs: 60_000, offsetMs: 0, time },
    ],
    [
      '{ hopping: 1m, every: 7s }',
      { kind: 'hopping', sizeMs: 60_000, everyMs: 7_000, offsetMs: 0, time },
    ],
    ['{ sliding: 1m }', { kind: 'sliding', sizeMs: 60_000 }],
    [
      '{ sliding: 1m, every: 1s, offset: 1ms }',
      { kind: 'hopping', sizeMs: 60_000, everyMs: 1_000, offsetMs: 1, time },
    ],
    ['{ session: 30s }', { kind: 'session', gapMs: 30_000, time }],
    [
      '{ cumulate: 1h, every: 10m }',
      { kind: 'cumulate', sizeMs: 3_600_000, stepMs: 600_000, offsetMs: 0, time },
    ],
    [
      '{ cumulate: 1d, every: 1h, offset: 6h }',
      {
        kind: 'cumulate',
        sizeMs: 86_400_000,
        stepMs: 3_600_000,
        offsetMs: 21_600_000,
        time,
      },
    ],
    ['{ count: 7 }', { kind: 'count', rows: 7 }],
    ['{ global: true }', { kind: 'global' }],
  ])('%s', (text, window) => {
    expect(messages(text)).toEqual([])
    expect(windowOf(text)).toEqual(window)
  })

  it.each([
    ['{ tumbling: 1m, every: 1s }', 'every means nothing for a tumbling window'],
    ['{ session: 1m, offset: 1s }', 'offset means nothing for a session window'],
    ['{ session: 1m, every: 1s }', 'every means nothing for a session window'],
    ['{ count: 5, time: event }', 'time means nothing for a count window'],
    ['{ count: 5, every: 1s }', 'every means nothing for a count window'],
    ['{ global: true, offset: 1s }', 'offset means nothing for a global window'],
    ['{ global: false }', 'write global: true, or no window'],
    ['{ hopping: 1m }', 'a hopping window needs every: DURATION'],
    ['{ cumulate: 1m }', 'a cumulate window needs every: DURATION'],
    ['{ hopping: 1m, every: 2m }', 'every is longer than the window, 1m'],
    ['{ sliding: 1m, every: 2m }', 'every is longer than the window, 1m'],
    ['{ cumulate: 1m, every: 7s }', '1m is no multiple of every, 7s'],
    ['{ tumbling: 1m, offset: 1m }', 'offset is to be shorter than 1m'],
    ['{ hopping: 1m, every: 5s, offset: 5s }', 'offset is to be shorter than 5s'],
    ['{ cumulate: 1d, every: 1h, offset: 1d }', 'offset is to be shorter than 1d'],
    [
      '{ sliding: 1m, time: processing }',
      'a sliding window has offset and time only together with every',
    ],
    [
      '{ sliding: 1m, offset: 1s }',
      'a sliding window has offset and time only together with every',
    ],
    [
      '{ hopping: 1000d, every: 1ms }',
      'a record would stand in more than 4000 windows; make every longer',
    ],
  ])('%s is refused', (text, message) => {
    expect(messages(text)).toEqual([`bad-window: ${message}`])
  })

  it.each([
    [
      '{ tumbling: 1m, hopping: 1m }',
      'tumbling and hopping exclude each other: one is a kind of window',
    ],
    ['{ tumbling: 0s }', '"0s" is too short; 1ms is the least'],
    ['{ count: 0 }', '0 is not a whole number from 1 to 1000000'],
  ])('%s is refused by its shape', (text, message) => {
    expect(messages(text)).toEqual([`bad-value: ${message}`])
  })
})

describe('of windows', () => {
  const kinds = [
    '{ tumbling: 1m }',
    '{ tumbling: 1m, time: processing }',
    '{ session: 1m }',
    '{ sliding: 1m }',
    '{ count: 5 }',
    '{ global: true }',
  ]
  const windows = kinds.map(text => windowOf(text) ?? { kind: 'global' as const })

  it('some close by event time', () => {
    expect(windows.map(closesByEventTime)).toEqual([true, false, true, true, false, false])
  })

  it('some have columns', () => {
    expect(windows.map(one => windowColumns(one).length)).toEqual([2, 2, 2, 0, 0, 0])
  })
})
