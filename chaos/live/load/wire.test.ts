/** Calls and answers between drills and the service. */

import { expect, test } from 'vitest'
import { callKinds, outcomes } from '../../kv/service/calls.ts'
import type { Request } from './port.ts'
import { answerOf, callOf } from './wire.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const request = (f: Request['f'], key: string, value: Request['value'] = null): Request => ({
  group: 3,
  key,
  f,
  value,
})
const nodeAt = (address: string) => (address === 'h:1' ? 'n1' : undefined)

test.each([
  [request('read', 'r1'), { kind: callKinds.READ }],
  [request('write', 'r1', 12), { kind: callKinds.WRITE, value: bytes('12') }],
  [request('append', 'l1', 12), { kind: callKinds.APPEND, value: bytes('12 ') }],
  [
    request('cas', 'r1', [7, 12]),
    { kind: callKinds.CAS, value: bytes('12'), expected: bytes('7') },
  ],
  [
    request('cas', 'r1', [null, 12]),
    { kind: callKinds.CAS, value: bytes('12'), expect_nothing: true },
  ],
])('%j is called so', (asked, call) => {
  expect(callOf(asked)).toEqual({ group: 3, key: asked.key, ...call })
})

test.each([
  ['r1', { value: bytes('12'), nothing: false }, 12],
  ['r1', { nothing: true }, null],
  ['l1', { nothing: true }, []],
  ['l1', { value: bytes('7 ') }, [7]],
  ['l1', { value: bytes('7 12 ') }, [7, 12]],
])('what %s holds is read', (key, answer, seen) => {
  const wire = { id: 1, outcome: outcomes.OK, ...answer }
  expect(answerOf(request('read', key), wire, nodeAt)).toEqual({ kind: 'ok', seen })
})

test('a command that is done tells nothing more', () => {
  const answer = answerOf(request('write', 'r1', 1), { id: 1, outcome: outcomes.OK }, nodeAt)
  expect(answer).toEqual({ kind: 'ok' })
})

test('a cas that found something else is no refusal; everything else that failed is', () => {
  const fail = { id: 1, outcome: outcomes.FAIL }
  const notDone = { ...fail, code: 'not-done', nothing: true }
  expect(answerOf(request('cas', 'r1', [1, 2]), notDone, nodeAt)).toEqual({ kind: 'mismatch' })
  const elsewhere = { ...fail, code: 'not-leader', leader: 'h:1' }
  expect(answerOf(request('cas', 'r1', [1, 2]), elsewhere, nodeAt)).toEqual({
    kind: 'refused',
    code: 'not-leader',
    leader: 'n1',
  })
  const nowhere = { ...fail, code: 'not-leader', leader: 'h:2' }
  expect(answerOf(request('read', 'r1'), nowhere, nodeAt)).toEqual({
    kind: 'refused',
    code: 'not-leader',
  })
})

test('what is not known stays so', () => {
  const unknown = { id: 1, outcome: outcomes.UNKNOWN, code: 'leader-lost', leader: 'h:1' }
  expect(answerOf(request('append', 'l1', 1), unknown, nodeAt)).toEqual({
    kind: 'unknown',
    code: 'leader-lost',
  })
})
