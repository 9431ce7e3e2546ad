/** Sessions against a naive account: all records of a key that were in time, sorted and cut. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Row } from '../columns/records.ts'
import { lastRows, verifyOperator } from '../testing/verify.ts'
import { anyBatches, type Batch, scriptOf, specOf, windowIdentity } from './testing/events.ts'

interface Session {
  start: number
  last: number
  total: number
}

interface Rule {
  readonly gapMs: number
  readonly latenessMs: number
}

/** One record at a time, by definition: what it touches becomes one session. */
function withRecord(sessions: readonly Session[], time: number, gapMs: number): Session[] {
  const touches = ({ start, last }: Session) => time < last + gapMs && start < time + gapMs
  const joined = sessions.filter(touches)
  const session = {
    start: Math.min(time, ...joined.map(({ start }) => start)),
    last: Math.max(time, ...joined.map(({ last }) => last)),
    total: 1 + joined.reduce((sum, { total }) => sum + total, 0),
  }
  return [...sessions.filter(one => !touches(one)), session]
}

function expected(batches: readonly Batch[], { gapMs, latenessMs }: Rule) {
  const open = new Map<string, Session[]>()
  const results = new Map<string, number>()
  let [late, watermark, next] = [0, Number.NEGATIVE_INFINITY, 0]
  const isOver = ({ last }: Session) => last + gapMs + latenessMs <= watermark
  const close = () => {
    for (const [user, sessions] of open) {
      for (const { start, last, total } of sessions.filter(isOver)) {
        results.set(`[${user},${start},${last + gapMs}]`, total)
      }
      open.set(
        user,
        sessions.filter(session => !isOver(session)),
      )
    }
  }
  for (const { events, by } of batches) {
    for (const { user, time } of events) {
      const key = JSON.stringify(user)
      const before = open.get(key) ?? []
      const after = withRecord(before, time, gapMs)
      const alone = after.length > before.length
      if (alone && isOver({ start: time, last: time, total: 1 })) late++
      else open.set(key, after)
    }
    next += by
    watermark = next
    close()
  }
  watermark = Number.POSITIVE_INFINITY
  close()
  return { results, late }
}

function totals(rows: readonly Row[] = []): ReadonlyMap<string, number> {
  return new Map(
    [...lastRows(rows, windowIdentity).values()].map(row => {
      const values = JSON.parse(row)[1]
      return [JSON.stringify(values.slice(0, 3)), values[3]]
    }),
  )
}

const anyRule = fc.record({
  gapMs: fc.integer({ min: 1, max: 25 }),
  latenessMs: fc.constantFrom(0, 0, 5, 40),
})

describe.each(['final', 'updating'] as const)('sessions, %s', mode => {
  test('are made of records that follow each other closely', () => {
    fc.assert(
      fc.property(anyRule, anyBatches, (rule, batches) => {
        const { gapMs, latenessMs } = rule
        const spec = specOf({ kind: 'session', gapMs, time: 'event' }, { latenessMs, mode })
        const again = mode === 'updating' || latenessMs > 0
        const script = scriptOf(spec, batches)
        const outcome = verifyOperator(script, again ? { identity: windowIdentity } : {})
        const wanted = expected(batches, rule)
        expect(totals(outcome.outputs.get('main'))).toEqual(wanted.results)
        expect(outcome.outputs.get('late') ?? []).toHaveLength(wanted.late)
        expect(outcome.late).toBe(0)
      }),
      { numRuns: 60 },
    )
  })
})
