/** A takeover that was prepared: what it then needs no more, and what preparing it never does. */

import { expect, test } from 'vitest'
import type { Fetched } from '../../base/stream-log.ts'
import type { KafkaLog } from './kafka.ts'
import { code, value } from './testing/caller.ts'
import { at, begun, ended, endOf, sent, useScene } from './testing/scene.ts'
import { TOPIC } from './testing/scripted.ts'

const scene = useScene()
const HOW = { isolation: 'committed', maxBytes: 1000, waitMs: 0 } as const
/** One for questions, one for fetches, one for what is published. */
const PURPOSES = 3

const prepared = (log: KafkaLog, transactionalId = 'id') =>
  code<void>(done => log.prepare({ transactionalId, journal: at, topics: [TOPIC] }, done))

async function takenOver(log: KafkaLog): Promise<void> {
  const producer = await begun(log)
  await endOf(log)
  await value<Fetched>(done => void log.fetch(at, 0, HOW, done))
  expect((await sent(producer, [at, 'a'])).error).toBeUndefined()
  expect(await ended(producer)).toBe('ok')
}

test('opens no connection, and asks no broker who leads', async () => {
  const log = scene.open()
  expect(await prepared(log)).toBe('ok')
  const { broker } = scene
  const [greetings, connections] = [broker.count('ApiVersions'), broker.connections]
  expect(connections).toBe(PURPOSES)
  const metadata = broker.count('Metadata')
  await takenOver(log)
  expect([broker.count('ApiVersions'), broker.connections]).toEqual([greetings, connections])
  expect(broker.count('Metadata')).toBe(metadata)
})

test('was told to nobody: the id is not taken, nothing is written', async () => {
  const log = scene.open()
  await prepared(log)
  const wanted = ['ApiVersions', 'FindCoordinator', 'Metadata']
  expect([...new Set(scene.broker.asked)].sort()).toEqual(wanted)
})

test('is one of hundreds at no more connections', async () => {
  const log = scene.open()
  const all = await Promise.all(Array.from({ length: 300 }, (_, i) => prepared(log, `id-${i}`)))
  expect(new Set(all)).toEqual(new Set(['ok']))
  expect(scene.broker.count('ApiVersions')).toBe(PURPOSES)
})

test('has them opened again that were closed meanwhile', async () => {
  const log = scene.open()
  await prepared(log)
  await scene.replaceBroker()
  expect(scene.broker.connections).toBe(0)
  expect(await prepared(log)).toBe('ok')
  expect(scene.broker.connections).toBe(PURPOSES)
})

test('that failed is asked again by its asker alone, and holds up no other', async () => {
  const log = scene.open()
  scene.broker.will('FindCoordinator', 15)
  const [first, second] = await Promise.all([prepared(log), prepared(log, 'other')])
  expect([first, second]).toEqual(['unavailable', 'ok'])
  expect(scene.broker.count('FindCoordinator')).toBe(2)
})

test('is refused where the client was closed', async () => {
  const log = scene.open()
  log.close()
  expect(await prepared(log)).toBe('unavailable')
})
