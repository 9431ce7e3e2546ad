/** Publishers, simulated: the same every time, sound, and really put to their faults. */

import { expect, test } from 'vitest'
import { drawPublish } from './draw.ts'
import type { PublishFaultKind } from './kinds.ts'
import { runPublish } from './run.ts'

test('a seed is one run, to the last event', () => {
  const [first, second] = [runPublish(drawPublish(2)), runPublish(drawPublish(2))]
  expect(first).toEqual(second)
  expect(first.failure).toBeUndefined()
  expect(runPublish(drawPublish(3)).traceHash).not.toBe(first.traceHash)
})

test('without a fault everything that was put in gets out', () => {
  const result = runPublish({ ...drawPublish(2), faults: [] })
  expect(result.failure).toBeUndefined()
  expect(result.operations).toBeGreaterThan(100)
  const leaves = 'PUBLISH-2 nothing leaves that is not committed'
  expect(result.checks[leaves]).toBeGreaterThan(100)
})

const planned: readonly PublishFaultKind[] = [
  'stopped',
  'restarted',
  'rescaled',
  'deleted',
  'deletion-cut',
  'taken-stale',
]

test.each(planned)('in peace a job may be %s, and goes on', kind => {
  const at = { atMs: 4000, forMs: 1000, who: 0, whom: 0, amount: 0, salt: 1 }
  const result = runPublish({ ...drawPublish(4), faults: [{ ...at, kind }] })
  expect(result.failure).toBeUndefined()
  expect(result.faults[kind]).toBe(1)
})
