/** Brokers that are too old for us: a publisher says so, and asks again. */

import { expect, test } from 'vitest'
import { LoneGroup } from './testing/lone-group.ts'
import { useScene } from './testing/scene.ts'
import { TOPIC } from './testing/scripted.ts'

const scene = useScene()

test('a publisher over a broker that is too old writes nothing, and says what to do', async () => {
  scene.broker.versionMax = 0
  const topics = { journal: TOPIC, output: TOPIC }
  const group = new LoneGroup({ log: scene.open(), ...topics, transactionalId: 'id' })
  group.lead()
  group.commit(3)
  await group.until(() => group.told.length > 0)
  expect(group.told).toEqual(['stalled unsupported'])
  expect(group.sentences[0]).toMatch(/take Kafka 2\.3 or newer/)
  expect(scene.broker.batches).toEqual([])
  const before = scene.broker.asked.length
  await group.until(() => scene.broker.asked.length > before)
  expect(group.told).toEqual(['stalled unsupported'])
  group.close()
})
