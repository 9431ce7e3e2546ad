/** Each kind of window, in stories of a few records: what is said, when, and what is left. */

import { describe, expect, test } from 'vitest'
import { run, type Script, verifyOperator } from '../testing/verify.ts'
import { windowIdentity } from './testing/events.ts'
import {
  came,
  cumulate,
  END,
  hopping,
  PROGRESS,
  passes,
  said,
  session,
  story,
  sums,
  told,
  tumbling,
} from './testing/told.ts'

const once = (script: Script) => verifyOperator(script)
const again = (script: Script) => verifyOperator(script, { identity: windowIdentity })

describe('a tumbling window', () => {
  test('is said when the watermark reaches its end, not before', () => {
    const outcome = once(story(sums(tumbling(10)), came('a@3 a@9=4'), passes(9), passes(10)))
    expect(said(outcome)).toEqual(['a 0..10 2 5'])
    expect(told(outcome)).toEqual([[9, 'a', 0, 10, 2, 5]])
    expect(outcome.rows).toBe(PROGRESS)
  })

  test('takes no record of the end itself', () => {
    const outcome = once(story(sums(tumbling(10)), came('a@0 a@9 a@10'), END))
    expect(said(outcome)).toEqual(['a 0..10 2 2', 'a 10..20 1 1'])
  })

  test('of negative times is aligned downwards', () => {
    const outcome = once(story(sums(tumbling(10)), came('a@-1 a@-10 a@-11 a@0'), END))
    expect(said(outcome)).toEqual(['a -20..-10 1 1', 'a -10..0 2 2', 'a 0..10 1 1'])
  })

  test('begins where its offset says, before and after zero', () => {
    const moved = { ...tumbling(10), offsetMs: 3 }
    const outcome = once(story(sums(moved), came('a@2 a@3 a@12 a@-7 a@-8'), END))
    expect(said(outcome)).toEqual(['a -17..-7 1 1', 'a -7..3 2 2', 'a 3..13 2 2'])
  })

  test('closes with the input, however far its end is', () => {
    expect(said(once(story(sums(tumbling(1_000_000)), came('a@5'), END)))).toEqual([
      'a 0..1000000 1 1',
    ])
  })

  test('that nobody came for says nothing', () => {
    const outcome = once(story(sums(tumbling(10)), came('a@5'), passes(1_000), came('a@1005'), END))
    expect(said(outcome)).toEqual(['a 0..10 1 1', 'a 1000..1010 1 1'])
  })

  test('gives a record at the watermark its place: it is not late', () => {
    const outcome = once(story(sums(tumbling(10)), passes(10), came('a@10 b@9'), END))
    expect([said(outcome), outcome.late]).toEqual([['a 10..20 1 1'], 1])
  })
})

describe('a hopping window', () => {
  test('counts a record in each of the windows that hold it', () => {
    const outcome = once(story(sums(hopping(10, 5)), came('a@7'), END))
    expect(said(outcome)).toEqual(['a 0..10 1 1', 'a 5..15 1 1'])
    expect(outcome.rows).toBe(PROGRESS)
  })

  test('takes a record for those of its windows that are open', () => {
    const outcome = once(story(sums(hopping(10, 5)), passes(11), came('a@7'), END))
    expect([said(outcome), outcome.late]).toEqual([['a 5..15 1 1'], 0])
  })

  test('with gaps takes nothing that falls into one, and does not call it late', () => {
    const outcome = once(story(sums(hopping(5, 10)), came('a@7 a@4'), passes(30), came('a@8'), END))
    expect([said(outcome), outcome.late]).toEqual([['a 0..5 1 1'], 0])
  })

  test('whose steps do not divide it is right all the same', () => {
    const outcome = once(story(sums(hopping(10, 4)), came('a@9'), END))
    expect(said(outcome)).toEqual(['a 0..10 1 1', 'a 4..14 1 1', 'a 8..18 1 1'])
  })

  test('of keys that come and go says each as long as it is there', () => {
    const outcome = once(
      story(sums(hopping(10, 5)), came('a@1'), came('b@6'), passes(10), came('a@12'), END),
    )
    expect(said(outcome).toSorted()).toEqual([
      'a -5..5 1 1',
      'a 0..10 1 1',
      'a 10..20 1 1',
      'a 5..15 1 1',
      'b 0..10 1 1',
      'b 5..15 1 1',
    ])
  })
})

describe('a cumulating window', () => {
  test('grows from its start, step by step, up to its size', () => {
    const outcome = once(story(sums(cumulate(15, 5)), came('a@2 a@7=2 a@12=3'), END))
    expect(said(outcome)).toEqual(['a 0..5 1 1', 'a 0..10 2 3', 'a 0..15 3 6'])
    expect(outcome.rows).toBe(PROGRESS)
  })

  test('goes on saying what it has when nothing more comes', () => {
    const outcome = once(story(sums(cumulate(15, 5)), came('a@2'), passes(5), passes(15)))
    expect(said(outcome)).toEqual(['a 0..5 1 1', 'a 0..10 1 1', 'a 0..15 1 1'])
  })

  test('begins with nothing each time', () => {
    const outcome = once(story(sums(cumulate(10, 5)), came('a@2 a@11'), END))
    expect(said(outcome)).toEqual(['a 0..5 1 1', 'a 0..10 1 1', 'a 10..15 1 1', 'a 10..20 1 1'])
  })

  test('takes what is late for some of its windows for the others', () => {
    const outcome = once(story(sums(cumulate(15, 5)), passes(11), came('a@2'), END))
    expect([said(outcome), outcome.late]).toEqual([['a 0..15 1 1'], 0])
  })

  test('says what changed of it, after each batch, when it is updating', () => {
    const spec = sums(cumulate(10, 5), { mode: 'updating' })
    const outcome = again(story(spec, came('a@2'), came('a@7'), END))
    expect(said(outcome)).toEqual(['~a 0..5 1 1', '~a 0..10 1 1', '~a 0..10 2 2'])
    expect(outcome.rows).toBe(PROGRESS)
  })
})

describe('a session', () => {
  test('lasts while records follow within less than its gap', () => {
    const outcome = once(story(sums(session(5)), came('a@0 a@4 a@9 a@13'), END))
    expect(said(outcome)).toEqual(['a 0..9 2 2', 'a 9..18 2 2'])
    expect(outcome.rows).toBe(PROGRESS)
  })

  test('is each key’s own', () => {
    const outcome = once(story(sums(session(5)), came('a@0 b@3 a@6 -@3'), END))
    expect(said(outcome).toSorted()).toEqual([
      '- 3..8 1 1',
      'a 0..5 1 1',
      'a 6..11 1 1',
      'b 3..8 1 1',
    ])
  })

  test('is one when a record comes between two', () => {
    const outcome = once(story(sums(session(5)), came('a@0 a@8'), came('a@4'), END))
    expect(said(outcome)).toEqual(['a 0..13 3 3'])
  })

  test('grows backwards as well', () => {
    const outcome = once(story(sums(session(5)), came('a@8'), came('a@4'), came('a@0'), END))
    expect(said(outcome)).toEqual(['a 0..13 3 3'])
  })

  test('takes back what was said of it when it grows, and says it anew when that is due', () => {
    const spec = sums(session(5), { latenessMs: 100 })
    const steps = [came('a@0'), passes(5), came('a@3=9'), passes(8)]
    expect(said(again(story(spec, ...steps)))).toEqual(['a 0..5 1 1', '-a 0..5 1 1', 'a 0..8 2 10'])
  })

  test('that grew and is open again waits for its end', () => {
    const spec = sums(session(5), { latenessMs: 100 })
    const steps = [came('a@0'), passes(6), came('a@4'), passes(8), passes(9)]
    expect(said(again(story(spec, ...steps)))).toEqual(['a 0..5 1 1', '-a 0..5 1 1', 'a 0..9 2 2'])
  })

  test('takes back both of two that were said, when they become one', () => {
    const spec = sums(session(5), { latenessMs: 100 })
    const steps = [came('a@0 a@8=2'), passes(13), came('a@4=3')]
    expect(said(again(story(spec, ...steps)))).toEqual([
      'a 0..5 1 1',
      'a 8..13 1 2',
      '-a 0..5 1 1',
      '-a 8..13 1 2',
      '~a 0..13 3 6',
    ])
  })

  test('says UPDATE where its bounds stay', () => {
    const spec = sums(session(5), { latenessMs: 100 })
    const outcome = again(story(spec, came('a@0 a@4'), passes(9), came('a@2=5'), END))
    expect(said(outcome)).toEqual(['a 0..9 2 2', '~a 0..9 3 7'])
    expect(outcome.rows).toBe(PROGRESS)
  })

  test('is late alone, and saved by a younger neighbour', () => {
    const alone = again(story(sums(session(5)), passes(20), came('a@10')))
    const saved = again(story(sums(session(5)), passes(14), came('a@12'), came('a@8'), END))
    expect([said(alone), alone.late]).toEqual([[], 1])
    expect([said(saved), saved.late]).toEqual([['a 8..17 2 2'], 0])
  })

  test('is forgotten when its lateness has passed: what would touch it begins another', () => {
    const spec = sums(session(5), { latenessMs: 3 })
    const outcome = again(story(spec, came('a@0'), passes(8), came('a@4'), END))
    expect(said(outcome)).toEqual(['a 0..5 1 1', 'a 4..9 1 1'])
  })

  test('says itself after each batch when it is updating', () => {
    const spec = sums(session(5), { mode: 'updating' })
    const outcome = again(story(spec, came('a@0'), came('a@1 a@2'), came('a@2'), END))
    expect(said(outcome)).toEqual(['~a 0..5 1 1', '-a 0..5 1 1', '~a 0..7 3 3', '~a 0..7 4 4'])
    expect(outcome.rows).toBe(PROGRESS)
  })
})

describe('the global window', () => {
  const spec = sums({ kind: 'global' })

  test('is said once, when the input ends, at that time', () => {
    const outcome = once(
      story(spec, came('a@5 b@-7'), passes(1_000_000), came('a@9', { now: 70 }), {
        ...END,
        now: 80,
      }),
    )
    expect(told(outcome)).toEqual([
      [80, 'a', 2, 2],
      [80, 'b', 1, 1],
    ])
    expect([outcome.rows, outcome.late]).toEqual([PROGRESS, 0])
  })

  test('over nothing says nothing', () => {
    expect(told(once(story(spec, END)))).toEqual([])
  })

  test('of one group for all has no key', () => {
    const outcome = once(story({ ...spec, key: [] }, came('a@5 b@7'), END))
    expect(told(outcome)).toEqual([[0, 2, 2]])
  })

  test('says what it has after each batch when it is updating', () => {
    const updating = sums({ kind: 'global' }, { mode: 'updating' })
    const outcome = verifyOperator(
      story(updating, came('a@5', { now: 3 }), came('a@6', { now: 4 }), END),
      { identity: ({ values }) => String(values[0]) },
    )
    expect(told(outcome)).toEqual([
      [3, 'a', 1, 1],
      [4, 'a', 2, 2],
    ])
    expect(outcome.rows).toBe(PROGRESS)
  })
})

describe('a count window', () => {
  const spec = sums({ kind: 'count', rows: 2 })

  test('speaks with the record that fills it, in order of arrival', () => {
    const outcome = once(story(spec, came('a@9 b@1 a@3=4 a@7'), came('b@2'), END))
    expect(told(outcome)).toEqual([
      [3, 'a', 2, 5],
      [2, 'b', 2, 2],
    ])
  })

  test('knows no late records', () => {
    const outcome = once(story(spec, passes(100), came('a@1 a@2')))
    expect([told(outcome), outcome.late]).toEqual([[[2, 'a', 2, 2]], 0])
  })

  test('may fill several times in one batch', () => {
    expect(told(once(story(spec, came('a@1 a@2 a@3 a@4 a@5'))))).toEqual([
      [2, 'a', 2, 2],
      [4, 'a', 2, 2],
    ])
  })
})

describe('a sliding window', () => {
  test('by time holds what lies within its size before a record, and of its own time', () => {
    const spec = sums({ kind: 'sliding', sizeMs: 10 })
    const outcome = once(story(spec, came('a@10=1 a@0=2 a@9=3 a@10=4'), END))
    expect(told(outcome)).toEqual([
      [0, 'a', 2, 1, 2],
      [9, 'a', 3, 2, 5],
      [10, 'a', 1, 3, 8],
      [10, 'a', 4, 3, 8],
    ])
    expect(outcome.rows).toBe(PROGRESS)
  })

  test('by rows holds the last of a key, itself included', () => {
    const spec = sums({ kind: 'sliding-rows', rows: 2 })
    const outcome = once(story(spec, came('a@3=1 a@1=2 a@2=4'), END))
    expect(told(outcome)).toEqual([
      [1, 'a', 2, 1, 2],
      [2, 'a', 4, 2, 6],
      [3, 'a', 1, 2, 5],
    ])
  })

  test.each([
    { kind: 'sliding', sizeMs: 10 },
    { kind: 'sliding-rows', rows: 3 },
  ] as const)('$kind waits until the watermark is behind a record, and then it is late', window => {
    const spec = sums(window, { lateSide: 'late' })
    const outcome = once(story(spec, came('a@5'), passes(5), came('a@5'), passes(6), came('a@5')))
    expect(told(outcome)).toHaveLength(2)
    expect(told(outcome, 'late')).toEqual([[5, 'a', 1]])
  })
})

describe('an early result', () => {
  const early = { earlyMs: 10 }

  test.each([
    tumbling(100, 'processing'),
    hopping(100, 50, 'processing'),
    cumulate(100, 50, 'processing'),
    session(100, 'processing'),
  ])('that is due when the input ends is not said behind the last, of kind $kind', window => {
    const steps = [came('a@0', { now: 3 }), { ...END, now: 20 }]
    const outcome = again(story(sums(window, early), ...steps))
    const plain = run(story(sums(window), ...steps))
    expect(said(outcome)).toEqual(said(plain).map(row => `~${row}`))
  })

  test.each([tumbling(10), hopping(20, 10), cumulate(20, 10)])(
    'that is due when its windows have closed is not said, of kind $kind',
    window => {
      const steps = [came('a@0', { now: 3 }), { watermark: 100, now: 20 }]
      const outcome = again(story(sums(window, early), ...steps))
      const plain = said(run(story(sums(window), ...steps)))
      expect(said(outcome)).toEqual(plain.map(row => `~${row}`))
      expect(outcome.rows).toBe(PROGRESS)
    },
  )
})
