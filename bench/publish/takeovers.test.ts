/** Takeovers over a model log: two replicas in turn, and nothing of what was left open is seen. */

import { expect, test } from 'vitest'
import { Takeovers } from './takeovers.ts'
import { during, Stage } from './testing/stage.ts'

test('a transaction that was left open is decided, and what comes behind it is seen', async () => {
  const stage = new Stage()
  const { log, ...doors } = stage
  const takeovers = new Takeovers({ ...doors, nowMs: stage.nowMs, logs: [log, log], sizeBytes: 16 })
  const times: number[] = []
  for (let i = 0; i < 4; i++) times.push(await during(stage, takeovers.next()))
  await during(stage, takeovers.allOut())
  takeovers.close()
  for (const ms of times) expect(ms).toBeGreaterThan(0)
  expect(takeovers.outputs).toBe(90)
  expect(stage.visible()).toHaveLength(takeovers.outputs)
  const inits = log.calls.filter(what => what.startsWith('init'))
  // One more for each that was left open, and those that met it.
  expect(inits.length).toBeGreaterThanOrEqual(1 + 4 + 4)
})
