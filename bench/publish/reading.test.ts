/** A reader over a model log: it ends when all have come, and says so when there are more. */

import { expect, test } from 'vitest'
import { rendered, stamped } from './output.ts'
import { Reading } from './reading.ts'
import { answerOf, scene } from './scene.ts'
import { during, Stage } from './testing/stage.ts'

function written(stage: Stage, numbers: number): void {
  const { target } = stage.scene
  const bytes = stamped({ committedMs: 5, group: 0, number: 1 }, numbers, 20)
  const run = { sink: 'home', first: 1, count: numbers, bytes }
  for (const { topic, partition, record } of rendered(run, target)) {
    stage.log.write({ topic, partition }, [record.value])
  }
}

test.each([[0], [1]])('all that are wanted come, whatever rest it takes (%i ms)', async restMs => {
  const stage = new Stage()
  written(stage, 7)
  const reading = new Reading(stage.log, stage.scene.target, restMs)
  reading.want(7)
  await during(stage, reading.run())
  const { done, maxMs } = reading.during({ fromMs: 0, toMs: Number.POSITIVE_INFINITY })
  expect(done).toBe(7)
  expect(maxMs).toBeGreaterThan(0)
})

test('more than were made is an error, as is what the log refuses', async () => {
  const stage = new Stage()
  written(stage, 7)
  const reading = new Reading(stage.log, stage.scene.target, 0)
  reading.want(3)
  await expect(during(stage, reading.run())).rejects.toThrow('7 outputs came, and 3 were made')
  stage.log.refusal = () => 'not-authorized'
  const refused = new Reading(stage.log, stage.scene.target, 0)
  await expect(during(stage, refused.run())).rejects.toThrow('not-authorized')
})

test('each turn has topics of its own, a partition of the journal for each group', async () => {
  const stage = new Stage()
  const first = await during(stage, scene(stage.log, 3, 4))
  const second = await during(stage, scene(stage.log, 3, 4))
  expect(first.target.topic).not.toBe(second.target.topic)
  const seats = [0, 1, 2].map(first.seatOf)
  expect(seats.map(({ journal }) => journal.partition)).toEqual([0, 1, 2])
  expect(new Set(seats.map(({ transactionalId }) => transactionalId)).size).toBe(3)
  await during(stage, first.drop())
  expect(stage.log.calls).toEqual([...Array(4).fill('create'), 'drop', 'drop'])
  const asked = answerOf<string>(done => stage.log.cluster(done))
  expect(await during(stage, asked)).toBe('model')
})
