/** Results that are said before their window ends change nothing about what is said in the end. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UPDATE } from '../columns/records.ts'
import type { WindowSpec } from '../plan/plan.ts'
import { lastRows, run, type Step, verifyOperator } from '../testing/verify.ts'
import { Early } from './early.ts'
import { anyBatches, recordsFrom, scriptOf, specOf, windowIdentity } from './testing/events.ts'
import { Ground } from './testing/ground.ts'

const anyWindow = fc.constantFrom<WindowSpec>(
  { kind: 'tumbling', sizeMs: 10, offsetMs: 0, time: 'event' },
  { kind: 'hopping', sizeMs: 20, everyMs: 5, offsetMs: 1, time: 'event' },
  { kind: 'cumulate', sizeMs: 20, stepMs: 5, offsetMs: 0, time: 'event' },
  { kind: 'session', gapMs: 8, time: 'event' },
)

/** A session whose early result was outlived by its contents, and then by its bounds. */
const sessions: WindowSpec = { kind: 'session', gapMs: 8, time: 'event' }
const grown = [[68], [68], [61]].map(times => ({
  events: times.map(time => ({ user: 'a', time, n: 0 })),
  by: 0,
}))

describe('early results', () => {
  test('are replaced by those of the end', () => {
    const rule = fc.record({
      earlyMs: fc.integer({ min: 1, max: 30 }),
      latenessMs: fc.constantFrom(0, 15),
      tickMs: fc.integer({ min: 0, max: 20 }),
    })
    fc.assert(
      fc.property(anyWindow, rule, anyBatches, (window, { tickMs, ...times }, batches) => {
        const spec = specOf(window, times)
        const { steps, ...script } = scriptOf(spec, batches)
        const ticking = steps.map((step, at): Step => ({ ...step, now: at * tickMs }))
        const early = verifyOperator({ ...script, steps: ticking }, { identity: windowIdentity })
        const { latenessMs } = times
        const plain = run({ ...script, spec: specOf(window, { latenessMs }), steps })
        const end = (rows = early.outputs.get('main')) => lastRows(rows ?? [], windowIdentity)
        expect(end()).toEqual(end(plain.outputs.get('main') ?? []))
        expect(early.outputs.get('late')).toEqual(plain.outputs.get('late'))
      }),
      { numRuns: 40, examples: [[sessions, { earlyMs: 1, latenessMs: 0, tickMs: 1 }, grown]] },
    )
  })

  test.each([
    { kind: 'tumbling', sizeMs: 100, offsetMs: 0, time: 'event' },
    { kind: 'session', gapMs: 50, time: 'event' },
  ] as const)('of a $kind window come at the next multiple of their span, once', window => {
    const at = (time: number) => recordsFrom([{ user: 'a', time, n: 1 }])
    const steps: Step[] = [
      { records: at(10), now: 3 },
      { now: 9 },
      { now: 10 },
      { now: 40 },
      { records: at(20), now: 44 },
      { records: at(20), now: 49 },
      { now: 50 },
      { now: 70, watermark: 200 },
    ]
    const spec = specOf(window, { earlyMs: 10 })
    const { steps: _, ...rest } = scriptOf(spec, [])
    const { outputs } = verifyOperator({ ...rest, steps }, { identity: windowIdentity })
    const said = (outputs.get('main') ?? []).map(({ kind, values }) => [kind, values[3]])
    const last = window.kind === 'session' ? [] : [[UPDATE, 3]]
    const back = window.kind === 'session' ? [[2, 1]] : []
    expect(said).toEqual([[UPDATE, 1], ...back, [UPDATE, 3], ...last])
  })
})

describe('a reminder of an early result', () => {
  const key = (name: string) => () => Uint8Array.from(name, one => one.charCodeAt(0))

  function remind(everyMs?: number) {
    const ground = new Ground()
    const early = new Early(ground.state, 70, everyMs)
    return { early, ground, save: () => [early.save(), ground.apply()] }
  }

  test('comes at the next multiple of its span, never at once', () => {
    for (const [now, at] of [
      [0, 10],
      [9, 10],
      [10, 20],
      [-3, 0],
    ] as const) {
      const { early } = remind(10)
      early.note('a', 1, now, key('a'))
      expect([early.wakeAt, early.take(at - 1)]).toEqual([at, undefined])
      expect(early.take(at)).toMatchObject({ time: at, slot: 1, key: key('a')() })
    }
  })

  test('comes once, however often it is noted, in one batch or in several', () => {
    const { early, ground, save } = remind(10)
    for (let batch = 0; batch < 3; batch++) {
      for (let at = 0; at < 3; at++) early.note('a', 1, 3 + batch, key('a'))
      save()
    }
    expect(ground.rows).toBe(1)
    expect(early.take(10)?.time).toBe(10)
    expect(early.take(10)).toBeUndefined()
    save()
    expect(ground.rows).toBe(0)
  })

  test('of one name in two slots is two', () => {
    const { early, ground, save } = remind(10)
    for (const slot of [1, 2]) early.note('a', slot, 3, key('a'))
    save()
    expect(ground.rows).toBe(2)
  })

  test('is known to another leader', () => {
    const { early, save } = remind(10)
    early.note('a', 1, 3, key('a'))
    save()
    early.forget()
    expect(early.wakeAt).toBe(10)
    expect(early.take(10)?.slot).toBe(1)
  })

  test('that was not saved is forgotten, and may be noted again', () => {
    const { early, ground, save } = remind(10)
    early.note('a', 1, 3, key('a'))
    early.forget()
    expect(early.wakeAt).toBe(Number.POSITIVE_INFINITY)
    early.note('a', 1, 3, key('a'))
    save()
    expect(ground.rows).toBe(1)
  })

  test('without a span never comes, and costs no row', () => {
    const { early, ground, save } = remind()
    early.note('a', 1, 3, () => expect.unreachable())
    save()
    expect([early.wakeAt, early.take(1e9), ground.rows]).toEqual([
      Number.POSITIVE_INFINITY,
      undefined,
      0,
    ])
  })
})
