/** A first takeover over a model log: all of its steps are told, and what was committed is seen. */

import { expect, test } from 'vitest'
import { journalTopic } from '../../src/journal/settings.ts'
import { medians, succeeded } from './first.ts'
import { leaveOpen, OUTPUTS } from './takeovers.ts'
import { during, Stage } from './testing/stage.ts'

test('who followed takes over from a transaction that was left open', async () => {
  const stage = new Stage()
  const { log, scene, ...doors } = stage
  const { target } = scene
  for (const topic of ['journal', target.topic]) log.topics.set(topic, journalTopic(topic, 2, 3))
  const seat = scene.seatOf(0)
  await during(stage, leaveOpen(log, { seat, target, sizeBytes: 16 }))
  const own = { seat, target, group: 0, groups: 1, sizeBytes: 16 }
  const follow = () => during(stage, Promise.resolve())
  const found = await during(stage, succeeded({ ...doors, ...own, log, follow }))
  expect(Object.keys(found).sort()).toEqual([
    'committed',
    'confirmed',
    'end',
    'fencing',
    'producer',
    'read',
    'sent',
    'settings',
  ])
  expect(found.committed).toBeGreaterThanOrEqual(found.sent ?? Number.NaN)
  stage.pass(10)
  expect(stage.visible()).toHaveLength(OUTPUTS)
})

test('of several, the middle of each step that any of them has is told', () => {
  const middle = (of: readonly number[]) => of[1] ?? Number.NaN
  const all = [{ sent: 1 }, { sent: 2, end: 7 }, { sent: 3, end: 8 }]
  expect(medians(all, middle)).toEqual({ end: 8, sent: 2 })
})
