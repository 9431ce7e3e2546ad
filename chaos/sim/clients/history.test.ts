/** What the history keeps, and what it refuses. */

import { expect, test } from 'vitest'
import { countStates, History } from './history.ts'

function read(serial: number) {
  return { name: 'read', serial, key: 0 } as const
}

test('calls and returns stand in one order, with their times', () => {
  let nowMs = 10
  const history = new History(() => nowMs, 10)
  const first = history.call(1, read(1))
  nowMs = 20
  const second = history.call(2, read(2))
  history.okRead(second, 7)
  nowMs = 30
  history.unknown(first)
  expect(history.operations).toMatchObject([
    { client: 1, called: 1, calledMs: 10, state: 'unknown', returned: 4, returnedMs: 30 },
    { client: 2, called: 2, calledMs: 20, state: 'ok', returned: 3, returnedMs: 20, value: 7 },
  ])
  expect(history.bySerial(2)).toBe(second)
  expect(countStates(history)).toEqual({ open: 0, ok: 1, failed: 0, unknown: 1 })
})

test('an operation is settled once', () => {
  const history = new History(() => 0, 10)
  const operation = history.call(1, read(1))
  history.failed(operation)
  expect(() => history.ok(operation, { ok: true })).toThrow('settles once')
})

test('a serial is used once, and the history is bounded', () => {
  const history = new History(() => 0, 2)
  history.call(1, read(1))
  expect(() => history.call(1, read(1))).toThrow('used once')
  history.call(1, read(2))
  expect(history.isFull).toBe(true)
  expect(() => history.call(1, read(3))).toThrow('has room')
})
