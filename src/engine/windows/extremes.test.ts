/** Windows where numbers are large: of keys, of time, of what is summed up, of what is due. */

import { describe, expect, test } from 'vitest'
import type { AggregateSpec, WindowSpec } from '../plan/plan.ts'
import { run, type Step, verifyOperator } from '../testing/verify.ts'
import { recordsFrom, windowIdentity } from './testing/events.ts'
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

const KINDS: readonly WindowSpec[] = [
  tumbling(10),
  hopping(20, 10),
  cumulate(20, 10),
  session(5),
  { kind: 'global' },
  { kind: 'sliding', sizeMs: 10 },
]

/** One record of each of many keys. */
function crowd(count: number, time = 5): Step {
  const users = Array.from({ length: count }, (_, at) => ({ user: `user-${at}`, time, n: at }))
  return { records: recordsFrom(users) }
}

describe.each(KINDS)('many keys in a window of kind $kind', window => {
  test('are the same with caches of any size and room for one row, and leave nothing', () => {
    const outcome = verifyOperator(story(sums(window), crowd(24), crowd(8, 6), END))
    expect(outcome.rows).toBe(PROGRESS)
    const users = new Set((outcome.outputs.get('main') ?? []).map(({ values }) => values[0]))
    expect(users.size).toBe(24)
  })

  test('are told in full when few rows have room', () => {
    const script = story(sums(window), crowd(60), END)
    const plain = run(script)
    for (const room of [1, 7, 20]) {
      const narrow = run(script, { room, after: room === 7 ? 'restore' : 'nothing' })
      expect(narrow.outputs).toEqual(plain.outputs)
      expect(narrow.rows).toBe(PROGRESS)
      expect(narrow.deltas.length).toBeGreaterThan(plain.deltas.length)
    }
  })
})

describe('a watermark', () => {
  test.each(KINDS)('that jumps far passes all windows of kind $kind at once', window => {
    const far = 4_000_000_000_000
    const outcome = verifyOperator(story(sums(window), came('a@3 b@40'), passes(far), END))
    const all = run(story(sums(window), came('a@3 b@40'), passes(20), passes(60), END))
    expect(said(outcome).toSorted()).toEqual(said(all).toSorted())
    expect(outcome.rows).toBe(PROGRESS)
  })

  test('before all records says nothing of them', () => {
    for (const window of KINDS) {
      expect(said(run(story(sums(window), came('a@3'), passes(-1_000_000))))).toEqual([])
    }
  })

  test('that has ended closes what is open, and nothing is said again when it ends again', () => {
    const outcome = verifyOperator(story(sums(tumbling(10)), came('a@3'), END, END))
    expect(said(outcome)).toEqual(['a 0..10 1 1'])
  })
})

describe('times', () => {
  const first = -62_135_596_800_000
  const last = 253_402_300_799_999

  test.each([first, -1, 0, last])('as far away as %i have their windows', time => {
    for (const window of KINDS) {
      const outcome = verifyOperator(story(sums(window), came(`a@${time}`), END))
      const results = [...said(outcome), ...outcome.dead]
      expect(results.length).toBeGreaterThan(0)
      expect(outcome.rows).toBe(PROGRESS)
    }
  })

  test('at both ends of all time are in sessions of their own, and in one global window', () => {
    const both = came(`a@${first} a@${last - 5}`)
    expect(said(verifyOperator(story(sums(session(5)), both, END)))).toHaveLength(2)
    expect(told(verifyOperator(story(sums({ kind: 'global' }), both, END)))).toEqual([
      [0, 'a', 2, 2],
    ])
  })
})

const LARGE = Number.MAX_SAFE_INTEGER
/** So many of the largest numbers that their sum is beyond 64 bits. */
const flood = (time = 5): Step => ({
  records: recordsFrom(Array.from({ length: 1030 }, () => ({ user: 'a', time, n: LARGE }))),
})

describe('a sum beyond 64 bits', () => {
  const failed = 'out-of-range: 9277415232383220730 is beyond BIGINT'

  test.each<WindowSpec>([tumbling(10), session(5), { kind: 'global' }])(
    'of a window of kind $kind is a dead letter, and others are said',
    window => {
      const outcome = run(story(sums(window), flood(), came('b@5'), END))
      expect(outcome.dead).toEqual([failed])
      expect((outcome.outputs.get('main') ?? []).map(({ values }) => values[0])).toEqual(['b'])
      expect(outcome.rows).toBe(PROGRESS)
    },
  )

  test('is none any more once the window has come back within them', () => {
    const back: Step = {
      records: recordsFrom(Array.from({ length: 1030 }, () => ({ user: 'a', time: 5, n: -LARGE }))),
    }
    const outcome = run(story(sums(tumbling(10)), flood(), back, END))
    expect([outcome.dead, said(outcome)]).toEqual([[], ['a 0..10 2060 0']])
  })

  test('of a count window is a dead letter with the record that filled it', () => {
    const outcome = run(story(sums({ kind: 'count', rows: 1030 }), flood(), came('b@5')))
    expect(outcome.dead).toHaveLength(1)
    expect(outcome.rows).toBe(1)
  })
})

describe('a session that nobody can sum up', () => {
  test('is a dead letter whenever it should be said, and takes back what it was to replace', () => {
    const spec = sums(session(5), { latenessMs: 100 })
    const outcome = run(story(spec, flood(5), passes(20), came('a@8'), END))
    expect(said(outcome)).toEqual(['-a 5..13 1031 '])
    // With the bounds that it had, and with those that it has.
    expect(outcome.dead).toHaveLength(2)
  })
})

describe('an updating window', () => {
  test.each([tumbling(10), hopping(20, 10), cumulate(20, 10), session(5)])(
    'of kind $kind says only what changed',
    window => {
      const spec = sums(window, { mode: 'updating' })
      const outcome = verifyOperator(story(spec, crowd(40), came('user-3@5=7'), passes(1)), {
        identity: windowIdentity,
      })
      const rows = outcome.outputs.get('main') ?? []
      const each = window.kind === 'hopping' || window.kind === 'cumulate' ? 2 : 1
      expect(rows).toHaveLength(each * 41)
      expect(rows.slice(each * 40).map(({ values }) => values[0])).toEqual(
        Array.from({ length: each }, () => 'user-3'),
      )
    },
  )
})

describe('a batch of nothing', () => {
  test('changes nothing and says nothing, in a window of any kind', () => {
    const kinds: readonly WindowSpec[] = [...KINDS, { kind: 'count', rows: 2 }]
    for (const window of kinds) {
      const spec: AggregateSpec = sums(window)
      const outcome = verifyOperator(story(spec, {}, { records: recordsFrom([]) }, {}))
      expect([outcome.rows, said(outcome), outcome.late]).toEqual([0, [], 0])
    }
  })
})
