/**
 * Brokers hold back who has a quota: they say so in an answer, and read nothing of his connection
 * for so long. Nothing is lost by it, and the connection is as good as before.
 */

import { expect, test } from 'vitest'
import type { Fetched } from '../../base/stream-log.ts'
import { answer } from './testing/caller.ts'
import { at, begun, ended, endOf, SILENT, sent, useScene } from './testing/scene.ts'

const scene = useScene()
const SHORT_MS = 20

test('questions wait until it is over, on the same connection', async () => {
  const log = scene.open()
  scene.broker.heldMs = SHORT_MS
  for (let i = 0; i < 3; i++) expect(await endOf(log)).toEqual({ value: 0 })
  expect(scene.broker.connections).toBe(1)
})

test('transactions go on, each call once', async () => {
  const producer = await begun(scene.open())
  scene.broker.heldMs = SHORT_MS
  for (const offset of [0, 1, 2]) {
    expect(await sent(producer, [at, 'a'])).toEqual({ value: [offset] })
    expect(await ended(producer)).toBe('ok')
  }
  expect(scene.broker.count('EndTxn')).toBe(3)
})

test('a fetch is answered with nothing yet', async () => {
  const log = scene.open()
  scene.broker.heldMs = SHORT_MS
  const how = { isolation: 'committed', maxBytes: 100, waitMs: 0 } as const
  const fetched = await answer<Fetched>(done => log.fetch(at, 3, how, done))
  expect(fetched).toEqual({ value: { records: [], position: 3, seenEnd: 3 } })
  expect(scene.broker.count('Fetch')).toBe(1)
})

test('it may last longer than an answer may take', async () => {
  const log = scene.open(SILENT)
  scene.broker.heldMs = 1200
  expect(await endOf(log)).toEqual({ value: 0 })
  expect(await endOf(log)).toEqual({ value: 0 })
  expect(scene.broker.connections).toBe(1)
})

test('but not for ever, and then it is said', async () => {
  const log = scene.open({ ...SILENT, heldMsMax: 1, patienceMs: 0 })
  expect(await endOf(log)).toEqual({ value: 0 })
  scene.broker.heldMs = 60_000
  expect(await endOf(log)).toEqual({ value: 0 })
  expect((await endOf(log)).error?.message).toMatch(/no answer for 1001 ms, held back by a quota/)
})
